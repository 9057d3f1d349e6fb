"""A need that a social worker found (发现报告), as a task of the department: what may be done with it when, and until when."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any, Final

from shared.errors import WrongState
from shared.sentences import S_

WAITING: Final = ("open", "taken")
HARMS: Final = ("harm_to_minor", "danger_to_life")
"""Kinds of need that the rule of the same name says to report elsewhere at once."""
FROM: Final[Mapping[str, tuple[str, ...]]] = {"taken": ("open",), "answered": ("taken",), "refused": WAITING}
"""From which states a task comes to each of the later ones."""
OUTCOMES: Final[Mapping[str, tuple[str, ...]]] = {
    "answered": ("included", "referred", "already_helped", "unfounded"),
    "refused": ("not_ours", "repeated", "unclear"),
}
"""How a task may end, in each of its last states."""


class NeedState(WrongState):
    code = "need-state"


def check_may_become(state: str, now: str) -> None:
    """Raises NeedState."""
    if now in FROM[state]:
        return
    if now in WAITING:
        raise NeedState(S_("请先受理，再答复") if state == "answered" else S_("该报告已经受理"))
    raise NeedState(S_("该报告已经办结"))


def urgency_of(kind: str, told: str, at_once: Collection[str]) -> str:
    """As casework told it, or urgent by this department's own rule."""
    return "urgent" if kind in at_once else told


def due_on(reported_on: date, urgency: str, days: Mapping[str, Any]) -> date:
    """By when it is to be answered."""
    return reported_on + timedelta(days=int(days[urgency]))
