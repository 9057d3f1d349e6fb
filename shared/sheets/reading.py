"""Which kind of workbook some bytes are. The bytes decide; a name that says otherwise is refused, since one of the two lies."""

from pathlib import PurePath
from typing import Final

from shared.sentences import S_
from shared.sheets.book import Book, SheetUnreadable, protected
from shared.sheets.delimited import delimited_sheet
from shared.sheets.old_excel import is_protected, old_excel_book
from shared.sheets.xlsx import xlsx_book

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENDS: Final = {"xlsx": (".xlsx",), "xls": (".xls",), "csv": (".csv", ".txt", ".tsv")}
SAID: Final = {"xlsx": S_("Excel 工作簿（xlsx）"), "xls": S_("旧版 Excel 工作簿（xls）"), "csv": S_("CSV 文本")}


def open_book(content: bytes, name: str = "") -> Book:
    """The workbook in these bytes; `name` is the file's, if it has one. Raises SheetUnreadable."""
    if not content:
        raise SheetUnreadable(S_("文件是空的（0 字节）"), field="file", rule="file-empty")
    kind = "xlsx" if content.startswith(ZIP) else "xls" if content.startswith(OLE) else "csv"
    end = PurePath(name).suffix.lower()
    if kind == "xls" and end == ".xlsx" and is_protected(content):
        raise protected()  # Excel wraps a workbook with a password in the form of the older files
    if kind == "csv" and end in (".xlsx", ".xls"):
        raise SheetUnreadable(
            S_("文件名以 {end} 结尾，内容却不是 Excel 工作簿；文件已损坏，或改过后缀", end=end), field="file", rule="file-kind"
        )
    if end and end not in ENDS[kind]:
        raise SheetUnreadable(
            S_("文件名以 {end} 结尾，内容却是{kind}；请改用 {other}", end=end, kind=SAID[kind], other=ENDS[kind][0]),
            field="file",
            rule="file-kind",
        )
    if kind == "xlsx":
        return xlsx_book(content)
    if kind == "xls":
        return old_excel_book(content)
    return Book([delimited_sheet(content, PurePath(name).stem)])
