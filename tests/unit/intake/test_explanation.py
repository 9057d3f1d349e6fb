"""Where a person stands in a group: by need, then by the published lot, beside those who were selected."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from services.intake.domain.explanation import Ranking, more_need
from services.intake.domain.selection import Applicant, GroupQuota, select, tie
from tests.unit.intake.screenings import screenings

SEED = "种子 2016-12-22"
QUOTA = GroupQuota("G1", 2, 1)
PEOPLE = [
    Applicant(key, groups, (), score) for key, groups, score in (("a", ("G1",), 5), ("b", ("G1",), 5), ("c", ("G1",), 9), ("d", ("G3",), 9))
]


@pytest.fixture
def ranking() -> Ranking:
    return Ranking("G1", PEOPLE, select(PEOPLE, [QUOTA], SEED).places, seed=SEED)


def test_need_goes_first_and_the_lot_orders_equals(ranking: Ranking) -> None:
    first, second = sorted(("a", "b"), key=lambda key: tie(SEED, key))

    assert [ranking.of(key, "独居老人", 2, ()).rank for key in ("c", first, second)] == [1, 2, 3]
    assert [ranking.of(key, "独居老人", 2, ()).equals for key in ("c", first, second)] == [0, 1, 1]


def test_the_least_need_that_was_selected_is_told_to_everybody(ranking: Ranking) -> None:
    assert {ranking.of(key, "独居老人", 2, ()).last_score for key in "abcd"} == {5}


def test_who_does_not_fit_has_neither_rank_nor_need(ranking: Ranking) -> None:
    told = ranking.of("d", "独居老人", 2, ())

    assert (told.eligible, told.quota, told.score, told.rank) == (3, 2, None, None)


@given(screenings())
@settings(max_examples=200, deadline=None)
def test_the_need_that_is_lacking_is_the_least_with_which_the_whole_selection_would_choose_the_person(
    screening: tuple[list[Applicant], list[GroupQuota]],
) -> None:
    people, quotas = screening
    selected = {place.key for place in select(people, quotas, SEED).places if place.list == "selected"}

    def is_selected(person: Applicant, more: int) -> bool:
        raised = replace(person, score=person.score + more, scores=tuple(score + more for score in person.scores))
        places = select([raised if each is person else each for each in people], quotas, SEED).places
        return any(place.key == person.key and place.list == "selected" for place in places)

    for person in people:
        if person.key not in selected:
            least = next((more for more in range(1, 9) if is_selected(person, more)), None)
            assert more_need(people, quotas, key=person.key, seed=SEED, at_most=8) == least
