"""Circumstances (特殊情况) that no roster has: how it stands with a child's parents, what somebody can do alone, a child lost."""

from dataclasses import dataclass
from datetime import date

from services.intake import labels
from services.intake.domain.person import ADULT_FROM, age_on
from shared.errors import Fault, RuleRefusal
from shared.rules import Rule
from shared.sentences import S_, together


class CircumstancesRefused(RuleRefusal):
    code = "circumstances-refused"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What somebody saw on a day. `beyond` are the activities of daily life that the person cannot do alone."""

    observed_on: date
    father: str = ""
    mother: str = ""
    beyond: tuple[str, ...] = ()
    has_lost_only_child: bool = False


def check_circumstances(found: Circumstances, *, birth: date, today: date, latest: date | None) -> None:
    """Raises CircumstancesRefused with every fault. `latest` is the day of the observation that is in force."""
    faults = []
    if not birth <= found.observed_on <= today:
        faults.append(Fault("observed_on", S_("了解情况的日期应在出生之后、登记日期之前")))
    elif latest is not None and found.observed_on < latest:
        faults.append(Fault("observed_on", S_("已有 {latest} 的登记，不能再登记更早的情况", latest=latest)))
    is_child = age_on(birth, found.observed_on) < ADULT_FROM
    for field, word in (("father", S_("父亲")), ("mother", S_("母亲"))):
        value = getattr(found, field)
        if value and value not in labels.PARENT:
            faults.append(Fault(field, S_("请选择{parent}的情况", parent=word)))
        elif value and not is_child:
            faults.append(Fault(field, S_("只登记未满 {age} 周岁的人的父母情况", age=ADULT_FROM)))
    if len(set(found.beyond)) < len(found.beyond) or not set(found.beyond) <= labels.DAILY.keys():
        faults.append(Fault("beyond", S_("日常活动为：{activities}", activities=labels.DAILY.values())))
    if found.has_lost_only_child and is_child:
        faults.append(Fault("has_lost_only_child", S_("失独只登记年满 {age} 周岁的人", age=ADULT_FROM)))
    if faults:
        raise CircumstancesRefused(together(fault.message for fault in faults), faults=faults)


def self_care(unmet: int, rule: Rule) -> str:
    """A code of `labels.SELF_CARE` by how many of the six activities are beyond the person."""
    if unmet >= rule.params["none_from"]:
        return "none"
    return "partial" if unmet >= rule.params["partial_from"] else "full"
