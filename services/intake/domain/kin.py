"""Near relatives (近亲属) of who handles assistance stand in a register of their own (单独登记备案, 民发〔2021〕57号 art 11).

Nobody is treated otherwise for it: it is told to who confirms a list, and no criterion knows of it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.intake.labels.kin import KIN_OFFICE, KIN_RELATION
from shared.errors import Fault, RuleRefusal
from shared.sentences import S_, together

LONGEST_STAFF: Final = 40


class KinRefused(RuleRefusal):
    code = "kin-refused"


@dataclass(frozen=True, slots=True)
class Kin:
    """Who of a household is what to whom. `staff` is the other's account or name, and is sealed."""

    person_id: UUID
    relation: str
    office: str
    staff: str


def check_kin(kin: Kin, *, members: Collection[UUID], known: Collection[tuple[UUID, str, str]]) -> None:
    """Raises KinRefused with every fault. `known` has person, relation and office of what stands in the register of the household."""
    faults = []
    if kin.person_id not in members:
        faults.append(Fault("person_id", S_("该人员不是本户的在册成员")))
    if kin.relation not in KIN_RELATION:
        faults.append(Fault("relation", S_("请选择该成员是对方的什么人：{relations}", relations=KIN_RELATION.values())))
    if kin.office not in KIN_OFFICE:
        faults.append(Fault("office", S_("请选择对方的身份：{offices}", offices=KIN_OFFICE.values())))
    if not 1 <= len(kin.staff.strip()) <= LONGEST_STAFF:
        faults.append(Fault("staff", S_("请填写对方的账号或姓名，不超过 {most} 个字", most=LONGEST_STAFF)))
    if (kin.person_id, kin.relation, kin.office) in known:
        faults.append(Fault("person_id", S_("该成员的这一亲属关系已经备案")))
    if faults:
        raise KinRefused(together(fault.message for fault in faults), faults=faults)
