"""A household is checked (核查) outside a campaign, and what was found is sealed until somebody of it is erased."""

from typing import Any
from uuid import UUID

from services.intake.actions.visit import outside
from services.intake.domain.check import Check, check_check
from services.intake.store import members_of, reached_household
from services.intake.store.check import HouseholdCheck, HouseholdCheckNote, checks_of
from shared.access import Actor
from shared.access.accounts import names_of_accounts
from shared.personal import Keyring
from shared.rules import Rules
from shared.work import Reader, Work


def record_check(household_id: UUID, *, found: Check, work: Work, actor: Actor, rules: Rules, keyring: Keyring) -> dict[str, Any]:
    """Keep what was found; who was named and has no account is told. Raises CheckRefused."""
    household = reached_household(work, household_id, actor)
    work.about("household", household_id)
    names = names_of_accounts([each.strip() for each in found.investigators], reader=work)
    earlier = checks_of(household_id, reader=work)
    check_check(
        found,
        today=work.today,
        latest=earlier[0].checked_on if earlier else None,
        investigators_at_least=rules("survey_investigators", division=household.division),
        names=names,
    )
    kept = HouseholdCheck(
        household_id=household_id,
        checked_on=found.checked_on,
        occasion=found.occasion,
        kind=found.kind,
        outcome=found.outcome,
        investigators=list(found.investigators),
        recorded_by=actor.account,
        recorded_on=work.today,
    )
    work.add(kept)
    if found.note.strip():
        note = keyring.seal(kept.id, {"note": found.note.strip()})
        work.add(HouseholdCheckNote(id=kept.id, wrapped_key=note.wrapped_key, wrapped_by=note.wrapped_by, sealed=note.sealed))
    return {"id": kept.id, "unknown_investigators": outside(found.investigators, household.division, (), names)}


def checks_at_home(household_id: UUID, *, reader: Reader, keyring: Keyring) -> list[dict[str, Any]]:
    """The checks of a household with what was found, the latest first; `is_erased`: it was, and is gone."""
    told = []
    for each in checks_of(household_id, reader=reader):
        kept = reader.find(HouseholdCheckNote, each.id)
        is_erased = kept is not None and kept.wrapped_key is None
        note = keyring.open(each.id, kept.wrapped_key, kept.sealed)["note"] if kept is not None and kept.wrapped_key is not None else ""
        told.append(each.model_dump(exclude={"household_id"}) | {"note": note, "is_erased": is_erased})
    return told


def checks_for_copy(household_id: UUID, *, reader: Reader, keyring: Keyring) -> list[dict[str, Any]]:
    """For somebody's own copy, and only where nobody else is in the file: what was found may be about any of them."""
    if len(members_of(household_id, reader=reader)) > 1:
        return []
    return [
        {name: each[name] for name in ("checked_on", "kind", "outcome", "note")}
        for each in checks_at_home(household_id, reader=reader, keyring=keyring)
        if not each["is_erased"]
    ]
