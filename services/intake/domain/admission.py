"""Somebody comes into the files by an act (新增成员、建户) and not by a roster: what is said of the person, judged like a row of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

from services.intake import labels
from services.intake.domain.columns import ADDRESS, IDENTITY, NAME, PHONE, RELATION
from services.intake.domain.household import HEAD, Basis, HouseholdActRefused
from services.intake.domain.roster_kin import hold_kin
from services.intake.domain.roster_reading import Coded, Reading
from services.intake.domain.roster_row import RosterFrame
from services.intake.domain.roster_table import read_table
from shared.errors import Fault
from shared.identity import Identity
from shared.sentences import S_, together
from shared.sheets import Book, NumberedRow, Sheet

Cause = Literal["birth", "marriage", "moved_in", "other"]
FIELDS: Final = {"name": NAME, "identity_number": IDENTITY, "relation": RELATION, "phone": PHONE, "address": ADDRESS}
"""Field → the column that says it in a roster. Everything else of a person is put right (更正) or observed once the person is filed."""
NEWBORN: Final = S_(
    "新生儿也须有 18 位公民身份号码：先到公安机关办理出生登记，取得号码后再新增（户口登记条例第七条：婴儿出生后一个月以内申报出生登记）"
)
WITHOUT_HEAD: Final = S_("本户没有户主，新增的成员应为“本人”（户主）；本户其他成员任户主的，请先变更户主")
A_YEAR: Final = 366
"""Days; a birth is registered within a month, and late registrations within the year are nothing unusual."""
SECOND_HEAD: Final = S_("本户已有户主，不能再有“本人”；确实更换户主的，新增后办理“变更户主”")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who comes. `phone` and `address` are "" where nothing was said."""

    name: str
    identity: Identity
    relation: str
    phone: str
    address: str

    def personal(self) -> dict[str, str]:
        """What is sealed of the person, as of a row of a roster."""
        fields = {"name": self.name, "identity_number": self.identity.number, "phone": self.phone, "address": self.address}
        return {field: text for field, text in fields.items() if text}

    @property
    def said(self) -> list[str]:
        """Fields that no roster of an earlier day says anew; the number is not among them, since the person is known by it."""
        return [field for field in self.personal() if field != "identity_number"]


def read_newcomer(given: Mapping[str, str], *, cause: str, basis: Basis) -> Newcomer:
    """Read what is said of somebody new, by field of `FIELDS`; a relation may be a code or a word.

    Raises HouseholdActRefused with every field that no row of a roster could say either.
    """
    if cause not in get_args(Cause):
        raise HouseholdActRefused(S_("新增的原因为：{causes}", causes=labels.ADMISSION.values()), field="cause")
    cells = {column: given.get(field, "").strip() for field, column in FIELDS.items()}
    cells[RELATION] = labels.RELATION.get(cells[RELATION], cells[RELATION])
    if not any(cells.values()):
        faults = [Fault("identity_number", NEWBORN if cause == "birth" else S_("身份证号不能为空")), Fault("name", S_("请填写姓名"))]
        raise HouseholdActRefused(together(fault.message for fault in faults), faults=faults)
    rows = [NumberedRow(1, list(cells)), NumberedRow(2, list(cells.values()))]
    table = read_table(Book([Sheet(S_("新增成员"), False, lambda: iter(rows))]))
    row = Reading(next(table.lines()), table, RosterFrame("0" * 12, basis.acted_on))
    identity, name, relation = row.identity(), row.name(), row.relation()
    newcomer = (row.phone(), row.free(ADDRESS))
    hold_kin(row, Coded("", 0, relation, "", "", "", ()), identity)
    field_of = {column: field for field, column in FIELDS.items()}
    faults = [Fault(field_of.get(column, "name"), _told(column, message, cells, cause)) for column, message, _ in row.faults]
    if identity is None or faults:
        raise HouseholdActRefused(together(fault.message for fault in faults), faults=faults)
    return Newcomer(name, identity, relation, *newcomer)


def check_place(relation: str, *, has_head: bool) -> None:
    """A household has one head: whoever comes into one without leads it. Raises HouseholdActRefused."""
    if (relation == HEAD) == has_head:
        raise HouseholdActRefused(SECOND_HEAD if has_head else WITHOUT_HEAD, field="relation")


def told_of(newcomer: Newcomer, *, cause: str, on: date) -> list[str]:
    """What follows from the number, to be looked at before somebody is filed for good; the number itself is not said again."""
    identity = newcomer.identity
    told = [
        S_("{sex}，{birth} 出生", sex=labels.SEX[identity.sex], birth=identity.birth.isoformat()),
        S_("与户主关系：{relation}", relation=labels.RELATION[newcomer.relation]),
    ]
    if cause == "birth" and (on - identity.birth).days > A_YEAR:
        told.append(S_("原因为“出生”，而出生日期在一年以前，请核对原因和号码"))
    return told


def _told(column: str, message: str, cells: Mapping[str, str], cause: str) -> str:
    if column == IDENTITY and cause == "birth" and not cells[IDENTITY]:
        return NEWBORN
    return message if column in message else f"{column}：{message}"
