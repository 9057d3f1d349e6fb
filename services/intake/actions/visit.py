"""Visits of a survey: the form of one household, and what two investigators enter."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, update
from sqlmodel import col

from services.intake.actions.survey import say_progress, to_change
from services.intake.actions.visit_answers import keep_answers, keep_form
from services.intake.domain.campaign import check_own
from services.intake.domain.person import age_on
from services.intake.domain.survey import (
    BEYOND,
    MOST_INVESTIGATORS,
    Member,
    Visitable,
    VisitReport,
    VisitsRefused,
    check_visits,
    needs_in_order,
)
from services.intake.domain.survey_form import SurveyForm, read_form, with_added
from services.intake.store import (
    Household,
    Observation,
    Person,
    SurveyFile,
    SurveyTeam,
    Visit,
    check_reach,
    forms_in_force,
    own_divisions,
    people_at,
    survey_file,
    teams_of,
)
from shared.access import Actor
from shared.access.accounts import names_of_accounts
from shared.ids import new_id
from shared.personal import Keyring
from shared.plugins import Hooks
from shared.rules import Rules
from shared.sentences import S_
from shared.work import Reader, Work


@dataclass(frozen=True, slots=True)
class Visited:
    file_id: UUID
    report: VisitReport


def form_of_survey(hooks: Hooks, *, division: str, reader: Reader, without: str = "") -> SurveyForm:
    """What is asked at a visit: the fixed sections, those of the enabled plugins, and the forms that were imported for the division."""
    imported = [form for form in forms_in_force(division, reader=reader) if form.form_id != without]
    return with_added([*hooks.survey_questions(), *(read_form({"sections": form.sections}).sections for form in imported)])


def survey_form(division: str, *, reader: Reader, actor: Actor, hooks: Hooks) -> dict[str, Any]:
    """The same for programs, with its version; of no division, what is asked everywhere."""
    if division:
        check_reach(division, actor)
    form = form_of_survey(hooks, division=division, reader=reader)
    return {"version": form.version, "sections": form.sections}


def visit_sheet(file_id: UUID, *, reader: Reader, today: date, actor: Actor, rules: Rules, hooks: Hooks) -> dict[str, Any]:
    """What a visit to a household has to ask, of whom and by how many; nothing that says who lives there, nor what was found before."""
    file = survey_file(file_id, reader=reader, actor=actor)
    survey, visits, calls = (file.pop(name) for name in ("survey", "visits", "calls"))
    form, rule = (
        form_of_survey(hooks, division=survey["division"], reader=reader),
        rules("survey_investigators", division=survey["division"]),
    )
    household, people = people_at(file_id, reader=reader)
    own = own_divisions(survey["id"], actor.account, reader=reader)
    teams = teams_of(survey["id"], reader=reader)
    names = names_of_accounts([who for each in visits for who in each["investigators"]], reader=reader)
    is_own = own is None or file["division"] in own
    return {
        "file": file,
        "survey": {name: survey[name] for name in ("id", "name", "division", "opened_on", "due_on", "status", "accepted_on")},
        "rule": {"text": rule.text_zh, "citation": rule.citation, "investigators_at_least": rule.params["investigators"]},
        "form": form,
        "members": [_asked(person, household, form, today) for person in people],
        "living_members": household.living_members,
        "investigators": _usual_investigators(survey["id"], file["division"], actor.account, reader),
        "visits": [
            {name: each[name] for name in ("visited_on", "kind", "investigators", "recorded_by", "recorded_on")}
            | {"outside": outside(each["investigators"], file["division"], teams, names)}
            for each in visits
        ],
        "calls": [{name: each[name] for name in ("called_on", "reason", "recorded_by")} for each in calls],
        "is_own": is_own,
        "may_record": is_own and survey["status"] == "open" and actor.may("surveyor"),
    }


def record_visits(
    survey_id: UUID,
    *,
    visits: Sequence[Visited],
    work: Work,
    today: date,
    actor: Actor,
    rules: Rules,
    hooks: Hooks,
    keyring: Keyring,
) -> dict[str, Any]:
    """Enter what two investigators found in each household; all visits of the command or none."""
    survey = to_change(work, survey_id, actor)
    work.about("survey", survey_id)
    files = _households_of(work, survey_id, visits, own_divisions(survey_id, actor.account, reader=work))
    form, reports = form_of_survey(hooks, division=survey.division, reader=work), [visit.report for visit in visits]
    asks_members = form.requires_members or any(report.members or report.answers for report in reports)
    people = _people_of(list(files.values()), work) if asks_members else {}
    held = _visitables(files, people, work)
    named = {each.strip() for report in reports for each in report.investigators}
    names = names_of_accounts(named, reader=work)
    check_visits(
        reports,
        opened_on=survey.opened_on,
        today=today,
        investigators_at_least=rules("survey_investigators", division=survey.division),
        form=form,
        households=[held.get(visit.file_id, Visitable()) for visit in visits],
        names=names,
    )
    keep_form(form, work, today)
    rows = [_visit(survey_id, visit, actor, today) | {"form": form.version} for visit in visits]
    work.insert(Visit, rows)
    done = [{"b_id": visit.file_id, "visited_on": visit.report.visited_on} for visit in visits]
    verified = update(SurveyFile.__table__).where(col(SurveyFile.id) == bindparam("b_id"))  # type: ignore[attr-defined]  # SQLModel adds it
    work.execute(verified.values(status="verified", visited_on=bindparam("visited_on")), done)
    found = [_found(files[visit.file_id], visit.report) for visit in visits]
    work.execute(update(Household.__table__).where(col(Household.id) == bindparam("b_id")), found)  # type: ignore[attr-defined]  # SQLModel adds it
    _observe(reports, people, work, today, actor)
    answered = [
        (row["id"], report.answers, [(each.person_id, each.answers) for each in report.members], list(held[row["file_id"]].members))
        for row, report in zip(rows, reports, strict=True)
    ]
    keep_answers(answered, work, keyring)
    divisions = dict(_pairs(work, select(col(SurveyFile.id), col(SurveyFile.division)).where(col(SurveyFile.id).in_(files))))
    teams = teams_of(survey_id, reader=work)
    unknown = {each for visit in visits for each in outside(visit.report.investigators, divisions[visit.file_id], teams, names)}
    return {"recorded": len(visits), "unknown_investigators": sorted(unknown)} | say_progress(work, survey)


def outside(investigators: Iterable[str], division: str, teams: Sequence[SurveyTeam], names: Mapping[str, str]) -> list[str]:
    """Who is in no team of the community or, without teams, has no account: to be looked at, and no reason to refuse a visit."""
    known = {each for team in teams if division in team.divisions for each in team.surveyors} if teams else set(names)
    return [each for each in map(str.strip, investigators) if each and each not in known]


def _pairs(reader: Reader, statement: Any) -> list[tuple[Any, Any]]:
    return [(row[0], row[1]) for row in reader.rows(statement)]


def _asked(person: Person, household: Household, form: SurveyForm, today: date) -> dict[str, Any]:
    """Of whom which questions are asked, by their places."""
    facts = person.facts(household)
    places = [section.place(question) for section, question in form.asked("person") if question.is_asked_of(facts, today)]
    shown = {"id": person.id, "relation": person.relation, "sex": person.sex, "age": age_on(person.birth, today)}
    return shown | {"places": places}


def _usual_investigators(survey_id: UUID, division: str, account: str, reader: Reader) -> list[str]:
    """Who goes there together, where the team is no larger than a visit; else the one who asks."""
    for team in teams_of(survey_id, reader=reader):
        if division in team.divisions and account in team.surveyors and len(team.surveyors) <= MOST_INVESTIGATORS:
            return list(team.surveyors)
    return [account]


def _households_of(work: Work, survey_id: UUID, visits: Sequence[Visited], own: Sequence[str] | None) -> dict[UUID, UUID]:
    """Household by file. Raises VisitsRefused for a file of another survey, or one named twice, and NotYourFile for another team's."""
    ids = [visit.file_id for visit in visits]
    if len(set(ids)) < len(ids):
        raise VisitsRefused(S_("同一户在一次登记中出现多次"), field="visits")
    statement = select(col(SurveyFile.id), col(SurveyFile.household_id), col(SurveyFile.division))
    rows = work.rows(statement.where(col(SurveyFile.survey_id) == survey_id, col(SurveyFile.id).in_(ids)))
    found = {row[0]: row[1] for row in rows}
    if missing := [position for position, file_id in enumerate(ids) if file_id not in found]:
        raise VisitsRefused(S_("有户不在本次调查之内"), field=f"visits.{missing[0]}.file_id")
    for row in rows:
        check_own(row[2], own)
    return found


