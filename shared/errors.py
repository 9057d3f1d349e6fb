"""Why an act is refused.

    Refusal
     ├─ Malformed          the request cannot be read                     400
     ├─ Unauthenticated    nobody is signed in                            401
     ├─ Forbidden          signed in, but the role or scope does not fit  403
     ├─ NotFound           no such thing, or not in the reader's scope    404
     ├─ WrongState         the record is not in a state that allows it    409
     ├─ RuleRefusal        a rule of that date forbids it                 422
     │   └─ RuleUnavailable  a deciding plugin failed; refused to be safe 422
     └─ Busy               try again later                                503

A service adds one class per reason. The message is Chinese, for people; `code` is for machines. Only
`shared.http` knows status codes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from shared.sentences import S_


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: the field, the rule it breaks, the article, and a sentence in Chinese."""

    field: str
    message: str
    rule: str = ""
    article: str = ""


class Refusal(Exception):
    """An act that is not done. Nothing of it is kept."""

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, *, faults: Sequence[Fault] = (), rule: str = "", article: str = "", field: str = "") -> None:
        super().__init__(message)
        self.message = message
        if not faults and (rule or article or field):
            faults = (Fault(field=field, message=message, rule=rule, article=article),)
        self.faults = tuple(faults)


class Malformed(Refusal):
    code = "malformed"


class Unauthenticated(Refusal):
    code = "unauthenticated"


class Forbidden(Refusal):
    code = "forbidden"


class NotFound(Refusal):
    code = "not-found"


class WrongState(Refusal):
    code = "wrong-state"


class RuleRefusal(Refusal):
    code = "rule"


class RuleUnavailable(RuleRefusal):
    """A plugin that decides has failed; the act is refused rather than let through (decision 13)."""

    code = "rule-unavailable"


class Busy(Refusal):
    code = "busy"

    def __init__(self, message: str = S_("系统繁忙，请稍后再试"), *, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotYet(Exception):
    """A reaction lacks what an earlier event will bring; the event is tried again later."""
