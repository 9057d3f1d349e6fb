"""What another system is shown of a person or a household: that and since when it is registered, and the fields that are covered."""

import hmac
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from services.intake.actions.person import personal_of
from services.intake.dci.coverage import Coverage
from services.intake.domain.partner import Partner
from services.intake.store import Household, Person, Reading, Roster, members_of
from shared.personal import Erased, Keyring
from shared.work import Work

STATUS: Final = {"present": "registered", "moved": "moved", "died": "deceased", "erased": "deregistered"}
SEALED: Final = frozenset({"identifier", "name", "address", "phone_number"})
PSEUDONYM_CHARACTERS: Final = 32


def member(person: Person, household: Household, *, coverage: Coverage, partner: Partner, work: Work, keyring: Keyring) -> dict[str, Any]:
    """A person as `Member`; the reading is noted, so that the person can see who asked and why."""
    note_reading([person], coverage, partner, work)
    found: dict[str, Any] = {
        "@type": "Member",
        "@id": pseudonym("member", person.id, partner, keyring),
        "registration_status": STATUS.get(person.status, person.status),
        "registration_date": _moment(person.registered_on),
        "last_updated": _moment(_last_told(person.roster_id, person.registered_on, work)),
    }
    fields = coverage.fields
    if shown := _demographic(person, fields, work, keyring):
        found["demographic_info"] = {"@type": "SRPerson", **shown}
    if "is_disabled" in fields:
        found["is_disabled"] = person.disability_level > 0
    return found | _of_household(household, fields, work)


def former_member(person: Person, partner: Partner, keyring: Keyring) -> dict[str, Any]:
    """Somebody whose data were erased: that it is so, under the name by which this partner was told of the person before."""
    return {"@type": "Member", "@id": pseudonym("member", person.id, partner, keyring), "registration_status": STATUS["erased"]}


def group(household: Household, *, coverage: Coverage, partner: Partner, work: Work, keyring: Keyring) -> dict[str, Any]:
    """A household as `Group`, without its members."""
    people = members_of(household.id, reader=work)
    note_reading(people, coverage, partner, work)
    days = [person.registered_on for person in people if person.registered_on]
    return {
        "@type": "Group",
        "@id": pseudonym("group", household.id, partner, keyring),
        "group_type": "household",
        "registration_status": "registered" if any(person.status == "present" for person in people) else "moved",
        "registration_date": _moment(min(days, default=None)),
        "last_updated": _moment(_last_told(household.roster_id, max(days, default=None), work)),
    } | _of_household(household, coverage.fields, work)


def pseudonym(kind: str, thing: UUID, partner: Partner, keyring: Keyring) -> str:
    """The same for one partner each time, another for another: two partners cannot join what they were told."""
    key = keyring.derive("names for partners")
    said = hmac.new(key, f"{partner.sender_id}|{kind}|{thing}".encode(), sha256).hexdigest()
    return f"urn:qiao:{kind}:{said[:PSEUDONYM_CHARACTERS]}"


def note_reading(people: Sequence[Person], coverage: Coverage, partner: Partner, work: Work) -> None:
    for person in people:
        work.add(
            Reading(
                person_id=person.id,
                reader=partner.sender_id,
                by="dci",
                purpose=coverage.purpose,
                what="registry",
                read_on=work.today,
                read_at=work.now,
            )
        )


def _demographic(person: Person, fields: Sequence[str], work: Work, keyring: Keyring) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if SEALED.intersection(fields):
        try:
            personal = personal_of(work, person, keyring)
        except Erased:  # what was destroyed is not shown; that the person is registered still is
            personal = {}
        told = {
            "identifier": [{"@type": "Identifier", "identifier_type": "UIN", "identifier_value": personal.get("identity_number", "")}],
            "name": {"@type": "Name", "full_name": personal.get("name", "")},
            "address": {"@type": "Address", "street_address": personal.get("address", "")},
            "phone_number": personal.get("phone", ""),
        }
        found = {name: told[name] for name in fields if name in SEALED and personal}
    if "sex" in fields:
        found["sex"] = person.sex
    if "birth_date" in fields:
        found["birth_date"] = _moment(person.birth)
    return found


def _of_household(household: Household, fields: Sequence[str], work: Work) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "group_size" in fields:
        there = select(func.count()).where(col(Person.household_id) == household.id, col(Person.status) == "present")
        found["group_size"] = int(work.scalar(there))
    if "category" in fields:
        found["category"] = household.category
    if "place" in fields:
        found["place"] = {"@type": "Place", "identifier": household.division}
    return found


def _last_told(roster_id: UUID | None, registered_on: date | None, work: Work) -> date | None:
    """When the last roster was accepted; where no roster has named them, when the act was recorded that brought them."""
    return registered_on if roster_id is None else work.get(Roster, roster_id).decided_on


def _moment(day: date | None) -> str | None:
    """A day as the standard writes one: an instant with its zone."""
    return None if day is None else f"{day.isoformat()}T00:00:00+08:00"
