"""Whether somebody is registered: questions by condition, and the note that a registration changed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, extract, func, insert, literal, not_, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from services.intake.domain.registry_query import HOUSEHOLD, IDENTITY, Comparison, Condition, Either, Every, Not, names_one, of_json
from services.intake.store.partner import PartnerSubscription, RegistrationChange, end_subscription
from services.intake.store.person import Household, Person
from services.intake.store.roster import Roster, StagedRow, within
from shared.access import Actor, account_of
from shared.divisions import level
from shared.personal import Keyring, WrongKey
from shared.store.types import UtcDateTime
from shared.work import Work

STATUS: Final = {"registered": "present", "moved": "moved", "deceased": "died"}
"""As others call it → as it is kept."""
_AT: Final = UtcDateTime()
_AT_HOME: Final = aliased(Person)
_OTHER: Final = aliased(Person)
_SIZE: Final = (
    select(func.count()).where(col(_AT_HOME.household_id) == col(Household.id), col(_AT_HOME.status) == "present").scalar_subquery()
)


def hashed(condition: Condition, keyring: Keyring) -> Condition:
    """The condition with each identity number replaced by its keyed hashes: no statement, log or trace has the number."""
    match condition:
        case Comparison(attribute, _, values):
            if attribute != IDENTITY:
                return condition
            return Comparison(attribute, "in", tuple(each for value in values for each in keyring.search_hashes(value)))
        case Not(part):
            return Not(hashed(part, keyring))
        case Every(parts):
            return Every(tuple(hashed(part, keyring) for part in parts))
        case Either(parts):
            return Either(tuple(hashed(part, keyring) for part in parts))


def registered(condition: Condition, *, actor: Actor) -> Select[Any]:
    """People of the actor's divisions who meet the condition; identity numbers in it are keyed hashes already."""
    return _people().where(within(actor), _sql(condition))


def registered_households(condition: Condition, *, actor: Actor) -> Select[Any]:
    """Households of which somebody meets the condition."""
    meeting = select(col(Person.household_id)).join(Household, col(Household.id) == Person.household_id).where(_sql(condition))
    return select(Household).where(within(actor), col(Household.id).in_(meeting))


def sorting(table: type[Person] | type[Household], orders: Sequence[tuple[str, bool]]) -> list[ColumnElement[Any]]:
    """Columns by attribute, and whether each descends; the id makes the order whole. Raises KeyError."""
    columns: Mapping[str, Any] = (
        {"birth_date": Person.birth, "registration_date": Person.registered_on, "sex": Person.sex, "category": Household.category}
        if table is Person
        else {"category": Household.category, "group_size": Household.living_members, "household_no": Household.household_no}
    )
    chosen = [col(columns[name]).desc() if descends else col(columns[name]).asc() for name, descends in orders]
    return [*chosen, col(table.id).asc()]


def note_accepted(rows: Sequence[ColumnElement[bool]], roster: Roster, work: Work) -> None:
    """Note whose registration the staged rows are about to make or change; called before they are moved."""
    known = exists().where(col(Household.household_no) == col(StagedRow.household_no), col(Household.roster_id).is_distinct_from(roster.id))
    event = case((col(StagedRow.verdict) == "update", "UPDATE"), (known, "NewHouseHoldMember"), else_="REGISTER")
    is_change = col(StagedRow.verdict).in_(("new", "update"))
    columns = {"id": col(StagedRow.id), "person_id": col(StagedRow.person_id), "event": event, "at": literal(work.now, _AT)}
    work.execute(insert(RegistrationChange).from_select(list(columns), select(*columns.values()).where(*rows, is_change, _is_wanted())))


def note_change(person_id: UUID, event: Literal["UPDATE", "DELETE", "REGISTER", "NewHouseHoldMember"], work: Work) -> None:
    """Note that somebody is registered or that a registration changed, if anybody wants to know."""
    if work.scalar(select(_is_wanted())):
        work.add(RegistrationChange(person_id=person_id, event=event, at=work.now))


def note_erased(person_id: UUID, work: Work, keyring: Keyring) -> None:
    """Note whom to tell that somebody is registered no longer; called before what the person is found by is destroyed.

    Subscriptions that hold the person's number and nothing else end: those for this, once they have told of it.
    """
    for subscription in work.select(select(PartnerSubscription).where(col(PartnerSubscription.is_active).is_(True))):
        actor = account_of(subscription.account, reader=work)
        try:
            condition = of_json(keyring.open(subscription.id, subscription.wrapped_key, subscription.sealed)["filter"])
        except WrongKey:  # it can tell of nobody; the worker ends it
            continue
        if actor is None or not work.rows(registered(hashed(condition, keyring), actor=actor).where(col(Person.id) == person_id).limit(1)):
            continue
        if subscription.event == "DELETE":
            work.add(RegistrationChange(person_id=person_id, event="DELETE", at=work.now, subscription_id=subscription.id))
        elif names_one(condition):
            end_subscription(subscription, work.now)


def _is_wanted() -> ColumnElement[bool]:
    return exists().where(col(PartnerSubscription.is_active).is_(True))


def _people() -> Select[Any]:
    return select(Person).join(Household, col(Household.id) == Person.household_id).where(col(Person.status).not_in(("merged", "erased")))


def _sql(condition: Condition) -> ColumnElement[bool]:
    match condition:
        case Comparison():
            return _compared(condition)
        case Not(part):
            return not_(_sql(part))
        case Every(parts):
            return and_(*(_sql(part) for part in parts))
        case Either(parts):
            return or_(*(_sql(part) for part in parts))


def _compared(test: Comparison) -> ColumnElement[bool]:
    match test.attribute:
        case "identity":
            merged = exists().where(col(_OTHER.merged_into) == col(Person.id), _by(col(_OTHER.identity_key), test))
            return or_(_by(col(Person.identity_key), test), merged)
        case "place":
            kept = [value[: level(value.ljust(12, "0"))] for value in test.values]
            return or_(*(col(Household.division).startswith(each, autoescape=True) for each in kept))
        case "status":
            return col(Person.status).in_([STATUS.get(value, value) for value in test.values])
        case "is_disabled":
            return or_(*(col(Person.disability_level) > 0 if value else col(Person.disability_level) == 0 for value in test.values))
        case "birth_year":
            return _by(extract("year", col(Person.birth)), test)
    columns: Mapping[str, Any] = {
        HOUSEHOLD: Household.household_no,
        "sex": Person.sex,
        "birth_date": Person.birth,
        "registration_date": Person.registered_on,
        "category": Household.category,
        "group_size": _SIZE,
    }
    column = columns[test.attribute]
    return _by(column if test.attribute == "group_size" else col(column), test)


def _by(column: Any, test: Comparison) -> ColumnElement[bool]:
    value = test.values[0]
    found: ColumnElement[bool] = {
        "eq": lambda: column == value,
        "lt": lambda: column < value,
        "gt": lambda: column > value,
        "le": lambda: column <= value,
        "ge": lambda: column >= value,
        "in": lambda: column.in_(test.values),
    }[test.operator]()
    return found
