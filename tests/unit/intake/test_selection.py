"""The list is full, needy, fair among equals, and the same for everybody who repeats it."""

from collections import Counter
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain.selection import (
    Applicant,
    Band,
    BandMinimumTooLarge,
    GroupQuota,
    Place,
    Portrait,
    Share,
    fairness,
    next_reserve,
    select,
    tie,
)
from tests.unit.intake.screenings import screenings

SEED = "黄石 2016-12-22"


def applicant(key: str, *groups: str, score: int = 0, banded: tuple[str, ...] = ()) -> Applicant:
    return Applicant(key, groups, banded, score)


def chosen(places: tuple[Place, ...], list_name: str = "selected") -> dict[str, str]:
    """Group by person, of one list."""
    return {place.key: place.group for place in places if place.list == list_name}


def test_a_person_who_fits_two_groups_is_counted_once() -> None:
    both = applicant("a", "G1", "G3", score=9)

    selection = select([both], [GroupQuota("G1", 1, 1), GroupQuota("G3", 1, 1)], SEED)

    assert Counter(place.key for place in selection.places) == {"a": 1}


def test_somebody_moves_to_another_group_so_that_a_place_is_not_left_empty() -> None:
    both, elder = applicant("a", "G1", "G3", score=9), applicant("b", "G1", score=1)

    selection = select([both, elder], [GroupQuota("G1", 1, 0), GroupQuota("G3", 1, 0)], SEED)

    assert chosen(selection.places) == {"a": "G3", "b": "G1"}


def test_greater_need_goes_first() -> None:
    people = [applicant(key, "G1", score=score) for key, score in (("a", 3), ("b", 7), ("c", 5))]

    selection = select(people, [GroupQuota("G1", 1, 2)], SEED)

    assert [(place.list, place.rank, place.key) for place in selection.places] == [
        ("selected", 1, "b"),
        ("reserve", 1, "c"),
        ("reserve", 2, "a"),
    ]


def test_the_published_seed_decides_among_equals_and_another_seed_otherwise() -> None:
    people = [applicant(f"{number:02}", "G1") for number in range(40)]
    quota = [GroupQuota("G1", 10, 0)]
    by_lot = sorted((person.key for person in people), key=lambda key: tie(SEED, key))[:10]

    assert set(chosen(select(people, quota, SEED).places)) == set(by_lot)
    assert set(chosen(select(people, quota, "another seed").places)) != set(by_lot)


def test_places_kept_for_an_age_band_are_not_given_to_others() -> None:
    old = [applicant(f"old{number}", "G3", score=9) for number in range(5)]
    young = [applicant(f"young{number}", "G3", score=1, banded=("G3",)) for number in range(5)]

    selection = select([*old, *young], [GroupQuota("G3", 4, 0, Band(18, 59, 3))], SEED)

    assert Counter(key.startswith("young") for key in chosen(selection.places)) == {True: 3, False: 1}


def test_reserves_keep_the_proportion_of_the_age_band() -> None:
    assert GroupQuota("G3", 100, 20, Band(18, 59, 60)).reserve_minimum == 12
    assert GroupQuota("G1", 100, 20).reserve_minimum == 0


def test_a_band_cannot_ask_for_more_people_than_the_group_takes() -> None:
    with pytest.raises(BandMinimumTooLarge, match="G3"):
        GroupQuota("G3", 10, 2, Band(18, 59, 11))


def test_both_ends_of_an_age_band_belong_to_it() -> None:
    band = Band(18, 59, 60)

    assert [band.has(age) for age in (17, 18, 59, 60)] == [False, True, True, False]


def is_lawful(given: dict[str, str], people: dict[str, Applicant], quotas: list[GroupQuota]) -> bool:
    """Nobody in a group that does not fit, no group over its quota, and the band's places kept for the band."""
    for quota in quotas:
        members = [people[key] for key, code in given.items() if code == quota.code]
        others = [member for member in members if quota.code not in member.banded]
        if len(members) > quota.quota or len(others) > quota.quota - (quota.band.minimum if quota.band else 0):
            return False
    return all(code in people[key].groups for key, code in given.items())


def need_of(way: dict[str, str], people: dict[str, Applicant]) -> tuple[int, int, int]:
    """What the choice is between: how many, how great their need, their precedence, and how low their lots."""
    chosen_people = [(people[key], code) for key, code in way.items()]
    points = sum(person.score_in(code) for person, code in chosen_people)
    return len(way), points, sum(person.precedence for person, _ in chosen_people)


def lots_of(way: dict[str, str]) -> int:
    return sum(int(tie(SEED, key), 16) for key in way)


