"""One row of a roster as text: what is read of it, whatever its sheet looks like."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


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
