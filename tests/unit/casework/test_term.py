"""When an agency may act under its contract."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.casework.domain.term import OutsideTerm, Term, TopUpOver, months_after

HUANGSHI = Term(date(2016, 10, 1), date(2017, 9, 30), date(2017, 3, 31))


@pytest.mark.parametrize("day", [date(2016, 10, 1), date(2017, 9, 30)])
def test_the_first_and_the_last_day_belong_to_the_term(day: date) -> None:
    HUANGSHI.check_covers(day)


@pytest.mark.parametrize(("day", "words"), [(date(2016, 9, 30), "尚未开始"), (date(2017, 10, 1), "届满")])
def test_nothing_is_written_outside_the_term(day: date, words: str) -> None:
    with pytest.raises(OutsideTerm, match=words):
        HUANGSHI.check_covers(day)


def test_cases_are_opened_until_the_top_up_ends() -> None:
    HUANGSHI.check_may_open(date(2017, 3, 31))
    with pytest.raises(TopUpOver, match="2017-03-31"):
        HUANGSHI.check_may_open(date(2017, 4, 1))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2016, 10, 1), 6, date(2017, 3, 31)),
        (date(2016, 10, 1), 12, date(2017, 9, 30)),
        (date(2016, 8, 31), 6, date(2017, 2, 27)),
        (date(2017, 1, 15), 1, date(2017, 2, 14)),
    ],
)
def test_a_period_of_months_ends_on_the_day_before_its_first_day_comes_again(start: date, months: int, end: date) -> None:
    assert months_after(start, months) == end


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 36))
def test_a_period_of_months_lasts_so_many_months_or_a_day_less(start: date, months: int) -> None:
    after = months_after(start, months) + timedelta(days=1)

    assert (after.year - start.year) * 12 + after.month - start.month == months
    assert after.day <= start.day
