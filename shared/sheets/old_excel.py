"""xls (Excel 97 to 2003) by Calamine; which cells are formulas it does not tell, so the records of the file are asked."""

from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from struct import unpack_from
from typing import Any, Final

from olefile import OleFileIO
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from shared.sheets.book import Book, Cell, Formula, Merged, NumberedRow, Sheet, SheetUnreadable, fill_merged

ENCRYPTED: Final = "EncryptedPackage"
STREAMS: Final = ("Workbook", "Book")
BEGIN_OF_PART, SHEET_NAME, FORMULA, PASSWORD = 0x0809, 0x0085, 0x0006, 0x002F
WORKSHEET: Final = 0x10
UNTOLD: Final = Formula("=")
"""A formula of a record that nobody read: what it says is not known, only that it is one."""


def old_excel_book(content: bytes) -> Book:
    """Raises SheetUnreadable."""
    try:
        with OleFileIO(BytesIO(content)) as container:
            if container.exists(ENCRYPTED):
                raise _protected()
            stream = next((container.openstream(name).read() for name in STREAMS if container.exists(name)), None)
        if stream is None:
            raise SheetUnreadable("文件里没有 Excel 工作簿", field="file", rule="file-kind")
        formulas = _formulas(stream)
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        sheets = [_sheet(book, name, formulas.get(name, frozenset())) for name in book.sheet_names if _is_worksheet(book, name)]
    except PasswordError as error:
        raise _protected() from error
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise SheetUnreadable("工作簿已损坏，无法打开", field="file", rule="file-broken") from error
    return Book(sheets)


def _protected() -> SheetUnreadable:
    return SheetUnreadable("工作簿设有打开密码，请取消密码后再导入", field="file", rule="file-encrypted")


def _is_worksheet(book: CalamineWorkbook, name: str) -> bool:
    return any(each.name == name and each.typ == SheetTypeEnum.WorkSheet for each in book.sheets_metadata)


def _sheet(book: CalamineWorkbook, name: str, formulas: frozenset[tuple[int, int]]) -> Sheet:
    hidden = any(each.name == name and each.visible != SheetVisibleEnum.Visible for each in book.sheets_metadata)
    read: CalamineSheet = book.get_sheet_by_name(name)
    ranges = [Merged(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in read.merged_cell_ranges or ()]
    return Sheet(name, hidden, lambda: fill_merged(_rows(read, formulas), ranges))


def _rows(sheet: CalamineSheet, formulas: frozenset[tuple[int, int]]) -> Iterator[NumberedRow]:
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


def _formulas(stream: bytes) -> dict[str, frozenset[tuple[int, int]]]:
    """Row and column, from 0, of the formula cells of each sheet."""
    starts: dict[int, str] = {}
    found: dict[str, set[tuple[int, int]]] = {}
    name, at = "", 0
    while at + 4 <= len(stream):
        kind, length = unpack_from("<HH", stream, at)
        if kind == PASSWORD:
            raise _protected()
        if kind == SHEET_NAME:
            start, _, _, characters, wide = unpack_from("<IBBBB", stream, at + 4)
            raw = stream[at + 12 : at + 12 + characters * (2 if wide & 1 else 1)]
            starts[start] = raw.decode("utf-16-le" if wide & 1 else "latin-1")
        elif kind == BEGIN_OF_PART and at in starts:
            name = starts[at]
        elif kind == FORMULA:
            found.setdefault(name, set()).add(unpack_from("<HH", stream, at + 4))
        at += 4 + length
    return {sheet: frozenset(cells) for sheet, cells in found.items()}
