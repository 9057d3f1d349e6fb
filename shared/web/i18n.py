"""Languages: the message is the Chinese sentence; catalogues are compiled in memory when the first page is drawn.

Chinese is the plain path and needs no catalogue. Every other language has `locale/<language>/LC_MESSAGES/messages.po`
in shared/web and in each service that draws pages.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the pages. `tag` is BCP 47, `locale` is Babel's, `prefix` goes before every path, `name` is its own name for itself."""

    tag: str
    locale: str
    prefix: str
    name: str

    @property
    def is_source(self) -> bool:
        """The language of the messages themselves, and of what departments write."""
        return not self.prefix


CHINESE: Final = Language(tag="zh-CN", locale="zh_Hans_CN", prefix="", name="中文")
ENGLISH: Final = Language(tag="en", locale="en_GB", prefix="/en", name="English")
LANGUAGES: Final = (CHINESE, ENGLISH)


class Word(str):
    """A word that Python holds, with what a page must know to translate it. In files, records and comparisons it is the bare word."""

    context: str
    is_official: bool

    def __new__(cls, message: str, context: str = "", *, is_official: bool = False) -> "Word":
        word = super().__new__(cls, message)
        word.context, word.is_official = context, is_official
        return word


def L_(message: str) -> str:
    """Mark a sentence that Python holds and a page translates where it draws it."""
    return message


def C_(context: str, message: str) -> str:
    """The same of a word that means something else elsewhere: 女 is a daughter among relations, and female as a sex."""
    return Word(message, context)


def T_(message: str) -> str:
    """The same of a term of the law that no translation replaces: on a page in another language its Chinese stands beside it."""
    return Word(message, is_official=True)


def catalogue_files(language: Language, folders: Iterable[Path]) -> list[Path]:
    """The catalogues of a language: shared/web first, then each folder that has one."""
    found = [folder / "locale" / language.tag / "LC_MESSAGES" / "messages.po" for folder in (HERE, *folders)]
    return [file for file in found if file.is_file()]


def translations(language: Language, folders: Iterable[Path]) -> NullTranslations:
    """All catalogues of a language as one. Raises FileNotFoundError if a language other than the source has none."""
    if language.is_source:
        return NullTranslations()
    merged = Catalogue()
    files = catalogue_files(language, folders)
    if not files:
        raise FileNotFoundError(f"no catalogue for {language.tag}")
    for file in files:
        with file.open("rb") as source:
            read = read_po(source, locale=language.locale.split("_")[0])
        merged.merge(_compiled(read))
        merged.messages |= {message.id for message in read if isinstance(message.id, str)}
    return merged


class Catalogue(Translations):
    """The sentences of a language other than the source."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: set[str] = set()
        """Those that it translates."""


def _compiled(catalogue: Catalog) -> Translations:
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
