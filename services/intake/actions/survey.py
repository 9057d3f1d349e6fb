"""The survey (调查摸底): opened for a project, recorded visit by visit, accepted at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from services.intake.domain.campaign import check_own
from services.intake.domain.survey import SurveyClosed, SurveyUnfinished, VisitReport, VisitsRefused, check_visits, needs_in_order
from services.intake.store import Household, Project, Survey, SurveyFile, Visit, check_reach, counts, own_divisions
from shared.access import Actor
from shared.errors import WrongState
from shared.events.intake import SurveyProgressed
from shared.ids import new_id
from shared.rules import Rules
from shared.work import Work


class ProjectUnknown(WrongState):
    """Procurement has not said yet that it opened this project."""

    code = "project-unknown"


@dataclass(frozen=True, slots=True)
class Visited:
    file_id: UUID
    report: VisitReport


def open_survey(
    *, project_id: UUID, name: str, division: str, due_on: date, categories: Sequence[str] = (), work: Work, today: date, actor: Actor
) -> UUID:
    """Begin a survey of every household of its rosters, or of those of some categories among them."""
    check_reach(division, actor)
    if work.find(Project, project_id) is None:
        raise ProjectUnknown("尚未收到该项目立项的消息", field="project_id")
    if due_on < today:
        raise VisitsRefused("完成期限不能早于今天", field="due_on")
    terms: dict[str, Any] = {"project_id": project_id, "name": name, "division": division, "due_on": due_on, "categories": list(categories)}
    survey = Survey(opened_on=today, opened_by=actor.account, **terms)
    work.add(survey)
    work.about("survey", survey.id)
    return survey.id


def record_visits(survey_id: UUID, *, visits: Sequence[Visited], work: Work, today: date, actor: Actor, rules: Rules) -> dict[str, int]:
    """Enter what two investigators found in each household; all visits of the command or none."""
    survey = to_change(work, survey_id, actor)
    work.about("survey", survey_id)
    least = rules("survey_investigators", division=survey.division)
    check_visits([visit.report for visit in visits], opened_on=survey.opened_on, today=today, investigators_at_least=least)
    households = _households_of(work, survey_id, visits, own_divisions(survey_id, actor.account, reader=work))
    work.insert(Visit, [_visit(survey_id, visit, actor, today) for visit in visits])
    done = [{"b_id": visit.file_id, "visited_on": visit.report.visited_on} for visit in visits]
    files = update(SurveyFile.__table__).where(col(SurveyFile.id) == bindparam("b_id"))  # type: ignore[attr-defined]  # SQLModel adds it
    work.execute(files.values(status="verified", visited_on=bindparam("visited_on")), done)
    found = [_found(households[visit.file_id], visit.report) for visit in visits]
    work.execute(update(Household.__table__).where(col(Household.id) == bindparam("b_id")), found)  # type: ignore[attr-defined]  # SQLModel adds it
    return {"recorded": len(visits)} | _say(work, survey)


def accept_survey(survey_id: UUID, *, remark: str, work: Work, today: date, actor: Actor) -> dict[str, int]:
    """Accept the files as they are; how many are enough is for the contract to say."""
    survey = to_change(work, survey_id, actor)
    work.about("survey", survey_id)
    if not counts(survey_id, reader=work)["files_verified"]:
        raise SurveyUnfinished("还没有一户完成走访，不能验收")
    survey.status, survey.accepted_on, survey.accepted_by = "accepted", today, actor.account
    return _say(work, survey)


def to_change(work: Work, survey_id: UUID, actor: Actor) -> Survey:
    """An open survey. Raises NotFound outside the actor's divisions, and SurveyClosed after its acceptance."""
    survey = work.get(Survey, survey_id)
    check_reach(survey.division, actor)
    if survey.status != "open":
        raise SurveyClosed(f"调查已于 {survey.accepted_on} 验收")
    return survey


def _households_of(work: Work, survey_id: UUID, visits: Sequence[Visited], own: Sequence[str] | None) -> dict[UUID, UUID]:
    """Household by file. Raises VisitsRefused for a file of another survey, or one named twice, and NotYourFile for another team's."""
    ids = [visit.file_id for visit in visits]
    if len(set(ids)) < len(ids):
        raise VisitsRefused("同一户在一次登记中出现多次", field="visits")
    statement = select(col(SurveyFile.id), col(SurveyFile.household_id), col(SurveyFile.division))
    rows = work.rows(statement.where(col(SurveyFile.survey_id) == survey_id, col(SurveyFile.id).in_(ids)))
    found = {row[0]: row[1] for row in rows}
    if missing := [position for position, file_id in enumerate(ids) if file_id not in found]:
        raise VisitsRefused("有户不在本次调查之内", field=f"visits.{missing[0]}.file_id")
    for row in rows:
        check_own(row[2], own)
    return found


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


def _say(work: Work, survey: Survey) -> dict[str, int]:
    reached = counts(survey.id, reader=work)
    work.emit(
        SurveyProgressed(
            survey_id=survey.id,
            project_id=survey.project_id,
            files_due=reached["files_due"],
            files_verified=reached["files_verified"],
            people=reached["people_verified"],
            is_accepted=survey.status == "accepted",
        )
    )
    return {name: reached[name] for name in ("files_due", "files_verified")}
