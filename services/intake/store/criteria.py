"""A criterion becomes one question to the database, on persons joined with their households."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, literal, not_, or_
from sqlmodel import col

from services.intake import labels
from services.intake.domain.criterion import (
    All,
    Arithmetic,
    Begins,
    Choice,
    Compare,
    Either,
    Fact,
    Node,
    Not,
    OneOf,
    Value,
    kind_of,
)
from services.intake.domain.person import NEEDS, PUPIL, SEVERE_LEVELS, SPECIAL_KINDS, born_by
from services.intake.store.person import Household, Person
from shared.money import FEN_PER_YUAN

Column = ColumnElement[Any]

OLDEST: Final = 150


def _need(position: int) -> Column:
    return func.coalesce(col(Household.needs)[position].as_integer(), 0)


_FACTS: Final[Mapping[str, Any]] = {
    "sex": col(Person.sex),
    "category": col(Household.category),
    "division": col(Household.division),
    "relation": col(Person.relation),
    "living_members": col(Household.living_members),
    "housing": col(Household.housing),
    "schooling": col(Person.schooling),
    "is_pupil": col(Person.schooling).in_(PUPIL),
    "has_single_parent": col(Person.has_single_parent).is_(True),
    "disability_kind": col(Person.disability_kind),
    "disability_level": col(Person.disability_level),
    "is_disabled": col(Person.disability_level) > 0,
    "is_severely_disabled": or_(
        col(Person.disability_level).in_(SEVERE_LEVELS),
        and_(col(Person.disability_level) == 3, col(Person.disability_kind).in_(SPECIAL_KINDS)),
    ),
    "is_seriously_ill": col(Person.is_seriously_ill).is_(True),
    "father": col(Person.father),
    "mother": col(Person.mother),
    "adl_unmet": col(Person.adl_unmet),
    "has_lost_only_child": col(Person.has_lost_only_child).is_(True),
    "labour": col(Person.labour),
    "employment": col(Person.employment),
    "health": col(Person.health),
    "education": col(Person.education),
    "medical_insurance": col(Person.medical_insurance),
    "pension_insurance": col(Person.pension_insurance),
    "monthly_yuan": func.coalesce(col(Household.monthly_amount), 0) // FEN_PER_YUAN,
    **{f"causes.{cause}": col(Household.causes).contains(f",{cause},") for cause in labels.CAUSE},
    "is_visited": col(Household.needs)[0].as_integer().is_not(None),
    **{f"needs.{need}": _need(position) for position, need in enumerate(NEEDS)},
}


def truth_of(node: Node, on: date) -> ColumnElement[bool]:
    """The node as a condition. What it says of a person is what the evaluator says on that day."""
    return _SQL[type(node)](node, on)


def number_of(node: Node, on: date) -> ColumnElement[int]:
    """The node, which must be of numbers, as a column."""
    return _SQL[type(node)](node, on)


_ON_DAY: Final[Mapping[str, Callable[[date], Column]]] = {
    "age": lambda on: _age(on),
    "is_card_expired": lambda on: func.coalesce(col(Person.disability_valid_to), on) < on,
    "is_assistance_over": lambda on: func.coalesce(col(Household.assistance_to), on) < on,
}


def _fact(node: Fact, on: date) -> Column:
    of_day = _ON_DAY.get(node.of.name)
    return _FACTS[node.of.name] if of_day is None else of_day(on)


def _age(on: date) -> Column:
    """Full years, by comparing days as one number: both databases keep a date so that its parts can be taken."""
    birth = col(Person.birth)
    year, month, day = (func.extract(part, birth) for part in ("year", "month", "day"))
    years = on.year - year - case((month * 100 + day > on.month * 100 + on.day, 1), else_=0)
    return case((birth > on, 0), else_=years)


_AGE_TESTS: Final[Mapping[str, Callable[[date, int], ColumnElement[bool]]]] = {
    ">=": lambda on, age: col(Person.birth) <= born_by(on, age),
    "<": lambda on, age: col(Person.birth) > born_by(on, age),
    ">": lambda on, age: col(Person.birth) <= born_by(on, age + 1),
    "<=": lambda on, age: col(Person.birth) > born_by(on, age + 1),
    "==": lambda on, age: and_(col(Person.birth) <= born_by(on, age), col(Person.birth) > born_by(on, age + 1)),
    "!=": lambda on, age: or_(col(Person.birth) > born_by(on, age), col(Person.birth) <= born_by(on, age + 1)),
}


def _compare(node: Compare, on: date) -> Column:
    if (years := _years_of(node)) is not None:
        return _AGE_TESTS[node.sign](on, years)
    left, right = (_whole(part, on) for part in (node.left, node.right))
    return _COMPARED[node.sign](left, right)


def _years_of(node: Compare) -> int | None:
    """60 of `age >= 60`: such a test is asked of the birth as it stands, which an index can answer."""
    if isinstance(node.left, Fact) and node.left.of.name == "age" and isinstance(node.right, Value):
        years = int(node.right.value)
        return years if 0 < years < OLDEST else None
    return None


def _whole(node: Node, on: date) -> Column:
    """A value that can stand beside an equals sign; a truth as 1 or 0, since databases differ in what a truth is."""
    found: Column = _SQL[type(node)](node, on)
    return case((found, 1), else_=0) if kind_of(node) == "truth" else found


_COMPARED: Final[Mapping[str, Callable[[Column, Column], Column]]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def _value(node: Value, on: date) -> Column:
    return literal(node.value) == literal(True) if isinstance(node.value, bool) else literal(node.value)


def _begins(node: Begins, on: date) -> Column:
    """By comparing the beginning itself: LIKE knows no capitals on one database and does on the other."""
    return func.substr(_SQL[type(node.left)](node.left, on), 1, len(node.beginning)) == node.beginning


def _choice(node: Choice, on: date) -> Column:
    chosen = case((truth_of(node.test, on), _whole(node.then, on)), else_=_whole(node.otherwise, on))
    return chosen == 1 if kind_of(node.then) == "truth" else chosen


def _arithmetic(node: Arithmetic, on: date) -> Column:
    left, right = number_of(node.left, on), number_of(node.right, on)
    return left + right if node.sign == "+" else left - right if node.sign == "-" else left * right


_SQL: Final[Mapping[type, Callable[[Any, date], Column]]] = {
    Fact: _fact,
    Value: _value,
    Not: lambda node, on: not_(truth_of(node.part, on)),
    All: lambda node, on: and_(*(truth_of(part, on) for part in node.parts)),
    Either: lambda node, on: or_(*(truth_of(part, on) for part in node.parts)),
    Compare: _compare,
    OneOf: lambda node, on: _SQL[type(node.left)](node.left, on).in_([value.value for value in node.values]),
    Begins: _begins,
    Choice: _choice,
    Arithmetic: _arithmetic,
}
