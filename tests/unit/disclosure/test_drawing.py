"""Anybody can repeat the draw from the public record: what procurement drew, disclosure draws again."""

from collections.abc import Callable

import pytest

from services.disclosure.domain.drawing import Repeated, repeat, sha256
from services.procurement.domain import draw as official

POOL = [official.PoolEntry(f"E{number:02d}", "法律" if number % 6 == 0 else "社会工作") for number in range(1, 25)]
EXCLUSIONS = [official.Exclusion("E03", "任职单位参与论证"), official.Exclusion("E12", "亲属关系")]
SEATS = [official.Seat("法律", 1), official.Seat("社会工作", 3)]
SEEDS = {party: f"{party} 的种子" for party in official.PARTIES}


@pytest.fixture
def repeated() -> Callable[..., Repeated]:
    drawn = official.draw(POOL, EXCLUSIONS, SEEDS, SEATS)
    record = {
        "pool": [f"{entry.number}|{entry.category}" for entry in POOL],
        "exclusions": [f"{one.number}|{one.reason}" for one in EXCLUSIONS],
        "seats": [f"{seat.category}|{seat.count}" for seat in SEATS],
        "seeds": [SEEDS[party] for party in official.PARTIES],
        "commitments": [sha256(SEEDS[party]) for party in official.PARTIES],
        "pool_hash": drawn.pool_hash,
        "drawn": list(drawn.seated),
    }
    return lambda **changed: repeat(**{**record, **changed})


def test_the_same_record_gives_the_same_experts(repeated: Callable[..., Repeated]) -> None:
    official_draw = official.draw(POOL, EXCLUSIONS, SEEDS, SEATS)

    again = repeated()

    assert again.agrees
    assert again.lot == official_draw.lot
    assert [expert.number for expert in again.experts if expert.place] == list(official_draw.order)


@pytest.mark.parametrize(
    ("changed", "claim"),
    [
        ({"seeds": ["另一个种子", "二", "三"]}, "seeds"),
        ({"pool_hash": "0" * 64}, "pool"),
        ({"drawn": ["E01", "E02", "E04", "E05"]}, "seats"),
    ],
)
def test_a_record_changed_afterwards_is_found_out(repeated: Callable[..., Repeated], changed: dict[str, object], claim: str) -> None:
    again = repeated(**changed)

    assert not again.agrees
    assert claim in [check.claim for check in again.checks if not check.holds]


def test_the_excluded_are_listed_with_their_reason_and_no_place(repeated: Callable[..., Repeated]) -> None:
    excluded = {expert.number: (expert.excluded_for, expert.place) for expert in repeated().experts if expert.excluded_for}

    assert excluded == {"E03": ("任职单位参与论证", ""), "E12": ("亲属关系", "")}
