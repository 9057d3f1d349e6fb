"""The draw is decided by three seeds together, can be repeated with SHA-256 alone, and prefers nobody."""

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.procurement.domain.draw import (
    CommitmentBroken,
    Exclusion,
    PoolEntry,
    PoolTooSmall,
    Seat,
    check_seed,
    draw,
    replacement,
)

POOL = [PoolEntry(f"E{n:02}", "legal" if n > 20 else "professional") for n in range(1, 25)]
EXCLUDED = [Exclusion(number, "回避") for number in ("E01", "E02", "E03", "E05", "E11", "E17", "E20")]
SEEDS = {"buyer": "甲方种子-0123456789", "finance": "乙方种子-0123456789", "supervision": "丙方种子-0123456789"}
SEATS = [Seat("legal", 1), Seat("professional", 3)]
SEED = st.text(min_size=16, max_size=40)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_draw_is_repeated_by_hand_with_nothing_but_sha256() -> None:
    pool = sha256("\n".join(f"E{n:02}|{'legal' if n > 20 else 'professional'}" for n in range(1, 25)))
    excluded = sha256("\n".join(f"{number}|回避" for number in ("E01", "E02", "E03", "E05", "E11", "E17", "E20")))
    lot = sha256(f"{pool}\n{excluded}\n甲方种子-0123456789\n乙方种子-0123456789\n丙方种子-0123456789")
    left = [f"E{n:02}" for n in range(1, 25) if f"E{n:02}" not in {"E01", "E02", "E03", "E05", "E11", "E17", "E20"}]
    order = sorted(left, key=lambda number: sha256(f"{lot}|{number}"))
    legal = [number for number in order if number > "E20"][:1]
    others = [number for number in order if number <= "E20"][:3]

    drawn = draw(POOL, EXCLUDED, SEEDS, SEATS)

    assert len(left) == 17
    assert (drawn.pool_hash, drawn.exclusions_hash, drawn.lot) == (pool, excluded, lot)
    assert drawn.order == tuple(order)
    assert drawn.seated == (*legal, *others)


@given(st.permutations(POOL), st.permutations(EXCLUDED), SEED, SEED, SEED)
def test_the_same_pool_and_seeds_give_the_same_panel_in_whatever_order_they_are_kept(
    pool: list[PoolEntry], excluded: list[Exclusion], buyer: str, finance: str, supervision: str
) -> None:
    seeds = {"buyer": buyer, "finance": finance, "supervision": supervision}

    assert draw(pool, excluded, seeds, SEATS) == draw(POOL, EXCLUDED, seeds, SEATS)


@given(SEED, SEED, SEED)
def test_the_panel_has_one_lawyer_three_others_and_nobody_excluded(buyer: str, finance: str, supervision: str) -> None:
    drawn = draw(POOL, EXCLUDED, {"buyer": buyer, "finance": finance, "supervision": supervision}, SEATS)
    categories = Counter("legal" if number > "E20" else "professional" for number in drawn.seated)

    assert categories == {"legal": 1, "professional": 3}
    assert not {one.number for one in EXCLUDED} & set(drawn.seated)
    assert len(set(drawn.seated)) == 4


def test_nobody_is_preferred() -> None:
    """4,000 draws: every one of the 13 is drawn about 3/13 of the time (chi-square with 12 degrees of freedom, far below 1 in 10,000)."""
    rounds = 4_000
    counted = Counter(
        number for n in range(rounds) for number in draw(POOL, EXCLUDED, SEEDS | {"buyer": f"seed {n}"}, SEATS).seated if number <= "E20"
    )
    expected = rounds * 3 / 13

    assert len(counted) == 13
    assert sum((count - expected) ** 2 / expected for count in counted.values()) < 40


@pytest.mark.parametrize("party", ["buyer", "finance", "supervision"])
def test_each_party_alone_can_change_the_lot_and_none_can_foresee_it(party: str) -> None:
    assert draw(POOL, EXCLUDED, SEEDS, SEATS).lot != draw(POOL, EXCLUDED, SEEDS | {party: "另一个种子-0123456789"}, SEATS).lot


def test_an_exclusion_after_the_commitments_changes_the_lot() -> None:
    fewer = [one for one in EXCLUDED if one.number != "E20"]

    assert draw(POOL, EXCLUDED, SEEDS, SEATS).lot != draw(POOL, fewer, SEEDS, SEATS).lot


def test_too_small_a_pool_is_said_and_not_filled_up() -> None:
    with pytest.raises(PoolTooSmall, match="legal"):
        draw([entry for entry in POOL if entry.category != "legal"], EXCLUDED, SEEDS, SEATS)


def test_a_replacement_is_the_next_of_the_category_who_has_not_gone() -> None:
    order = [PoolEntry("A", "x"), PoolEntry("B", "y"), PoolEntry("C", "x"), PoolEntry("D", "x")]

    assert replacement(order, ["A"], ["A"], "x") == "C"
    assert replacement(order, ["A"], ["A", "C"], "x") == "D"
    with pytest.raises(PoolTooSmall):
        replacement(order, ["B"], ["B"], "y")


def test_a_seed_must_be_the_one_committed_to() -> None:
    check_seed("一个种子", sha256("一个种子"))
    with pytest.raises(CommitmentBroken):
        check_seed("另一个", sha256("一个种子"))
