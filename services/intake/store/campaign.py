"""The survey in the field: who goes where (teams), doors that stayed shut (calls), and where it all stands."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint, case, func, select
from sqlmodel import Field, col

from services.intake.store.person import Household, Person
from services.intake.store.roster import Roster, check_reach, in_divisions
from services.intake.store.survey import Survey, SurveyFile, Visit, counts
from services.intake.store.table import Table
from shared.access import Actor
from shared.divisions import name_of
from shared.http.paging import Listing, Page, listing
from shared.ids import new_id
from shared.store.types import Json
from shared.work import Reader


class SurveyTeam(Table, table=True):
    """Who visits which communities of a survey. A community belongs to one team at most."""

    __tablename__ = "survey_team"
    __table_args__ = (UniqueConstraint("survey_id", "name"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    survey_id: UUID = Field(foreign_key="survey.id", index=True)
    name: str
    surveyors: list[str] = Json()
    """Work numbers (工号); who signs in under one of them sees the team's files."""
    divisions: list[str] = Json()
    set_by: str
    set_on: date


class SurveyCall(Table, table=True):
    """Somebody stood at the door and no visit came of it; the database refuses to change it."""

    __tablename__ = "survey_call"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    survey_id: UUID = Field(index=True)
    file_id: UUID = Field(foreign_key="survey_file.id", index=True)
    called_on: date
    reason: str
    recorded_by: str
    recorded_on: date


def reached_survey(reader: Reader, survey_id: UUID, actor: Actor) -> Survey:
    """Raises NotFound, also for one outside the actor's divisions."""
    found = reader.get(Survey, survey_id)
    check_reach(found.division, actor)
    return found


def surveys(*, reader: Reader, actor: Actor, page: Page) -> Listing:
    """The surveys of the actor's divisions with their counts, the latest first."""
    statement = select(Survey).where(in_divisions(col(Survey.division), actor))
    shown = {"id", "name", "division", "due_on", "status", "opened_on"}
    return listing(
        reader,
        statement,
        page,
        sort=(Survey.opened_on, Survey.id),
        newest_first=True,
        item=lambda row: row.model_dump(include=shown) | counts(row.id, reader=reader),
    )


def teams_of(survey_id: UUID, *, reader: Reader) -> list[SurveyTeam]:
    return reader.select(select(SurveyTeam).where(col(SurveyTeam.survey_id) == survey_id).order_by(col(SurveyTeam.name)))


def teams(survey_id: UUID, *, reader: Reader, actor: Actor) -> list[dict[str, Any]]:
    """The teams of a survey, each with how far it has come."""
    reached_survey(reader, survey_id, actor)
    return [
        team.model_dump(include={"id", "name", "surveyors", "divisions"}) | _progress(survey_id, team.divisions, reader)
        for team in teams_of(survey_id, reader=reader)
    ]


def own_divisions(survey_id: UUID, account: str, *, reader: Reader) -> list[str] | None:
    """The communities that a surveyor of this account visits; None where the survey has no teams, so that everybody visits everywhere."""
    found = teams_of(survey_id, reader=reader)
    return sorted({code for team in found if account in team.surveyors for code in team.divisions}) if found else None


def rosters_of(survey_id: UUID, *, reader: Reader, actor: Actor) -> list[dict[str, Any]]:
    """What a survey was filled from, the first roster first."""
    reached_survey(reader, survey_id, actor)
    found = reader.select(select(Roster).where(col(Roster.survey_id) == survey_id).order_by(col(Roster.uploaded_on)))
    shown = {"id", "name", "purpose", "status", "rows", "faulty", "households", "reference_on"}
    return [roster.model_dump(include=shown) for roster in found]


def by_category(survey_id: UUID, *, reader: Reader, actor: Actor) -> list[dict[str, Any]]:
    """Files by category of assistance: urban and rural allowance, urban and rural destitute are never added up."""
    reached_survey(reader, survey_id, actor)
    category, verified = col(SurveyFile.category), func.sum(case((col(SurveyFile.status) == "verified", 1), else_=0))
    rows = reader.rows(select(category, func.count(), verified).where(col(SurveyFile.survey_id) == survey_id).group_by(category))
    return [{"category": row[0], "files_due": row[1], "files_verified": int(row[2])} for row in sorted(rows)]


def missing(survey_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    """What still lacks for the acceptance: files nobody has visited, doors that stayed shut and why, communities of no team."""
    reached_survey(reader, survey_id, actor)
    of_survey = (col(SurveyFile.survey_id) == survey_id, col(SurveyFile.status) != "verified")
    statuses = dict(_pairs(reader, select(col(SurveyFile.status), func.count()).where(*of_survey).group_by(SurveyFile.status)))
    open_files = select(col(SurveyFile.id)).where(*of_survey)
    calls = select(col(SurveyCall.reason), func.count()).where(col(SurveyCall.file_id).in_(open_files)).group_by(SurveyCall.reason)
    left = {row[0] for row in reader.rows(select(col(SurveyFile.division)).where(*of_survey).distinct())}
    covered = {code for team in teams_of(survey_id, reader=reader) for code in team.divisions}
    return {
        "due": statuses.get("due", 0),
        "opened": statuses.get("opened", 0),
        "calls": dict(_pairs(reader, calls)),
        "without_team": [name_of(code) for code in sorted(left - covered)] if covered else [],
    }


def survey_file(file_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    """A file with its visits and calls; nothing that says who lives there."""
    file = reader.get(SurveyFile, file_id)
    survey = reached_survey(reader, file.survey_id, actor)
    check_reach(file.division, actor)
    visits = reader.select(select(Visit).where(col(Visit.file_id) == file_id).order_by(col(Visit.recorded_on), col(Visit.id)))
    calls = reader.select(select(SurveyCall).where(col(SurveyCall.file_id) == file_id).order_by(col(SurveyCall.called_on)))
    return file.model_dump() | {
        "survey": survey.model_dump(),
        "visits": [visit.model_dump() for visit in visits],
        "calls": [call.model_dump() for call in calls],
    }


def people_at(file_id: UUID, *, reader: Reader) -> tuple[Household, list[Person]]:
    """Who lives in the household of a file, the head first, then by age."""
    household = reader.get(Household, reader.get(SurveyFile, file_id).household_id)
    found = reader.select(select(Person).where(col(Person.household_id) == household.id, col(Person.status) == "present"))
    return household, sorted(found, key=lambda person: (person.relation != "head", person.birth))


def _progress(survey_id: UUID, divisions: Sequence[str], reader: Reader) -> dict[str, int]:
    verified = func.coalesce(func.sum(case((col(SurveyFile.status) == "verified", 1), else_=0)), 0)
    of_team = (col(SurveyFile.survey_id) == survey_id, col(SurveyFile.division).in_(divisions))
    row = reader.rows(select(func.count(), verified).where(*of_team))[0]
    return {"files_due": int(row[0]), "files_verified": int(row[1])}


def _pairs(reader: Reader, statement: Any) -> list[tuple[str, int]]:
    return [(row[0], int(row[1])) for row in reader.rows(statement)]
