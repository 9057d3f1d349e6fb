"""The survey in the field: teams are made up, doors are called at."""

from datetime import date
from typing import Any
from uuid import UUID

from services.intake.actions.survey import to_change
from services.intake.domain.campaign import CALL_REASONS, TeamTerms, check_own, check_team
from services.intake.domain.survey import VisitsRefused
from services.intake.store import SurveyCall, SurveyFile, SurveyTeam, check_reach, own_divisions, teams_of
from shared.access import Actor
from shared.errors import NotFound
from shared.rules import Rules
from shared.sentences import S_
from shared.work import Work


def set_team(survey_id: UUID, *, team: TeamTerms, team_id: UUID | None = None, work: Work, today: date, actor: Actor, rules: Rules) -> UUID:
    """Make up a team, or change one: who goes (as many at least as make a visit) and to which communities."""
    survey = to_change(work, survey_id, actor)
    work.about("survey", survey_id)
    least = int(rules("survey_investigators", division=survey.division).params["investigators"])
    others = [each for each in teams_of(survey_id, reader=work) if each.id != team_id]
    check_team(team, area=survey.division, taken=[(code, each.name) for each in others for code in each.divisions], least=least)
    if team_id is None:
        made = SurveyTeam(survey_id=survey_id, set_by=actor.account, set_on=today, **_terms(team))
        work.add(made)
        return made.id
    changed = work.find(SurveyTeam, team_id)
    if changed is None or changed.survey_id != survey_id:
        raise NotFound(S_("没有找到该小组"))
    changed.name, changed.surveyors, changed.divisions = team.name, list(team.surveyors), list(team.divisions)
    changed.set_by, changed.set_on = actor.account, today
    return changed.id


def record_call(file_id: UUID, *, called_on: date, reason: str, work: Work, today: date, actor: Actor) -> UUID:
    """Somebody stood at the door and no visit came of it. The file counts as opened, and stays to be visited."""
    file = work.get(SurveyFile, file_id)
    survey = to_change(work, file.survey_id, actor)
    check_reach(file.division, actor)
    check_own(file.division, own_divisions(survey.id, actor.account, reader=work))
    work.about("survey_file", file_id)
    if reason not in CALL_REASONS:
        raise VisitsRefused(S_("请选择未能走访的原因"), field="reason")
    if not survey.opened_on <= called_on <= today:
        raise VisitsRefused(S_("上门日期应在调查开始之后、登记日期之前"), field="called_on")
    if file.status == "due":
        file.status = "opened"
    call = SurveyCall(
        survey_id=survey.id, file_id=file_id, called_on=called_on, reason=reason, recorded_by=actor.account, recorded_on=today
    )
    work.add(call)
    return call.id


def _terms(team: TeamTerms) -> dict[str, Any]:
    return {"name": team.name, "surveyors": list(team.surveyors), "divisions": list(team.divisions)}
