"""Marks what of a list differs from those who could have been on it, so that somebody looks before it is confirmed.

A difference is marked when it is large (10 percentage points and more) and a draw by lot among the eligible would hardly make it
(less than 1 in 100, exact hypergeometric test, both sides). A list is chosen by need, so a mark is a question and no verdict.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, lgamma
from typing import Final

from services.intake.domain.person import AGE_BANDS
from services.intake.domain.selection import Share

LARGE: Final = 0.10
UNLIKELY: Final = 0.01
YOUNGEST: Final = {band: age for age, band in AGE_BANDS}


@dataclass(frozen=True, slots=True)
class Compared:
    """One kind of people in one group: its part of the eligible and of the selected, and how likely that is by lot."""

    code: str
    dimension: str
    value: str
    eligible: int
    selected: int
    all_eligible: int
    all_selected: int
    likelihood: float
    is_marked: bool


def compared(shares: Iterable[Share]) -> list[Compared]:
    """Each share beside the whole of its group; ages from the youngest on, whatever the order in which they were counted."""
    by_dimension: dict[tuple[str, str], list[Share]] = {}
    for share in shares:
        by_dimension.setdefault((share.code, share.dimension), []).append(share)
    return [each for some in by_dimension.values() for each in _compared(sorted(some, key=_age))]


def _age(share: Share) -> int:
    return YOUNGEST.get(share.value, 0) if share.dimension == "age" else 0


def _compared(shares: Sequence[Share]) -> list[Compared]:
    eligible, selected = sum(share.eligible for share in shares), sum(share.selected for share in shares)
    found = []
    for share in shares:
        likelihood = by_lot(eligible, share.eligible, selected, share.selected)
        difference = abs(share.selected / selected - share.eligible / eligible) if selected and eligible else 0.0
        is_marked = difference >= LARGE and likelihood < UNLIKELY
        found.append(
            Compared(share.code, share.dimension, share.value, share.eligible, share.selected, eligible, selected, likelihood, is_marked)
        )
    return found


def by_lot(people: int, kind: int, drawn: int, of_kind: int) -> float:
    """How likely a draw of `drawn` out of `people`, of whom `kind` are of a kind, brings a number that is no likelier than `of_kind`."""
    own = _log_chance(people, kind, drawn, of_kind)
    possible = range(max(0, drawn - (people - kind)), min(drawn, kind) + 1)
    chances = (_log_chance(people, kind, drawn, number) for number in possible)
    return min(1.0, sum(exp(chance) for chance in chances if chance <= own + 1e-9))


def _log_chance(people: int, kind: int, drawn: int, of_kind: int) -> float:
    return _log_ways(kind, of_kind) + _log_ways(people - kind, drawn - of_kind) - _log_ways(people, drawn)


def _log_ways(of: int, some: int) -> float:
    return lgamma(of + 1) - lgamma(some + 1) - lgamma(of - some + 1)
