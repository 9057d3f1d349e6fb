"""A person's file, read for a purpose: each reading leaves a mark that the person may see."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlmodel import select

from services.intake.domain.minor_access import is_guarded, without_sensitive
from services.intake.store import Household, Person, PersonSecret, Reading, check_reach
from services.intake.store.minor_access import has_access
from shared.access import Actor
from shared.http.paging import Listing, Page, listing
from shared.personal import Erased, Keyring
from shared.rules import Rules
from shared.work import Reader, Work

Purpose = Literal["registration", "screening", "consent", "objection", "complaint", "own_request", "audit"]
FixedPurpose = Literal["survey", "service"]
"""What a page says by itself; nobody chooses it."""


def read_person_file(
    person_id: UUID, *, purpose: Purpose, work: Work, today: date, actor: Actor, keyring: Keyring, rules: Rules
) -> dict[str, Any]:
    """Everything intake knows of a person, and a mark of who read it and why; of a minor what may be read without leave, or with it."""
    person = work.get(Person, person_id)
    household = work.get(Household, person.household_id)
    check_reach(household.division, actor)
    work.add(mark(person_id, "file", purpose, work, today, actor))
    shown = person.model_dump(exclude={"identity_key", "secret_id", "roster_id"})
    shown |= {"household": household.model_dump(exclude={"roster_id"}), "personal": personal_of(work, person, keyring), "withheld": []}
    is_minor = is_guarded(person.birth, today, rules("minor_access", division=household.division))
    may = not is_minor or has_access(household.id, actor.account, purpose, reader=work, today=today)
    return shown if may else without_sensitive(shown)


def mark(person_id: UUID, what: str, purpose: Purpose | FixedPurpose, work: Work, today: date, actor: Actor) -> Reading:
    """That somebody reads something of a person now, for a purpose."""
    return Reading(person_id=person_id, reader=actor.account, by="intake", purpose=purpose, what=what, read_on=today, read_at=work.now)


def personal_of(reader: Reader, person: Person, keyring: Keyring) -> dict[str, Any]:
    """The sealed fields, opened. Raises Erased."""
    secret = reader.get(PersonSecret, person.secret_id)
    return keyring.open(person.id, secret.wrapped_key, secret.sealed)


def names_of(people: Iterable[Person], keyring: Keyring, *, reader: Reader) -> list[str]:
    """The names of those whose fields can still be opened: what a reason about them must not say."""
    found = []
    for person in people:
        with suppress(Erased):
            found.append(str(personal_of(reader, person, keyring).get("name", "")))
    return found


def readings(person_id: UUID, *, reader: Reader, actor: Actor, page: Page) -> Listing:
    """Who read a person's file, newest last."""
    household = reader.get(Household, reader.get(Person, person_id).household_id)
    check_reach(household.division, actor)
    statement = select(Reading).where(Reading.person_id == person_id)
    return listing(
        reader, statement, page, sort=(Reading.read_at, Reading.id), item=lambda row: row.model_dump(exclude={"id", "person_id"})
    )
