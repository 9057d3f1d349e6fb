"""Duties that a date does not know yet: shown as 'not required on this date', never demanded of an older case."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

DUTIES: Final = {
    "intention_notice": "采购意向公开",
    "requirement_review": "采购需求审查",
    "contract_term": "合同期限上限",
}
"""Rule of the duty → its name."""


@dataclass(frozen=True, slots=True)
class Duty:
    rule: str
    title: str
    is_required: bool
    note: str


def duties(in_force: Sequence[str]) -> tuple[Duty, ...]:
    return tuple(
        Duty(rule, title, is_required=rule in in_force, note="" if rule in in_force else "当时无此规定，不作要求")
        for rule, title in DUTIES.items()
    )
