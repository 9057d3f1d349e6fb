"""What was answered beside the fixed questions of a visit: sealed, with the form by which it was asked, and whom it concerns."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlmodel import Field, col

from services.intake.store.survey import Visit
from services.intake.store.table import Table
from shared.ids import new_id
from shared.store.types import Json
from shared.work import Reader, Work


class KeptForm(Table, table=True):
    """A form by which something was answered; the database refuses to change it, so an answer stays readable."""

    __tablename__ = "survey_form"
    version: str = Field(primary_key=True)
    sections: list[dict[str, Any]] = Json()
    kept_on: date


class VisitAnswers(Table, table=True):
    """Answers about a household or about one person, sealed under a key of their own; without the wrapped key they are gone."""

    __tablename__ = "visit_answers"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    visit_id: UUID = Field(index=True)
    about: str
    """household or person."""
    wrapped_key: bytes | None
    wrapped_by: str = Field(default="", index=True, sa_column_kwargs={"server_default": ""})
    """Under which key (`Keyring.id`)."""
    sealed: bytes


class VisitAnswersPerson(Table, table=True):
    """Whom answers concern: the person they are about, or all who were in the household; with each of them they are erased."""

    __tablename__ = "visit_answers_person"
    answers_id: UUID = Field(foreign_key="visit_answers.id", primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", primary_key=True, index=True)


def answers_of_visits(visits: Collection[UUID], *, reader: Reader) -> list[VisitAnswers]:
    """About the household."""
    of_them = (col(VisitAnswers.visit_id).in_(visits), col(VisitAnswers.about) == "household")
    return reader.select(select(VisitAnswers).where(*of_them))


def answers_about(person_id: UUID, *, reader: Reader, alone: bool = False) -> list[tuple[VisitAnswers, Visit]]:
    """About one person, with their visits, the latest first. `alone`: with those about a household in which nobody else was."""
    concerns = exists().where(col(VisitAnswersPerson.answers_id) == VisitAnswers.id, col(VisitAnswersPerson.person_id) == person_id)
    another = exists().where(col(VisitAnswersPerson.answers_id) == VisitAnswers.id, col(VisitAnswersPerson.person_id) != person_id)
    narrowed = ~another if alone else col(VisitAnswers.about) == "person"
    found = reader.select(select(VisitAnswers).where(concerns, narrowed))
    visits = {visit.id: visit for visit in reader.select(select(Visit).where(col(Visit.id).in_({each.visit_id for each in found})))}
    both = [(each, visits[each.visit_id]) for each in found]
    return sorted(both, key=lambda pair: (pair[1].visited_on, pair[1].id), reverse=True)


def forget_answers(records: Collection[UUID], work: Work) -> None:
    """Destroy the keys of all answers that concern these records of a person."""
    theirs = select(col(VisitAnswersPerson.answers_id)).where(col(VisitAnswersPerson.person_id).in_(records))
    work.execute(update(VisitAnswers).where(col(VisitAnswers.id).in_(theirs)).values(wrapped_key=None, sealed=b""))
