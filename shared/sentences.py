"""Sentences for people: Chinese where they are made, and with what a page in another language needs to say them again.

    raise Malformed(S_("不超过 {limit} 个字", limit=200))
    raise NotEligible(together(objections))

In records, files, events and answers a sentence is its Chinese text and nothing more. The filter `term` of a page (shared.web.words)
translates the template by the catalogue of the page's language, then fills in the values; what the store has kept as bare
text is read back by the filter `told`. `./run words` collects the templates.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeGuard


def S_(template: str, /, **values: object) -> str:
    """Mark a sentence that a page may show. `{name}` stands for the value of that name, without a format: what needs one comes
    formatted. Several words come as a list, which each language joins in its own way. What a name ending in `_zh` stands for is never
    translated: a name, or what has to be typed in Chinese. Without values braces are braces."""
    return Sentence(template, values) if values else template


def together(sentences: Iterable[str]) -> str:
    """Several sentences as one, as where all that stands in the way is told at once."""
    return Sentences(sentences)


BETWEEN_WORDS: Final = S_("、")
BETWEEN_SENTENCES: Final = S_("；")
CHINESE_ALONE: Final = "_zh"


class Sentence(str):
    """A text made of a template and its values. A value may be a word or a sentence itself, or several of them."""

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, values: Mapping[str, object]) -> "Sentence":
        kept = {name: tuple(value) if _is_several(value) else value for name, value in values.items()}
        sentence = super().__new__(cls, template.format(**{name: _in_chinese(value) for name, value in kept.items()}))
        sentence.template, sentence.values = template, kept
        return sentence

    def __reduce__(self) -> tuple[Any, ...]:
        """Kept or sent elsewhere it is its text."""
        return str, (str(self),)

    def __deepcopy__(self, memo: object) -> "Sentence":
        return self


class Sentences(str):
    """Several sentences as one."""

    __slots__ = ("parts",)

    parts: tuple[str, ...]

    def __new__(cls, parts: Iterable[str]) -> "Sentences":
        kept = tuple(parts)
        sentences = super().__new__(cls, BETWEEN_SENTENCES.join(kept))
        sentences.parts = kept
        return sentences

    def __reduce__(self) -> tuple[Any, ...]:
        return str, (str(self),)

    def __deepcopy__(self, memo: object) -> "Sentences":
        return self


def _is_several(value: object) -> TypeGuard[Iterable[object]]:
    return isinstance(value, Iterable) and not isinstance(value, str)


def _in_chinese(value: object) -> object:
    return BETWEEN_WORDS.join(map(str, value)) if isinstance(value, tuple) else value
