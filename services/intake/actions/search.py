"""People are searched for, for a purpose, and the index by which they are found is kept."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, or_, select, update
from sqlmodel import col

from services.intake.actions.duplicates import start_comparing
from services.intake.actions.person import Purpose, mark
from services.intake.store import Household, Person, PersonSecret, StagedRow
from services.intake.store.search import SearchEntry, SearchWord, forget_words, index_person, search
from shared.access import Actor
from shared.divisions import full_name
from shared.ids import new_id
from shared.jobs import UNFINISHED
from shared.personal import Erased, Keyring
from shared.work import Reader, Work

CHUNK: Final = 500
MOST_SHOWN: Final = 20
JOB: Final = "search_index"


def search_people(
    text: str, *, purpose: Purpose, division: str = "", work: Work, today: date, actor: Actor, keyring: Keyring
) -> dict[str, Any]:
    """Who fits, at most 20, each with the least that tells one from another; each is logged as read."""
    hits = search(text, reader=work, actor=actor, keyring=keyring, division=division, most=MOST_SHOWN)
    found = [shown for person_id in hits.person_ids if (shown := _shown(person_id, work, keyring))]
    for each in found:
        work.add(mark(each["person_id"], "search", purpose, work, today, actor))
    return {"items": found, "is_partial": hits.is_partial}


def start_indexing(work: Work) -> UUID:
    """Begin to index whoever is not."""
    return work.start_job(JOB, new_id(), 0)


def index_if_needed(*, work: Work, keyring: Keyring) -> None:
    """At the start of the service: people of an earlier version, or under an earlier key, are indexed now."""
    job = work.kernel.job.c
    is_under_way = work.scalar(select(job.id).where(job.kind == JOB, job.status.in_(UNFINISHED)).limit(1))
    if not is_under_way and _due(work, keyring, 1):
        start_indexing(work)


def search_index_chunk(subject_id: UUID, position: int, *, work: Work, keyring: Keyring) -> int | None:
    """Index the next people who are not, or not since their last change."""
    due = _due(work, keyring, CHUNK)
    if not due:
        start_comparing(work)
        return None
    index_people(due, work, keyring)
    return position + len(due)


def index_people(people: list[Any], work: Work, keyring: Keyring) -> None:
    """Make the index of these people anew; `people` are rows of id, division, wrapped_key and sealed."""
    ids = [row.id for row in people]
    forget_words(ids, work)
    entries, rows = [], []
    for row in people:
        try:
            personal = keyring.open(row.id, row.wrapped_key, row.sealed)
        except Erased:
            continue
        entry, words = index_person(row.id, row.division, personal, full_name(row.division[:9].ljust(12, "0")), keyring)
        entries.append(entry)
        rows += words
    if entries:
        work.insert(SearchEntry, entries)
        work.insert(SearchWord, sorted(rows, key=lambda each: each["token"]))
    work.execute(update(Person).where(col(Person.id).in_(ids)).values(indexed_by=keyring.id, is_compared=False))


def hash_again(rows: Sequence[Any], *, work: Work, keyring: Keyring) -> None:
    """Under a new key: the keyed hashes by which these people and rows of rosters are found; `rows` are of `person_secret`."""
    alive = [row for row in rows if row.wrapped_key is not None]
    if not alive:
        return
    keys = {row.id: keyring.search_hash(keyring.open(row.person_id, row.wrapped_key, row.sealed)["identity_number"]) for row in alive}
    people = col(Person.id).in_({row.person_id for row in alive})
    for table, theirs in ((Person, people), (StagedRow, col(StagedRow.secret_id).in_(keys))):
        found = work.rows(select(col(table.id), col(table.secret_id)).where(theirs))
        if changed := [{"of": row.id, "key": keys[row.secret_id]} for row in found if row.secret_id in keys]:
            work.execute(update(table).where(col(table.id) == bindparam("of")).values(identity_key=bindparam("key"), row_hash=""), changed)
    index_people(list(work.rows(people_of().where(people))), work, keyring)


def _due(work: Reader, keyring: Keyring, most: int) -> list[Any]:
    indexed_by = col(Person.indexed_by)
    is_due = or_(indexed_by < keyring.id, indexed_by > keyring.id)  # an index answers this; it does not answer "is not"
    return list(work.rows(people_of().where(is_due).limit(most)))


def people_of() -> Any:
    """What the index is made from."""
    columns = (col(Person.id), col(Household.division), col(PersonSecret.wrapped_key), col(PersonSecret.sealed))
    joined = select(*columns).join(Household, col(Household.id) == Person.household_id)
    return joined.join(PersonSecret, col(PersonSecret.id) == Person.secret_id)


def _shown(person_id: UUID, reader: Reader, keyring: Keyring) -> Mapping[str, Any] | None:
    person = reader.get(Person, person_id)
    household = reader.get(Household, person.household_id)
    secret = reader.get(PersonSecret, person.secret_id)
    try:
        personal = keyring.open(person.id, secret.wrapped_key, secret.sealed)
    except Erased:
        return None
    number = personal["identity_number"]
    return {
        "person_id": person.id,
        "household_id": household.id,
        "household_no": household.household_no,
        "division": household.division,
        "name": personal["name"],
        "identity_number": f"{number[:6]}********{number[-4:]}",
        "relation": person.relation,
        "status": person.status,
    }