def _people_of(households: Sequence[UUID], work: Work) -> dict[UUID, Person]:
    """Who is present in these households."""
    present = (col(Person.household_id).in_(households), col(Person.status) == "present")
    return {person.id: person for person in work.select(select(Person).where(*present))}


def _visitables(files: Mapping[UUID, UUID], people: Mapping[UUID, Person], work: Work) -> dict[UUID, Visitable]:
    """By file what its report is held against."""
    home: Any = col(SurveyFile.household_id)
    of_household = (col(SurveyFile.id) == Visit.file_id, home.in_(files.values()))
    last_visit = select(home, func.max(col(Visit.visited_on))).where(*of_household).group_by(home)
    visited = {row[0]: row[1] for row in work.rows(last_visit)}
    whose: Any = col(Observation.person_id)
    last_seen = select(whose, func.max(col(Observation.observed_on))).where(whose.in_(people)).group_by(whose)
    seen = {row[0]: row[1] for row in work.rows(last_seen)} if people else {}
    homes = {each: work.get(Household, each) for each in {person.household_id for person in people.values()}}
    members: dict[UUID, dict[UUID, Member]] = defaultdict(dict)
    for person in people.values():
        members[person.household_id][person.id] = Member(person.facts(homes[person.household_id]), seen.get(person.id))
    return {file_id: Visitable(members[household_id], visited.get(household_id)) for file_id, household_id in files.items()}


