"""Periods of the law, by the notices of 2015 to 2018 and 2026 (domain rules §0.5 and §9)."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared import workdays
from shared.workdays import CalendarMissing, add_days, add_workdays, is_workday, known_years, workdays_between

DAYS = st.dates(date(2015, 1, 1), date(2018, 10, 31))


def test_shipped_years() -> None:
    assert known_years() == [2015, 2016, 2017, 2018, 2026]


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        (date(2016, 2, 6), True),  # Saturday, worked instead
        (date(2016, 2, 8), False),
        (date(2016, 10, 9), True),
        (date(2017, 1, 2), False),
        (date(2017, 9, 30), True),  # the last day of the Huangshi contract
        (date(2018, 2, 24), True),
        (date(2018, 12, 31), False),  # by the notice of 2019
        (date(2015, 9, 3), False),
        (date(2026, 9, 20), True),
        (date(2026, 10, 10), True),
        (date(2026, 11, 24), True),
        (date(2026, 11, 22), False),
    ],
)
def test_offices_are_open_by_the_notice_and_not_by_the_weekday(day: date, open_: bool) -> None:
    assert is_workday(day) is open_


@pytest.mark.parametrize(
    ("start", "count", "last"),
    [
        (date(2026, 9, 18), 2, date(2026, 9, 21)),  # case 17: Sunday 09-20 is worked
        (date(2026, 9, 30), 2, date(2026, 10, 9)),  # case 18
        (date(2026, 3, 2), 7, date(2026, 3, 11)),  # case 20
        (date(2026, 9, 28), 20, date(2026, 10, 30)),  # case 28
        (date(2016, 8, 9), 2, date(2016, 8, 11)),
        (date(2017, 11, 9), 5, date(2017, 11, 16)),  # appeal window of the final round
        (date(2016, 9, 1), 7, date(2016, 9, 12)),
    ],
)
def test_period_of_working_days_ends(start: date, count: int, last: date) -> None:
    assert add_workdays(start, count) == last


def test_period_of_days_counts_from_the_next_day() -> None:
    assert add_days(date(2026, 2, 1), 30) == date(2026, 3, 3)  # case 19


def test_period_of_days_that_ends_on_a_holiday_moves_to_the_day_after() -> None:
    assert add_days(date(2016, 12, 26), 7) == date(2017, 1, 3)


def test_year_without_a_notice_is_refused_and_not_guessed() -> None:
    with pytest.raises(CalendarMissing, match="2027"):
        add_workdays(date(2026, 12, 30), 5)


@pytest.fixture
def calendar_of_2027(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    notice = '[2027]\nnotice="n"\nsource="s"\noff=["2027-01-01"]\nwork=["2027-01-03"]\n'
    (tmp_path / "holidays.toml").write_text(notice, encoding="utf-8")
    monkeypatch.setenv("QIAO_REFERENCE_DIR", str(tmp_path))
    workdays._calendar.cache_clear()
    yield
    workdays._calendar.cache_clear()


@pytest.mark.usefixtures("calendar_of_2027")
def test_department_adds_a_year_as_data() -> None:
    assert add_workdays(date(2026, 12, 31), 1) == date(2027, 1, 3)


@given(DAYS, st.integers(0, 40))
def test_period_of_n_working_days_has_n_working_days_and_ends_on_one(day: date, count: int) -> None:
    last = add_workdays(day, count)

    assert workdays_between(day, last) == count
    assert count == 0 or is_workday(last)


@given(DAYS, st.integers(0, 20), st.integers(0, 20))
def test_periods_of_working_days_add_up(day: date, first: int, second: int) -> None:
    assert add_workdays(add_workdays(day, first), second) == add_workdays(day, first + second)


@given(DAYS, st.integers(0, 30))
def test_period_of_days_is_never_shorter_and_never_ends_on_a_day_off(day: date, count: int) -> None:
    last = add_days(day, count)

    assert last >= day + timedelta(days=count)
    assert is_workday(last)


@given(DAYS, DAYS)
def test_working_days_between_two_days_are_at_most_the_days(start: date, end: date) -> None:
    assume(start <= end)
    assert 0 <= workdays_between(start, end) <= (end - start).days
    assert workdays_between(end, start) == 0
