"""The survey (调查摸底): opened for a project, accepted at the end."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.intake.domain.naming import check_text
from services.intake.domain.survey import SurveyClosed, SurveyUnfinished, VisitsRefused
from services.intake.store import Project, Survey, check_reach, counts
from shared.access import Actor
from shared.errors import WrongState
from shared.events.intake import SurveyProgressed
from shared.sentences import S_
from shared.work import Work


class ProjectUnknown(WrongState):
    """Procurement has not said yet that it opened this project."""

    code = "project-unknown"


def open_survey(
    *, project_id: UUID, name: str, division: str, due_on: date, categories: Sequence[str] = (), work: Work, today: date, actor: Actor
) -> UUID:
    """Begin a survey of every household of its rosters, or of those of some categories among them."""
    check_reach(division, actor)
    check_text(name, field="name", called=S_("调查名称"))
    project = work.find(Project, project_id)
    if project is None or not actor.reaches(project.division):
        raise ProjectUnknown(S_("尚未收到该项目立项的消息"), field="project_id")
    if due_on < today:
        raise VisitsRefused(S_("完成期限不能早于今天"), field="due_on")
    terms: dict[str, Any] = {"project_id": project_id, "name": name, "division": division, "due_on": due_on, "categories": list(categories)}
    survey = Survey(opened_on=today, opened_by=actor.account, **terms)
    work.add(survey)
    work.about("survey", survey.id)
    return survey.id


def accept_survey(survey_id: UUID, *, remark: str, work: Work, today: date, actor: Actor) -> dict[str, int]:
    """Accept the files as they are; how many are enough is for the contract to say."""
    check_text(remark, field="remark", called=S_("验收意见"))
    survey = to_change(work, survey_id, actor)
    work.about("survey", survey_id)
    if not counts(survey_id, reader=work)["files_verified"]:
        raise SurveyUnfinished(S_("还没有一户完成走访，不能验收"))
    survey.status, survey.accepted_on, survey.accepted_by, survey.acceptance_remark = "accepted", today, actor.account, remark
    return say_progress(work, survey)


def to_change(work: Work, survey_id: UUID, actor: Actor) -> Survey:
    """An open survey. Raises NotFound outside the actor's divisions, and SurveyClosed after its acceptance."""
    survey = work.get(Survey, survey_id)
    check_reach(survey.division, actor)
    if survey.status != "open":
        raise SurveyClosed(S_("调查已于 {day} 验收", day=survey.accepted_on))
    return survey


def say_progress(work: Work, survey: Survey) -> dict[str, int]:
    """Tell how far a survey has come."""
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
