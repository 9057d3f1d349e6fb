"""Reads a sentence back that the store has kept as text: which template it was made of, and what its values were.

A record keeps what was said to people as the Chinese sentence. A page in another language finds the template among those that
its catalogue knows; a text that fits none of them is somebody's own words and stays as it is.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from string import Formatter
from typing import Final

from shared.sentences import BETWEEN_SENTENCES, BETWEEN_WORDS, CHINESE_ALONE, Sentence, together

LEAST_LITERAL: Final = 4
"""Letters of a template's own: one of little else than values would fit whatever people write."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A template as what its sentences look like. `literal` is its longest piece, looked for first because that is quick."""

    template: str
    literal: str
    form: re.Pattern[str]


def patterns_of(messages: Iterable[str]) -> tuple[Pattern, ...]:
    """Of every message that has values, the one that says most of its own first."""
    found = [pattern for message in messages if "{" in message and (pattern := _pattern(message)) is not None]
    return tuple(sorted(found, key=lambda each: (-len(re.sub(r"\{\w+\}", "", each.template)), each.template)))


def read_back(text: str, patterns: tuple[Pattern, ...], is_known: Callable[[str], bool]) -> str:
    """The sentence that the text is, with its values; the text itself where it is none."""
    if is_known(text):
        return text
    for pattern in patterns:
        if pattern.literal in text and (match := pattern.form.fullmatch(text)):
            return Sentence(pattern.template, {name: _value(name, value, patterns, is_known) for name, value in match.groupdict().items()})
    if BETWEEN_SENTENCES in text:
        return together(read_back(part, patterns, is_known) for part in text.split(BETWEEN_SENTENCES))
    return text


def _value(name: str, text: str, patterns: tuple[Pattern, ...], is_known: Callable[[str], bool]) -> object:
    """Of several words a tuple, if one of them at least is a word of ours."""
    if name.endswith(CHINESE_ALONE):
        return text
    words = tuple(text.split(BETWEEN_WORDS))
    if len(words) > 1 and not is_known(text) and any(map(is_known, words)):
        return words
    return read_back(text, patterns, is_known)


def _pattern(message: str) -> Pattern | None:
    try:
        pieces = list(Formatter().parse(message))
    except ValueError:  # braces of its own: a sentence without values
        return None
    literal = max((piece for piece, *_ in pieces), key=len)
    names = [name for _, name, *_ in pieces if name is not None]
    if sum(len(piece.strip()) for piece, *_ in pieces) < LEAST_LITERAL or not all(name.isidentifier() for name in names):
        return None
    seen: set[str] = set()
    form = ""
    for piece, name, *_ in pieces:
        form += re.escape(piece)
        if name is not None:
            form += f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"
            seen.add(name)
    return Pattern(message, literal, re.compile(form, re.DOTALL))
