"""The sample population has the figures of the case to the last person (huangshi-case §6)."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from io import BytesIO
from itertools import groupby, pairwise

import pytest
from python_calamine import CalamineWorkbook

from shared.demo.census import DISTRICTS, census
from shared.demo.population import Population, RosterRow, a_year_later, populate
from shared.demo.workbook import workbook, workbooks
from shared.divisions import is_known
from shared.identity import check_disability_card, check_identity_number

PLANNED, SCREENED = date(2015, 12, 31), date(2017, 1, 1)
PUPIL = ("小学", "初中", "高中", "中职")


@cache
def city() -> Population:
    return populate(census())


@cache
def birth_of(number: str) -> date:
    return check_identity_number(number, on=date(2015, 10, 12)).birth


def age(row: RosterRow, on: date) -> int:
    birth = birth_of(row.身份证号)
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def years(row: RosterRow, on: date) -> str:
    return "minor" if age(row, on) < 18 else "elder" if age(row, on) >= 60 else "adult"


def groups(row: RosterRow, on: date = SCREENED) -> set[str]:
    """By the words of the case, not by those of the generator."""
    found = {
        "G1": age(row, on) >= 60 and row.实际居住人数 == 1,
        "G2": age(row, on) < 18 and row.就读学段 in PUPIL and bool(row.单亲原因),
        "G3": bool(row.残疾证号),
        "G4": bool(row.重病病种),
    }
    return {group for group, is_in in found.items() if is_in}


def cells(rows: Iterable[RosterRow]) -> tuple[int, int, int, int, int]:
    """(disabled only, ill only, both, neither, total)"""
    count = Counter((bool(row.残疾证号), bool(row.重病病种)) for row in rows)
    return count[True, False], count[False, True], count[True, True], count[False, False], count.total()


@pytest.mark.parametrize("on", [PLANNED, date(2016, 6, 30), SCREENED])
def test_first_table_holds_on_every_day_of_the_case(on: date) -> None:
    rows = city().allowance
    by_age = {name: [row for row in rows if years(row, on) == name] for name in ("minor", "adult", "elder")}

    assert cells(by_age["minor"]) == (302, 34, 8, 3_146, 3_490)
    assert cells(by_age["adult"]) == (3_468, 468, 92, 5_922, 9_950)
    assert cells(by_age["elder"]) == (1_260, 310, 60, 1_930, 3_560)
    assert cells(rows) == (5_030, 812, 160, 10_998, 17_000)
    assert cells(row for row in rows if "G1" in groups(row, on)) == (330, 80, 25, 545, 980)
    assert cells(row for row in rows if "G2" in groups(row, on)) == (48, 6, 2, 584, 640)


def test_second_table_district_by_district() -> None:
    table = {
        "420202": (5_780, 1_210, 1_187, 1_765, 330, 333, 218, 3_033),
        "420203": (6_120, 1_282, 1_256, 1_868, 350, 353, 230, 3_211),
        "420204": (3_400, 712, 698, 1_038, 195, 196, 128, 1_784),
        "420205": (1_700, 356, 349, 519, 97, 98, 64, 892),
    }
    for district, figures in table.items():
        rows = [row for row in city().allowance if row.区划代码.startswith(district)]
        ages = Counter(years(row, SCREENED) for row in rows)
        of = Counter(group for row in rows for group in groups(row))
        households = len({row.户编号 for row in rows})
        assert (len(rows), ages["elder"], ages["minor"], of["G3"], of["G4"], of["G1"], of["G2"], households) == figures


def test_eligible_people_and_their_overlaps() -> None:
    of = [groups(row) for row in city().allowance]

    assert Counter(group for found in of for group in found) == {"G1": 980, "G2": 640, "G3": 5_190, "G4": 972}
    assert Counter(map(len, of)) == {0: 17_000 - 7_131, 1: 6_507, 2: 597, 3: 27}


def test_households_by_size_and_those_of_lone_parents() -> None:
    homes = [list(rows) for _, rows in groupby(city().allowance, key=lambda row: row.户编号)]
    lone = [Counter(years(row, SCREENED) for row in home) for home in homes if any(row.单亲原因 for row in home)]

    assert Counter(map(len, homes)) == {1: 3_900, 2: 2_700, 3: 1_700, 4: 500, 5: 120}
    assert Counter(home["minor"] for home in lone) == {1: 480, 2: 80}
    assert {home["adult"] for home in lone} == {1}
    assert sum(1 for home in homes if len(home) == 1 and age(home[0], PLANNED) >= 60) == 980


def test_households_are_whole_and_agree_with_themselves() -> None:
    for _, rows in groupby(city().allowance + city().destitute, key=lambda row: row.户编号):
        home = list(rows)
        assert [row.与户主关系 for row in home].count("本人") == 1
        assert len({(row.救助类别, row.区划代码, row.住址, row.实际居住人数) for row in home}) == 1
        assert home[0].实际居住人数 == len(home)
    assert len({row.户编号 for row in city().allowance + city().destitute}) == 9_155


def test_categories() -> None:
    assert Counter(row.救助类别 for row in city().allowance) == {"城市低保": 16_300, "农村低保": 700}
    assert {row.区划代码[:6] for row in city().allowance if row.救助类别 == "农村低保"} == {"420203", "420204"}


def test_second_roster_is_outside_the_programme() -> None:
    rows = city().destitute

    assert {row.救助类别 for row in rows} == {"农村五保"}
    assert (len(rows), len({row.户编号 for row in rows})) == (240, 235)
    assert not {row.身份证号 for row in rows} & {row.身份证号 for row in city().allowance}


def test_numbers_are_valid_and_nobody_has_anothers() -> None:
    rows = city().allowance + city().destitute

    assert all(birth_of(row.身份证号) for row in rows)
    assert len({row.身份证号 for row in rows}) == 17_240
    for row in rows:
        assert not row.残疾证号 or check_disability_card(row.残疾证号).identity.number == row.身份证号
        assert is_known(row.区划代码)


def test_nobody_comes_of_age_or_turns_sixty_during_the_case() -> None:
    births = [birth_of(row.身份证号) for row in city().allowance]

    assert not [birth for birth in births if birth.year in (1956, 1957, 1998, 1999) or birth > PLANNED - timedelta(days=80)]


def test_same_seed_makes_the_same_people() -> None:
    assert populate(census(0.02)) == populate(census(0.02))
    assert populate(census(0.02), seed=1) != populate(census(0.02))


@pytest.mark.parametrize("scale", [0.02, 0.05, 0.1, 0.3])
def test_small_city_has_the_figures_its_census_says(scale: float) -> None:
    small = census(scale)
    people = populate(small)
    of = [groups(row) for row in people.allowance]

    assert Counter(group for found in of for group in found) == small.eligible
    assert sum(1 for found in of if found) == small.distinct_eligible
    for code in DISTRICTS:
        rows = [row for row in people.allowance if row.区划代码[:6] == code[:6]]
        ages = Counter(years(row, SCREENED) for row in rows)
        row = small.district(code)
        assert (len(rows), ages["elder"], ages["minor"], len({row.户编号 for row in rows})) == (
            row.people,
            row.elders,
            row.minors,
            row.households,
        )
    assert len(people.allowance) + len(people.destitute) == small.surveyed
    assert len({row.户编号 for row in people.allowance + people.destitute}) == small.files


def test_roster_of_the_next_year_has_the_same_people_in_the_same_groups() -> None:
    later = a_year_later(city().allowance)

    assert [row.身份证号 for row in later] == [row.身份证号 for row in city().allowance]
    assert [groups(row) for row in later] == [groups(row) for row in city().allowance]
    assert 0 < sum(old != new for old, new in zip(city().allowance, later, strict=True)) < 3_000


def test_workbook_is_read_back_as_it_was_written() -> None:
    rows = populate(census(0.02)).allowance

    heading, *read = CalamineWorkbook.from_filelike(BytesIO(workbook(rows, "名册"))).get_sheet_by_index(0).to_python()

    assert heading == list(RosterRow._fields)
    assert [tuple(row) for row in read] == [tuple(row) for row in rows]


def test_a_long_roster_is_sent_in_parts_and_no_household_is_torn() -> None:
    rows = populate(census(0.02)).allowance

    books = [CalamineWorkbook.from_filelike(BytesIO(book)).get_sheet_by_index(0).to_python()[1:] for book in workbooks(rows, 100)]

    assert len(books) > 2
    assert all(len(book) <= 100 for book in books)
    assert [row[5] for book in books for row in book] == [row.身份证号 for row in rows]
    households = [{row[0] for row in book} for book in books]
    assert all(one.isdisjoint(other) for one, other in pairwise(households))
