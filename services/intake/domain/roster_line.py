"""The rows of a roster as text: what is read of them, whatever their sheet looks like."""

import re
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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


@dataclass
class Run:
    """Lines that follow one another, never none, column by column; one by one they are made for whoever asks."""

    position: int
    """Of the first."""
    sheet: str
    numbers: Sequence[int]
    texts: Sequence[Sequence[str]]
    """By column, in the order in which each line has them."""
    households: Sequence[str]
    columns: Mapping[str, int]
    numeric: Sequence[frozenset[str]] | None
    formulas: Sequence[frozenset[str]] | None
    """None where no line has any; so with `numeric`."""
    days_later: int

    def __len__(self) -> int:
        return len(self.numbers)

    @cached_property
    def lines(self) -> list[Line]:
        rows = zip(*self.texts, strict=True)
        odd = (self.numeric or repeat(NONE), self.formulas or repeat(NONE), repeat(self.days_later))
        fields = (count(self.position), repeat(self.sheet), self.numbers, rows, self.households, repeat(self.columns), *odd)
        return list(map(Line._make, zip(*fields, strict=False)))  # some are endless


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
        numeric = _marked({column: cells[column] for column in _LOSES_DIGITS}, _NUMBERS)
        formulas = _marked(cells, _FORMULA)
        if "" in texts[_IDENTITY] and not all(filled := list(map(any, zip(*texts, strict=True)))):
            numbers, texts = list(compress(numbers, filled)), [list(compress(column, filled)) for column in texts]
            numeric, formulas = (each and list(compress(each, filled)) for each in (numeric, formulas))
        if not numbers:
            return None
        return Run(position, self._name, numbers, texts, self._households(texts), self._columns, numeric, formulas, self._days_later)

    def _households(self, texts: Sequence[Sequence[str]]) -> Sequence[str]:
        if "" not in (own := texts[_HOUSEHOLD_NO]):
            self._household = own[-1]
            return own
        found = []
        for row in zip(*texts, strict=True):
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


def _marked(columns: Mapping[str, tuple[Sequence[Cell], Collection[type]]], wanted: frozenset[type]) -> list[frozenset[str]] | None:
    """Of each row those of the columns (cells, and the kinds among them) whose cell is of a wanted kind; None where none is."""
    found = {column: cells for column, (cells, kinds) in columns.items() if not wanted.isdisjoint(kinds)}
    if not found:
        return None
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
