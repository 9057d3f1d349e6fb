"""Working days by the State Council's yearly notices, and the rule for periods that end on a day off.

The first day is never counted (domain rules T-01). A year without a notice is refused, never guessed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from tomllib import TOMLDecodeError, loads
from typing import Any

from shared.errors import RuleRefusal
from shared.reference import texts
from shared.sentences import S_

ONE_DAY = timedelta(days=1)
SATURDAY = 5


class CalendarMissing(RuleRefusal):
    code = "calendar-missing"

    def __init__(self, year: int) -> None:
        super().__init__(
            S_("没有 {year} 年的放假安排，无法计算工作日；请在参考数据目录的 holidays.toml 中补充该年的国务院办公厅通知", year=year)
        )
        self.year = year


@dataclass(frozen=True, slots=True)
class Year:
    """One year's notice: the days off, and the weekend days that are worked instead."""

    notice: str
    source: str
    off: frozenset[date]
    work: frozenset[date]


def is_workday(day: date) -> bool:
    """Whether offices are open. Raises CalendarMissing for a year without a notice."""
    year = _year(day.year)
    return day in year.work or (day.weekday() < SATURDAY and day not in year.off)


def add_workdays(day: date, count: int) -> date:
    """The last day of a period of `count` working days that starts after `day` (`day` itself if count is 0)."""
    if count < 0:
        raise ValueError("a period has no negative length")
    while count:
        day += ONE_DAY
        count -= is_workday(day)
    return day


def workdays_between(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; 0 if `end` is not after `start`."""
    return sum(is_workday(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def add_days(day: date, count: int) -> date:
    """The last day of a period of `count` calendar days after `day`; a last day off moves to the next day worked (T-01, T-04)."""
    if count < 0:
        raise ValueError("a period has no negative length")
    last = day + timedelta(days=count)
    while not is_workday(last):
        last += ONE_DAY
    return last


def known_years() -> list[int]:
    """Years with a notice."""
    return sorted(_calendar())


def _year(year: int) -> Year:
    try:
        return _calendar()[year]
    except KeyError:
        raise CalendarMissing(year) from None


@lru_cache(maxsize=1)
def _calendar() -> dict[int, Year]:
    years: dict[int, Year] = {}
    for where, text in texts("holidays.toml"):
        try:
            years |= {int(year): _read(int(year), row) for year, row in loads(text).items()}
        except (TOMLDecodeError, KeyError, TypeError, ValueError) as fault:
            raise ValueError(f"{where}：放假安排无法读取：{fault}") from fault
    return years


def _read(year: int, row: dict[str, Any]) -> Year:
    off = frozenset(day for span in row["off"] for day in _days(span))
    work = frozenset(date.fromisoformat(day) for day in row["work"])
    if wrong := [str(day) for day in off | work if day.year != year]:
        raise ValueError(f"{year} 年的安排含有其他年份的日期：{'、'.join(sorted(wrong))}")
    if both := off & work:
        raise ValueError(f"既放假又上班：{'、'.join(sorted(map(str, both)))}")
    if idle := [str(day) for day in work if day.weekday() < SATURDAY]:
        raise ValueError(f"调休上班日不是周末：{'、'.join(sorted(idle))}")
    return Year(notice=row["notice"], source=row["source"], off=off, work=work)


def _days(span: str) -> Iterator[date]:
    first, _, last = span.partition("..")
    day, end = date.fromisoformat(first), date.fromisoformat(last or first)
    while day <= end:
        yield day
        day += ONE_DAY
