"""The survey (调查摸底): which household files are due, which are verified, and what the visits found."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, UniqueConstraint, case, func, or_, select, update
from sqlmodel import Field, col

from services.intake.domain.person import NEEDS
from services.intake.store.person import Household, Person
from services.intake.store.roster import Roster, check_reach, in_divisions, within
from services.intake.store.table import Table
from shared.access import Actor
from shared.divisions import name_of
from shared.http.paging import Listing, Page, listing
from shared.ids import new_id
from shared.store.types import Json
from shared.work import Reader, Work


class Survey(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_id: UUID = Field(index=True)
    name: str
    division: str
    opened_on: date
    opened_by: str
    due_on: date
    categories: list[str] = Json(default_factory=list)
    """Of which assistance households are visited; empty: of any."""
    status: str = "open"
    accepted_on: date | None = None
    accepted_by: str = ""
    acceptance_remark: str = ""


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
    """due; opened, once somebody stood at the door in vain; verified, once visited."""
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
    form: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """By which version of the form (`KeptForm`); "" before forms were kept."""


MOST_VISITS_SHOWN: Final = 20
"""In a household's file, the latest."""
_STATUS: Final[Any] = col(SurveyFile.status)


def counts(survey_id: UUID, *, reader: Reader) -> dict[str, int]:
    """Files due, verified, opened (verified ones among them), and people."""
    is_verified, is_opened = col(SurveyFile.status) == "verified", col(SurveyFile.status) != "due"
    row = reader.rows(
        select(
            func.count(),
            func.coalesce(func.sum(case((is_verified, 1), else_=0)), 0),
            func.coalesce(func.sum(case((is_opened, 1), else_=0)), 0),
            func.coalesce(func.sum(SurveyFile.people), 0),
            func.coalesce(func.sum(case((is_verified, SurveyFile.people), else_=0)), 0),
        ).where(col(SurveyFile.survey_id) == survey_id)
    )[0]
    return dict(zip(("files_due", "files_verified", "files_opened", "people_due", "people_verified"), map(int, row), strict=True))


def open_surveys(*, reader: Reader, actor: Actor) -> list[dict[str, Any]]:
    """The surveys of the reader's divisions that take rosters and visits, with their counts; the one that is due first comes first."""
    is_open = (col(Survey.status) == "open", in_divisions(col(Survey.division), actor))
    found = reader.select(select(Survey).where(*is_open).order_by(col(Survey.due_on)))
    return [{"id": each.id, "name": each.name, "due_on": each.due_on, **counts(each.id, reader=reader)} for each in found]


