"""A workbook: sheets of numbered rows of cells, each sheet read anew, row by row, as often as it is asked for."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, repeat
from typing import Final, NamedTuple

from shared.errors import RuleRefusal
from shared.sentences import S_


class Formula(str):
    """The text of a formula. What it came to stands beside it in the file, and whoever made the file may have written anything there."""

    __slots__ = ()


Cell = str | Formula | float | int | bool | date | None
"""What a cell holds. Numbers that are shown as dates may come as numbers: `day_of_serial` reads them."""

EXCEL_DAY_0: Final = date(1899, 12, 30)
"""From which Excel counts days, its 29 February 1900 allowed for; right from 1 March 1900."""
FIRST_SERIAL: Final = 61
LAST_SERIAL: Final = 73_050
"""1900-03-01 to 2099-12-31."""
ROWS_OF_A_BLOCK: Final = 500
MACINTOSH_LATER: Final = 1462
"""Days that a workbook counted from 1904 is behind."""


class SheetUnreadable(RuleRefusal):
    """The file is no workbook, is protected, or is made to choke its reader."""

    code = "sheet-unreadable"


def broken() -> SheetUnreadable:
    return SheetUnreadable(S_("文件不是可读的 Excel 工作簿（xlsx），或已损坏"), field="file", rule="file-broken")


def protected() -> SheetUnreadable:
    return SheetUnreadable(S_("工作簿设有打开密码，请取消密码后再导入"), field="file", rule="file-encrypted")


class NumberedRow(NamedTuple):
    """A row that the file has, by its number in the sheet, from 1. Numbers may be left out: such rows are empty."""

    number: int
    cells: Sequence[Cell]


class Block(NamedTuple):
    """Rows that follow one another, column by column: what is done to a whole column costs a fraction of what is done cell by cell."""

    numbers: Sequence[int]
    columns: Sequence[Sequence[Cell]]
    """All as long as `numbers`; an empty cell is None or ""."""


class Merged(NamedTuple):
    """Cells shown as one: the first of them holds the content. Rows from 1, columns from 0, all included."""

    top: int
    left: int
    bottom: int
    right: int


class Hidden(NamedTuple):
    """What whoever looks at the sheet does not see. It is read all the same."""

    rows: frozenset[int]
    """Numbers, from 1."""
    columns: frozenset[int]
    """Positions, from 0."""


NOTHING_HIDDEN: Final = Hidden(frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `rows` may be asked for as often as wanted; merged cells all hold the content of their first."""

    name: str
    is_hidden: bool
    rows: Callable[[], Iterator[NumberedRow]]
    hidden: Callable[[], Hidden] = lambda: NOTHING_HIDDEN
    by_columns: Callable[[], Iterator[Block]] | None = None
    """The same rows, where a kind of file can be read so."""

    def blocks(self) -> Iterator[Block]:
        """The rows again, column by column."""
        return self.by_columns() if self.by_columns else blocks_of(self.rows())


@dataclass(frozen=True, slots=True)
class Book:
    sheets: Sequence[Sheet]
    days_later: int = 0
    """What to add to a serial date of this workbook."""


def blocks_of(rows: Iterable[NumberedRow]) -> Iterator[Block]:
    """Rows turned into columns, so many at a time."""
    rows = iter(rows)
    while taken := list(islice(rows, ROWS_OF_A_BLOCK)):
        width = max(len(row.cells) for row in taken)
        full = (row.cells if len(row.cells) == width else [*row.cells, *[None] * (width - len(row.cells))] for row in taken)
        yield Block([row.number for row in taken], list(zip(*full, strict=True)))


def rows_of(block: Block) -> Iterator[NumberedRow]:
    """And back, without the empty cells at the end of a row."""
    for number, cells in zip(block.numbers, zip(*block.columns, strict=True) if block.columns else repeat(()), strict=False):
        row = [None if cell == "" else cell for cell in cells]
        while row and row[-1] is None:
            row.pop()
        yield NumberedRow(number, row)


def day_of_serial(serial: float, days_later: int = 0) -> date | None:
    """The day that a spreadsheet's number stands for; None for a number that is no likely day."""
    days = int(serial) + days_later
    return EXCEL_DAY_0 + timedelta(days=days) if FIRST_SERIAL <= days <= LAST_SERIAL else None


def fill_merged(rows: Iterator[NumberedRow], merged: Sequence[Merged]) -> Iterator[NumberedRow]:
    """The rows with the content of each merged block in all its cells; rows that the file left out inside a block are made."""
    waiting = sorted(merged, reverse=True)
    if not waiting:
        yield from rows
        return
    open_blocks: list[tuple[Merged, Cell]] = []
    expected = 0
    for number, cells in rows:
        for missing in range(expected + 1, number) if open_blocks else ():
            if any(block.bottom >= missing for block, _ in open_blocks):
                yield NumberedRow(missing, _filled(missing, (), open_blocks))
        while waiting and waiting[-1].top <= number:
            block = waiting.pop()
            held = cells[block.left] if block.top == number and block.left < len(cells) else None
            open_blocks.append((block, held))
        open_blocks = [(block, held) for block, held in open_blocks if block.bottom >= number]
        yield NumberedRow(number, _filled(number, cells, open_blocks) if open_blocks else cells)
        expected = number


def _filled(number: int, cells: Sequence[Cell], blocks: Sequence[tuple[Merged, Cell]]) -> Sequence[Cell]:
    full = list(cells)
    for block, held in blocks:
        if not block.top <= number <= block.bottom or held is None:
            continue
        full += [None] * (block.right + 1 - len(full))
        full[block.left : block.right + 1] = [held] * (block.right + 1 - block.left)
    return full
