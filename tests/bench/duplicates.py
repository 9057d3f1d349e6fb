"""Of the records that are of one person: how many are proposed, how many of those proposed are right, and how long the looking takes.

    python -m tests.bench.duplicates [--people 17000] [--seed 2016] [--rounds 1] [--quick]

The people of `tests/alike.py` are sealed in a store, indexed and compared by the jobs' own chunks, the longest of which is told. The ratio
is that of comparing a person to opening one's sealed fields. The weights were set on the seeds 1 and 2.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

from rich.table import Table
from sqlmodel import select

from services.intake.actions.duplicates import count_records, duplicates_chunk
from services.intake.actions.search import search_index_chunk
from services.intake.app import SERVICE
from services.intake.domain.duplicates import LIKELY_FROM, SHOWN_FROM, VERY_LIKELY_FROM
from services.intake.store import DuplicatePair, Household, Person, PersonSecret
from shared.ids import new_id
from shared.personal import Keyring
from shared.settings import ServiceSettings
from shared.store.migrate import upgrade
from shared.store.store import Store
from shared.work import Work
from tests.alike import Labelled, labelled
from tests.bench._rounds import Clock, Ratio, arguments, console, show

DAY: Final = date(2016, 10, 10)
WHAT: Final = ("number", "name", "home")


def fill(store: Store, known: Labelled, keyring: Keyring) -> list[UUID]:
    """Keep the records as rosters bring them; gives their ids in order."""
    households: dict[str, dict[str, Any]] = {}
    rosters = {1: new_id(), 2: new_id()}
    ids = [new_id() for _ in known.records]
    people, secrets = [], []
    for place, (person_id, record) in enumerate(zip(ids, known.records, strict=True)):
        secret_id = new_id()
        home = {"id": new_id(), "household_no": record.household, "category": "urban_allowance", "division": record.division}
        home |= {"living_members": 1, "needs": None, "housing": "", "roster_id": rosters[1]}
        household = households.setdefault(record.household, home)
        fields = {"name": record.name, "identity_number": record.number, "phone": record.phone, "address": record.address}
        sealed = keyring.seal(person_id, {name: value for name, value in fields.items() if value})
        secrets.append({"id": secret_id, "person_id": person_id, "wrapped_key": sealed.wrapped_key, "sealed": sealed.sealed})
        facts = {"birth": DAY, "sex": "male", "relation": "head", "schooling": "", "has_single_parent": False, "is_seriously_ill": False}
        facts |= {"disability_kind": 0, "disability_level": 0, "status": "present", "indexed_by": "", "is_compared": False}
        where = {"household_id": household["id"], "roster_id": rosters[record.roster], "secret_id": secret_id}
        people.append(
            {"id": person_id, "lot_no": person_id.hex, "identity_key": keyring.search_hash(f"{record.number}-{place}"), **where, **facts}
        )

    def keep(work: Work) -> None:
        for model, rows in ((Household, list(households.values())), (PersonSecret, secrets), (Person, people)):
            work.insert(model, rows)

    store.run_now(keep)
    return ids


def run(store: Store, chunk: Any, **arguments: Any) -> list[float]:
    """Every chunk of a job, one unit each; gives their milliseconds."""
    taken: list[float] = []
    position: int | None = 0
    while position is not None:
        clock, at = Clock(), position
        position = store.run_now(lambda work, at=at: chunk(new_id(), at, work=work, **arguments))  # type: ignore[misc]  # binds the loop's
        taken.append(clock.seconds * 1000)
    return taken


def proposed(store: Store, ids: Sequence[UUID]) -> dict[tuple[int, int], int]:
    """By places of two records in the set: the score of their pair."""
    place = {person_id: at for at, person_id in enumerate(ids)}
    found = store.read_now(lambda reader: [(each.first_id, each.second_id, each.score) for each in reader.select(select(DuplicatePair))])
    return {tuple(sorted((place[first], place[second]))): score for first, second, score in found}  # type: ignore[misc]  # two of them


def tell(known: Labelled, scores: dict[tuple[int, int], int]) -> None:
    """Precision and recall from each likelihood on, and recall by what is wrong."""
    quality = Table("from", "pairs", "precision", "recall", title=f"{len(known.records):,} records, {len(known.pairs)} people twice")
    for name, least in (("possible", SHOWN_FROM), ("likely", LIKELY_FROM), ("very likely", VERY_LIKELY_FROM)):
        found = {pair for pair, score in scores.items() if score >= least}
        right = len(found & known.pairs)
        quality.add_row(name, f"{len(found):,}", f"{right / max(1, len(found)):.3f}", f"{right / max(1, len(known.pairs)):.3f}")
    console.print(quality)
    missed = Table("wrong", "", "twice", "recall", title="by what is wrong with the second record")
    for at, what in enumerate(WHAT):
        all_of, found_of = (
            Counter(known.faults[second][at] for _, second in pairs) for pairs in (known.pairs, known.pairs & scores.keys())
        )
        for fault, count in all_of.most_common():
            missed.add_row(what, fault, str(count), f"{found_of[fault] / count:.2f}")
    console.print(missed)
    twins = sum(known.records[one].household == known.records[other].household for one, other in scores.keys() - known.pairs)
    console.print(f"wrongly proposed out of one household: {twins}")


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--people", type=int, default=17_000)
    parser.add_argument("--seed", type=int, default=2016)
    parser.set_defaults(rounds=1)
    given = parser.parse_args()
    people, rounds = (600, 1) if given.quick else (given.people, given.rounds)
    known = labelled(people, seed=given.seed)
    ways = ("opening a person", "indexing a person", "comparing a person", "19 of 20 chunks", "longest chunk")
    found: dict[str, list[float]] = {way: [] for way in ways}
    scores: dict[tuple[int, int], int] = {}
    for _ in range(rounds):
        with TemporaryDirectory() as folder:
            keyring = Keyring.create(Path(folder) / "key")
            store = SERVICE.open_store(ServiceSettings(data=Path(folder)))
            upgrade(SERVICE, store)
            ids = fill(store, known, keyring)
            clock = Clock()
            opened = store.read_now(lambda reader, keyring=keyring: _open_some(reader, keyring))  # type: ignore[misc]  # binds the loop's
            found["opening a person"].append(clock.seconds * 1000 / opened)
            found["indexing a person"].append(sum(run(store, search_index_chunk, keyring=keyring)) / len(ids))
            records = store.read_now(lambda reader: count_records(new_id(), reader=reader))
            chunks = run(store, duplicates_chunk, keyring=keyring, prepared=records)
            found["comparing a person"].append(sum(chunks) / len(ids))
            found["19 of 20 chunks"].append(sorted(chunks)[len(chunks) * 19 // 20])
            found["longest chunk"].append(max(chunks))
            scores = proposed(store, ids)
            store.engine.dispose()
    tell(known, scores)
    show(f"among {len(known.records):,}", found, [Ratio("comparing to opening", "comparing a person", ("opening a person",))], unit="ms")


def _open_some(reader: Any, keyring: Keyring) -> int:
    secrets = reader.select(select(PersonSecret).limit(500))
    for each in secrets:
        keyring.open(each.person_id, each.wrapped_key, each.sealed)
    return len(secrets)


if __name__ == "__main__":
    main()
