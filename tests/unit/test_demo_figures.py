"""The numbers the play is checked against are those of the case, to the last digit."""

from decimal import Decimal

import pytest

from shared.demo.figures import CLOSINGS, FINAL, MID, Figures, Sheets

CASE = Figures()


def test_composites_come_out_to_the_last_digit() -> None:
    assert (CASE.composite(MID), CASE.band(MID)) == (Decimal("83.590"), "良")
    assert (CASE.composite(FINAL), CASE.band(FINAL)) == (Decimal("91.125"), "优")


@pytest.mark.parametrize(
    ("sheets", "scores"),
    [(MID, ["84.50", "90", "81.30", "80", "86.40", "82"]), (FINAL, ["91", "95", "90.25", "88", "93.20", "90"])],
)
def test_dimension_scores(sheets: Sheets, scores: list[str]) -> None:
    assert list(CASE.scores(sheets).values()) == [Decimal(score) for score in scores]


def test_service_figures() -> None:
    assert (CASE.recipients, CASE.workers, CASE.sessions, CASE.sessions_until_mid) == (400, 15, 5_000, 2_200)
    assert CASE.closings == CLOSINGS
    assert (CASE.outcomes_of("welfare_enterprise"), CASE.outcomes_of("self_employed")) == (36, 32)
    assert sum(CASE.refusals.values()) == 12


def test_money() -> None:
    assert CASE.amount_fen == 63_600_000
    assert CASE.payments_fen == {"M1": 19_080_000, "M2": 25_440_000, "M3": 19_080_000}
    assert CASE.payments_by_year_fen == {"2016": 19_080_000, "2017": 44_520_000}


@pytest.mark.parametrize("scale", [0.05, 0.1, 0.25, 0.5])
def test_small_play_still_reaches_what_its_contract_demands(scale: float) -> None:
    small = Figures(scale)

    assert small.sessions_until_mid >= small.sessions_due[0]
    assert small.sessions >= small.sessions_due[1]
    assert small.composite(MID) >= 80
    assert sum(small.closings.values()) == small.recipients
    assert small.recipients <= small.workers * 30
    assert all(small.quota + small.reserve <= eligible for eligible in small.census.eligible.values())
