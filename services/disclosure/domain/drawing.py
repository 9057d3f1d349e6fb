"""Repeats an expert draw from its public record, as anybody can; the method is procurement's, told again on the page.

lot             = sha256( sha256(pool) ⏎ sha256(exclusions) ⏎ the seeds, in the order of their parties )
place(expert)   = sha256( lot + "|" + number ), lowest first; a seat takes the first that fits its category
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Expert:
    """One line of the pool: by number, never by name."""

    number: str
    category: str
    excluded_for: str
    """Why the expert could not be drawn, "" if they could."""
    place: str
    """The hash that decides the order; "" for the excluded."""
    is_seated: bool


@dataclass(frozen=True, slots=True)
class Check:
    """One claim of the record and whether it holds."""

    claim: str
    """seeds, pool or seats."""
    holds: bool


@dataclass(frozen=True, slots=True)
class Repeated:
    """The draw, done again."""

    lot: str
    exclusions_hash: str
    experts: tuple[Expert, ...]
    """Those who could be drawn in the order of the draw, then the excluded."""
    checks: tuple[Check, ...]

    @property
    def agrees(self) -> bool:
        """Whether the record says what comes out."""
        return all(check.holds for check in self.checks)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def repeat(
    *,
    pool: Sequence[str],
    exclusions: Sequence[str],
    seats: Sequence[str],
    seeds: Sequence[str],
    commitments: Sequence[str],
    pool_hash: str,
    drawn: Sequence[str],
) -> Repeated:
    """Draw again. Lines are `number|category`, `number|reason` and `category|count`."""
    categories = dict(_pair(line) for line in pool)
    reasons = dict(_pair(line) for line in exclusions)
    exclusions_hash = sha256("\n".join(exclusions))
    lot = sha256("\n".join([sha256("\n".join(pool)), exclusions_hash, *seeds]))
    places = {number: sha256(f"{lot}|{number}") for number in categories if number not in reasons}
    order = sorted(places, key=places.__getitem__)
    seated = _seated(order, categories, seats)
    experts = [Expert(number, categories[number], "", places[number], number in seated) for number in order]
    experts += [Expert(number, categories.get(number, ""), reason, "", is_seated=False) for number, reason in reasons.items()]
    checks = (
        Check("seeds", [sha256(seed) for seed in seeds] == list(commitments)),
        Check("pool", sha256("\n".join(pool)) == pool_hash),
        Check("seats", seated == list(drawn)),
    )
    return Repeated(lot, exclusions_hash, tuple(experts), checks)


def _seated(order: Sequence[str], categories: dict[str, str], seats: Sequence[str]) -> list[str]:
    seated: list[str] = []
    for category, count in (_pair(line) for line in seats):
        fitting = [number for number in order if number not in seated and category in ("", categories[number])]
        seated += fitting[: int(count)]
    return seated


def _pair(line: str) -> tuple[str, str]:
    first, _, second = line.partition("|")
    return first, second
