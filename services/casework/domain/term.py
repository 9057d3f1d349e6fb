"""When an agency may act under a contract: from the first day of the term to the last, and never alone for ever."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from shared.errors import RuleRefusal, WrongState


class OutsideTerm(RuleRefusal):
    """Before the term nobody is served; after it the agency reads, answers and appeals, and writes nothing."""

    code = "outside-term"


class TopUpOver(RuleRefusal):
    code = "top-up-over"


class NotAccepted(WrongState):
    code = "not-accepted"


@dataclass(frozen=True, slots=True)
class Term:
    starts_on: date
    ends_on: date
    top_up_until: date

    def check_covers(self, day: date, *, field: str = "") -> None:
        """Raises OutsideTerm."""
        if day < self.starts_on:
            raise OutsideTerm(f"合同期自 {self.starts_on} 起，{day} 尚未开始", field=field)
        if day > self.ends_on:
            raise OutsideTerm(f"合同期已于 {self.ends_on} 届满，不能再办理（可查阅、答复、申诉至验收）", field=field)

    def check_may_open(self, today: date) -> None:
        """Raises OutsideTerm or TopUpOver: who comes too late could not be served in full."""
        self.check_covers(today)
        if today > self.top_up_until:
            raise TopUpOver(f"补充入组已于 {self.top_up_until} 截止，不再接新案")


def months_after(day: date, months: int) -> date:
    """The last day of a period of months that begins on `day`: six months from 1 October end on 31 March."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1])) - timedelta(days=1)
