"""How values look in a language: numbers, money, dates, and Chinese words on a page that is not Chinese."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from gettext import NullTranslations
from typing import Any

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent
from markupsafe import Markup, escape

from shared.money import FEN_PER_YUAN
from shared.sentences import BETWEEN_SENTENCES, BETWEEN_WORDS, CHINESE_ALONE, Sentence, Sentences
from shared.web.i18n import CHINESE, Language
from shared.web.read_back import Pattern, read_back

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
HAN_WORDS = re.compile(rf"({HAN.pattern}(?:[\d〔〕、\u3400-\u9fff]*{HAN.pattern})?)")
"""Chinese within a translation: a word to be typed, the number of a paper."""
WAN = 10_000
DAY_PATTERNS = {"zh-CN": "y年M月d日", "en": "d MMMM y"}
MONTH_PATTERNS = {"zh-CN": "y年M月", "en": "MMM y"}


@dataclass(frozen=True, slots=True)
class Words:
    """The formats of one language, bound to templates as filters. Formatting is remembered: a site repeats its days and numbers."""

    language: Language
    catalogue: NullTranslations
    patterns: tuple[Pattern, ...] = ()
    """Of the sentences with values that the catalogue knows; `told` reads kept texts by them."""

    def number(self, value: Decimal | int) -> str:
        """All digits, grouped: 17,000; 91.125."""
        return _number(self.language.locale, str(value))

    def percent(self, part: Decimal | int, whole: Decimal | int) -> str:
        """A share, to a tenth of a percent where it is not whole; — of nothing."""
        return format_percent(Decimal(part) / Decimal(whole), format="#,##0.#%", locale=self.language.locale) if whole else "—"

    def money(self, fen: int) -> str:
        """An amount in yuan in full; fen only where there are any."""
        return _money(self.language.locale, fen)

    def wan(self, fen: int) -> str:
        """The amount in 万元 as offices say it; empty below 10,000 yuan and in other languages."""
        amount = Decimal(fen) / FEN_PER_YUAN / WAN
        return f"{self.number(amount.normalize() + 0)} 万元" if self.language is CHINESE and abs(amount) >= 1 else ""

    def day(self, value: date) -> Markup:
        """A date in full, readable by machines too."""
        return _day(self.language, value)

    def month(self, value: date) -> str:
        return format_date(value, MONTH_PATTERNS[self.language.tag], locale=self.language.locale)

    def term(self, text: str) -> Markup:
        """A word of the trade that a table or data brings (status, group, band), or a sentence (`S_`): translated where the catalogue
        knows it, else as it is. A term of the law (`T_`) has its Chinese beside it."""
        if isinstance(text, Sentences):
            return escape(self.word(BETWEEN_SENTENCES)).join(self.term(part) for part in text.parts)
        if isinstance(text, Sentence):
            known = self.word(text.template)
            filled = {name: self._filled(value, is_chinese=name.endswith(CHINESE_ALONE)) for name, value in text.values.items()}
            return self.han(text) if known == text.template else self._marked(known).format(**filled)
        known = self.word(text)
        if known == text:
            return self.han(text)
        return self._marked(known) + Markup(" ") + self.han(text) if getattr(text, "is_official", False) else self._marked(known)

    def said(self, text: str) -> Markup:
        """Where a sentence of ours or somebody's own words may stand: the first is translated, the second never."""
        return self.term(text) if isinstance(text, Sentence | Sentences) else self.han(text)

    def both(self, text: str) -> Markup:
        """`term` of what stands in Chinese in somebody's file, as the heading of a column: with the Chinese beside it."""
        known = self.term(text)
        return known if self.word(text) == text else known + Markup(" ") + self.han(text)

    def told(self, text: str) -> Markup:
        """`term` of what the store has kept as text: a sentence with values is read back by the templates that the catalogue knows."""
        if self.language is CHINESE:
            return escape(text)
        return self.term(text if isinstance(text, Sentence | Sentences) else read_back(text, self.patterns, self._knows))

    def word(self, text: str) -> str:
        """`term` where there is room for letters alone, as in an option."""
        context = getattr(text, "context", "")
        if not text:
            return text
        if isinstance(text, Sentence | Sentences):
            return self.term(text).striptags()
        return self.catalogue.pgettext(context, text) if context else self.catalogue.gettext(text)

    def tongue(self, text: str) -> Markup:
        """The attribute of an element that holds `word`, where that stayed Chinese on a page that is not."""
        is_foreign = self.language is not CHINESE and HAN.search(self.word(text))
        return Markup(' lang="{}"').format(CHINESE.tag) if is_foreign else Markup()

    def han(self, text: str) -> Markup:
        """What a department wrote: never translated, and marked as Chinese on a page that is not (WCAG 3.1.2)."""
        if self.language is CHINESE or not HAN.search(text):
            return escape(text)
        return Markup('<span lang="{}">{}</span>').format(CHINESE.tag, text)

    def _marked(self, known: str) -> Markup:
        """A translation, with what it says in Chinese marked as that."""
        return Markup().join(map(self.han, HAN_WORDS.split(known)))

    def _knows(self, text: str) -> bool:
        return self.catalogue.gettext(text) != text

    def _filled(self, value: object, *, is_chinese: bool) -> Any:
        """A value of a sentence as this language says it."""
        if isinstance(value, tuple):
            return escape(self.word(BETWEEN_WORDS)).join(self._filled(each, is_chinese=is_chinese) for each in value)
        if not isinstance(value, str):
            return value
        return self.han(value) if is_chinese else self.term(value)


@lru_cache(maxsize=4096)
def _number(locale: str, digits: str) -> str:
    """By the digits: 91 and 91.00 are equal, and read differently."""
    return format_decimal(Decimal(digits), locale=locale, decimal_quantization=False)


@lru_cache(maxsize=4096)
def _money(locale: str, fen: int) -> str:
    pattern = "¤#,##0" if fen % FEN_PER_YUAN == 0 else "¤#,##0.00"
    return format_currency(Decimal(fen) / FEN_PER_YUAN, "CNY", format=pattern, locale=locale, currency_digits=False)


@lru_cache(maxsize=4096)
def _day(language: Language, value: date) -> Markup:
    text = format_date(value, DAY_PATTERNS[language.tag], locale=language.locale)
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), text)
