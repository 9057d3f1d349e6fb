"""When a social worker meets whom: working days, four meetings a day, never two at once."""

from bisect import bisect_left
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from shared.workdays import is_workday

HOURS: Final = (("08:30", "09:30"), ("10:00", "11:00"), ("14:30", "15:30"), ("16:00", "17:00"))


class Meeting(NamedTuple):
    day: date
    starts_at: str
    ends_at: str


def workdays(first: date, last: date) -> list[date]:
    """The working days of a period, both ends included."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if is_workday(day)]


def diary(wanted: Mapping[str, tuple[int, date]], begins: date) -> dict[str, list[Meeting]]:
    """Spread each case's meetings evenly from `begins` to the case's last day. `wanted` is (how many, last day) by case."""
    last = max(day for _, day in wanted.values())
    free = [Meeting(day, *hours) for day in workdays(begins, last) for hours in HOURS]
    held: dict[str, list[Meeting]] = {}
    for case, (count, until) in sorted(wanted.items(), key=lambda item: (item[1][1], item[0])):
        mine = []
        for number in range(count):
            target = begins + (until - begins) * (2 * number + 1) / (2 * count)
            mine.append(free.pop(_nearest(free, target, until)))
        held[case] = sorted(mine)
    return held


def _nearest(free: list[Meeting], target: date, until: date) -> int:
    """Place of the first free meeting from the target on; the last one before it where the case would end first."""
    place = bisect_left(free, target, key=lambda meeting: meeting.day)
    if place < len(free) and free[place].day <= until:
        return place
    if place == 0:
        raise ValueError(f"no time is left until {until}")
    return place - 1
