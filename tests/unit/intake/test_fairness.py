"""A list that differs from those who could have been on it is marked; one that does not is left alone."""

from math import comb

import pytest

from services.intake.domain.fairness import by_lot, compared
from services.intake.domain.selection import Share


def test_a_list_without_women_is_marked_and_one_like_the_eligible_is_not() -> None:
    without = compared([Share("G1", "sex", "female", 60, 0), Share("G1", "sex", "male", 40, 20)])
    alike = compared([Share("G1", "sex", "female", 60, 12), Share("G1", "sex", "male", 40, 8)])

    assert [each.is_marked for each in without] == [True, True]
    assert [each.is_marked for each in alike] == [False, False]
    assert (without[0].all_eligible, without[0].all_selected) == (100, 20)


def test_ages_stand_from_the_youngest_on() -> None:
    shares = [Share("G1", "age", band, 5, 1) for band in ("0-5", "14-17", "18-59", "6-13", "60-69", "80+")]

    found = [each.value for each in compared([*shares, Share("G1", "sex", "male", 1, 1)])]

    assert found == ["0-5", "6-13", "14-17", "18-59", "60-69", "80+", "male"]


def test_a_difference_that_a_lot_could_make_is_not_marked() -> None:
    few = compared([Share("G1", "sex", "female", 3, 0), Share("G1", "sex", "male", 3, 2)])

    assert not any(each.is_marked for each in few)


def test_a_small_difference_is_not_marked_however_certain_it_is() -> None:
    many = compared([Share("G1", "sex", "female", 500_000, 46_000), Share("G1", "sex", "male", 500_000, 54_000)])

    assert many[0].likelihood < 0.01
    assert not many[0].is_marked


def test_everybody_or_nobody_selected_is_no_difference() -> None:
    assert not any(each.is_marked for each in compared([Share("G1", "sex", "female", 5, 5), Share("G1", "sex", "male", 4, 4)]))
    assert not any(each.is_marked for each in compared([Share("G1", "sex", "female", 5, 0), Share("G1", "sex", "male", 4, 0)]))


@pytest.mark.parametrize(("people", "kind", "drawn"), [(12, 5, 4), (30, 10, 10), (9, 9, 3)])
def test_the_likelihood_is_that_of_the_exact_test(people: int, kind: int, drawn: int) -> None:
    chance = {n: comb(kind, n) * comb(people - kind, drawn - n) / comb(people, drawn) for n in range(drawn + 1) if n <= kind}

    for number, own in chance.items():
        if own:
            assert by_lot(people, kind, drawn, number) == pytest.approx(sum(each for each in chance.values() if each <= own * (1 + 1e-9)))
