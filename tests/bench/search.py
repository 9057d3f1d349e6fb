"""How long a search for a person takes among 17,000 people, or as many as are named.

    python -m tests.bench.search [--people 1700000] [--rounds 5] [--quick]

People are invented, sealed and indexed as those of a roster are, in order of the index where a service would do it in the order of the
rosters. Measured is the whole unit: the search, opening the twenty who are shown, and the log of it. The ratio is that to reading one
household's row by its key from the same store.
"""

import sqlite3
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlmodel import select

from services.intake.actions.search import search_people
from services.intake.app import SERVICE
from services.intake.store import Household, Person, PersonSecret, SearchEntry
from services.intake.store.search import index_person
from shared.access import EVERYWHERE, Actor
from shared.demo.population import FEMALE, MALE, SURNAMES
from shared.divisions import children, full_name
from shared.ids import new_id
from shared.personal import Keyring
from shared.settings import ServiceSettings
from shared.store.migrate import upgrade
from shared.store.store import Store
from shared.work import Work
from tests.bench._rounds import Clock, Ratio, arguments, console, show

CLERK: Final = Actor("clerk", "经办", frozenset({"clerk"}), ("420202000000",))
CITY: Final = Actor("officer", "负责人", frozenset({"officer"}), (EVERYWHERE,))
STREETS: Final = [street for county in children("420200000000") for street in children(county)]
CHUNK: Final = 20_000
DAY: Final = date(2016, 10, 10)


def invented(number: int, random: Random) -> tuple[str, dict[str, str]]:
    """A division and the fields of somebody in it."""
    street, community = random.choice(STREETS), random.randint(1, 12)
    given = "".join(random.choices(MALE + FEMALE, k=random.choice((1, 2, 2))))
    birth = f"{random.randint(1930, 2015)}{random.randint(1, 12):02}{random.randint(1, 28):02}"
    fields = {
        "name": random.choice(SURNAMES) + given,
        "identity_number": f"420202{birth}{number % 10_000:04}",
        "phone": f"138{random.randrange(10**8):08}" if random.random() < 0.5 else "",
        "address": f"{full_name(street)}第{community}社区{random.randint(1, 60)}栋{random.randint(1, 4)}单元{random.randint(101, 909)}室",
    }
    return f"{street[:9]}{community:03}", fields


def fill(store: Store, keyring: Keyring, people: int) -> dict[str, str]:
    """Households of two with their index; gives the fields of one of them."""
    random = Random(17_000)
    fields: dict[str, str] = {}
    file = sqlite3.connect(str(store.path))
    file.execute("PRAGMA synchronous = OFF")
    file.execute("CREATE TABLE loose (token INTEGER, division INTEGER, person_id BLOB)")
    for start in range(0, people, CHUNK):
        rows: dict[Any, list[dict[str, Any]]] = {model: [] for model in (Household, Person, PersonSecret, SearchEntry)}
        words: list[tuple[int, int, bytes]] = []
        for number in range(start, min(start + CHUNK, people)):
            division, fields = invented(number, random)
            add_person(rows, words, number, division, fields, keyring)
        store.run_now(lambda work, rows=rows: keep(rows, work))  # type: ignore[misc]  # a default binds the loop's variable
        file.executemany("INSERT INTO loose VALUES (?, ?, ?)", words)
        file.commit()
    file.execute("INSERT INTO search_word SELECT token, division, person_id FROM loose ORDER BY 1, 2, 3")
    file.execute("DROP TABLE loose")
    file.commit()
    file.close()
    return fields


def add_person(rows: Any, words: list[Any], number: int, division: str, fields: dict[str, str], keyring: Keyring) -> None:
    person_id, secret_id = new_id(), new_id()
    if number % 2 == 0:
        where = {"category": "urban_allowance", "division": division, "living_members": 2, "needs": None, "housing": ""}
        rows[Household].append({"id": new_id(), "household_no": f"{division[:9]}-2016-{number:07}", "roster_id": person_id, **where})
    sealed = keyring.seal(person_id, {name: value for name, value in fields.items() if value})
    facts = {"birth": DAY, "sex": "male", "relation": "head", "schooling": "", "has_single_parent": False, "is_seriously_ill": False}
    facts |= {"disability_kind": 0, "disability_level": 0, "status": "present", "indexed_by": keyring.id}
    ids = {"household_id": rows[Household][-1]["id"], "roster_id": person_id, "secret_id": secret_id}
    key = keyring.search_hash(f"{fields['identity_number']}-{number}")
    rows[Person].append({"id": person_id, "lot_no": person_id.hex, "identity_key": key, **ids, **facts})
    kept = {"id": secret_id, "person_id": person_id, "wrapped_key": sealed.wrapped_key, "sealed": sealed.sealed}
    rows[PersonSecret].append(kept)
    entry, found = index_person(person_id, division, fields, full_name(division[:9] + "000"), keyring)
    rows[SearchEntry].append(entry)
    words += [(each["token"], each["division"], person_id.bytes) for each in found]


def keep(rows: dict[Any, list[dict[str, Any]]], work: Work) -> None:
    for model, theirs in rows.items():
        work.insert(model, theirs)


def queries(fields: dict[str, str]) -> dict[str, str]:
    """What a clerk types, from the most telling to the least."""
    name, number = fields["name"], fields["identity_number"]
    return {
        "name and last four": f"{name} {number[-4:]}",
        "name": name,
        "two characters of a name": name[-2:],
        "pinyin": "wangjianguo",
        "initials": "wjg",
        "last four": number[-4:],
        "address": "第七社区 12栋 301室",
        "a common piece of an address": "第七社区",
        "nobody": "欧阳无此人 0000",
    }


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--people", type=int, default=17_000)
    given = parser.parse_args()
    people, rounds = (2_000, 1) if given.quick else (given.people, given.rounds)
    with TemporaryDirectory() as folder:
        keyring = Keyring.create(Path(folder) / "key")
        store = SERVICE.open_store(ServiceSettings(data=Path(folder)))
        upgrade(SERVICE, store)
        clock = Clock()
        fields = fill(store, keyring, people)
        size = sum(each.stat().st_size for each in Path(folder).rglob("*.db*")) / 1e6
        console.print(f"{people:,} people sealed and indexed in {clock.seconds:.0f} s; the store has {size:,.0f} MB")
        ways: dict[str, Callable[[Work], Any]] = {"one household by its key": lambda work: work.first(select(Household))}
        for actor in (CLERK, CITY):
            for what, text in queries(fields).items():
                ways[f"{actor.account}: {what}"] = partial(
                    search_people, text, purpose="audit", today=DAY, actor=actor, keyring=keyring
                )  # fmt: skip
        found: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, way in ways.items():
                clock = Clock()
                store.run_now(lambda work, way=way: way(work=work) if isinstance(way, partial) else way(work))  # type: ignore[misc]  # as above
                found[name].append(clock.seconds * 1000)
        worst = max((name for name in ways if ":" in name), key=lambda name: median(found[name]))
        goal = "under 100 ms at 17,000, under 300 ms at 1,700,000"
        show(f"search among {people:,}", found, [Ratio(f"the slowest to one row; {goal}", worst, ("one household by its key",))], unit="ms")
        store.engine.dispose()


if __name__ == "__main__":
    main()
