"""Small-cell suppression (小数抑制): the one filter that stands before every format.

A count of 1 to 4 people could point at one of them, so it is shown as 「少于 5」. Where totals would let a reader subtract it,
further cells are withheld, until **every value from 1 to 4 stays possible for every small cell**: the label then says exactly
what a reader can know, and nothing more.

The numbers of a table, or of several tables that share numbers, are edges of one flow network: a count flows from the sum it
is a part of on one side (`tail`) to the sum it is a part of on the other (`head`), and what flows into a node flows out of it.
A column with its total is two nodes, a two-way table has a node per row and column, and a total that two tables share is the
edge between them, so that no linked table can give away what another withholds.

A reader is assumed to know all of this: the network, what is shown, that a small cell is 1 to 4, that a withheld one is at
least 5. A small cell can move by one exactly when a cycle of cells that are not shown can move with it. For each direction the
cheapest such cycles are sought (few and small numbers are withheld before large ones), and what they use is withheld.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import heappop, heappush
from math import inf
from typing import Final

THRESHOLD: Final = 5
"""The smallest count that is shown; the rule `small_cells` sets it (domain rules 6.6)."""

OUTSIDE: Final = "·"
"""The node where numbers come from and go to that are part of no further sum."""


class Mark(StrEnum):
    """Why a number is not shown."""

    NONE = ""
    SMALL = "small"
    """From 1 to 4."""
    WITHHELD = "withheld"
    """Not small itself, but it would give a small one away."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A count as everybody may read it: the number, or only why it is missing."""

    value: int | None
    mark: Mark = Mark.NONE


@dataclass(frozen=True, slots=True)
class Cell:
    """One count. `tail` and `head` name the two sums it belongs to."""

    key: str
    value: int
    tail: str = OUTSIDE
    head: str = OUTSIDE


def column(parts: Mapping[str, int], *, total: str) -> list[Cell]:
    """Parts and their total."""
    return [*(Cell(key, value, head=sum_node(total)) for key, value in parts.items()), Cell(total, sum(parts.values()), sum_node(total))]


def sum_node(total: str) -> str:
    """The node where the parts of a total come together, and from which the total goes on."""
    return f"sum of {total}"


def grid(
    rows: Mapping[str, Mapping[str, int]],
    *,
    row_total: Mapping[str, str],
    column_total: Mapping[str, str],
    total: str,
    row_from: Mapping[str, str] | None = None,
) -> list[Cell]:
    """A two-way table with all its totals, whose keys are given; cells are keyed `row/column`.

    `row_from` names the node each row's total comes from: that of another table's column which has the same total.
    """
    sources = row_from or {}
    cells = [Cell(row_total[row], sum(line.values()), sources.get(row, OUTSIDE), f"row {row_total[row]}") for row, line in rows.items()]
    cells += [
        Cell(f"{row}/{name}", value, f"row {row_total[row]}", f"column {column_total[name]}")
        for row, line in rows.items()
        for name, value in line.items()
    ]
    sums = {name: sum(line[name] for line in rows.values()) for name in column_total}
    cells += [Cell(column_total[name], value, f"column {column_total[name]}", f"all {total}") for name, value in sums.items()]
    return [*cells, Cell(total, sum(sums.values()), f"all {total}", OUTSIDE)]


def suppress(cells: Sequence[Cell], threshold: int = THRESHOLD) -> dict[str, Shown]:
    """What of these counts may be shown."""
    network = _Network(cells, threshold)
    for small in [key for key, mark in network.marks.items() if mark is Mark.SMALL]:
        if not (network.frees(small, up=True) and network.frees(small, up=False)):
            return {cell.key: Shown(0) if cell.value == 0 else Shown(None, Mark.WITHHELD) for cell in cells}
    return {cell.key: Shown(None, mark) if (mark := network.marks[cell.key]) else Shown(cell.value) for cell in cells}


class _Network:
    """Cells as edges. Every search starts from the true values; what it had to use stays withheld."""

    def __init__(self, cells: Sequence[Cell], threshold: int) -> None:
        self._cells = {cell.key: cell for cell in cells}
        if len(self._cells) != len(cells):
            raise ValueError("two cells have one key")
        self._threshold = threshold
        self.marks = {cell.key: Mark.SMALL if 0 < cell.value < threshold else Mark.NONE for cell in cells}
        self._at: dict[str, list[Cell]] = {}
        for cell in cells:
            self._at.setdefault(cell.tail, []).append(cell)
            self._at.setdefault(cell.head, []).append(cell)

    def frees(self, key: str, *, up: bool) -> bool:
        """Withhold what it takes so that the small cell could be anything up to 4 (or down to 1). False if nothing would do."""
        small = self._cells[key]
        values = {cell.key: cell.value for cell in self._cells.values()}
        for _ in range(self._threshold - 1 - small.value if up else small.value - 1):
            path = self._cheapest(small, values, up=up)
            if path is None:
                return False
            values[key] += 1 if up else -1
            for used, step in path:
                values[used] += step
                self.marks[used] = self.marks[used] or Mark.WITHHELD
        return True

    def _cheapest(self, small: Cell, values: Mapping[str, int], *, up: bool) -> list[tuple[str, int]] | None:
        """Cells to move by one, and which way, so that all sums stay right when the small cell moves: Dijkstra from node to node."""
        start, goal = (small.head, small.tail) if up else (small.tail, small.head)
        best: dict[str, float] = {start: 0}
        came: dict[str, tuple[str, str, int]] = {}
        queue: list[tuple[float, str]] = [(0, start)]
        while queue:
            cost, node = heappop(queue)
            if node == goal:
                return _back(came, start, goal)
            for cell, following, step in self._ways(node, small.key):
                price = cost + self._price(cell, values[cell.key] + step)
                if price < best.get(following, inf):
                    best[following] = price
                    came[following] = (node, cell.key, step)
                    heappush(queue, (price, following))
        return None

    def _ways(self, node: str, without: str) -> Iterable[tuple[Cell, str, int]]:
        for cell in self._at[node]:
            if cell.key != without and cell.tail != cell.head:
                yield (cell, cell.head, 1) if cell.tail == node else (cell, cell.tail, -1)

    def _price(self, cell: Cell, moved: int) -> float:
        """What is lost by withholding the cell; nothing if it is not shown anyway, infinitely much if it could not move there."""
        mark = self.marks[cell.key]
        if mark is Mark.SMALL:
            return 0 if 0 < moved < self._threshold else inf
        if moved < self._threshold or cell.value < self._threshold:
            return inf
        return 0 if mark is Mark.WITHHELD else 1 + cell.value


def _back(came: Mapping[str, tuple[str, str, int]], start: str, goal: str) -> list[tuple[str, int]]:
    path = []
    while goal != start:
        goal, key, step = came[goal]
        path.append((key, step))
    return path
