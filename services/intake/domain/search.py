"""By what people are found: the words of a person that are indexed, and what a searcher may have meant.

Words never reach the store: it keeps keyed hashes of them (`store.search`). A word has a first letter for its kind, so that the
last four of a phone do not find an identity number: n two characters of a name, p pinyin, i initials, d last four of the identity
number, t a telephone number, e its last four, a a piece of an address.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from typing import Any, Final

from pypinyin import Style, pinyin

from shared.errors import Malformed
from shared.sentences import S_

LONGEST_QUERY: Final = 60
MOST_PARTS: Final = 4
READINGS_OF_A_SURNAME: Final = 4
READINGS_OF_A_CHARACTER: Final = 2
"""Of those in a given name; a surname often has a reading that is rare elsewhere (单 shàn)."""
READINGS_OF_A_NAME: Final = 8
LAST: Final = 4

_PIECE: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff〇]+|[0-9]+|[A-Za-z]+")
_IDENTITY: Final = re.compile(r"[0-9]{17}[0-9X]")
_LAST_FOUR: Final = re.compile(r"[0-9]{3}X")
_PHONE: Final = re.compile(r"[0-9]{7,12}")
_COMMON: Final = frozenset({"社区", "单元", "街道"})
"""Pieces that nearly every address has: they find nobody and would be the longest lists of the index."""


class NothingToSearch(Malformed):
    """The words are too few or too many to search by."""

    code = "nothing-to-search"


@dataclass(frozen=True, slots=True)
class Part:
    """One word of a query: any of the alternatives will do, of an alternative all words must be there."""

    alternatives: tuple[tuple[str, ...], ...] = ()
    identity: str = ""
    """A whole identity number."""
    number: str = ""
    """A household number or its beginning."""


def words_of(personal: Mapping[str, Any], *, place: str = "") -> set[str]:
    """What a person is indexed by. `place` is the name of the division, which begins most addresses and distinguishes nobody."""
    found = set(_of_name(str(personal.get("name", ""))))
    if number := str(personal.get("identity_number", "")):
        found.add("d" + number[-LAST:])
    if phone := re.sub(r"\D", "", str(personal.get("phone", ""))):
        found |= {"t" + phone, "e" + phone[-LAST:]}
    found.update(_of_address(str(personal.get("address", "")).removeprefix(place)))
    return found


def parts_of(query: str) -> list[Part]:
    """What a searcher may have meant by each word. Raises NothingToSearch."""
    words = query.strip().split()
    if not words:
        raise NothingToSearch(S_("请填写要查找的内容"), field="text")
    if len(query) > LONGEST_QUERY or len(words) > MOST_PARTS:
        raise NothingToSearch(S_("最多 {words} 个词、{letters} 个字符", words=MOST_PARTS, letters=LONGEST_QUERY), field="text")
    parts = [_part(word) for word in words]
    for word, part in zip(words, parts, strict=True):
        if part == Part():
            raise NothingToSearch(S_("“{word_zh}”太短，请至少填写两个字、完整拼音或四位数字", word_zh=word), field="text")
    return parts


def _part(word: str) -> Part:
    upper = word.upper()
    if _IDENTITY.fullmatch(upper):
        return Part(identity=upper)
    if _LAST_FOUR.fullmatch(upper):
        return Part((("d" + upper,),))
    pieces = _PIECE.findall(word)
    if len(pieces) == 1 and word.isascii() and word.isalpha():
        return Part((("p" + word.lower(),), ("i" + word.lower(),))) if len(word) > 1 else Part()
    digits = re.sub(r"\D", "", word)
    number = word if len(word) >= 6 and word.isascii() and word[0].isalnum() else ""
    if number and digits != word and not _PHONE.fullmatch(digits):
        return Part(number=number)
    if word.replace("-", "").isdigit():
        return _of_digits(digits, number)
    address = tuple(sorted(set(_of_address(word))))
    name = tuple("n" + pair for pair in _pairs(word)) if len(pieces) == 1 else ()
    return Part(tuple(each for each in (name, address) if each))


def _of_digits(digits: str, number: str) -> Part:
    if len(digits) == LAST:
        return Part((("d" + digits,), ("e" + digits,), ("a" + digits,)))
    if _PHONE.fullmatch(digits):
        return Part((("t" + digits,),), number=number)
    return Part((("a" + digits,),), number=number) if digits else Part()


def spoken_forms(name: str) -> list[tuple[str, ...]]:
    """How a name may be read aloud, a syllable for each of its characters; empty where none is Chinese."""
    readings = [found[:READINGS_OF_A_CHARACTER] if at else found for at, each in enumerate(name) if (found := _readings(each))]
    return list(islice(product(*readings), READINGS_OF_A_NAME if readings else 0))


def _of_name(name: str) -> Iterator[str]:
    yield from ("n" + pair for pair in _pairs(name))
    for spoken in spoken_forms(name):
        yield "p" + "".join(spoken)
        yield "i" + "".join(syllable[0] for syllable in spoken)
        if len(spoken) > 2:
            yield "p" + "".join(spoken[1:])


def _of_address(address: str) -> Iterator[str]:
    for piece in _PIECE.findall(address):
        if piece.isascii():
            yield "a" + piece.lower()
        else:
            yield from ("a" + pair for pair in _pairs(piece) if pair not in _COMMON)


def _pairs(text: str) -> Iterable[str]:
    return (text[start : start + 2] for start in range(len(text) - 1))


@lru_cache(maxsize=8192)
def _readings(character: str) -> tuple[str, ...]:
    """The commonest readings of a character, without tones; ü is v. Nothing for what is no Chinese character."""
    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    return tuple(found[0][:READINGS_OF_A_SURNAME]) if found else ()
