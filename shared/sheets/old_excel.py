"""xls (Excel 97 to 2003) by Calamine; which cells are formulas and what is hidden it does not tell, so the records are asked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from struct import unpack_from
from typing import Any, Final

from olefile import OleFileIO
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from shared.sentences import S_
from shared.sheets.book import Book, Cell, Formula, Hidden, Merged, NumberedRow, Sheet, SheetUnreadable, fill_merged, protected

ENCRYPTED: Final = "EncryptedPackage"
STREAMS: Final = ("Workbook", "Book")
BEGIN_OF_PART, SHEET_NAME, FORMULA, PASSWORD, ROW, COLUMNS = 0x0809, 0x0085, 0x0006, 0x002F, 0x0208, 0x007D
ROW_IS_HIDDEN, COLUMN_IS_HIDDEN = 0x20, 0x01
WORKSHEET: Final = 0x10
UNTOLD: Final = Formula("=")
"""A formula of a record that nobody read: what it says is not known, only that it is one."""


def is_protected(content: bytes) -> bool:
    """Whether this is a newer workbook under a password."""
    try:
        with OleFileIO(BytesIO(content)) as container:
            return bool(container.exists(ENCRYPTED))
    except (OSError, ValueError, IndexError):
        return False


def old_excel_book(content: bytes) -> Book:
    """Raises SheetUnreadable."""
    try:
        with OleFileIO(BytesIO(content)) as container:
            if container.exists(ENCRYPTED):
                raise protected()
            stream = next((container.openstream(name).read() for name in STREAMS if container.exists(name)), None)
        if stream is None:
            raise SheetUnreadable(S_("文件里没有 Excel 工作簿"), field="file", rule="file-kind")
        told = _records(stream)
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        sheets = [_sheet(book, name, told.get(name) or _Told()) for name in book.sheet_names if _is_worksheet(book, name)]
    except PasswordError as error:
        raise protected() from error
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise SheetUnreadable(S_("工作簿已损坏，无法打开"), field="file", rule="file-broken") from error
    return Book(sheets)


def _is_worksheet(book: CalamineWorkbook, name: str) -> bool:
    return any(each.name == name and each.typ == SheetTypeEnum.WorkSheet for each in book.sheets_metadata)


def _sheet(book: CalamineWorkbook, name: str, told: "_Told") -> Sheet:
    hidden = any(each.name == name and each.visible != SheetVisibleEnum.Visible for each in book.sheets_metadata)
    read: CalamineSheet = book.get_sheet_by_name(name)
    ranges = [Merged(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in read.merged_cell_ranges or ()]
    return Sheet(name, hidden, lambda: fill_merged(_rows(read, told.formulas), ranges), told.hidden)


def _rows(sheet: CalamineSheet, formulas: set[tuple[int, int]]) -> Iterator[NumberedRow]:
    if sheet.start is None:
        return
    of_row: dict[int, list[int]] = {}
    for row, column in formulas:
        of_row.setdefault(row, []).append(column)
    for number, cells in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        told = [_cell(cell) for cell in cells]
        for column in of_row.get(number - 1, ()):
            if column < len(told):
                told[column] = UNTOLD
        yield NumberedRow(number, told)


def _cell(cell: Any) -> Cell:
    if isinstance(cell, datetime):
        return cell.date()
    return cell if isinstance(cell, str | float | int | bool | date) else str(cell)


@dataclass
class _Told:
    """What the records of a sheet tell and Calamine does not."""

    formulas: set[tuple[int, int]] = field(default_factory=set)
    """Row and column, from 0."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)

    def hidden(self) -> Hidden:
        return Hidden(frozenset(row + 1 for row in self.hidden_rows), frozenset(self.hidden_columns))


def _records(stream: bytes) -> dict[str, _Told]:
    """By sheet."""
    starts: dict[int, str] = {}
    found: dict[str, _Told] = {}
    told, at = _Told(), 0
    while at + 4 <= len(stream):
        kind, length = unpack_from("<HH", stream, at)
        if kind == PASSWORD:
            raise protected()
        if kind == SHEET_NAME:
            start, _, _, characters, wide = unpack_from("<IBBBB", stream, at + 4)
            raw = stream[at + 12 : at + 12 + characters * (2 if wide & 1 else 1)]
            starts[start] = raw.decode("utf-16-le" if wide & 1 else "latin-1")
        elif kind == BEGIN_OF_PART and at in starts:
            told = found.setdefault(starts[at], _Told())
        elif kind == FORMULA:
            told.formulas.add(unpack_from("<HH", stream, at + 4))
        elif kind == ROW and stream[at + 16] & ROW_IS_HIDDEN:
            told.hidden_rows.add(unpack_from("<H", stream, at + 4)[0])
        elif kind == COLUMNS and stream[at + 12] & COLUMN_IS_HIDDEN:
            first, last = unpack_from("<HH", stream, at + 4)
            told.hidden_columns.update(range(first, last + 1))
        at += 4 + length
    return found
