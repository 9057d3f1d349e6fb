"""A session (服务): where it fits into the case, and that nobody is in two places at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from services.casework.domain.lifecycle import SERVING, CaseFacts, check_state
from shared.errors import RuleRefusal

SHORTEST_MINUTES: Final = 5


class SessionRefused(RuleRefusal):
    code = "session-refused"


class SessionsOverlap(RuleRefusal):
    code = "sessions-overlap"


@dataclass(frozen=True, slots=True)
class Held:
    """When a worker was with somebody, in local time."""

    held_on: date
    starts_at: time
    ends_at: time

    @property
    def minutes(self) -> int:
        """Whole minutes."""
        return int((datetime.combine(self.held_on, self.ends_at) - datetime.combine(self.held_on, self.starts_at)).total_seconds() // 60)

    def overlaps(self, other: "Held") -> bool:
        return self.held_on == other.held_on and self.starts_at < other.ends_at and other.starts_at < self.ends_at


def check_held(held: Held, case: CaseFacts, *, today: date, field: str) -> None:
    """Raises CaseState or SessionRefused: served is only who has a signed plan, and nothing is recorded ahead of time."""
    check_state(case, {SERVING}, "登记服务（须先签署服务计划）", field=field)
    if held.held_on > today:
        raise SessionRefused(f"服务日期 {held.held_on} 尚未到来", field=field)
    if case.plan_signed_on is not None and held.held_on < case.plan_signed_on:
        raise SessionRefused(f"服务日期 {held.held_on} 早于计划签署日 {case.plan_signed_on}", field=field)
    if held.minutes < SHORTEST_MINUTES:
        raise SessionRefused(f"服务时长应不少于 {SHORTEST_MINUTES} 分钟，且结束时间晚于开始时间", field=field)


def check_no_overlap(held: Held, others: Iterable[Held], *, field: str) -> None:
    """Raises SessionsOverlap."""
    for other in others:
        if held.overlaps(other):
            taken = f"{other.starts_at:%H:%M}—{other.ends_at:%H:%M}"
            raise SessionsOverlap(f"{held.held_on} {held.starts_at:%H:%M} 与同一社工 {taken} 的服务重叠", field=field)
