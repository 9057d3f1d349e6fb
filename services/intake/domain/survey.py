"""The survey (调查摸底): every household is visited, by two people, and its needs are asked in one way."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from unicodedata import normalize
from uuid import UUID

from services.intake import labels
from services.intake.domain.naming import NamesSomebody, has_number
from services.intake.domain.person import NEEDS, PersonFacts
from services.intake.domain.survey_form import SurveyForm
from shared.errors import Fault, RuleRefusal, WrongState
from shared.rules import Rule
from shared.sentences import S_

MOST_VISITS = 200
"""Visits in one command."""
MOST_INVESTIGATORS: Final = 6
BEYOND: Final = "daily.beyond"
"""Where the form asks which activities of daily life are beyond a member; an answer is kept as an observation of the member."""
FIXED_PLACES: Final = frozenset({*(f"needs.{need}" for need in NEEDS), "living.living_members", "living.housing"})
_FIELD_OF: Final[Mapping[str, str]] = {"living.living_members": "living_members", "living.housing": "housing"}
"""Fixed places of the form that have a name of their own in a report."""


class VisitsRefused(RuleRefusal):
    """Visits that break a rule; none of the command is kept, all faults are named."""

    code = "visits-refused"


class SurveyClosed(WrongState):
    code = "survey-closed"


class SurveyUnfinished(WrongState):
    code = "survey-unfinished"


@dataclass(frozen=True, slots=True)
class MemberReport:
    """What was answered of one member, by place; `daily.beyond` among it where somebody looked."""

    person_id: UUID
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VisitReport:
    """What two investigators bring back from one household. `answers`, by place, are those beside the fixed ones."""

    visited_on: date
    kind: str
    investigators: tuple[str, ...]
    living_members: int
    housing: str
    needs: Mapping[str, int]
    answers: Mapping[str, Any] = field(default_factory=dict)
    members: tuple[MemberReport, ...] = ()

    @property
    def of_household(self) -> dict[str, Any]:
        """Every answer about the household by its place in the form."""
        needs = {f"needs.{need}": str(degree) for need, degree in self.needs.items()}
        return {**self.answers, **needs, "living.living_members": self.living_members, "living.housing": self.housing}


@dataclass(frozen=True, slots=True)
class Member:
    """Who is present in a household, and on which day that person's circumstances were seen last."""

    facts: PersonFacts
    seen_on: date | None = None


@dataclass(frozen=True, slots=True)
class Visitable:
    """What a report is held against: who lives there, and when the household was visited last."""

    members: Mapping[UUID, Member] = field(default_factory=dict)
    visited_on: date | None = None


def check_visits(
    reports: Sequence[VisitReport],
    *,
    opened_on: date,
    today: date,
    investigators_at_least: Rule,
    form: SurveyForm,
    households: Sequence[Visitable] = (),
    names: Mapping[str, str] | None = None,
) -> None:
    """Raises VisitsRefused with a fault for each thing that is wrong. `households` are those of the reports, in the same order.

    `names` says what the holders of those work numbers that are accounts are called: a number and its holder's name are one person.
    """
    if not 1 <= len(reports) <= MOST_VISITS:
        raise VisitsRefused(S_("一次登记 1 至 {most} 户，现为 {count} 户", most=MOST_VISITS, count=len(reports)), field="visits")
    found = households or [Visitable()] * len(reports)
    faults = [
        Fault(f"visits.{position}.{fault.field}", fault.message, fault.rule, fault.article)
        for position, (report, household) in enumerate(zip(reports, found, strict=True))
        for fault in (
            *_faults(report, household, opened_on, today, investigators_at_least, names or {}),
            *_faults_of_answers(report, household, form, today),
        )
    ]
    if faults:
        raise VisitsRefused(S_("入户登记有 {count} 处不符合要求，请改正后重新提交", count=len(faults)), faults=faults)


def needs_in_order(needs: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(needs[need] for need in NEEDS)


def people_among(investigators: Iterable[str], names: Mapping[str, str]) -> set[str]:
    """Different people among work numbers and names; however a number is typed, and where its holder is named beside it, it is one."""
    given = {normalize("NFKC", each).strip().casefold() for each in investigators} - {""}
    holders = {normalize("NFKC", account).casefold(): normalize("NFKC", name).casefold() for account, name in names.items()}
    return given - {holders[each] for each in given if each in holders and holders[each] != each}


def _faults(
    report: VisitReport, household: Visitable, opened_on: date, today: date, investigators_at_least: Rule, names: Mapping[str, str]
) -> Iterator[Fault]:
    least = investigators_at_least.params["investigators"]
    if len(people_among(report.investigators, names)) < least:
        yield Fault(
            "investigators", S_("入户调查每组不少于 {least} 人", least=least), investigators_at_least.id, investigators_at_least.article
        )
    elif has_number("\n".join(report.investigators)):
        yield Fault("investigators", S_("调查员以工号登记，不要写身份证号和电话号码"), NamesSomebody.code)
    elif len(report.investigators) > MOST_INVESTIGATORS:
        yield Fault("investigators", S_("一次走访至多 {most} 名调查员", most=MOST_INVESTIGATORS))
    if not opened_on <= report.visited_on <= today:
        yield Fault("visited_on", S_("走访日期应在调查开始之后、登记日期之前"))
    elif household.visited_on is not None and report.visited_on < household.visited_on:
        yield Fault("visited_on", S_("本户已有 {latest} 的走访，不能再登记更早的走访", latest=household.visited_on))
    if report.kind not in labels.VISIT_KIND:
        yield Fault("kind", S_("请选择走访方式"))


def _faults_of_answers(report: VisitReport, household: Visitable, form: SurveyForm, today: date) -> Iterator[Fault]:
    for place, message in form.faults("household", report.of_household):
        fixed = _FIELD_OF.get(place, place if place.partition(".")[0] == "needs" else "")
        yield Fault(fixed or f"answers.{place}".rstrip("."), message)
    if report.answers.keys() & FIXED_PLACES:
        yield Fault("answers", S_("固定项目有各自的字段，不在 answers 中"))
    if report.answers and not household.members:
        yield Fault("answers", S_("本户没有在册成员，附加问题请留空"))
    named = [each.person_id for each in report.members]
    for position, each in enumerate(report.members):
        member = household.members.get(each.person_id)
        if member is None or named.count(each.person_id) > 1:
            yield Fault(f"members.{position}.person_id", S_("应为本户在册成员，每人一次"))
            continue
        for place, message in form.faults("person", each.answers, member.facts, today):
            yield Fault(f"members.{position}.{'beyond' if place == BEYOND else f'answers.{place}'.rstrip('.')}", message)
        if BEYOND in each.answers and member.seen_on is not None and report.visited_on < member.seen_on:
            yield Fault(f"members.{position}.beyond", S_("已有 {latest} 的登记，不能再登记更早的情况", latest=member.seen_on))
    if form.requires_members and household.members.keys() - set(named):
        yield Fault("members", S_("登记表有关于成员的必答题，请填写每名在册成员"))
