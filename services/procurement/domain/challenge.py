"""质疑: seven working days to challenge, seven to answer, and no contract meanwhile."""

from datetime import date

from shared.errors import RuleRefusal
from shared.rules import Rule
from shared.workdays import add_workdays


class ChallengeTooLate(RuleRefusal):
    code = "challenge-too-late"


class SigningSuspended(RuleRefusal):
    """A challenge may still come, or one is open that may change the result (条例 54)."""

    code = "signing-suspended"


def notice_ends(issued_on: date, period: Rule) -> date:
    """Last day of a notice's own period; knowledge is presumed from its end (条例 53)."""
    return add_workdays(issued_on, period.params["workdays"])


def window_ends(known_on: date, rule: Rule) -> date:
    """Last day on which a challenge may be handed in."""
    return add_workdays(known_on, rule.params["workdays"])


def check_in_window(today: date, last: date, rule: Rule) -> None:
    if today > last:
        raise ChallengeTooLate(f"质疑期已于 {last} 届满（{rule.citation}）", rule=rule.id, article=rule.citation)


def check_none_pending(today: date, last: date, *, open_challenges: int, window: Rule, suspends: Rule) -> None:
    """Nobody may sign while a challenge can still come or is unanswered."""
    if today <= last:
        raise SigningSuspended(f"质疑期至 {last} 届满，届满前不签订合同（{window.citation}）", rule=window.id, article=window.citation)
    if open_challenges:
        raise SigningSuspended(
            f"尚有 {open_challenges} 件质疑未办结，暂停签订合同（{suspends.citation}）", rule=suspends.id, article=suspends.citation
        )
