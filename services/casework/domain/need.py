"""A need that a worker found (发现报告): when it may be reported, and what is too urgent for a report alone."""

from collections.abc import Collection
from datetime import date
from typing import Final

from services.casework.domain.term import Term
from shared.errors import RuleRefusal

DUTIES: Final = ("harm_to_minor", "danger_to_life")
"""Kinds of need that the rule of the same name says to report elsewhere at once."""


class NeedRefused(RuleRefusal):
    code = "need-refused"


def check_found(found_on: date, term: Term, *, kind: str, withdrawn_on: date | None, today: date) -> None:
    """Raises OutsideTerm or NeedRefused. Harm may be reported whenever; of a need nobody asks who no longer wants to be served."""
    if found_on > today:
        raise NeedRefused(f"发现日期 {found_on} 尚未到来", field="found_on")
    term.check_covers(found_on, field="found_on")
    if withdrawn_on is not None and found_on > withdrawn_on and kind not in DUTIES:
        raise NeedRefused(f"该服务对象已于 {withdrawn_on} 退出；此后只报告伤害和危险", field="found_on")


def urgency_of(kind: str, given: str, at_once: Collection[str]) -> str:
    """As the worker judged it; harm is urgent whatever was ticked."""
    return "urgent" if kind in at_once else given
