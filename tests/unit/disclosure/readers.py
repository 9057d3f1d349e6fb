"""A reader who knows the tables, the labels and the rule, and works out what the small numbers can be.

Independent of the filter: intervals are narrowed by every sum until nothing changes, then values are tried.
"""

from collections.abc import Mapping, Sequence

from shared.small_cells import OUTSIDE, Cell, Mark, Shown

SMALL = range(1, 5)
FAR = 10_000
"""No number in these tests is nearly as large."""

Ranges = dict[str, tuple[int, int]]
"""The lowest and the highest value of each cell."""


def possible(cells: Sequence[Cell], shown: Mapping[str, Shown]) -> dict[str, set[int]]:
    """For each small cell, every value that fits all sums and all labels."""
    known = {cell.key: _range(shown[cell.key]) for cell in cells}
    small = [cell.key for cell in cells if shown[cell.key].mark is Mark.SMALL]
    return {key: {value for value in SMALL if _fits(cells, known | {key: (value, value)})} for key in small}


def _range(shown: Shown) -> tuple[int, int]:
    if shown.value is not None:
        return shown.value, shown.value
    return (1, 4) if shown.mark is Mark.SMALL else (5, FAR)


def _fits(cells: Sequence[Cell], ranges: Ranges) -> bool:
    narrowed = _narrowed(cells, ranges)
    if narrowed is None:
        return False
    unknown = [key for key, (low, high) in narrowed.items() if low < high]
    if not unknown:
        return True
    first = min(unknown, key=lambda key: narrowed[key][1] - narrowed[key][0])
    low, high = narrowed[first]
    return _fits(cells, narrowed | {first: (low, low)}) or _fits(cells, narrowed | {first: (low + 1, high)})


def _narrowed(cells: Sequence[Cell], ranges: Ranges) -> Ranges | None:
    """Ranges after every sum has had its say; None if two of them disagree."""
    ranges = dict(ranges)
    sums = _sums(cells)
    changed = True
    while changed:
        changed = False
        for terms in sums:
            for key, sign in terms:
                others = [(each, other) for each, other in terms if each != key]
                least = sum(ranges[each][1 if other < 0 else 0] * other for each, other in others)
                most = sum(ranges[each][0 if other < 0 else 1] * other for each, other in others)
                low, high = sorted((-least * sign, -most * sign))
                narrower = max(ranges[key][0], low), min(ranges[key][1], high)
                if narrower[0] > narrower[1]:
                    return None
                if narrower != ranges[key]:
                    ranges[key], changed = narrower, True
    return ranges


def _sums(cells: Sequence[Cell]) -> list[list[tuple[str, int]]]:
    """For each sum, what flows in (+1) and what flows out (-1)."""
    nodes = {node for cell in cells for node in (cell.tail, cell.head)} - {OUTSIDE}
    return [[(cell.key, 1 if cell.head == node else -1) for cell in cells if node in (cell.head, cell.tail)] for node in sorted(nodes)]
