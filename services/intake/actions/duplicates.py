"""Whoever was filed or changed is compared with everybody alike; what may be of one person waits for somebody to look at it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlmodel import col

from services.intake import labels
from services.intake.actions.person import Purpose, mark, personal_of
from services.intake.domain.duplicates import SHOWN_FROM, Description, Likeness, blocks_of, compare, describe, likelihood
from services.intake.store import Household, Person, Roster
from services.intake.store.duplicates import (
    JOB,
    UNDECIDED,
    DuplicatePair,
    Pair,
    Sealed,
    alike,
    comparing,
    decisions_on,
    in_order,
    not_compared,
    pairs_beside,
    pairs_of,
    reached_pair,
    records,
    survivor_of,
)
from shared.access import Actor
from shared.divisions import full_name
from shared.ids import new_id
from shared.personal import Erased, Keyring
from shared.work import Reader, Work

CHUNK: Final = 50
LONGEST_PHONE: Final = 13


def start_comparing(work: Work) -> None:
    """Begin to look for records alike, unless that is under way."""
    due = int(work.scalar(select(func.count()).where(col(Person.is_compared).is_(False))))
    if due and comparing(reader=work) is None:
        work.start_job(JOB, new_id(), due)


def count_records(job_subject: UUID, *, reader: Reader) -> int:
    """Among how many records somebody is looked for."""
    return int(reader.scalar(select(func.count()).select_from(Person)))


def duplicates_chunk(subject_id: UUID, position: int, *, prepared: int, work: Work, keyring: Keyring) -> int | None:
    """Compare the next people who were filed or changed with everybody alike."""
    due = not_compared(CHUNK, reader=work)
    if not due:
        return None
    _keep(_likenesses(due, prepared, work, keyring), {each.id for each in due}, work)
    work.execute(update(Person).where(col(Person.id).in_([each.id for each in due])).values(is_compared=True))
    return position + len(due)


def _likenesses(due: Sequence[Sealed], people: int, work: Work, keyring: Keyring) -> dict[Pair, Likeness]:
    """What is alike enough to be looked at. Each pair is compared once: by whoever of the two is compared later."""
    own = {each.id: each for each in due}
    told = _described(due, keyring)
    near = alike({person_id: blocks_of(known) for person_id, known in told.items()}, keyring, reader=work)
    compared = [each for each in records(set().union(*near.values()) - own.keys(), reader=work) if each.is_compared]
    told |= _described(compared, keyring)
    others = {each.id: each for each in compared}
    found: dict[Pair, Likeness] = {}
    for one in due:
        for other in (others[each] for each in near.get(one.id, ()) if each in others and each in told):
            likeness = compare(
                told[one.id],
                told[other.id],
                people=people,
                is_one_household=one.household_id == other.household_id,
                is_one_roster=one.roster_id is not None and one.roster_id == other.roster_id,
            )
            if likeness.score >= SHOWN_FROM:
                found[in_order(one.id, other.id)] = likeness
        others[one.id] = one
    return found


def _described(sealed: Sequence[Sealed], keyring: Keyring) -> dict[UUID, Description]:
    """In memory, for as long as a chunk takes. Whoever was erased is alike nobody."""
    found = {}
    for each in sealed:
        with suppress(Erased):
            personal = keyring.open(each.id, each.wrapped_key, each.sealed)
            found[each.id] = describe(personal, place=full_name(each.division[:9].ljust(12, "0")))
    return found


def _keep(found: Mapping[Pair, Likeness], due: set[UUID], work: Work) -> None:
    """What was decided stays; what is no longer alike waits no longer."""
    known = pairs_of(due, reader=work)
    for pair, likeness in found.items():
        before = known.get(pair)
        if before is not None and before.status not in UNDECIDED:
            continue
        if before is not None:
            before.score, before.evidence = likeness.score, list(likeness.evidence)
            before.status = "open" if before.status == "lapsed" else before.status
        first, second = (survivor_of(each, reader=work) for each in pair)
        counted = in_order(first, second)
        if first != second and counted not in known:
            known[counted] = DuplicatePair(
                first_id=counted[0], second_id=counted[1], score=likeness.score, evidence=list(likeness.evidence), found_on=work.today
            )
            work.add(known[counted])
    _lapse([pair for ids, pair in known.items() if ids not in found and pair.status == "open"], due, work)


def _lapse(pairs: Sequence[DuplicatePair], due: set[UUID], work: Work) -> None:
    """Unless the other of the two is still to be compared, and finds the pair again."""
    for pair in pairs:
        if all(each in due or work.get(Person, each).is_compared for each in (pair.first_id, pair.second_id)):
            pair.status = "lapsed"


def compare_records(
    pair_id: UUID, *, purpose: Purpose, is_whole: bool, work: Work, today: date, actor: Actor, keyring: Keyring
) -> dict[str, Any]:
    """A pair, and the likeliest others of the record that was filed later, beside it: five at most. Each record shown is logged as read."""
    pair = reached_pair(work, pair_id, actor)
    subject = _record(pair.second_id, work, keyring, is_whole=is_whole)
    beside = [
        _pair(each, _record(each.first_id if each.second_id == pair.second_id else each.second_id, work, keyring, is_whole=is_whole), work)
        for each in pairs_beside(pair, reader=work, actor=actor)
    ]
    for each in (subject, *(each["record"] for each in beside)):
        if not each["is_erased"]:
            work.add(mark(each["person_id"], "file" if is_whole else "comparison", purpose, work, today, actor))
    return {"subject": subject, "pairs": beside, "is_whole": is_whole}


def _pair(pair: DuplicatePair, record: dict[str, Any], work: Work) -> dict[str, Any]:
    told = {"verdict", "kept_id", "reason", "decided_by", "decided_on"}
    decisions = [each.model_dump(include=told) for each in decisions_on(pair.id, reader=work)]
    shown = pair.model_dump(include={"id", "score", "evidence", "status", "found_on"})
    return shown | {"likelihood": likelihood(pair.score), "record": record, "decisions": decisions}


def _record(person_id: UUID, reader: Reader, keyring: Keyring, *, is_whole: bool) -> dict[str, Any]:
    """A record with what tells one from another; numbers masked unless the whole is asked for."""
    person = reader.get(Person, person_id)
    household = reader.get(Household, person.household_id)
    roster = reader.find(Roster, person.roster_id)
    try:
        personal, is_erased = personal_of(reader, person, keyring), False
    except Erased:
        personal, is_erased = {}, True
    numbers = {name: str(personal.get(name, "")) for name in ("identity_number", "phone")}
    return {
        "person_id": person_id,
        "is_erased": is_erased,
        "name": personal.get("name", ""),
        **(numbers if is_whole else {name: masked(number) for name, number in numbers.items()}),
        "address": personal.get("address", ""),
        **person.model_dump(include={"birth", "sex", "relation", "status"}),
        "household_id": household.id,
        **household.model_dump(include={"household_no", "category", "division"}),
        "roster": roster.name if roster else labels.SOURCE["act"],
        "filed_on": (roster.decided_on or roster.uploaded_on) if roster else person.registered_on,
    }


def masked(number: str) -> str:
    """The middle of an identity number or a telephone number left out."""
    shown = 6 if len(number) > LONGEST_PHONE else 3
    return number[:shown] + "*" * max(0, len(number) - shown - 4) + number[-4:] if len(number) > shown + 4 else number
