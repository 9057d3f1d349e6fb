"""What the player invents so that the story is complete: diaries, ballots, sheets, and the comparison at the end."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.demo.diary import diary
from shared.demo.figures import FINAL, MID, Figures, Sheets
from shared.demo.negotiation import SEEDS
from shared.demo.paper import paper
from shared.demo.plan import LINES, YEARS
from shared.demo.report import expected, faults
from shared.demo.rounds import _ballots, _community_sheets
from shared.demo.tender import SUPPLIERS, experts
from shared.identity import check_uscc
from shared.workdays import is_workday

BEGINS = date(2017, 6, 16)


@given(st.dictionaries(st.text("abc", min_size=1, max_size=4), st.dates(date(2017, 7, 14), date(2017, 9, 29)), min_size=1, max_size=27))
def test_worker_meets_everybody_in_time_on_working_days_and_never_two_at_once(ends: dict[str, date]) -> None:
    meetings = diary({case: (8, day) for case, day in ends.items()}, BEGINS)

    held = [meeting for mine in meetings.values() for meeting in mine]
    assert len(set(held)) == len(held) == 8 * len(ends)
    assert all(is_workday(meeting.day) for meeting in held)
    for case, day in ends.items():
        assert meetings[case] == sorted(meetings[case])
        assert meetings[case][0].day >= BEGINS
        assert meetings[case][-1].day <= day


def test_diary_without_time_left_is_an_error_and_not_a_meeting_too_late() -> None:
    with pytest.raises(ValueError, match="no time"):
        diary({"a": (5, BEGINS)}, BEGINS)


@pytest.mark.parametrize("sheets", [MID, FINAL])
def test_ballots_and_sheets_add_up(sheets: Sheets) -> None:
    ballots = _ballots([str(number) for number in range(100)], sheets.ballots)

    sums = tuple(sum(ballot["marks"][item] for ballot in ballots) for item in ("competence", "duration", "effect"))
    assert sums == sheets.ballots
    assert all(1 <= mark <= 5 for ballot in ballots for mark in ballot["marks"].values())
    assert sum(sheet["marks"]["total"] for sheet in _community_sheets(sheets.communities)) == sheets.communities


def test_budget_lines_and_years_make_the_budget() -> None:
    assert sum(quantity * price for _, _, quantity, price in LINES) == sum(amount for _, amount in YEARS) == 680_000


def test_invented_firms_and_experts() -> None:
    assert [check_uscc(uscc) for _, uscc, _ in SUPPLIERS.values()]
    assert len({expert["number"] for expert in experts()}) == 24
    assert sum(expert["category"] == "legal" for expert in experts()) == 4
    assert all(len(seed) >= 16 for seed in SEEDS.values())


def test_paper_is_a_pdf() -> None:
    assert paper("验收书").startswith(b"%PDF-1.4")
    assert paper("验收书").endswith(b"%%EOF\n")


def test_faithful_play_has_no_faults_and_every_wrong_figure_is_named() -> None:
    wanted = expected(Figures())
    assert list(faults(wanted, wanted)) == []

    found = wanted | {"population": wanted["population"] | {"people": 16_999}}
    assert list(faults(found, wanted)) == ["population.people：应为 17000，实为 16999"]
    assert list(faults({}, wanted))
