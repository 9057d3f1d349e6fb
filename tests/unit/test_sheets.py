"""Spreadsheets are read as they are, nothing in them is evaluated, and what is no spreadsheet is refused by its rule."""

import re
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from shared.sheets import Formula, SheetUnreadable, open_book
from shared.sheets.book import Hidden, Merged, day_of_serial
from shared.sheets.row_form import RowForm
from shared.sheets.shared_texts import SharedTexts
from shared.sheets.sheet_marks import marks_of
from shared.sheets.xlsx import MOST_UNPACKED

WORKBOOKS = Path(__file__).parent / "workbooks"


def xlsx(book: Workbook) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def rows(content: bytes, name: str = "") -> list[tuple[int, list[Any]]]:
    return [(number, list(cells)) for number, cells in open_book(content, name).sheets[0].rows()]


def refused(content: bytes, name: str = "") -> str:
    with pytest.raises(SheetUnreadable) as refusal:
        [list(sheet.rows()) for sheet in open_book(content, name).sheets]
    return refusal.value.faults[0].rule


def replaced(content: bytes, part: str, old: str, new: str) -> bytes:
    """The workbook with something else in one of its parts."""
    file = BytesIO()
    with ZipFile(BytesIO(content)) as before, ZipFile(file, "w", ZIP_DEFLATED) as after:
        for name in before.namelist():
            text = before.read(name)
            after.writestr(name, text.replace(old.encode(), new.encode()) if name == part else text)
    return file.getvalue()


def simple() -> Workbook:
    book = Workbook()
    book.active.append(["姓名", "年龄", None, "备注"])
    book.active.append(["王&小明", 61, 1.5, True])
    return book


def test_cells_keep_their_kind_and_their_column() -> None:
    assert rows(xlsx(simple())) == [(1, ["姓名", "年龄", None, "备注"]), (2, ["王&小明", 61, 1.5, True])]


def test_a_formula_is_its_text_whatever_its_result_says() -> None:
    book = simple()
    book.active["A3"] = '=HYPERLINK("http://x","420202195001011233")'
    content = replaced(xlsx(book), "xl/worksheets/sheet1.xml", "<v></v>", "<v>420202195001011233</v>")

    cell = rows(content)[2][1][0]

    assert isinstance(cell, Formula)
    assert cell.startswith("=HYPERLINK")


def test_merged_cells_all_hold_the_content_of_the_first() -> None:
    book = Workbook()
    for line in (["1", "甲"], [None, "乙"], [None, "丙"], [None, "丁"]):
        book.active.append(line)
    book.active.merge_cells("A1:A3")

    assert [cells[0] if cells else None for _, cells in rows(xlsx(book))] == ["1", "1", "1", None]


def test_shared_texts_in_several_fonts_are_one_text_without_their_reading_aid() -> None:
    book = simple()
    texts = '<sst><si><r><t>王</t></r><r><rPr/><t>小明</t></r><rPh sb="0" eb="1"><t>wang</t></rPh></si></sst>'
    content = replaced(xlsx(book), "xl/worksheets/sheet1.xml", "</sheetData>", '<row r="3"><c r="A3" t="s"><v>0</v></c></row></sheetData>')
    content = _with_texts(content, texts)

    assert rows(content)[2] == (3, ["王小明"])


def _with_texts(content: bytes, texts: str) -> bytes:
    file = BytesIO()
    with ZipFile(BytesIO(content)) as before, ZipFile(file, "w", ZIP_DEFLATED) as after:
        for name in before.namelist():
            text = before.read(name)
            if name == "xl/_rels/workbook.xml.rels" and b"sharedStrings" not in text:
                text = text.replace(b"</Relationships>", b'<Relationship Id="rIdT" Type="t" Target="sharedStrings.xml"/></Relationships>')
            after.writestr(name, texts if name == "xl/sharedStrings.xml" else text)
        if "xl/sharedStrings.xml" not in before.namelist():
            after.writestr("xl/sharedStrings.xml", texts)
    return file.getvalue()


def test_rows_that_are_left_out_keep_the_numbers_of_those_that_follow() -> None:
    book = simple()
    book.active["A9"] = "末行"

    assert rows(xlsx(book))[-1] == (9, ["末行"])


