"""The draw of recipients: the same for everybody who has list and seed, and fair to all."""

from collections import Counter
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.domain.sample import SampleRefused, draw, proof

SEED = "黄石 2017 事中"
FRAME = {group: [uuid4() for _ in range(100)] for group in ("G1", "G2", "G3", "G4")}


def test_thirty_of_each_group_are_drawn() -> None:
    drawn = draw(FRAME, per_group=30, seed=SEED)

    assert Counter(one.group for one in drawn) == {"G1": 30, "G2": 30, "G3": 30, "G4": 30}
    assert [one.position for one in drawn if one.group == "G3"] == list(range(1, 31))


def test_anybody_with_list_and_seed_draws_the_same_people() -> None:
    backwards = {group: FRAME[group][::-1] for group in reversed(FRAME)}

    assert draw(backwards, per_group=30, seed=SEED) == draw(FRAME, per_group=30, seed=SEED)


def test_another_seed_draws_other_people_and_another_proof() -> None:
    one, other = draw(FRAME, per_group=30, seed=SEED), draw(FRAME, per_group=30, seed="黄石 2017 事后")

    assert one != other
    assert proof(one, SEED) != proof(other, "黄石 2017 事后")


def test_an_exchanged_recipient_breaks_the_proof() -> None:
    drawn = draw(FRAME, per_group=30, seed=SEED)

    assert proof([*drawn[1:], drawn[0]], SEED) != proof(drawn, SEED)


def test_a_small_group_is_asked_whole() -> None:
    assert len(draw({"G1": FRAME["G1"][:7]}, per_group=30, seed=SEED)) == 7


@pytest.mark.parametrize(
    ("frame", "per_group", "seed", "words"),
    [(FRAME, 30, "短", "种子"), (FRAME, 0, SEED, "至少抽取 1 人"), ({}, 30, SEED, "没有可抽取的服务对象")],
)
def test_a_draw_without_seed_size_or_people_is_refused(frame: dict[str, list[UUID]], per_group: int, seed: str, words: str) -> None:
    with pytest.raises(SampleRefused, match=words):
        draw(frame, per_group=per_group, seed=seed)


@given(st.lists(st.uuids(), min_size=2, max_size=30, unique=True), st.text(min_size=8, max_size=20))
def test_nobody_is_drawn_twice_and_nobody_from_outside(people: list[UUID], seed: str) -> None:
    drawn = [one.recipient_id for one in draw({"G1": people}, per_group=len(people) // 2, seed=seed)]

    assert len(set(drawn)) == len(drawn) == len(people) // 2
    assert set(drawn) <= set(people)


def test_every_recipient_has_the_same_chance() -> None:
    people = [UUID(int=number) for number in range(10)]

    first = Counter(draw({"G1": people}, per_group=1, seed=f"seed {number:04}")[0].recipient_id for number in range(2000))

    assert all(140 < first[person] < 260 for person in people)
