"""The list with which a survey team finds its doors (入户清单), and whom to ask for there. Everybody on it has the reading in the log."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.intake.actions.person import mark
from services.intake.actions.survey import to_change
from services.intake.domain.household import HEAD
from services.intake.domain.person import age_on
from services.intake.store import Household, Person, PersonSecret, files_still_due, own_divisions, teams_of
from shared.access import Actor
from shared.http.paging import Listing, Page
from shared.personal import Erased, Keyring
from shared.work import Reader, Work

DOORS_AT_ONCE: Final = 40
TO_FIND: Final = ("name", "address", "phone")
"""What is opened, of one person in a household; of the others nothing is."""


def door_list(
    survey_id: UUID,
    *,
    division: str = "",
    team_id: UUID | None = None,
    file_id: UUID | None = None,
    after: str | None = None,
    work: Work,
    today: date,
    actor: Actor,
    keyring: Keyring,
) -> Listing:
    """The next 40 households that an open survey has still to visit, of one community, team or file if asked for.

    An officer sees all of them, a surveyor those of the own team. Of each household: its number, the name, address and phone of who
    is to be asked for (the head, else the eldest), and relation, sex and age of everybody who is present. Raises SurveyClosed.
    """
    to_change(work, survey_id, actor)
    own = None if actor.may("officer") else own_divisions(survey_id, actor.account, reader=work)
    here = _narrowed(own, _of_team(survey_id, team_id, work), [division] if division else None)
    page = Page(after, DOORS_AT_ONCE)
    found = files_still_due(survey_id, reader=work, actor=actor, page=page, divisions=here, file_id=file_id)
    at_home = _at_home([file.household_id for file in found.items], work)
    now_in = _divisions([file.household_id for file in found.items], work)
    asked_for = _opened([people[0] for people in at_home.values()], work, keyring)
    work.add(*(mark(each.id, "doors", "survey", work, today, actor) for people in at_home.values() for each in people))
    items = [
        {"file_id": file.id, "household_no": file.household_no, "status": file.status}
        | {"division": now_in[file.household_id]}
        | _door(at_home.get(file.household_id, ()), asked_for, today)
        for file in found.items
    ]
    return Listing(items, found.next)


def _of_team(survey_id: UUID, team_id: UUID | None, reader: Reader) -> Sequence[str] | None:
    if team_id is None:
        return None
    return next((team.divisions for team in teams_of(survey_id, reader=reader) if team.id == team_id), ())


def _narrowed(*choices: Sequence[str] | None) -> list[str] | None:
    """The communities in all of the choices; None stands for all there are."""
    given = [set(each) for each in choices if each is not None]
    return sorted(set.intersection(*given)) if given else None


def _divisions(households: Sequence[UUID], reader: Reader) -> dict[UUID, str]:
    """Where each household is by now; its file in the survey stays with the community in which it was opened."""
    rows = reader.rows(select(col(Household.id), col(Household.division)).where(col(Household.id).in_(households)))
    return {row.id: row.division for row in rows}


def _at_home(households: Sequence[UUID], reader: Reader) -> dict[UUID, list[Any]]:
    """Who is present in each household, first whom to ask for: the head, else the eldest. Who has nobody present is left out."""
    columns = (Person.id, Person.household_id, Person.secret_id, Person.relation, Person.sex, Person.birth)
    of_them = (col(Person.household_id).in_(households), col(Person.status) == "present")
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in sorted(reader.rows(select(*map(col, columns)).where(*of_them)), key=lambda row: (row.relation != HEAD, row.birth)):
        found[row.household_id].append(row)
    return dict(found)


def _opened(people: Iterable[Any], reader: Reader, keyring: Keyring) -> dict[UUID, dict[str, str]]:
    """Name, address and phone of those who have not been erased."""
    columns = (col(PersonSecret.person_id), col(PersonSecret.wrapped_key), col(PersonSecret.sealed))
    theirs = col(PersonSecret.id).in_([each.secret_id for each in people])
    found = {}
    for person_id, wrapped_key, sealed in reader.rows(select(*columns).where(theirs)):
        with suppress(Erased):
            found[person_id] = keyring.open(person_id, wrapped_key, sealed, TO_FIND)
    return found


def _door(people: Sequence[Any], asked_for: dict[UUID, dict[str, str]], today: date) -> dict[str, Any]:
    personal = asked_for.get(people[0].id, {}) if people else {}
    members = [{"relation": each.relation, "sex": each.sex, "age": age_on(each.birth, today)} for each in people]
    return {name: personal.get(name, "") for name in TO_FIND} | {"members": members}
