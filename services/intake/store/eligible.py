"""Who is eligible: a group's declared conditions become one question to the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlmodel import col

from services.intake.domain.cel import read_number
from services.intake.domain.group import GroupDefinition
from services.intake.domain.person import PersonFacts
from services.intake.domain.terms import Terms
from services.intake.store.criteria import number_of, truth_of
from services.intake.store.person import Household, Person
from services.intake.store.survey import SurveyFile, in_survey
from shared.divisions import level
from shared.work import Reader


@dataclass(frozen=True, slots=True)
class Eligible:
    """Somebody who fits at least one group; `key` is the person's lot number."""

    key: str
    person_id: UUID
    division: str
    groups: tuple[str, ...]
    facts: PersonFacts
    score: int
    """By the terms; 0 where the plugins say it."""
    own_scores: tuple[int | None, ...]
    """By each group that fits; None where it has no score of its own."""
    precedence: int


_OF_PERSON: Final = (
    "birth",
    "sex",
    "relation",
    "schooling",
    "has_single_parent",
    "disability_kind",
    "disability_level",
    "is_seriously_ill",
    "father",
    "mother",
    "adl_unmet",
    "has_lost_only_child",
    "labour",
    "employment",
    "health",
    "education",
    "medical_insurance",
    "pension_insurance",
    "disability_valid_to",
    "status",
)
_OF_HOUSEHOLD: Final = ("category", "division", "housing", "living_members", "assistance_to", "monthly_amount", "causes")
_NAMES: Final = (*_OF_PERSON, *_OF_HOUSEHOLD)
_FACTS: Final = (*(col(getattr(Person, name)) for name in _OF_PERSON), *(col(getattr(Household, name)) for name in _OF_HOUSEHOLD))


def admits(definition: GroupDefinition, on: date) -> ColumnElement[bool]:
    """`definition.admits(person, on)` as a condition on persons joined with their households."""
    return and_(*(truth_of(condition.node, on) for condition in definition.conditions))


def within(terms: Terms) -> tuple[ColumnElement[bool], ...]:
    """Whom the terms are about: present, of the area and the categories; of a survey only whom it is about and who was visited."""
    everybody = (
        col(Person.status) == "present",
        col(Household.category).in_(terms.categories),
        col(Household.division).startswith(terms.division[: level(terms.division)]),
    )
    if terms.survey_id is None:
        return everybody
    visited = select(col(SurveyFile.household_id)).where(col(SurveyFile.survey_id) == terms.survey_id, col(SurveyFile.status) == "verified")
    return (*everybody, in_survey(terms.survey_id), col(Household.id).in_(visited))


def eligible_people(terms: Terms, *, reader: Reader) -> list[Eligible]:
    """Everybody within the terms who fits a group, in the order of their keys."""
    on = terms.reference_on
    fits = [admits(group.definition, on) for group in terms.groups]
    numbers = [literal(0) if node is None else number_of(node, on) for node in (terms.need, terms.first_among_equals)]
    own = [literal(0) if not group.score else number_of(read_number(group.score), on) for group in terms.groups]
    statement = (
        select(col(Person.id), col(Person.lot_no), col(Household.needs), *numbers, *_FACTS, *fits, *own)
        .join(Household, col(Household.id) == Person.household_id)
        .where(*within(terms), or_(*fits))
        .order_by(col(Person.lot_no))
    )
    return [_eligible(row, terms) for row in reader.rows(statement)]


def _eligible(row: Sequence[Any], terms: Terms) -> Eligible:
    person_id, lot_no, needs, score, precedence, *others = row
    facts, fits, own = others[: len(_NAMES)], others[len(_NAMES) : -len(terms.groups)], others[-len(terms.groups) :]
    chosen = [(group, int(number)) for group, is_fit, number in zip(terms.groups, fits, own, strict=True) if is_fit]
    named: dict[str, Any] = dict(zip(_NAMES, facts, strict=True))
    return Eligible(
        key=lot_no,
        person_id=person_id,
        division=named["division"],
        groups=tuple(group.definition.code for group, _ in chosen),
        facts=PersonFacts(needs=tuple(needs or ()), **named),
        score=int(score),
        own_scores=tuple(number if group.score else None for group, number in chosen),
        precedence=int(precedence),
    )


@dataclass(frozen=True, slots=True)
class Fitting:
    """How many people some terms are about, how many each group admits, and how many fit at least one."""

    people: int
    admitted: tuple[int, ...]
    distinct: int


def count_fitting(definitions: Sequence[GroupDefinition], terms: Terms, *, reader: Reader) -> Fitting:
    """Asked in one pass over the people of the terms."""
    fits = [admits(definition, terms.reference_on) for definition in definitions]
    sums = [func.coalesce(func.sum(case((each, 1), else_=0)), 0) for each in (*fits, or_(*fits))]
    row = reader.rows(
        select(func.count(), *sums).join_from(Person, Household, col(Household.id) == Person.household_id).where(*within(terms))
    )[0]
    people, *admitted, distinct = map(int, row)
    return Fitting(people, tuple(admitted), distinct)
