"""The survey (调查摸底): which household files are due, which are verified, and what the visits found."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint, case, func, select
from sqlmodel import Field, col

from services.intake.store.roster import check_reach, in_divisions
from services.intake.store.table import Table
from shared.access import Actor
from shared.divisions import name_of
from shared.http.paging import Listing, Page, listing
from shared.ids import new_id
from shared.store.types import Json
from shared.work import Reader


class Survey(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_id: UUID = Field(index=True)
    name: str
    division: str
    opened_on: date
    opened_by: str
    due_on: date
    status: str = "open"
    accepted_on: date | None = None
    accepted_by: str = ""


class SurveyFile(Table, table=True):
    """One household to be visited."""

    __tablename__ = "survey_file"
    __table_args__ = (UniqueConstraint("survey_id", "household_id"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    survey_id: UUID = Field(foreign_key="survey.id", index=True)
    household_id: UUID = Field(foreign_key="household.id")
    household_no: str
    category: str
    division: str = Field(index=True)
    people: int
    living_members: int
    status: str = Field(default="due", index=True)
    visited_on: date | None = None


class Visit(Table, table=True):
    """What two investigators brought back; the database refuses to change it."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    survey_id: UUID = Field(index=True)
    file_id: UUID = Field(foreign_key="survey_file.id", index=True)
    visited_on: date
    kind: str
    investigators: list[str] = Json()
    living_members: int
    housing: str
    needs: list[int] = Json()
    recorded_by: str
    recorded_on: date


def counts(survey_id: UUID, *, reader: Reader) -> dict[str, int]:
    """files and people, due and verified."""
    is_verified = col(SurveyFile.status) == "verified"
    row = reader.rows(
        select(
            func.count(),
            func.coalesce(func.sum(case((is_verified, 1), else_=0)), 0),
            func.coalesce(func.sum(SurveyFile.people), 0),
            func.coalesce(func.sum(case((is_verified, SurveyFile.people), else_=0)), 0),
        ).where(col(SurveyFile.survey_id) == survey_id)
    )[0]
    return {"files_due": int(row[0]), "files_verified": int(row[1]), "people_due": int(row[2]), "people_verified": int(row[3])}


def open_surveys(*, reader: Reader, actor: Actor) -> list[dict[str, Any]]:
    """The surveys of the reader's divisions that take rosters and visits, with their counts; the one that is due first comes first."""
    is_open = (col(Survey.status) == "open", in_divisions(col(Survey.division), actor))
    found = reader.select(select(Survey).where(*is_open).order_by(col(Survey.due_on)))
    return [{"id": each.id, "name": each.name, "due_on": each.due_on, **counts(each.id, reader=reader)} for each in found]


def survey(survey_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    """A survey with its progress per community."""
    found = reader.get(Survey, survey_id)
    check_reach(found.division, actor, "调查")
    verified = func.sum(case((col(SurveyFile.status) == "verified", 1), else_=0))
    division = col(SurveyFile.division)
    rows = reader.rows(
        select(division, func.count(), verified).where(col(SurveyFile.survey_id) == survey_id).group_by(division).order_by(division)
    )
    communities = [{"division": row[0], "name": name_of(row[0]), "files_due": row[1], "files_verified": int(row[2])} for row in rows]
    return found.model_dump(exclude={"opened_by", "accepted_by"}) | counts(survey_id, reader=reader) | {"communities": communities}


def survey_files(survey_id: UUID, *, reader: Reader, actor: Actor, page: Page, status: str = "") -> Listing:
    check_reach(reader.get(Survey, survey_id).division, actor, "调查")
    statement = select(SurveyFile).where(col(SurveyFile.survey_id) == survey_id)
    if status:
        statement = statement.where(col(SurveyFile.status) == status)
    hidden = {"survey_id", "household_id"}
    return listing(reader, statement, page, sort=(SurveyFile.household_no, SurveyFile.id), item=lambda row: row.model_dump(exclude=hidden))
