"""Random people in a store, and random criteria about them, for the tests of criteria."""

from datetime import date
from random import Random

from hypothesis import strategies as st
from sqlmodel import select

from services.intake import labels
from services.intake.domain.criterion import FACTS, FactKind
from services.intake.domain.person import PersonFacts
from services.intake.domain.roster_more import ENDLESS
from services.intake.store import Household, Person
from shared.ids import new_id
from shared.work import Reader, Work

ON = date(2017, 1, 1)
DIVISIONS = ("420202070001", "420202071002", "420203001001", "429004000000")
BIRTHS = (date(1936, 2, 29), date(1956, 12, 31), date(1957, 1, 1), date(1957, 1, 2), date(1999, 1, 1), date(1999, 1, 2), date(2016, 12, 31))


def fill(count: int, work: Work, *, seed: int = 42) -> None:
    """People of every kind, one in each household; some were not visited yet, one is born after the day."""
    random = Random(seed)
    for number in range(count):
        household = Household(
            household_no=str(number),
            category=random.choice(list(labels.CATEGORY)),
            division=random.choice(DIVISIONS),
            living_members=random.randint(1, 4),
            needs=[random.randint(0, 3) for _ in range(7)] if random.random() < 0.7 else None,
            housing=random.choice(["", *labels.HOUSING]),
            assistance_to=random.choice([None, date(2016, 12, 31), ON, ENDLESS]),
            monthly_amount=random.choice([None, 0, 199, 6_900, 38_000]),
            causes="".join(f",{cause}" for cause in random.sample(list(labels.CAUSE), random.randint(0, 2))) + ",",
            roster_id=new_id(),
        )
        level = random.randint(0, 4)
        person = Person(
            household_id=household.id,
            roster_id=household.roster_id,
            secret_id=new_id(),
            identity_key=str(number),
            lot_no=str(number),
            birth=date(2017, 1, 2) if number == 0 else random.choice(BIRTHS),
            sex=random.choice(list(labels.SEX)),
            relation=random.choice(list(labels.RELATION)),
            schooling=random.choice(["", *labels.SCHOOLING]),
            has_single_parent=random.random() < 0.5,
            disability_kind=random.randint(1, 7) if level else 0,
            disability_level=level,
            is_seriously_ill=random.random() < 0.3,
            father=random.choice(["", *labels.PARENT]),
            mother=random.choice(["", *labels.PARENT]),
            adl_unmet=random.randint(0, 6),
            has_lost_only_child=random.random() < 0.3,
            labour=random.choice(["", *labels.LABOUR]),
            employment=random.choice(["", *labels.EMPLOYMENT]),
            health=random.choice(["", *labels.HEALTH]),
            education=random.choice(["", *labels.EDUCATION]),
            medical_insurance=random.choice(["", *labels.MEDICAL]),
            pension_insurance=random.choice(["", *labels.PENSION]),
            disability_valid_to=random.choice([None, date(2016, 12, 31), ON, ENDLESS]),
        )
        work.add(household, person)


def everybody(reader: Reader) -> dict[str, PersonFacts]:
    """Facts by the person's key."""
    homes = {household.id: household for household in reader.select(select(Household))}
    return {person.id.hex: person.facts(homes[person.household_id]) for person in reader.select(select(Person))}


def truths(depth: int = 3) -> st.SearchStrategy[str]:
    """Criteria that are allowed."""
    leaves = st.one_of(
        st.sampled_from([fact.name for fact in FACTS.values() if fact.kind == "truth"]),
        st.sampled_from(["true", "false"]),
        st.builds(
            lambda left, sign, right: f"{left} {sign} {right}", numbers(1), st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), numbers(1)
        ),
        st.builds(
            lambda sign, age: f"age {sign} {age}",
            st.sampled_from(["==", "!=", "<", "<=", ">", ">="]),
            st.sampled_from([0, 17, 18, 59, 60, 80]),
        ),
        st.sampled_from([fact for fact in FACTS.values() if fact.kind == "code" and fact.vocabulary]).flatmap(_of_code),
        st.sampled_from([f'division.startsWith("{code[:digits]}")' for code in DIVISIONS for digits in (2, 4, 6, 9, 12)]),
        st.builds(lambda left, ones: f"{left} in {ones}", numbers(1), st.lists(st.integers(-1, 6), min_size=1, max_size=3)),
    )
    if not depth:
        return leaves
    parts = truths(depth - 1)
    return st.one_of(
        leaves,
        st.builds(lambda one, other: f"({one}) && ({other})", parts, parts),
        st.builds(lambda one, other: f"{one} || {other}", parts, parts),
        st.builds(lambda one: f"!({one})", parts),
        st.builds(lambda test, one, other: f"(({test}) ? ({one}) : ({other}))", parts, parts, parts),
        st.builds(lambda one, sign, other: f"({one}) {sign} ({other})", parts, st.sampled_from(["==", "!="]), parts),
    )


def numbers(depth: int = 2) -> st.SearchStrategy[str]:
    """Numbers that are allowed."""
    leaves = st.one_of(st.sampled_from([fact.name for fact in FACTS.values() if fact.kind == "number"]), st.integers(-3, 70).map(str))
    if not depth:
        return leaves
    parts = numbers(depth - 1)
    return st.one_of(
        leaves,
        st.builds(lambda one, sign, other: f"({one}) {sign} ({other})", parts, st.sampled_from(["+", "-", "*"]), parts),
        st.builds(lambda one: f"- ({one})", parts),
        st.builds(lambda one, other: f"(is_disabled ? {one} : {other})", parts, parts),
    )


def _of_code(fact: FactKind) -> st.SearchStrategy[str]:
    codes = st.sampled_from([*fact.vocabulary])
    return st.one_of(
        st.builds(lambda sign, code: f'{fact.name} {sign} "{code}"', st.sampled_from(["==", "!="]), codes),
        st.builds(lambda some: f"{fact.name} in [{', '.join(f'{chr(34)}{code}{chr(34)}' for code in some)}]", st.lists(codes, min_size=1)),
    )
