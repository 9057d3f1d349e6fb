"""Circumstances (特殊情况) that no roster has: how it stands with a child's parents, what somebody can do alone, a child lost."""

from dataclasses import dataclass
from datetime import date

from services.intake import labels
from services.intake.domain.person import ADULT_FROM, age_on
from shared.errors import Fault, RuleRefusal
from shared.rules import Rule


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
        faults.append(Fault("observed_on", "了解情况的日期应在出生之后、登记日期之前"))
    elif latest is not None and found.observed_on < latest:
        faults.append(Fault("observed_on", f"已有 {latest} 的登记，不能再登记更早的情况"))
    is_child = age_on(birth, found.observed_on) < ADULT_FROM
    for field, word in (("father", "父亲"), ("mother", "母亲")):
        value = getattr(found, field)
        if value and value not in labels.PARENT:
            faults.append(Fault(field, f"请选择{word}的情况"))
        elif value and not is_child:
            faults.append(Fault(field, f"只登记未满 {ADULT_FROM} 周岁的人的父母情况"))
    if len(set(found.beyond)) < len(found.beyond) or not set(found.beyond) <= labels.DAILY.keys():
        faults.append(Fault("beyond", f"日常活动为：{'、'.join(labels.DAILY.values())}"))
    if found.has_lost_only_child and is_child:
        faults.append(Fault("has_lost_only_child", f"失独只登记年满 {ADULT_FROM} 周岁的人"))
    if faults:
        raise CircumstancesRefused("；".join(fault.message for fault in faults), faults=faults)


def self_care(unmet: int, rule: Rule) -> str:
    """A code of `labels.SELF_CARE` by how many of the six activities are beyond the person."""
    if unmet >= rule.params["none_from"]:
        return "none"
    return "partial" if unmet >= rule.params["partial_from"] else "full"
