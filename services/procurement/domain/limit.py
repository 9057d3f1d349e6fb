"""Time limits: what is too early is refused, what is late is done with a written reason and kept as a deviation."""

from dataclasses import dataclass
from datetime import date

from shared.errors import RuleRefusal
from shared.rules import Rule
from shared.workdays import add_days, add_workdays


class TooEarly(RuleRefusal):
    """A period that must run its full length has not."""

    code = "too-early"


class Overdue(RuleRefusal):
    """The limit has passed and nobody has said why."""

    code = "overdue"


class ReasonMissing(RuleRefusal):
    """A rule that warns (soft) asks for a reason in writing."""

    code = "reason-missing"


@dataclass(frozen=True, slots=True)
class Deviation:
    """An act that went on although a limit or a soft rule spoke against it."""

    rule: str
    citation: str
    message: str
    reason: str


def check_not_before(rule: Rule, earliest: date, day: date, what: str, *, field: str, reason: str = "") -> Deviation | None:
    """A minimum period: `day` may not lie before `earliest`."""
    if day >= earliest:
        return None
    return against(rule, f"{what}不得早于 {earliest}（{rule.citation}），现为 {day}", TooEarly, field=field, reason=reason)


def due_on(start: date, rule: Rule) -> date:
    """The last day of a rule's period that starts after `start`, in `days` or `workdays`."""
    if "workdays" in rule.params:
        return add_workdays(start, rule.params["workdays"])
    return add_days(start, rule.params["days"])


def check_within(rule: Rule, start: date, day: date, what: str, *, reason: str = "") -> Deviation | None:
    """An act that is due within a rule's period after `start`."""
    return check_not_after(rule, due_on(start, rule), day, what, reason=reason)


def check_not_after(rule: Rule, due: date, day: date, what: str, *, reason: str = "") -> Deviation | None:
    """A maximum period. The duty does not end with its limit: a late act is kept, with its reason."""
    if day <= due:
        return None
    message = f"{what}应于 {due} 前办理（{rule.citation}），现为 {day}"
    if not reason.strip():
        raise Overdue(f"{message}；逾期办理须书面说明理由", rule=rule.id, article=rule.citation, field="late_reason")
    return Deviation(rule=rule.id, citation=rule.citation, message=message, reason=reason)


def against(rule: Rule, message: str, refusal: type[RuleRefusal] = RuleRefusal, *, field: str = "", reason: str = "") -> Deviation:
    """What a rule says against an act: a hard one refuses it, a soft one asks for a reason."""
    if rule.kind == "hard":
        raise refusal(message, rule=rule.id, article=rule.citation, field=field)
    if not reason.strip():
        raise ReasonMissing(f"{message}；如确需办理，请书面说明理由", rule=rule.id, article=rule.citation, field=field)
    return Deviation(rule=rule.id, citation=rule.citation, message=message, reason=reason)
