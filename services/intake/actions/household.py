"""A household's file, opened for a purpose: each person whose fields are shown has the reading in the log."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from services.intake import labels
from services.intake.actions.check import checks_at_home
from services.intake.actions.criteria import known_flags
from services.intake.actions.kin import kin_at_home
from services.intake.actions.person import Purpose, mark, personal_of
from services.intake.actions.visit_answers import Answers
from services.intake.domain.circumstance import self_care
from services.intake.domain.flag import flags_on
from services.intake.domain.household import HEAD, Standing
from services.intake.domain.minor_access import is_guarded, without_sensitive
from services.intake.domain.roster_more import RIGID_SPENDING, causes_of, months_after
from services.intake.store import (
    Household,
    Person,
    history,
    members_of,
    members_on,
    reached_household,
    sources_of_household,
    sources_of_person,
    versions_of_person,
    visits_of,
)
from services.intake.store.minor_access import has_access
from shared.access import Actor
from shared.access.accounts import names_of_accounts
from shared.personal import Erased, Keyring
from shared.plugins import Hooks
from shared.rules import Rules
from shared.work import Reader, Work

HIDDEN_OF_PERSON = {"identity_key", "secret_id"}


def read_household_file(
    household_id: UUID,
    *,
    purpose: Purpose,
    as_of: date | None = None,
    work: Work,
    today: date,
    actor: Actor,
    keyring: Keyring,
    hooks: Hooks,
    rules: Rules,
) -> dict[str, Any]:
    """Everything intake knows of a household: its members with their fields, its needs, and what happened over time.

    With `as_of`, the members, relations and division of that day; the fields of a person are always those of today, so whoever stands
    in a file of another place by now is only counted, as `elsewhere`.
    """
    household = reached_household(work, household_id, actor)
    were_here = _members(household_id, as_of, work)
    stood = [each for each in were_here if _is_reached(each[0], work, actor)]
    division = stood[0][1].division if stood else household.division
    flags, rule = known_flags(hooks), rules("self_care", division=household.division)
    answers = Answers(work, keyring)
    guard, may = (
        rules("minor_access", division=household.division),
        has_access(household_id, actor.account, purpose, reader=work, today=today),
    )
    members = [
        _member(person, work, keyring)
        | {"relation": standing.relation, "status": standing.status}
        | {"flags": [asdict(flag) for flag in flags_on(person.facts(household), today, flags)]}
        | {"self_care": self_care(person.adl_unmet, rule)}
        | {"is_card_expired": person.facts(household).is_card_expired(today)}
        | {"visits": answers.about(person.id)}
        | {"versions": versions_of_person(person.id, reader=work, keyring=keyring)}
        | {"sources": [asdict(source) for source in sources_of_person(person, reader=work)]}
        for person, standing in stood
    ]
    members = [_guarded(each) if is_guarded(each["birth"], today, guard) and not may else each for each in members]
    for member in members:
        if not member["is_erased"]:
            work.add(mark(member["id"], "file", purpose, work, today, actor))
    names = {member["id"]: member["personal"].get("name", "") for member in members}
    events = history(household_id, reader=work)
    sources = [asdict(source) for source in sources_of_household(household, reader=work)]
    staff = _staff([event.by for event in events], sources, members, work)
    told = [asdict(event) | {"name": names.get(event.person_id, ""), "by_name": staff.get(event.by, "")} for event in events]
    by_id = {str(person_id): name for person_id, name in names.items()}
    shown = {"staff": staff, "names": by_id, "division": division, "members": members, "history": told, "as_of": as_of, "sources": sources}
    visits = visits_of(household_id, reader=work)
    told_at = answers.of_visits([visit["id"] for visit in visits])
    nothing: dict[str, Any] = {"answers": [], "is_erased": False}
    more = {"visits": [visit | told_at.get(visit["id"], nothing) for visit in visits], "elsewhere": len(were_here) - len(stood)}
    grant = {"cause_codes": causes_of(household.causes), "warnings": list(_warnings(household, today, rules))}
    beside = {"kin": kin_at_home(household_id, reader=work, keyring=keyring)}
    beside["checks"] = checks_at_home(household_id, reader=work, keyring=keyring)
    return household.model_dump() | grant | shown | more | beside


def _warnings(household: Household, today: date, rules: Rules) -> Iterator[str]:
    """Words of `labels.GRANT_WARNING`: what of the grant is to be looked at."""
    if household.assistance_to is not None and household.assistance_to < today:
        yield labels.GRANT_WARNING["over"]
    months = int(rules("rigid_spending_term", division=household.division).params["most_months"])
    if household.category == RIGID_SPENDING and household.assistance_from is not None:
        last = months_after(household.assistance_from, months)
        if last < (household.assistance_to or today):
            yield labels.GRANT_WARNING["rigid"]


def _guarded(member: dict[str, Any]) -> dict[str, Any]:
    """A minor as somebody without leave sees one (未成年人网络保护条例 art 36)."""
    told = {"flags": [], "visits": [], "versions": [], "self_care": "full", "is_card_expired": False}
    return without_sensitive(member) | told


def _is_reached(person: Person, reader: Reader, actor: Actor) -> bool:
    return actor.reaches(reader.get(Household, person.household_id).division)


def _staff(recorders: list[str], sources: list[dict[str, Any]], members: list[dict[str, Any]], reader: Reader) -> dict[str, str]:
    """Account → name of everybody in whose name something of the file was recorded."""
    of_fields = [source["by"] for source in (*sources, *(each for member in members for each in (*member["sources"], *member["versions"])))]
    return names_of_accounts([*recorders, *of_fields], reader=reader)


def _members(household_id: UUID, as_of: date | None, work: Work) -> list[tuple[Person, Standing]]:
    household = work.get(Household, household_id)
    if as_of is not None:
        found = members_on(household_id, as_of, reader=work)
        return sorted(found, key=lambda each: (each[1].status != "present", each[1].relation != HEAD, each[0].birth))
    return [
        (person, Standing(household_id, person.relation, person.status, household.division))
        for person in members_of(household_id, reader=work)
    ]


def _member(person: Person, reader: Reader, keyring: Keyring) -> dict[str, Any]:
    try:
        personal, is_erased = personal_of(reader, person, keyring), False
    except Erased:
        personal, is_erased = {}, True
    return person.model_dump(exclude=HIDDEN_OF_PERSON) | {"personal": personal, "is_erased": is_erased, "withheld": []}