def _visit(survey_id: UUID, visit: Visited, actor: Actor, today: date) -> dict[str, Any]:
    report = visit.report
    return {
        "id": new_id(),
        "survey_id": survey_id,
        "file_id": visit.file_id,
        "visited_on": report.visited_on,
        "kind": report.kind,
        "investigators": list(report.investigators),
        "living_members": report.living_members,
        "housing": report.housing,
        "needs": list(needs_in_order(report.needs)),
        "recorded_by": actor.account,
        "recorded_on": today,
    }


def _found(household_id: UUID, report: VisitReport) -> dict[str, Any]:
    needs = list(needs_in_order(report.needs))
    return {"b_id": household_id, "living_members": report.living_members, "needs": needs, "housing": report.housing}


def _observe(reports: Sequence[VisitReport], people: Mapping[UUID, Person], work: Work, today: date, actor: Actor) -> None:
    """What a member cannot do alone is an observation of the day of the visit; what else was known of the circumstances stays."""
    for report in reports:
        for each in report.members:
            if BEYOND not in each.answers:
                continue
            person = people[each.person_id]
            person.adl_unmet = len(each.answers[BEYOND])
            work.add(
                Observation(
                    person_id=person.id,
                    father=person.father,
                    mother=person.mother,
                    beyond=list(each.answers[BEYOND]),
                    has_lost_only_child=person.has_lost_only_child,
                    observed_on=report.visited_on,
                    recorded_by=actor.account,
                    recorded_on=today,
                )
            )
