"""A household's file, opened for a purpose: each person whose fields are shown has the reading in the log."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from services.intake.actions.person import Purpose, mark, personal_of
from services.intake.store import Person, history, members_of, reached_household
from shared.access import Actor
from shared.personal import Erased, Keyring
from shared.work import Reader, Work

HIDDEN_OF_PERSON = {"identity_key", "secret_id"}


def read_household_file(household_id: UUID, *, purpose: Purpose, work: Work, today: date, actor: Actor, keyring: Keyring) -> dict[str, Any]:
    """Everything intake knows of a household: its members with their fields, its needs, and what happened over time."""
    household = reached_household(work, household_id, actor)
    members = [_member(person, work, keyring) for person in members_of(household_id, reader=work)]
    for member in members:
        if not member["is_erased"]:
            work.add(mark(member["id"], "file", purpose, work, today, actor))
    names = {member["id"]: member["personal"].get("name", "") for member in members}
    told = [asdict(event) | {"name": names.get(event.person_id, "")} for event in history(household_id, reader=work)]
    return household.model_dump() | {"members": members, "history": told}


def _member(person: Person, reader: Reader, keyring: Keyring) -> Mapping[str, Any]:
    try:
        personal, is_erased = personal_of(reader, person, keyring), False
    except Erased:
        personal, is_erased = {}, True
    return person.model_dump(exclude=HIDDEN_OF_PERSON) | {"personal": personal, "is_erased": is_erased}
