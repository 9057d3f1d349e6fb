"""Sensitive fields of minors are read with the leave of somebody responsible, for a purpose and a time (未成年人网络保护条例 art 36)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from services.intake.domain.person import age_on
from services.intake.domain.retention import CLASSES
from shared.errors import Fault, RuleRefusal
from shared.rules import Rule
from shared.sentences import S_

OF_SITUATION: Final = ("disability_kind", "disability_level", "is_seriously_ill", "father", "mother", "adl_unmet", "has_single_parent")
WITHHELD: Final = (*CLASSES["sensitive"], "identity_number", *OF_SITUATION)
"""Fields of a minor that nobody sees without leave: health and disability, the number, and how it stands with the parents."""

EMPTY: Mapping[str, Any] = {
    **dict.fromkeys(WITHHELD, ""),
    **dict.fromkeys(OF_SITUATION, 0),
    **{"is_seriously_ill": False, "has_single_parent": False, "father": "", "mother": "", "disability_valid_to": None},
}
"""What stands in the place of a field that is withheld."""


class MinorAccessRefused(RuleRefusal):
    code = "minor-access-refused"


@dataclass(frozen=True, slots=True)
class AccessAsked:
    """For how many days, and why the task cannot be done without it."""

    days: int
    reason: str


def is_guarded(birth: date, today: date, rule: Rule) -> bool:
    """Whether the rule in force on a day guards somebody born then. An age of 0 guards nobody."""
    return max(0, age_on(birth, today)) < int(rule.params["below_age"])


def check_access(asked: AccessAsked, *, rule: Rule, has_minors: bool) -> None:
    """Raises MinorAccessRefused with every fault."""
    most = int(rule.params["most_days"])
    faults = []
    if not has_minors:
        faults.append(Fault("days", S_("本户没有需要审批的未成年人，不需要申请")))
    if not 1 <= asked.days <= most:
        faults.append(Fault("days", S_("查阅期限为 1 至 {most} 天", most=most), rule.id, rule.article))
    if not asked.reason.strip():
        faults.append(Fault("reason", S_("请写明因何工作需要查阅")))
    if faults:
        raise MinorAccessRefused("；".join(fault.message for fault in faults), faults=faults)


def last_day(decided_on: date, days: int) -> date:
    """The day of the decision is the first."""
    return decided_on + timedelta(days=days - 1)


def without_sensitive(shown: dict[str, Any]) -> dict[str, Any]:
    """A person's fields as somebody without leave sees them; `withheld` names what is left out."""
    personal = {name: text for name, text in shown["personal"].items() if name not in WITHHELD}
    return shown | {name: EMPTY[name] for name in WITHHELD if name in shown} | {"personal": personal, "withheld": list(WITHHELD)}
