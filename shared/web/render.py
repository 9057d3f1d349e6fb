"""Draws a template in one language; a name a template does not know is a fault, never an empty string."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.web.i18n import HERE, LANGUAGES, Language, translations
from shared.web.read_back import patterns_of
from shared.web.words import Words

FILTERS = ("number", "money", "wan", "day", "month", "term", "said", "both", "told", "word", "tongue", "han")
TEXT_FILES = ("*.html", "*.xml", "*.po", "*.css", "*.svg")


@dataclass(frozen=True)
class Pages:
    """The templates of one service in every language. `folders` are looked into first to last, shared/web last of all."""

    folders: tuple[Path, ...]
    environments: Mapping[Language, Environment] = field(compare=False)
    design: str = field(compare=False)
    """A hash over templates, styles and catalogues: pages drawn with another design are drawn anew."""

    def draw(self, template: str, language: Language, **view: Any) -> str:
        """The finished text of a page."""
        return self.environments[language].get_template(template).render(**view)

    def compile(self) -> None:
        """Read every template now rather than at the first page."""
        for environment in self.environments.values():
            for name in environment.list_templates(extensions=["html"]):
                environment.get_template(name)

    def words(self, language: Language) -> Words:
        words: Words = cast("Words", self.environments[language].globals["words"])
        return words


@lru_cache(maxsize=16)
def pages_of(*folders: Path) -> Pages:
    """The templates of these folders, one environment per language, made once."""
    return Pages(folders, {language: _environment(language, folders) for language in LANGUAGES}, _design((*folders, HERE)))


def _environment(language: Language, folders: tuple[Path, ...]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([folder / "templates" for folder in (*folders, HERE)]),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    catalogue = translations(language, folders)
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]  # the i18n extension adds it
    words = Words(language, catalogue, patterns_of(getattr(catalogue, "messages", ())))
    environment.filters |= {name: getattr(words, name) for name in FILTERS}
    environment.globals |= {"words": words, "percent": words.percent, "language": language, "languages": LANGUAGES}
    return environment


def _design(folders: tuple[Path, ...]) -> str:
    digest = sha256()
    for folder in folders:
        for file in sorted(found for pattern in TEXT_FILES for found in folder.rglob(pattern)):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
