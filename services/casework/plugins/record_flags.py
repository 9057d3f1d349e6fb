"""服务记录疑点：当日累计过长、单次过长、休息日服务；只提示督导复核，不拦截。"""

from collections.abc import Sequence

from services.casework.hooks import Held
from shared.plugins import hookimpl
from shared.workdays import CalendarMissing, is_workday

LONG_SESSION_MINUTES = 240


@hookimpl
def flags(held: Held, others: Sequence[Held], daily_hours: int) -> list[str]:
    found = []
    if sum(other.minutes for other in others) + held.minutes > daily_hours * 60:
        found.append("long_day")
    if held.minutes > LONG_SESSION_MINUTES:
        found.append("long_session")
    if _is_day_off(held):
        found.append("weekend")
    return found


def _is_day_off(held: Held) -> bool:
    """By the official calendar; by the week where no notice for that year is known."""
    try:
        return not is_workday(held.held_on)
    except CalendarMissing:
        return held.held_on.isoweekday() > 5
