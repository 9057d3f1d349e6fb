"""Where a person stands in a group: by need, then by the published lot, beside those who were selected."""

import pytest

from services.intake.domain.explanation import Ranking
from services.intake.domain.group import Condition, GroupDefinition
from services.intake.domain.selection import Applicant, GroupQuota, select, tie

SEED = "种子 2016-12-22"
ELDERS = GroupDefinition("G1", "独居老人", (Condition("age", "at_least", 60, "年满60周岁"),))
QUOTA = GroupQuota("G1", 2, 1)
PEOPLE = [
    Applicant(key, groups, (), score) for key, groups, score in (("a", ("G1",), 5), ("b", ("G1",), 5), ("c", ("G1",), 9), ("d", ("G3",), 9))
]


@pytest.fixture
def ranking() -> Ranking:
    return Ranking(ELDERS, QUOTA, PEOPLE, select(PEOPLE, [QUOTA], SEED).places, seed=SEED)


def test_need_goes_first_and_the_lot_orders_equals(ranking: Ranking) -> None:
    first, second = sorted(("a", "b"), key=lambda key: tie(SEED, key))

    assert [ranking.of(key, ()).rank for key in ("c", first, second)] == [1, 2, 3]
    assert [ranking.of(key, ()).equals for key in ("c", first, second)] == [0, 1, 1]


def test_the_least_need_that_was_selected_is_told_to_everybody(ranking: Ranking) -> None:
    assert {ranking.of(key, ()).last_score for key in "abcd"} == {5}


def test_who_does_not_fit_has_neither_rank_nor_need(ranking: Ranking) -> None:
    told = ranking.of("d", ())

    assert (told.eligible, told.quota, told.score, told.rank) == (3, 2, None, None)
