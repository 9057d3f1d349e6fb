"""`./run words`: collect the sentences of the pages into the catalogues, and say which are not translated.

The message is the Chinese sentence itself, so only the other languages have catalogues.
"""

import ast
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from shared.web.words import HAN
from tests.project.marks import fields
from tests.project.sources import ROOT

PYTHON = [("**.py", "python")]
METHODS = [*PYTHON, ("templates/**.html", "jinja2"), ("templates/**.xml", "jinja2")]
JINJA = {"extensions": "jinja2.ext.i18n", "newstyle_gettext": "true", "silent": "false"}
OPTIONS = {pattern: JINJA for pattern, method in METHODS if method == "jinja2"}
KEYWORDS = {**DEFAULT_KEYWORDS, "L_": None, "S_": None, "T_": None, "C_": ((1, "c"), 2)}


def catalogues() -> list[Path]:
    """Every catalogue there is: `<folder>/locale/<language>/LC_MESSAGES/messages.po`, of the pages that lie in the folder."""
    return sorted([*ROOT.glob("shared/*/locale/*/*/messages.po"), *ROOT.glob("services/*/locale/*/*/messages.po")])


def in_step(path: Path) -> Catalog:
    """The catalogue as it should be: every sentence of today's pages, with the translations that it has."""
    language = path.parts[-3]
    catalogue = read_po(BytesIO(path.read_bytes()), locale=language)
    template = Catalog()
    for message, comments, context in _spoken(path.parents[3]):
        template.add(message, auto_comments=comments, context=context)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    return catalogue


def _spoken(folder: Path) -> Iterator[tuple[Any, list[str], str | None]]:
    """What a catalogue speaks for. That of the web kit, which every console has, speaks for all of shared that has none of its own."""
    for _, _, message, comments, context in extract_from_dir(folder, METHODS, OPTIONS, KEYWORDS):
        yield message, comments, context
    if folder == ROOT / "shared" / "web":
        rest = extract_from_dir(folder.parent, PYTHON, {}, KEYWORDS, directory_filter=lambda each: not (Path(each) / "locale").exists())
        for _, _, message, comments, context in rest:
            yield message, comments, context


def written(catalogue: Catalog) -> bytes:
    out = BytesIO()
    write_po(out, catalogue, width=120, no_location=True, sort_output=True, ignore_obsolete=True)
    return out.getvalue()


def untranslated(catalogue: Catalog) -> list[str]:
    return [str(message.id) for message in catalogue if message.id and (message.fuzzy or not _is_whole(message.string))]


def tables_of(service: str) -> list[Path]:
    """Where the words of a service's pages stand in Python: its labels, and the pages themselves."""
    return sorted(
        path for path in (ROOT / "services" / service).rglob("*.py") if path.name == "labels.py" or path.parent.name in ("labels", "pages")
    )


def unmarked(path: Path) -> list[tuple[int, str]]:
    """Line and word of each Chinese word in a table (a dict's value, an item of a list or a tuple) that no mark is on."""
    tables = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Dict | ast.List | ast.Tuple)]
    inside = [node for table in tables for node in (table.values if isinstance(table, ast.Dict) else table.elts)]
    words = [node for node in inside if isinstance(node, ast.Constant)]
    return [(node.lineno, node.value) for node in words if isinstance(node.value, str) and HAN.search(node.value)]


def misfilled(catalogue: Catalog) -> list[str]:
    """Sentences whose translation has other values than they have themselves."""
    return [
        message.id
        for message in catalogue
        if isinstance(message.id, str) and "python-brace-format" in message.flags and fields(message.id) != fields(str(message.string))
    ]


def _is_whole(string: str | tuple[str, ...] | list[str] | None) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def main() -> None:
    lacking = 0
    for path in catalogues():
        catalogue = in_step(path)
        path.write_bytes(written(catalogue))
        missing = untranslated(catalogue)
        lacking += len(missing)
        print(f"{path.relative_to(ROOT)}: {len(catalogue) - len(missing)} of {len(catalogue)} sentences")
        for sentence in missing:
            print(f"  not translated: {sentence}")
    sys.exit(1 if lacking else 0)


if __name__ == "__main__":
    main()
