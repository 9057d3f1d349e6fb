"""The expert draw: anybody can do it again with nothing but SHA-256.

The day before, the pool and the exclusions are written down and hashed, and three parties (buyer, finance, supervision)
each hand in the SHA-256 of a secret seed. On the day the seeds are told. Then, with `|` and line feeds as written here:

    pool_hash       = sha256( one line `number|category` per expert, sorted by number, joined by "\\n" )
    exclusions_hash = sha256( one line `number|reason` per exclusion, sorted by number, joined by "\\n" )
    lot             = sha256( pool_hash + "\\n" + exclusions_hash + "\\n" + buyer's seed + "\\n" + finance's + "\\n" + supervision's )
    place(expert)   = sha256( lot + "|" + number )

All hashes are lower-case hexadecimal, all text is UTF-8. The experts that are not excluded, sorted by `place`, are the
order of the draw. Each seat takes the first of its category in this order who has no seat yet; a seat without a category
takes the first of all. Who declines is replaced by the next in the same order: there is never a second draw.

In a shell, the place of one expert:  printf '%s' "$LOT|E07" | sha256sum
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared.errors import RuleRefusal

PARTIES: Final = ("buyer", "finance", "supervision")
"""Whose seeds are joined, in this order."""
MIN_SEED_CHARACTERS: Final = 16
"""A shorter seed could be guessed from its commitment."""


class CommitmentBroken(RuleRefusal):
    """The seed is not the one that was committed to."""

    code = "commitment-broken"


class PoolTooSmall(RuleRefusal):
    """Too few experts are left for the seats: 补抽, or self-selection with consent."""

    code = "pool-too-small"


@dataclass(frozen=True, slots=True)
class PoolEntry:
    """An expert as the draw knows him: by number and category, never by name."""

    number: str
    category: str


@dataclass(frozen=True, slots=True)
class Exclusion:
    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class Seat:
    """`count` places on the panel for one category; "" is any category."""

    category: str
    count: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """The result and all that is needed to repeat it."""

    pool_hash: str
    exclusions_hash: str
    lot: str
    order: tuple[str, ...]
    """Every expert who could be drawn, in the order of the draw."""
    seated: tuple[str, ...]
    """Pool numbers in the order of the seats."""


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def pool_hash(pool: Sequence[PoolEntry]) -> str:
    return sha256("\n".join(f"{entry.number}|{entry.category}" for entry in sorted(pool, key=lambda entry: entry.number)))


def exclusions_hash(exclusions: Sequence[Exclusion]) -> str:
    return sha256("\n".join(f"{one.number}|{one.reason}" for one in sorted(exclusions, key=lambda one: one.number)))


def draw(pool: Sequence[PoolEntry], exclusions: Sequence[Exclusion], seeds: Mapping[str, str], seats: Sequence[Seat]) -> Drawn:
    """Draw the experts. The same four arguments always give the same answer. Raises PoolTooSmall."""
    hash_of_pool, hash_of_exclusions = pool_hash(pool), exclusions_hash(exclusions)
    lot = sha256("\n".join([hash_of_pool, hash_of_exclusions, *(seeds[party] for party in PARTIES)]))
    excluded = {one.number for one in exclusions}
    order = sorted((entry for entry in pool if entry.number not in excluded), key=lambda entry: sha256(f"{lot}|{entry.number}"))
    return Drawn(
        pool_hash=hash_of_pool,
        exclusions_hash=hash_of_exclusions,
        lot=lot,
        order=tuple(entry.number for entry in order),
        seated=_seat(order, seats),
    )


def _seat(order: Sequence[PoolEntry], seats: Sequence[Seat]) -> tuple[str, ...]:
    seated: list[str] = []
    for seat in seats:
        fitting = [entry.number for entry in order if entry.number not in seated and seat.category in ("", entry.category)]
        if len(fitting) < seat.count:
            raise PoolTooSmall(f"回避后「{seat.category or '不限'}」类只余 {len(fitting)} 人，不足 {seat.count} 人，须补抽", field="seats")
        seated += fitting[: seat.count]
    return tuple(seated)


def replacement(order: Sequence[PoolEntry], seated: Sequence[str], gone: Sequence[str], category: str) -> str:
    """The next of that category in the order of the draw. Raises PoolTooSmall."""
    for entry in order:
        if entry.number not in seated and entry.number not in gone and category in ("", entry.category):
            return entry.number
    raise PoolTooSmall("抽取名单已用尽，须补抽", field="number")


def record_hash(drawn: Drawn, commitments: Mapping[str, str], seeds: Mapping[str, str], seats: Sequence[Seat]) -> str:
    """SHA-256 of the whole record, one fact per line, in the order of the module's text."""
    lines = [drawn.pool_hash, drawn.exclusions_hash]
    lines += [f"{party}|{commitments[party]}|{seeds[party]}" for party in PARTIES]
    lines += [f"{seat.category}|{seat.count}" for seat in seats]
    return sha256("\n".join([*lines, drawn.lot, *drawn.order, *drawn.seated]))


def check_seed(seed: str, commitment: str) -> None:
    """Raises CommitmentBroken unless sha256(seed) is what was committed to."""
    if sha256(seed) != commitment:
        raise CommitmentBroken("种子与事前提交的承诺（SHA-256）不一致", field="seed")