@given(screenings())
@settings(max_examples=400, deadline=None)
def test_no_other_way_to_fill_the_places_is_better(screening: tuple[list[Applicant], list[GroupQuota]]) -> None:
    people, quotas = screening
    by_key = {person.key: person for person in people}
    selection = select(people, quotas, SEED)

    found = chosen(selection.places)
    assert is_lawful(found, by_key, quotas)
    assert (*need_of(found, by_key), -lots_of(found)) == best(by_key, quotas)

    left = {key: person for key, person in by_key.items() if key not in found}
    waiting = [GroupQuota(q.code, q.reserve, 0, Band(18, 59, q.reserve_minimum) if q.band else None) for q in quotas if q.reserve]
    reserve = chosen(selection.places, "reserve")
    assert is_lawful(reserve, left, waiting)
    assert (*need_of(reserve, left), -lots_of(reserve)) == best(left, waiting)


def best(people: dict[str, Applicant], quotas: list[GroupQuota]) -> tuple[int, ...]:
    """By trying every way there is."""
    codes = ("", *(quota.code for quota in quotas))
    ways = ({key: code for key, code in zip(people, way, strict=True) if code} for way in product(codes, repeat=len(people)))
    return max((*need_of(way, people), -lots_of(way)) for way in ways if is_lawful(way, people, quotas))


def test_a_long_line_is_cut_where_nobody_behind_could_be_chosen() -> None:
    people = [applicant(f"{number:03}", *codes, score=number % 3) for number in range(300) for codes in [("A", "B", "C")[: number % 3 + 1]]]
    quotas = [GroupQuota("A", 2, 1), GroupQuota("B", 2, 1), GroupQuota("C", 1, 0)]

    places = select(people, quotas, SEED).places

    assert sum(place.score for place in places if place.list == "selected") == 10
    assert Counter(place.group for place in places) == {"A": 3, "B": 3, "C": 1}


def test_precedence_goes_before_the_lot_and_behind_the_need() -> None:
    people = [Applicant("a", ("G1",), (), 5, precedence=1), Applicant("b", ("G1",), (), 5, precedence=2), Applicant("c", ("G1",), (), 6)]

    ranked = select(people, [GroupQuota("G1", 3, 0)], SEED).places

    assert [place.key for place in ranked] == ["c", "b", "a"]


def test_a_need_that_differs_by_group_counts_where_the_person_is_seated() -> None:
    both = Applicant("a", ("G1", "G3"), (), 0, scores=(9, 8))
    one = Applicant("b", ("G1", "G3"), (), 0, scores=(7, 1))

    places = select([both, one], [GroupQuota("G1", 1, 0), GroupQuota("G3", 1, 0)], SEED).places

    assert [(place.group, place.key, place.score) for place in places] == [("G1", "b", 7), ("G3", "a", 8)]


@given(screenings())
def test_a_line_tells_everything_of_an_applicant(screening: tuple[list[Applicant], list[GroupQuota]]) -> None:
    people = [person for person in screening[0] if person.groups]

    assert [Applicant.read(person.line) for person in people] == people


@given(screenings(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_same_people_in_another_order_give_the_same_list(screening: tuple[list[Applicant], list[GroupQuota]], random: object) -> None:
    people, quotas = screening
    shuffled = list(people)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis hands over a Random

    assert select(people, quotas, SEED) == select(shuffled, quotas, SEED)


@given(screenings())
@settings(max_examples=100, deadline=None)
def test_every_change_of_the_inputs_changes_their_hash(screening: tuple[list[Applicant], list[GroupQuota]]) -> None:
    people, quotas = screening
    more = applicant("more", quotas[0].code)

    assert select(people, quotas, SEED).inputs_hash != select([*people, more], quotas, SEED).inputs_hash


def test_the_first_reserve_moves_up() -> None:
    assert next_reserve([("a", False), ("b", True)], in_band=60, minimum=60) == "a"


def test_a_reserve_of_the_band_moves_up_first_when_the_band_would_fall_short() -> None:
    assert next_reserve([("a", False), ("b", True)], in_band=59, minimum=60) == "b"


def test_without_a_reserve_of_the_band_the_place_is_still_filled() -> None:
    assert next_reserve([("a", False)], in_band=59, minimum=60) == "a"
    assert next_reserve([], in_band=59, minimum=60) is None


def test_fairness_shows_selected_beside_eligible() -> None:
    men = [Portrait(("G1",), "G1" if number == 0 else "", "male", 70, "420202000000", is_disabled=False) for number in range(3)]
    women = [Portrait(("G1", "G3"), "G3", "female", 61, "420203000000", is_disabled=True)]

    shares = fairness([*men, *women])

    assert Share("G1", "sex", "male", 3, 1) in shares
    assert Share("G1", "sex", "female", 1, 0) in shares
    assert Share("G3", "disability", "yes", 1, 1) in shares
    assert Share("G1", "age", "60-69", 1, 0) in shares
