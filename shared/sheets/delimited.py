"""CSV as Chinese office machines write it: UTF-8 with or without its mark, GB18030, or UTF-16 with its mark; comma, tab or semicolon."""

import csv
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from typing import Final

from shared.sentences import S_
from shared.sheets.book import Cell, Formula, NumberedRow, Sheet, SheetUnreadable

SEPARATORS: Final = (",", "\t", ";", "，")
LOOKED_AT: Final = 20
LONGEST_CELL: Final = 32_767
"""Excel's own limit."""
BLOCK: Final = 1 << 20


def delimited_sheet(content: bytes, name: str) -> Sheet:
    """Raises SheetUnreadable for what is no text."""
    encoding = _encoding(content)
    separator = _separator(content, encoding)
    return Sheet(name, False, lambda: _rows(content, encoding, separator))


def _encoding(content: bytes) -> str:
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" not in content:
        for encoding in ("utf-8-sig" if content.startswith(BOM_UTF8) else "utf-8", "gb18030"):
            if _can_be(content, encoding):
                return encoding
    raise SheetUnreadable(S_("文件不是 Excel 工作簿，也不是 UTF-8 或 GB18030 编码的 CSV 文本"), field="file", rule="file-kind")


def _can_be(content: bytes, encoding: str) -> bool:
    """Tried block by block: the text of a large file is never held as a whole."""
    reader = TextIOWrapper(BytesIO(content), encoding)
    try:
        while reader.read(BLOCK):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _separator(content: bytes, encoding: str) -> str:
    """What parts the most cells in the first lines; a comma where there is nothing to part."""
    lines = TextIOWrapper(BytesIO(content), encoding, errors="replace")
    head = "".join(line for line, _ in zip(lines, range(LOOKED_AT), strict=False))
    return max(SEPARATORS, key=head.count)


def _rows(content: bytes, encoding: str, separator: str) -> Iterator[NumberedRow]:
    text = TextIOWrapper(BytesIO(content), encoding, newline="")
    csv.field_size_limit(LONGEST_CELL)
    number = 0
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=separator), start=1):
            if cells:
                yield NumberedRow(number, [_cell(cell) for cell in cells])
    except (csv.Error, UnicodeDecodeError) as error:
        raise SheetUnreadable(
            S_("第 {number} 行无法读取：引号不成对，或单元格过长", number=number + 1), field="file", rule="csv"
        ) from error


def _cell(text: str) -> Cell:
    return Formula(text) if text.startswith("=") else text