@pytest.mark.parametrize("length", [1, 9, 100, 1 << 20])
@pytest.mark.parametrize("prefix", ["", "x:"])
@pytest.mark.parametrize("at_hand", [2, 100])
def test_shared_texts_are_found_by_their_position(length: int, prefix: str, at_hand: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also an empty one, and one that holds what looks like the end of a tag; wherever the file is cut."""
    monkeypatch.setattr("shared.sheets.shared_texts.AT_HAND", at_hand)
    table = (
        '<?xml version="1.0"?><sst count="8">\n<si><t>王>小</t></si><si/><si><t xml:space="preserve"> 甲 </t></si><si><t>A&amp;B</t></si>'
    )
    table += '<si><r><rPr/><t>王</t></r><r><t>小</t></r><rPh sb="0" eb="1"><t>w</t></rPh></si><si><t/></si><si><t></t></si><si/></sst>'
    content = re.sub(r"<(/?)(?=[a-zA-Z])", rf"<\1{prefix}", table).encode()

    texts = SharedTexts(content[at : at + length] for at in range(0, len(content), length))

    assert [texts[at] for at in range(8)] == ["王>小", "", " 甲 ", "A&B", "王小", "", "", ""]
    with pytest.raises(SheetUnreadable):
        texts[8]


@pytest.mark.parametrize(
    "table", ["<sst><si><t>甲</t></si>", "<sst><si><t>甲", '<!DOCTYPE x [<!ENTITY a "b">]><sst></sst>', "<sst><si>&b;</si></sst>"]
)
def test_a_table_of_shared_texts_that_is_none_is_refused(table: str) -> None:
    assert refused(_with_texts(xlsx(simple()), table)) == "file-broken"


def test_what_is_hidden_is_read_and_named() -> None:
    book = Workbook()
    for number in range(1, 9):
        book.active.append([number, "甲", "乙", "丙"])
    book.active.row_dimensions[3].hidden = book.active.row_dimensions[7].hidden = True
    book.active.column_dimensions.group("B", "C", hidden=True)
    book.active.merge_cells("A1:B1")

    sheet = open_book(xlsx(book)).sheets[0]

    assert sheet.hidden() == (frozenset({3, 7}), frozenset({1, 2}))
    assert len(list(sheet.rows())) == 8


@pytest.mark.parametrize("length", [1, 7, 64, 1 << 20])
def test_marks_are_found_wherever_the_file_is_cut(length: int) -> None:
    text = b'<x:cols><x:col min="2" max="2" hidden="1"/></x:cols><x:row r="5" hidden="true"><x:c/></x:row><x:row r="6" hidden="0">'
    text += b'<x:mergeCells><x:mergeCell ref="A1:C2"/></x:mergeCells>'

    marks = marks_of(text[at : at + length] for at in range(0, len(text), length))

    assert marks == ([Merged(1, 0, 2, 2)], Hidden(frozenset({5}), frozenset({1})))


def test_an_old_workbook_is_read_as_its_program_wrote_it() -> None:
    """By xlwt: titles over merged cells, dates, a formula, a hidden row, column and sheet."""
    sheet, words = open_book((WORKBOOKS / "roster.xls").read_bytes(), "名册.xls").sheets
    lines = {number: list(cells) for number, cells in sheet.rows()}

    assert lines[1] == ["黄石港区低保名册"] * 5
    assert lines[3] == ["王小明", "420202195001011233", "", date(1950, 1, 1), 61]
    assert isinstance(lines[4][2], Formula)
    assert sheet.hidden() == (frozenset({4}), frozenset({2}))
    assert (sheet.is_hidden, words.is_hidden) == (False, True)


@pytest.mark.parametrize("name", ["", "a.xlsx", "a.xls"])
def test_a_workbook_with_a_password_is_refused_for_that(name: str) -> None:
    """As Excel encrypts it (ECMA-376, agile)."""
    assert refused((WORKBOOKS / "protected.xlsx").read_bytes(), name) == "file-encrypted"


def test_a_workbook_counted_from_1904_says_so() -> None:
    book = simple()
    book.epoch = CALENDAR_MAC_1904
    book.active["A3"] = date(1950, 1, 1)

    found = open_book(xlsx(book))

    serial = next(cells[0] for number, cells in found.sheets[0].rows() if number == 3)
    assert isinstance(serial, int)
    assert day_of_serial(serial, found.days_later) == date(1950, 1, 1)


CELLS = st.one_of(
    st.sampled_from([None, "", "甲", " 甲 ", "A&B", "<v>1</v>", "=A1", "420202195001011233", True]), st.integers(), st.floats(0, 1)
)


@given(st.lists(st.lists(CELLS, max_size=9), min_size=1, max_size=40), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_row_read_in_one_go_holds_what_its_cells_hold(lines: list[list[Any]], is_inline: bool) -> None:
    book = Workbook(write_only=is_inline)
    sheet = book.create_sheet() if is_inline else book.active
    for line in lines:
        sheet.append(line)
    content = xlsx(book)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shared.sheets.xlsx._LETTERS", [])
        cell_by_cell = rows(content)

    in_one_go = rows(content)

    assert [(number, told(cells)) for number, cells in in_one_go] == [(number, told(cells)) for number, cells in cell_by_cell]


def told(cells: list[Any]) -> list[tuple[type, Any]]:
    """Kind and content, without the empty cells at the end of a row."""
    last = max((at for at, cell in enumerate(cells, start=1) if cell is not None), default=0)
    return [(type(cell), cell) for cell in cells[:last]]


def test_rows_are_recognised_by_the_form_of_the_first() -> None:
    row = '<row r="{0}"><c r="A{0}" t="s"><v>1</v></c><c r="B{0}" s="2"/><c r="C{0}"><v>5</v></c>'
    form = RowForm([row.format(number) for number in range(1, 9)], ["A", "B", "C"])

    assert form.find(f"{row.format(9)}</row>") == [("9", "1", "", "5")]
    assert form.find('<row r="9"><c r="A9" t="inlineStr"><is><t>x</t></is></c></row>') == []


def test_hidden_sheets_say_that_they_are() -> None:
    book = simple()
    book.create_sheet("字典").sheet_state = "hidden"

    assert [sheet.is_hidden for sheet in open_book(xlsx(book)).sheets] == [False, True]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_csv_in_the_encodings_of_chinese_machines(encoding: str, separator: str) -> None:
    text = f'姓名{separator}住址\r\n王小明{separator}"一行\n{separator}二行"\r\n\r\n=1+1{separator}丁\r\n'

    found = rows(text.encode(encoding), "名册.csv")

    assert [cells for _, cells in found] == [["姓名", "住址"], ["王小明", f"一行\n{separator}二行"], ["=1+1", "丁"]]
    assert isinstance(found[2][1][0], Formula)
    assert found[2][0] == 4


@pytest.mark.parametrize(
    ("content", "name", "rule"),
    [
        (b"", "a.xlsx", "file-empty"),
        (b"\x00\x01\x02\xff" * 50, "a.bin", "file-kind"),
        (b"\x00\x01\x02\xff" * 50, "a.xlsx", "file-kind"),
        ("姓名,身份证号".encode(), "a.xlsx", "file-kind"),
        (b"PK\x03\x04 broken", "a.xlsx", "file-broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls", "file-broken"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_by_its_rule(content: bytes, name: str, rule: str) -> None:
    assert refused(content, name) == rule


def test_a_workbook_under_another_ending_is_refused() -> None:
    assert refused(xlsx(simple()), "a.csv") == "file-kind"


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "x")

    assert refused(file.getvalue(), "a.xlsx") == "file-kind"


def test_a_workbook_that_unpacks_beyond_measure_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_UNPACKED == 2 << 30
    monkeypatch.setattr("shared.sheets.xlsx.MOST_UNPACKED", 100)

    assert refused(xlsx(simple()), "a.xlsx") == "file-too-large"


def test_a_sheet_that_declares_entities_is_refused() -> None:
    head = '<!DOCTYPE worksheet [<!ENTITY a "aaaa">]><worksheet'

    assert refused(replaced(xlsx(simple()), "xl/worksheets/sheet1.xml", "<worksheet", head)) == "file-broken"


def test_a_sheet_that_is_cut_short_is_refused() -> None:
    content = xlsx(simple())

    assert refused(content[: len(content) // 2], "a.xlsx") == "file-broken"
