"""The table of texts that the cells of an xlsx share. A plain one is taken as it stands, any other goes through Expat."""

import re
from array import array
from collections.abc import Iterable, Sequence
from typing import Final
from xml.parsers.expat import ParserCreate

from shared.sheets.book import broken

AT_HAND: Final = 200_000
"""Texts that are kept as such; of a longer table all are kept as one run of bytes, which needs a fifth of the memory."""
_PLAIN: Final = re.compile(r'\s*+<si><t(?: xml:space="preserve")?+>([^<&\r]*+)</t>').fullmatch
_BEGIN: Final = re.compile(r"<(\w+:)?sst\b[^>]*>")


class SharedTexts:
    """By position."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        """Raises SheetUnreadable, ExpatError, UnicodeDecodeError or ValueError."""
        self._texts: list[str] | None = []
        self._bytes = bytearray()
        self._ends = array("Q", [0])
        rest, begin = b"", None
        for block in blocks:
            cut = (rest + block).rfind(b">") + 1
            whole, rest = (rest + block)[:cut], (rest + block)[cut:]
            text = whole.decode()
            if begin is None and (begin := _BEGIN.search(text)):
                if "<!" in text[: begin.start()]:
                    raise broken()
                text = text[begin.end() :]
            if begin and begin[1]:
                text = text.replace(f"<{begin[1]}", "<").replace(f"</{begin[1]}", "</")
            *items, left = text.split("</si>")
            for item in items:
                if plain := _PLAIN(item):
                    self._add(plain[1])
                else:
                    self._add(*_by_expat(f"{item}</si>"))
            rest = left.encode() + rest
        left, end, _ = rest.decode().partition("</sst>")
        self._add(*_by_expat(left))
        if begin and not end and not begin[0].endswith("/>"):
            raise broken()

    def __getitem__(self, index: int) -> str:
        """Raises SheetUnreadable for a text that the table does not have."""
        try:
            if self._texts is not None:
                return self._texts[index]
            return self._bytes[self._ends[index] : self._ends[index + 1]].decode()
        except IndexError:
            raise broken() from None

    def column(self, indexes: Sequence[str]) -> list[str]:
        """The texts of a column whose cells are written as positions; "" for an empty cell. Raises SheetUnreadable."""
        if self._texts is None or "" in indexes:
            return [self[int(index)] if index else "" for index in indexes]
        try:
            return list(map(self._texts.__getitem__, map(int, indexes)))
        except IndexError:
            raise broken() from None

    def _add(self, *texts: str) -> None:
        if self._texts is None:
            for text in texts:
                self._bytes += text.encode()
                self._ends.append(len(self._bytes))
            return
        self._texts += texts
        if len(self._texts) > AT_HAND:
            texts, self._texts = tuple(self._texts), None
            self._add(*texts)


def _by_expat(items: str) -> list[str]:
    """The texts of some items, without their reading aids."""
    texts: list[str] = []
    said: list[str] = []
    depth = {"t": 0, "rPh": 0}

    def start(name: str, _: object) -> None:
        if name in depth:
            depth[name] += 1

    def end(name: str) -> None:
        if name in depth:
            depth[name] -= 1
        if name == "si":
            texts.append("".join(said))
            said.clear()

    def text(text: str) -> None:
        if depth["t"] and not depth["rPh"]:
            said.append(text)

    parser = ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.EntityDeclHandler = refuse_entities
    parser.Parse(f"<sst>{items}</sst>", True)
    return texts


def refuse_entities(*_: object) -> None:
    raise ValueError("a workbook declares no entities")
