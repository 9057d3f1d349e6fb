"""Business time, which is not system time (decision 16).

Every official act bears its date. In real mode that is today in the department's zone; in rehearsal a command says on
which day it is acted, so that cases of the past can be entered and replayed. Sessions, leases and retries use system time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from shared.errors import Malformed
from shared.sentences import S_

ACTED_ON: Final = "Qiao-Acted-On"
"""Request header: the day of the act, `YYYY-MM-DD`, in rehearsal only."""

ZONE: Final = ZoneInfo("Asia/Shanghai")


def system_now() -> datetime:
    """The aware UTC instant of the machine."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """One per service. `zone` is QIAO_ZONE, `rehearsal` is QIAO_REHEARSAL=1."""

    zone: ZoneInfo = ZONE
    rehearsal: bool = False
    instant: Callable[[], datetime] = system_now

    def now(self) -> datetime:
        """The aware UTC instant."""
        return self.instant().astimezone(UTC)

    def today(self) -> date:
        """The date in the department's zone; the only conversion from an instant to a business date."""
        return self.instant().astimezone(self.zone).date()

    def acted_on(self, header: str | None) -> date:
        """The date of an act: the header's in rehearsal, today's otherwise. Raises Malformed for a header that is not allowed."""
        if header is None:
            return self.today()
        if not self.rehearsal:
            raise Malformed(
                S_("请求头 {header} 只在演练模式（QIAO_REHEARSAL=1）下可用，正式办理以当天为准", header=ACTED_ON), field=ACTED_ON
            )
        day = _iso_day(header)
        if day > self.today():
            raise Malformed(S_("请求头 {header} 的日期 {day} 尚未到来", header=ACTED_ON, day=day), field=ACTED_ON)
        return day

    def business_now(self, latest_act: date | None) -> date:
        """The day by which timers fire: today, or in rehearsal the latest business date committed in the service's store."""
        return latest_act if self.rehearsal and latest_act else self.today()


def _iso_day(header: str) -> date:
    text = header.strip()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise Malformed(S_("请求头 {header} 应为 YYYY-MM-DD 形式的真实日期", header=ACTED_ON), field=ACTED_ON)
    return day
