"""The rows of a roster as text: what is read of them, whatever their sheet looks like."""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import compress, count, repeat
from typing import Final, NamedTuple, cast

from services.intake.domain.columns import (
    AT,
    DISABILITY_CARD,
    HEAD_IDENTITY,
    HOUSEHOLD_NO,
    IDENTITY,
    RELATION,
    Layout,
    is_text,
    text_of,
)
from services.intake.domain.words import RELATIONS
from shared.sheets import Block, Cell, Formula

NONE: Final[frozenset[str]] = frozenset()
NOWHERE: Final = 1 << 20
"""The place of a column that a sheet does not have."""
_LOSES_DIGITS: Final = frozenset((IDENTITY, DISABILITY_CARD))
"""Columns longer than the 15 digits that a spreadsheet keeps of a number."""
_NUMBERS: Final[frozenset[type]] = frozenset((int, float))
_FORMULA: Final[frozenset[type]] = frozenset((Formula,))
_NOT_IDENTITY: Final = re.compile(r"[^0-9X]")
_HOUSEHOLD_NO, _IDENTITY, _RELATION, _HEAD_IDENTITY = (AT[column] for column in (HOUSEHOLD_NO, IDENTITY, RELATION, HEAD_IDENTITY))


class Line(NamedTuple):
    """One row of a sheet as text, in the order of COLUMNS and then of the table's `more`, "" for what the sheet does not have."""

    position: int
    """Among all lines of the roster, from 0."""
    sheet: str
    """"" in a workbook with one roster."""
    number: int
    texts: Sequence[str]
    household: str
    """The household's number or, in a roster without such numbers, its head's identity number."""
    columns: Mapping[str, int]
    numeric: frozenset[str]
    """Long numbers that the spreadsheet has rounded."""
    formulas: frozenset[str]
    days_later: int


class Run(NamedTuple):
    """Lines that follow one another, never none, and their texts column by column."""

    lines: Sequence[Line]
    columns: Sequence[Sequence[str]]


class Lines:
    """The lines in the blocks of one sheet: the columns of a roster as text, in the order of those that are wanted."""

    def __init__(self, layout: Layout, name: str, wanted: Sequence[str], days_later: int) -> None:
        self._header_row = layout.header_row
        self._columns = layout.columns
        self._name = name
        self._wanted = wanted
        self._places = [layout.columns.get(column, NOWHERE) for column in wanted]
        self._days_later = days_later
        self._household = ""
        """Of the line before."""

    def of(self, block: Block, position: int) -> Run | None:
        """Those that are not blank, the first of them in this position of the roster."""
        above = bisect_right(block.numbers, self._header_row)
        numbers = block.numbers[above:]
        picked = [block.columns[at][above:] if at < len(block.columns) else () for at in self._places]
        kinds = [set(map(type, column)) for column in picked]
        texts = [_texts(column, kind) if kind else [""] * len(numbers) for column, kind in zip(picked, kinds, strict=True)]
        texts[_IDENTITY] = _identities(texts[_IDENTITY])
        cells = dict(zip(self._wanted, zip(picked, kinds, strict=True), strict=True))
        numeric = _marked({column: cells[column] for column in _LOSES_DIGITS}, _NUMBERS, len(numbers))
        formulas = _marked(cells, _FORMULA, len(numbers))
        rows = list(zip(*texts, strict=True))
        if "" in texts[_IDENTITY] and not all(filled := list(map(any, rows))):
            numbers, rows = list(compress(numbers, filled)), list(compress(rows, filled))
            numeric, formulas = compress(numeric, filled), compress(formulas, filled)
            texts = list(zip(*rows, strict=True))
        named = (count(position), repeat(self._name), numbers, rows, self._households(rows))
        lines = list(map(Line._make, zip(*named, repeat(self._columns), numeric, formulas, repeat(self._days_later), strict=False)))
        return Run(lines, texts) if lines else None

    def _households(self, rows: Sequence[Sequence[str]]) -> Sequence[str]:
        if HOUSEHOLD_NO in self._columns and all(own := [row[_HOUSEHOLD_NO] for row in rows]):
            self._household = own[-1] if own else self._household
            return own
        found = []
        for row in rows:
            self._household = _household_of(row, self._columns, self._household)
            found.append(self._household)
        return found


def _texts(column: Sequence[Cell], kinds: Collection[type]) -> Sequence[str]:
    """As `text_of` gives them; a column whose cells are such texts already is known by looking at it as a whole."""
    if kinds == {str} and is_text("\0".join(cast("Sequence[str]", column))):
        return cast("Sequence[str]", column)
    if kinds == {int}:
        return list(map(str, column))
    return [text_of(cell) for cell in column]


def _identities(texts: Sequence[str]) -> Sequence[str]:
    """Without the spaces and the mark of text that people put in, and with an upper-case X."""
    if not _NOT_IDENTITY.search("".join(texts)):
        return texts
    return [text.replace(" ", "").lstrip("'‘’").upper() for text in texts]


def _marked(columns: Mapping[str, tuple[Sequence[Cell], Collection[type]]], wanted: frozenset[type], many: int) -> Iterable[frozenset[str]]:
    """Of each row those of the columns (cells, and the kinds among them) whose cell is of a wanted kind; few rosters have any."""
    found = {column: cells for column, (cells, kinds) in columns.items() if not wanted.isdisjoint(kinds)}
    if not found:
        return repeat(NONE, many)
    rows = zip(*found.values(), strict=True)
    return [frozenset(column for column, cell in zip(found, row, strict=True) if type(cell) in wanted) for row in rows]


def _household_of(texts: Sequence[str], columns: Mapping[str, int], before: str) -> str:
    """By its number; else by its head's identity number; else a head begins a household and those who follow belong to it."""
    if number := texts[_HOUSEHOLD_NO]:
        return number
    is_head = RELATIONS.get(texts[_RELATION]) == "head"
    if HOUSEHOLD_NO in columns:
        return "" if is_head else before
    if HEAD_IDENTITY in columns:
        return texts[_HEAD_IDENTITY].replace(" ", "").upper() or (texts[_IDENTITY] if is_head else before)
    if RELATION in columns:
        return texts[_IDENTITY] if is_head or not before else before
    return texts[_IDENTITY]