def survey(survey_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    """A survey with its progress per community."""
    found = reader.get(Survey, survey_id)
    check_reach(found.division, actor)
    verified, opened = (func.sum(case((is_so, 1), else_=0)) for is_so in (_STATUS == "verified", _STATUS != "due"))
    division = col(SurveyFile.division)
    rows = reader.rows(
        select(division, func.count(), verified, opened).where(col(SurveyFile.survey_id) == survey_id).group_by(division).order_by(division)
    )
    communities = [
        {"division": row[0], "name": name_of(row[0]), "files_due": row[1], "files_verified": int(row[2]), "files_opened": int(row[3])}
        for row in rows
    ]
    return found.model_dump(exclude={"opened_by", "accepted_by"}) | counts(survey_id, reader=reader) | {"communities": communities}


def survey_files(
    survey_id: UUID, *, reader: Reader, actor: Actor, page: Page, status: str = "", divisions: Sequence[str] | None = None
) -> Listing:
    """The files of a survey by number; of some communities only unless that is None. No name of a person is among what is shown."""
    check_reach(reader.get(Survey, survey_id).division, actor)
    statement = select(SurveyFile).where(col(SurveyFile.survey_id) == survey_id)
    if status:
        statement = statement.where(status == _STATUS)
    if divisions is not None:
        statement = statement.where(col(SurveyFile.division).in_(divisions))
    hidden = {"survey_id", "household_id"}
    return listing(reader, statement, page, sort=(SurveyFile.household_no, SurveyFile.id), item=lambda row: row.model_dump(exclude=hidden))


def files_still_due(
    survey_id: UUID, *, reader: Reader, actor: Actor, page: Page, divisions: Sequence[str] | None = None, file_id: UUID | None = None
) -> Listing:
    """Whose doors are still to be called at, by number, whether or not somebody stood there in vain.

    Of some communities only unless `divisions` is None. Nobody goes to a household that has moved out of the actor's divisions.
    """
    statement = select(SurveyFile).join(Household, col(Household.id) == SurveyFile.household_id)
    statement = statement.where(col(SurveyFile.survey_id) == survey_id, _STATUS != "verified", within(actor))
    if divisions is not None:
        statement = statement.where(col(SurveyFile.division).in_(divisions))
    if file_id is not None:
        statement = statement.where(col(SurveyFile.id) == file_id)
    return listing(reader, statement, page, sort=(SurveyFile.household_no, SurveyFile.id), item=lambda row: row)


def files_of_household(household_id: UUID, *, reader: Reader) -> list[dict[str, Any]]:
    """In which open surveys a household is to be visited or was, the latest survey first."""
    statement = select(col(SurveyFile.id), col(SurveyFile.status), col(Survey.name)).join(Survey, col(Survey.id) == SurveyFile.survey_id)
    is_here = (col(SurveyFile.household_id) == household_id, col(Survey.status) == "open")
    rows = reader.rows(statement.where(*is_here).order_by(col(Survey.opened_on).desc(), col(Survey.id)))
    return [{"id": row[0], "status": row[1], "survey": row[2]} for row in rows]


def visits_of(household_id: UUID, *, reader: Reader) -> list[dict[str, Any]]:
    """What visits found in a household, the latest first; `needs` by their codes."""
    files = select(col(SurveyFile.id)).where(col(SurveyFile.household_id) == household_id)
    order = (col(Visit.visited_on).desc(), col(Visit.id).desc())
    found = reader.select(select(Visit).where(col(Visit.file_id).in_(files)).order_by(*order).limit(MOST_VISITS_SHOWN))
    shown = {"id", "survey_id", "visited_on", "kind", "investigators", "living_members", "housing", "recorded_by", "recorded_on"}
    return [each.model_dump(include=shown) | {"needs": dict(zip(NEEDS, each.needs, strict=True))} for each in found]


def in_survey(survey_id: UUID) -> ColumnElement[bool]:
    """Of a person in one of its households: a roster of the survey names them, or no roster does yet, since an act brought them."""
    rosters = select(col(Roster.id)).where(col(Roster.survey_id) == survey_id)
    return or_(col(Person.roster_id).in_(rosters), col(Person.roster_id).is_(None))


def count_people_of_files(survey_id: UUID, households: Any, work: Work) -> None:
    """How many people of these households (ids, or a question for them) the survey is about; a merged record is nobody."""
    here = (col(Person.household_id) == SurveyFile.household_id, in_survey(survey_id), col(Person.merged_into).is_(None))
    people = select(func.count()).where(*here).scalar_subquery()
    files = update(SurveyFile).where(col(SurveyFile.survey_id) == survey_id, col(SurveyFile.household_id).in_(households))
    work.execute(files.values(people=people))


def count_people_of_file(household_id: UUID, work: Work) -> None:
    """The same for one household, in the surveys that are still open; an accepted survey stays as it was accepted."""
    in_survey = select(col(Survey.id)).join(SurveyFile, col(SurveyFile.survey_id) == Survey.id)
    for (survey_id,) in work.rows(in_survey.where(col(Survey.status) == "open", col(SurveyFile.household_id) == household_id)):
        count_people_of_files(survey_id, [household_id], work)
