"""How long a screening and the count beside a criterion take, beside reading the same columns of the same people once.

    python -m tests.bench.screening [--people 17000] [--rounds 5] [--quick]

People are invented with the shares of the case: 21 in 100 are 60 or older, a third of the households have one member. Measured are the
count of four groups at once, as the console shows it while a programme is written; the whole screening (the question to the database, the
list and its proof); and, of that, the computing alone. The ratio is to one question that reads every column which the screening reads.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import col

from services.intake.actions import count_groups, definitions_of
from services.intake.actions.screening import screen_by
from services.intake.app import SERVICE
from services.intake.domain.group import group_of
from services.intake.domain.selection import Applicant, GroupQuota
from services.intake.domain.selection import select as choose
from services.intake.domain.terms import GroupTerms, Terms
from services.intake.store import ALLOWANCE, Household, Person
from shared.access import EVERYWHERE, Actor
from shared.divisions import children
from shared.ids import new_id
from shared.plugins import load
from shared.settings import ServiceSettings
from shared.store.migrate import upgrade
from shared.store.store import Store
from shared.work import Reader, Work
from tests.bench._rounds import Clock, Ratio, arguments, console, show

CITY: Final = "420200000000"
ON: Final = date(2017, 1, 1)
OFFICER: Final = Actor("officer", "负责人", frozenset({"officer"}), (EVERYWHERE,))
CODES: Final = ("G1", "G2", "G3", "G4")
STREETS: Final = [street for county in children(CITY) for street in children(county)]
CHUNK: Final = 20_000
SCAN, COUNT, SCREEN, COMPUTE = "one scan of the columns", "count of four groups", "screening", "of it computing"


def fill(store: Store, people: int) -> None:
    random = Random(17_000)
    for start in range(0, people, CHUNK):
        households: list[dict[str, Any]] = []
        persons: list[dict[str, Any]] = []
        while len(persons) < min(CHUNK, people - start):
            members = random.choice((1, 1, 1, 2, 2, 3, 4))
            households.append(household(start + len(persons), members, random))
            persons += [person(households[-1]["id"], random) for _ in range(members)]
        store.run_now(partial(keep, households, persons))


def household(number: int, members: int, random: Random) -> dict[str, Any]:
    where = {"household_no": f"H{number:09}", "category": random.choice(ALLOWANCE), "division": f"{random.choice(STREETS)[:9]}001"}
    needs = [random.randint(0, 3) for _ in range(7)]
    return {"id": new_id(), **where, "living_members": members, "needs": needs, "housing": "rented", "roster_id": new_id()}


def person(household_id: Any, random: Random) -> dict[str, Any]:
    age = random.randint(60, 95) if random.random() < 0.21 else random.randint(0, 59)
    birth = date(2016, 12, 31) - timedelta(days=age * 365 + random.randint(0, 364))
    is_disabled = random.random() < 0.3
    facts: dict[str, Any] = {
        "birth": birth,
        "sex": random.choice(("male", "female")),
        "relation": "head",
        "schooling": "primary" if 6 < age < 15 else "",
    }
    facts |= {"disability_kind": random.randint(1, 7) if is_disabled else 0, "disability_level": random.randint(1, 4) if is_disabled else 0}
    facts |= {"has_single_parent": age < 18 and random.random() < 0.2, "is_seriously_ill": random.random() < 0.06, "status": "present"}
    ids = {"id": new_id(), "household_id": household_id, "roster_id": household_id, "secret_id": new_id()}
    return {**ids, "identity_key": ids["id"].hex, "lot_no": ids["id"].hex, "indexed_by": "", **facts}


def keep(households: list[dict[str, Any]], persons: list[dict[str, Any]], work: Work) -> None:
    work.insert(Household, households)
    work.insert(Person, persons)


def scan(reader: Reader) -> Any:
    """Every column that a screening reads, once, of everybody."""
    of_person: tuple[Any, ...] = (
        Person.birth,
        Person.sex,
        Person.relation,
        Person.schooling,
        Person.has_single_parent,
        Person.disability_kind,
    )
    of_person = (*of_person, Person.disability_level, Person.is_seriously_ill, Person.status, Person.id)
    of_household: tuple[Any, ...] = (Household.category, Household.division, Household.housing, Household.living_members, Household.needs)
    longest = [func.max(col(column)) for column in (*of_person, *of_household)]
    return reader.rows(select(*longest).join_from(Person, Household, col(Household.id) == Person.household_id))


def computing(applicants: list[Applicant], quotas: list[GroupQuota], _: Reader) -> Any:
    return choose(applicants, quotas, "福彩 2016150")


def ways(store: Store) -> dict[str, Callable[[Reader], Any]]:
    hooks = load(SERVICE.name, SERVICE.hooks, enabled=SERVICE.plugins, builtin=SERVICE.plugins, config={})
    definitions = [group_of(code, definitions_of(hooks)) for code in CODES]
    quotas = [GroupQuota(code, 100, 50) for code in CODES]
    groups = [GroupTerms(definition, quota) for definition, quota in zip(definitions, quotas, strict=True)]
    score = " + ".join(f"needs.{need}" for need in ("economy", "health", "education", "housing"))
    terms = Terms(ON, CITY, list(ALLOWANCE), "福彩 2016150", groups, score=score)
    found = store.read_now(lambda reader: screen_by(terms, reader=reader, hooks=hooks))
    about: dict[str, Any] = {"division": CITY, "reference_on": ON, "survey_id": None, "categories": ALLOWANCE, "actor": OFFICER}
    return {
        SCAN: scan,
        COUNT: lambda reader: count_groups(definitions, reader=reader, **about),
        SCREEN: lambda reader: screen_by(terms, reader=reader, hooks=hooks),
        COMPUTE: partial(computing, [Applicant.read(line) for line in found.inputs], quotas),
    }


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--people", type=int, default=17_000)
    given = parser.parse_args()
    people, rounds = (1_000, 1) if given.quick else (given.people, given.rounds)
    with TemporaryDirectory() as folder:
        store = SERVICE.open_store(ServiceSettings(data=Path(folder)))
        upgrade(SERVICE, store)
        clock = Clock()
        fill(store, people)
        console.print(f"{people:,} people in {clock.seconds:.0f} s")
        asked = ways(store)
        found: dict[str, list[float]] = {name: [] for name in asked}
        for _ in range(rounds):
            for name, way in asked.items():
                clock = Clock()
                store.read_now(way)
                found[name].append(clock.seconds * 1000)
        goals = [
            Ratio("screening to one scan", SCREEN, (SCAN,), "at most 20 at 1,700,000"),
            Ratio("count to one scan", COUNT, (SCAN,)),
        ]
        show(
            f"screening {people:,} people (goals: count under 500 ms at 100,000, computing under 100 ms at 17,000)", found, goals, unit="ms"
        )
        store.engine.dispose()


if __name__ == "__main__":
    main()
