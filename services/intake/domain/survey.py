"""The survey (调查摸底): every household is visited, by two people, and its needs are asked in one way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.intake import labels
from services.intake.domain.person import HIGHEST_NEED, NEEDS
from shared.errors import Fault, RuleRefusal, WrongState
from shared.rules import Rule

MOST_VISITS = 200
"""Visits in one command."""


class VisitsRefused(RuleRefusal):
    """Visits that break a rule; none of the command is kept, all faults are named."""

    code = "visits-refused"


class SurveyClosed(WrongState):
    code = "survey-closed"


class SurveyUnfinished(WrongState):
    code = "survey-unfinished"


@dataclass(frozen=True, slots=True)
class VisitReport:
    """What two investigators bring back from one household."""

    visited_on: date
    kind: str
    investigators: tuple[str, ...]
    living_members: int
    housing: str
    needs: Mapping[str, int]


def check_visits(reports: Sequence[VisitReport], *, opened_on: date, today: date, investigators_at_least: Rule) -> None:
    """Raises VisitsRefused with a fault for each thing that is wrong."""
    if not 1 <= len(reports) <= MOST_VISITS:
        raise VisitsRefused(f"一次登记 1 至 {MOST_VISITS} 户，现为 {len(reports)} 户", field="visits")
    faults = [
        Fault(f"visits.{position}.{field}", message, rule, article)
        for position, report in enumerate(reports)
        for field, message, rule, article in _faults(report, opened_on, today, investigators_at_least)
    ]
    if faults:
        raise VisitsRefused(f"入户登记有 {len(faults)} 处不符合要求，请改正后重新提交", faults=faults)


def needs_in_order(needs: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(needs[need] for need in NEEDS)


def _faults(report: VisitReport, opened_on: date, today: date, investigators_at_least: Rule) -> list[tuple[str, str, str, str]]:
    found = []
    least = investigators_at_least.params["investigators"]
    if len(set(filter(None, map(str.strip, report.investigators)))) < least:
        found.append(("investigators", f"入户调查每组不少于 {least} 人", investigators_at_least.id, investigators_at_least.article))
    if not opened_on <= report.visited_on <= today:
        found.append(("visited_on", "走访日期应在调查开始之后、登记日期之前", "", ""))
    if set(report.needs) != set(NEEDS):
        found.append(("needs", f"七项需求都要填写：{'、'.join(labels.NEED[need] for need in NEEDS)}", "", ""))
    elif not all(0 <= degree <= HIGHEST_NEED for degree in report.needs.values()):
        found.append(("needs", f"需求程度为 0 至 {HIGHEST_NEED}", "", ""))
    if report.living_members < 1:
        found.append(("living_members", "实际居住人数至少为 1", "", ""))
    return found
