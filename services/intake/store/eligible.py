"""Who is eligible: a group's declared conditions become one question to the database."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, not_, or_, select
from sqlmodel import col

from services.intake.domain.group import Condition, Fact, GroupDefinition
from services.intake.domain.person import PUPIL, SEVERE_LEVELS, SPECIAL_KINDS, PersonFacts, born_by
from services.intake.store.person import Household, Person
from services.intake.store.programme import Programme
from services.intake.store.roster import Roster
from services.intake.store.survey import SurveyFile
from shared.divisions import level
from shared.work import Reader


@dataclass(frozen=True, slots=True)
class Eligible:
    """Somebody who fits at least one group; `key` is the person's id in hex."""

    key: str
    division: str
    groups: tuple[str, ...]
    facts: PersonFacts


_OF_PERSON: Final = ("birth", "sex", "schooling", "has_single_parent", "disability_kind", "disability_level", "is_seriously_ill", "status")
_OF_HOUSEHOLD: Final = ("category", "living_members")
_NAMES: Final = (*_OF_PERSON, *_OF_HOUSEHOLD)
_FACTS: Final = (*(col(getattr(Person, name)) for name in _OF_PERSON), *(col(getattr(Household, name)) for name in _OF_HOUSEHOLD))
_NUMBERS: Final[Mapping[Fact, Any]] = {"living_members": col(Household.living_members)}
_TRUTHS: Final[Mapping[Fact, ColumnElement[bool]]] = {
    "is_pupil": col(Person.schooling).in_(PUPIL),
    "has_single_parent": col(Person.has_single_parent).is_(True),
    "is_disabled": col(Person.disability_level) > 0,
    "is_severely_disabled": or_(
        col(Person.disability_level).in_(SEVERE_LEVELS),
        and_(col(Person.disability_level) == 3, col(Person.disability_kind).in_(SPECIAL_KINDS)),
    ),
    "is_seriously_ill": col(Person.is_seriously_ill).is_(True),
}


def admits(definition: GroupDefinition, on: date) -> ColumnElement[bool]:
    """`definition.admits(person, on)` as a condition on persons joined with their households."""
    return and_(*(_holds(condition, on) for condition in definition.conditions))


def eligible_people(programme: Programme, definitions: Sequence[GroupDefinition], *, reader: Reader) -> list[Eligible]:
    """Everybody present, named by a roster of the survey, in a verified file, in the programme's area and categories, who fits a group."""
    fits = {definition.code: admits(definition, programme.reference_on) for definition in definitions}
    rosters = select(col(Roster.id)).where(col(Roster.survey_id) == programme.survey_id)
    statement = (
        select(col(Person.id), col(Household.division), col(Household.needs), *_FACTS, *fits.values())
        .join(Household, col(Household.id) == Person.household_id)
        .join(SurveyFile, col(SurveyFile.household_id) == Household.id)
        .where(
            col(SurveyFile.survey_id) == programme.survey_id,
            col(SurveyFile.status) == "verified",
            col(Person.roster_id).in_(rosters),
            col(Person.status) == "present",
            col(Household.category).in_(programme.categories),
            col(Household.division).startswith(programme.division[: level(programme.division)]),
            or_(*fits.values()),
        )
        .order_by(col(Person.id))
    )
    return [_eligible(row, tuple(fits)) for row in reader.rows(statement)]


def _eligible(row: Sequence[Any], codes: Sequence[str]) -> Eligible:
    person_id, division, needs, *others = row
    facts, fits = others[: len(_NAMES)], others[len(_NAMES) :]
    groups = tuple(code for code, is_fit in zip(codes, fits, strict=True) if is_fit)
    named: dict[str, Any] = dict(zip(_NAMES, facts, strict=True))
    return Eligible(person_id.hex, division, groups, PersonFacts(needs=tuple(needs or ()), **named))


def _holds(condition: Condition, on: date) -> ColumnElement[bool]:
    fact, test, value = condition.fact, condition.test, condition.value
    if fact == "age":
        return _AGE[test](on, int(value))
    if fact in _TRUTHS:
        return _TRUTHS[fact] if value else not_(_TRUTHS[fact])
    number = _NUMBERS[fact]
    comparisons: Mapping[str, ColumnElement[bool]] = {"at_least": number >= value, "below": number < value, "is": number == value}
    return comparisons[test]


_AGE: Final[Mapping[str, Callable[[date, int], ColumnElement[bool]]]] = {
    "at_least": lambda on, age: col(Person.birth) <= born_by(on, age),
    "below": lambda on, age: col(Person.birth) > born_by(on, age),
    "is": lambda on, age: and_(col(Person.birth) <= born_by(on, age), col(Person.birth) > born_by(on, age + 1)),
}
