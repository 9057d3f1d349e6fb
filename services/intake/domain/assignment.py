"""Seats people so that no other way fills more places, and among the fullest ways none has more worth (最优分配).

This is an assignment of the greatest weight, found by successive best paths: each step seats one more person, in the way that
adds the most worth, where those seated before may be moved to another place that fits them but never lose theirs. After every step
the whole is the best one for its number of people, so the last step is the best of the fullest ways. The steps go over kinds
of places, of which there are few, not over people; and of each kind only as many people matter as there are places in all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final

NOBODY: Final = -1


@dataclass(frozen=True, slots=True)
class Seat:
    """Some places that the same people fit: a group's, or those of its age band."""

    group: str
    size: int
    is_banded: bool


@dataclass(frozen=True, slots=True)
class Sitter:
    """A person as a number, with what the place would be worth on each kind of seat that fits, by the number of the kind."""

    number: int
    worth: dict[int, int]


class Assignment:
    """Kinds of seats and who sits on them. Ends with the best of the fullest ways; the same people give the same one."""

    def __init__(self, sizes: Sequence[int], sitters: Sequence[Sitter]) -> None:
        self._free = list(sizes)
        self._kinds = [kind for kind, size in enumerate(sizes) if size]
        self._worth = {sitter.number: sitter.worth for sitter in sitters}
        self._waiting = {kind: self._best_first(kind, sum(sizes)) for kind in self._kinds}
        self._moves: dict[tuple[int, int], list[tuple[int, int]]] = {(kind, other): [] for kind in self._kinds for other in self._kinds}
        self.place_of: dict[int, int] = {}
        while self._seat_one_more():
            pass

    def _best_first(self, kind: int, most: int) -> list[int]:
        """Numbers of those who fit, the worthiest last, no more than could be seated in all."""
        fitting = [number for number, worth in self._worth.items() if kind in worth]
        fitting.sort(key=lambda number: (-self._worth[number][kind], number))
        return fitting[:most][::-1]

    def _seat_one_more(self) -> bool:
        gain, step = self._best_ways()
        ends = [kind for kind in self._kinds if self._free[kind] and kind in gain]
        if not ends:
            return False
        kind = max(ends, key=lambda end: (gain[end], -end))
        self._free[kind] -= 1
        while True:
            came_from, number = step[kind]
            self._sit(number, kind)
            if came_from == NOBODY:
                return True
            kind = came_from

    def _best_ways(self) -> tuple[dict[int, int], dict[int, tuple[int, int]]]:
        """For each kind the most that could be gained by freeing a place there for somebody, and the last step of the way to it."""
        gain: dict[int, int] = {}
        step: dict[int, tuple[int, int]] = {}
        for kind in self._kinds:
            if (number := self._next_waiting(kind)) is not None:
                gain[kind], step[kind] = self._worth[number][kind], (NOBODY, number)
        moves = [(kind, other, move) for kind in self._kinds for other in self._kinds if (move := self._best_move(kind, other))]
        is_settled = False
        while not is_settled:
            is_settled = True
            for kind, other, (more, number) in moves:
                if kind in gain and (other not in gain or gain[kind] + more > gain[other]):
                    gain[other], step[other] = gain[kind] + more, (kind, number)
                    is_settled = False
        return gain, step

    def _next_waiting(self, kind: int) -> int | None:
        waiting = self._waiting[kind]
        while waiting and waiting[-1] in self.place_of:
            waiting.pop()
        return waiting[-1] if waiting else None

    def _best_move(self, kind: int, other: int) -> tuple[int, int] | None:
        """What is gained at most by moving somebody from one kind to another, and who that is."""
        moves = self._moves[kind, other]
        while moves and self.place_of[moves[0][1]] != kind:
            heappop(moves)
        return (-moves[0][0], moves[0][1]) if moves else None

    def _sit(self, number: int, kind: int) -> None:
        self.place_of[number] = kind
        worth = self._worth[number]
        for other, more in worth.items():
            if other != kind:
                heappush(self._moves[kind, other], (worth[kind] - more, number))


def seat(sizes: Sequence[int], sitters: Sequence[Sitter]) -> dict[int, int]:
    """The kind of seat of everybody who gets one, by the numbers of both."""
    return Assignment(sizes, sitters).place_of


def shortlist(numbers: Sequence[int], ranks: Sequence[int], most: int, lot: Callable[[int], int]) -> list[int]:
    """The `most` numbers of the highest ranks; among those who are equal at the end of the list alone, the lowest lots."""
    if len(numbers) <= most:
        return list(numbers)
    last = sorted(ranks, reverse=True)[most - 1]
    better = [number for number, rank in zip(numbers, ranks, strict=True) if rank > last]
    equal = [number for number, rank in zip(numbers, ranks, strict=True) if rank == last]
    return better + sorted(equal, key=lot)[: most - len(better)]
