"""xlsx, row by row, so that a million rows need no more memory than ten.

A row in the form of the sheet's first rows is read by one pattern (`row_form`), one of another plain form cell by cell; any other (a
formula, text in several fonts, an escaped character) goes through Expat. Cells whose form nobody knows are thus never misread, and
the others cost little.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from io import BytesIO
from string import ascii_uppercase
from typing import Final, cast
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError

from shared.sentences import S_
from shared.sheets.book import (
    MACINTOSH_LATER,
    Block,
    Book,
    Cell,
    Formula,
    Hidden,
    NumberedRow,
    Sheet,
    SheetUnreadable,
    blocks_of,
    broken,
    fill_merged,
    protected,
    rows_of,
)
from shared.sheets.row_form import LOOKED_AT, RowForm
from shared.sheets.shared_texts import SharedTexts, refuse_entities
from shared.sheets.sheet_marks import Marks, column_of, marks_of

MOST_UNPACKED: Final = 2 << 30
"""Of one sheet; a million rows of a roster have 600 MB."""
MOST_TEXTS: Final = 512 << 20
"""Of the table of shared texts, unpacked."""
MOST_PARTS: Final = 10_000
BLOCK: Final = 1 << 18
"""Bytes whose rows are read together."""
FEW: Final = 8
"""Rows that are read one by one where there is one of another form among them."""
MOST_KEPT: Final = 16 << 20
"""Of a sheet that stays unpacked; some 27,000 rows of a roster."""
LONGEST_ROW: Final = 16 << 20
SMALL_PART: Final = 1 << 20

_ROW_END: Final = "</row>"
_NUMBER = re.compile(r' r="(\d+)"')
_EMPTY_ROW = re.compile(r'<row\b[^>]*? r="(\d+)"[^>]*?/>')
"""An empty row between others is simply a number left out."""
_CELL = re.compile(
    r'<c r="([A-Z]{1,3})\d+"(?: s="\d+")?(?: t="(n|s|str|inlineStr)")?(?: ?/>|>'
    r'(?:<v>([^<&]*)</v>|<is><t(?: xml:space="preserve")?>([^<&]*)</t></is>|)</c>)'
)
_PREFIX = re.compile(r"<(\w+):(?:worksheet|sst)\b")
_BROKEN: Final = (BadZipFile, ZlibError, EOFError, ExpatError, UnicodeDecodeError, KeyError, ValueError, NotImplementedError)


def xlsx_book(content: bytes) -> Book:
    """Raises SheetUnreadable, here or while the rows are read."""
    try:
        archive = ZipFile(BytesIO(content))
        if len(archive.infolist()) > MOST_PARTS:
            raise _choking()
        if any(entry.flag_bits & 1 for entry in archive.infolist()):
            raise protected()
        outline = _Outline(archive)
        texts = _shared_texts(archive, outline.texts)
        readings = [(name, is_hidden, _reading(archive, part, texts)) for name, is_hidden, part in outline.sheets]
        sheets = [Sheet(name, is_hidden, reading.rows, reading.hidden, reading.blocks) for name, is_hidden, reading in readings]
    except _BROKEN as error:
        raise broken() from error
    return Book(sheets, MACINTOSH_LATER if outline.is_from_1904 else 0)


def _reading(archive: ZipFile, part: str, texts: SharedTexts) -> "_Reading":
    if archive.getinfo(part).file_size > MOST_UNPACKED:
        raise _choking()
    return _Reading(archive, part, texts)


def _shared_texts(archive: ZipFile, part: str) -> SharedTexts:
    if not part:
        return SharedTexts(())
    if archive.getinfo(part).file_size > MOST_TEXTS:
        raise _choking()
    with archive.open(part) as file:
        return SharedTexts(iter(partial(file.read, BLOCK), b""))


def _choking() -> SheetUnreadable:
    return SheetUnreadable(S_("文件解开后过大，不予接收"), field="file", rule="file-too-large")


class _Outline:
    """Which sheets there are, in which parts of the archive."""

    def __init__(self, archive: ZipFile) -> None:
        self._relations: dict[str, str] = {}
        self._listed: list[tuple[str, bool, str]] = []
        self.is_from_1904 = False
        self.texts = ""
        names = set(archive.namelist())
        if "xl/workbook.xml" not in names:
            raise SheetUnreadable(S_("文件是压缩包，不是 Excel 工作簿（xlsx）"), field="file", rule="file-kind")
        _parse(_small(archive, "xl/_rels/workbook.xml.rels"), self._relation)
        _parse(_small(archive, "xl/workbook.xml"), self._element)
        self.texts = next((part for part in self._relations.values() if part.endswith("sharedStrings.xml") and part in names), "")
        parts = [(name, is_hidden, self._relations.get(relation, "")) for name, is_hidden, relation in self._listed]
        self.sheets = [each for each in parts if each[2] in names and "worksheet" in each[2]]

    def _relation(self, name: str, attributes: dict[str, str]) -> None:
        if name.endswith("Relationship"):
            target = attributes.get("Target", "")
            self._relations[attributes.get("Id", "")] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if kind == "sheet":
            relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            self._listed.append((attributes.get("name", ""), attributes.get("state", "visible") != "visible", relation))
        elif kind == "workbookPr":
            self.is_from_1904 = attributes.get("date1904") in ("1", "true")


def _small(archive: ZipFile, part: str) -> bytes:
    if archive.getinfo(part).file_size > SMALL_PART:
        raise _choking()
    return archive.read(part)


def _parse(xml: bytes, started: Callable[[str, dict[str, str]], None]) -> None:
    parser = ParserCreate()
    parser.StartElementHandler = started
    parser.EntityDeclHandler = refuse_entities
    parser.Parse(xml, True)


class _Reading:
    """The rows of one sheet, from the beginning each time they are asked for."""

    def __init__(self, archive: ZipFile, part: str, texts: SharedTexts) -> None:
        self._archive = archive
        self._part = part
        self._texts = texts

    def rows(self) -> Iterator[NumberedRow]:
        rows = (row for block in self._blocks() for row in rows_of(block))
        return fill_merged(rows, self._marks.merged) if self._marks.merged else rows

    def blocks(self) -> Iterator[Block]:
        return blocks_of(self.rows()) if self._marks.merged else self._blocks()

    def hidden(self) -> Hidden:
        return self._marks.hidden

    @cached_property
    def _marks(self) -> Marks:
        try:
            return marks_of((self._kept,) if self._is_kept else self._unpacked())
        except _BROKEN as error:
            raise broken() from error

    @property
    def _is_kept(self) -> bool:
        """The sheet is read several times: a small one is unpacked once."""
        return self._archive.getinfo(self._part).file_size <= MOST_KEPT

    @cached_property
    def _kept(self) -> bytes:
        return self._archive.read(self._part)

    def _unpacked(self) -> Iterator[bytes]:
        if self._is_kept:
            yield from (self._kept[at : at + BLOCK] for at in range(0, len(self._kept), BLOCK))
            return
        with self._archive.open(self._part) as file:
            yield from iter(partial(file.read, BLOCK), b"")

    def _written(self) -> Iterator[str]:
        """The text of the sheet without prefixes of its own."""
        rest, prefix = b"", ""
        is_first = True
        for block in self._unpacked():
            whole, rest = _cut(rest + block)
            text = whole.decode()
            if is_first:
                is_first = False
                if "<!DOCTYPE" in text or (text[:200].find("encoding=") > 0 and "utf-8" not in text[:200].lower()):
                    raise broken()
                found = _PREFIX.search(text)
                prefix = f"{found[1]}:" if found else ""
            yield _without(prefix, text)
        yield _without(prefix, rest.decode())

    def _blocks(self) -> Iterator[Block]:
        try:
            yield from self._read()
        except _BROKEN as error:
            raise broken() from error

    def _read(self) -> Iterator[Block]:
        rest, last = "", 0
        form: RowForm | None = None
        for text in self._written():
            rest += text
            if _ROW_END in rest:
                whole = rest.rfind(_ROW_END) + len(_ROW_END)
                form = form or RowForm(rest[:whole].split(_ROW_END, LOOKED_AT)[:LOOKED_AT], _LETTERS)
                for block in self._blocks_of(rest, 0, whole, form, last):
                    last = block.numbers[-1]
                    yield block
                rest = rest[whole:]
            if len(rest) > LONGEST_ROW and "</sheetData>" not in rest:
                raise _choking()
        yield from blocks_of(NumberedRow(int(number), ()) for number in _EMPTY_ROW.findall(rest))

    def _blocks_of(self, text: str, begin: int, end: int, form: RowForm, last: int) -> Iterator[Block]:
        """The rows in a part of a text. Those of another form are told by the count, and looked for by halves."""
        many = text.count(_ROW_END, begin, end)
        found = form.find(text, begin, end)
        if found and len(found) == many and text.find("&", begin, end) < 0:
            yield self._block(found, form)
        elif many <= FEW:
            yield from blocks_of(self._one_by_one(text[begin:end], last))
        else:
            middle = (begin + end) // 2
            middle = max(text.rfind(_ROW_END, begin, middle), text.find(_ROW_END, begin)) + len(_ROW_END)
            for half in ((begin, middle), (middle, end)):
                for block in self._blocks_of(text, *half, form, last):
                    last = block.numbers[-1]
                    yield block

    def _block(self, found: Sequence[Sequence[str]], form: RowForm) -> Block:
        """Rows that are all in the form of the sheet."""
        numbers, *columns = cast("list[Sequence[Cell]]", list(zip(*found, strict=True)))
        for at in form.at("s"):
            columns[at] = self._texts.column(cast("Sequence[str]", columns[at]))
        for at in form.at("n", ""):
            columns[at] = [_number(cast("str", value)) if value else "" for value in columns[at]]
        return Block(list(map(int, cast("Sequence[str]", numbers))), columns)

    def _one_by_one(self, piece: str, last: int) -> Iterator[NumberedRow]:
        """Rows of another form; one without a number follows the one before."""
        for row in piece.split(_ROW_END)[:-1]:
            begin = row.rfind("<row")
            opening, _, body = row[begin:].partition(">")
            number = _NUMBER.search(opening)
            last = int(number[1]) if number else last + 1
            yield NumberedRow(last, self._cells(body))

    def _cells(self, body: str) -> Sequence[Cell]:
        found = _CELL.findall(body)
        if len(found) != body.count("<c ") + body.count("<c>"):
            return _by_expat(body, self._texts)
        cells: list[Cell] = []
        for letters, kind, value, inline in found:
            column = _COLUMNS[letters] if letters in _COLUMNS else column_of(letters)
            if column != len(cells):
                cells += [None] * (column - len(cells))
            if inline or not value:
                cells.append(inline or None)
            elif kind == "s":
                cells.append(self._texts[int(value)])
            else:
                cells.append(value if kind == "str" else _number(value))
        return cells


def _cut(block: bytes) -> tuple[bytes, bytes]:
    """At the end of the last element, so that no character and no tag is torn."""
    at = block.rfind(b">") + 1
    return block[:at], block[at:]


def _without(prefix: str, text: str) -> str:
    return text.replace(f"<{prefix}", "<").replace(f"</{prefix}", "</") if prefix else text


def _number(value: str) -> Cell:
    """An integer stays one: a telephone number is no fraction."""
    return int(value) if value.isdigit() and len(value) <= 15 else float(value)


_LETTERS: Final = [*ascii_uppercase, *(f"A{each}" for each in ascii_uppercase)]
_COLUMNS: Final = {letters: column_of(letters) for letters in _LETTERS}


def _by_expat(body: str, texts: SharedTexts) -> Sequence[Cell]:
    row = _Row(texts)
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = row.start, row.end, row.text
    try:
        parser.Parse(f"<row>{body}</row>", True)
    except (ExpatError, ValueError) as error:
        raise broken() from error
    return row.cells


class _Row:
    """One row, element by element."""

    def __init__(self, texts: SharedTexts) -> None:
        self.cells: list[Cell] = []
        self._texts = texts
        self._within = ""
        self._kind = ""
        self._said: dict[str, str] = {}
        self._is_reading = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._within = name
        if name == "c":
            letters = attributes.get("r", "").rstrip("0123456789")
            column = column_of(letters) if letters else len(self.cells)
            self.cells += [None] * (column - len(self.cells))
            self._kind, self._said = attributes.get("t", "n"), {}
        elif name == "rPh":
            self._is_reading = True
        elif name == "f":
            self._said["f"] = ""

    def text(self, text: str) -> None:
        if not self._is_reading:
            self._said[self._within] = self._said.get(self._within, "") + text

    def end(self, name: str) -> None:
        self._within = ""
        if name == "rPh":
            self._is_reading = False
        elif name == "c":
            self.cells.append(self._cell())

    def _cell(self) -> Cell:
        said = self._said
        if "f" in said:
            return Formula(f"={said['f']}")
        if self._kind == "inlineStr":
            return said.get("t") or None
        value = said.get("v", "")
        if not value or self._kind == "e":
            return value or None
        if self._kind == "s":
            return self._texts[int(value)]
        if self._kind == "b":
            return value == "1"
        return _number(value) if self._kind == "n" else value
