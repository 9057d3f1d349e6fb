"""What the part of a sheet in an xlsx says besides its cells: merged blocks, and rows and columns that are hidden.

It is looked for in the bytes, before the rows are read: merged blocks stand after them.
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from shared.sheets.book import NOTHING_HIDDEN, Hidden, Merged, broken

LAST_COLUMN: Final = 16_384
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')
_HIDES: Final = re.compile(rb'<(?:\w+:)?(row|col) [^>]*?\bhidden="(?:1|true)"[^>]*>')
_ROW: Final = re.compile(rb'\br="(\d+)"')
_FROM: Final = re.compile(rb'\bmin="(\d+)"')
_TO: Final = re.compile(rb'\bmax="(\d+)"')


class Marks(NamedTuple):
    merged: list[Merged]
    hidden: Hidden


def marks_of(blocks: Iterable[bytes]) -> Marks:
    """Raises SheetUnreadable."""
    merged: list[Merged] = []
    rows: set[int] = set()
    columns: set[int] = set()
    rest = b""
    for block in blocks:
        text = rest + block
        end = text.rfind(b">") + 1
        text, rest = text[:end], text[end:]
        after = max(text.rfind(b"sheetData>"), 0)
        if text.find(b"mergeCell ", after) >= 0:
            merged += (
                Merged(int(top), column_of(left.decode()), int(bottom), column_of(right.decode()))
                for left, top, right, bottom in _MERGED.findall(text, after)
            )
        for found in _HIDES.finditer(text) if b' hidden="' in text else ():
            if found[1] == b"row" and (number := _ROW.search(found[0])):
                rows.add(int(number[1]))
            elif (first := _FROM.search(found[0])) and (last := _TO.search(found[0])):
                columns.update(range(int(first[1]) - 1, min(int(last[1]), LAST_COLUMN)))
    return Marks(merged, Hidden(frozenset(rows), frozenset(columns)) if rows or columns else NOTHING_HIDDEN)


def column_of(letters: str) -> int:
    """Position, from 0. Raises SheetUnreadable."""
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    if column > LAST_COLUMN:
        raise broken()
    return column - 1
