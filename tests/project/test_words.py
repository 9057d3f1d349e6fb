"""Every sentence of the pages is translated, and the catalogues have no other (`./run words`)."""

from pathlib import Path

import pytest

from tests.project.marks import refused_unsaid, unfilled, unsaid
from tests.project.sources import ROOT, modules
from tests.project.words import catalogues, in_step, misfilled, tables_of, unmarked, untranslated, written

SPOKEN = (
    *(f"services/intake/{room}" for room in ("actions", "api", "domain", "pages", "plugins", "store")),
    *("shared/access", "shared/files.py", "shared/http", "shared/sheets", "shared/web", "shared/work.py"),
)
"""All Chinese here may come before people."""
ALL: frozenset[str] = frozenset()
OF_DATA: dict[str, frozenset[str]] = {
    "shared/http/paging.py": ALL,  # what the API says of its parameters
    "shared/web/i18n.py": ALL,  # a language in its own words
    "shared/web/patterns.py": ALL,  # places and rules, as departments write them
    "shared/web/table_file.py": ALL,  # files are Chinese
    "shared/web/words.py": ALL,  # how Chinese writes dates and money
    "services/intake/actions/export.py": ALL,  # files are Chinese
    "services/intake/actions/roster_marked.py": ALL,
    "services/intake/actions/roster_plan.py": frozenset({"名册-"}),  # the beginning of a household's number
    "services/intake/api/programmes.py": ALL,  # what the API says of its parameters
    "services/intake/api/rosters.py": ALL,
    "services/intake/domain/columns.py": ALL,  # what people write in files
    "services/intake/domain/dates.py": ALL,
    "services/intake/domain/words.py": ALL,
    "services/intake/domain/roster_reading.py": frozenset({"周岁", "岁"}),
    "services/intake/domain/correction.py": frozenset({"无"}),  # what is typed
    "services/intake/domain/naming.py": frozenset({"个人信息保护法第四十七条"}),
    "services/intake/domain/roster_more.py": frozenset({"长期", "永久", "长期有效", "永久有效"}),
    "services/intake/domain/search.py": frozenset({"社区", "单元", "街道"}),
    "services/intake/domain/registry_query.py": ALL,  # answers to other departments' systems
    "services/intake/pages/corrections.py": frozenset({"无"}),  # what is typed
}
REFUSING = ("services/intake", "shared")
"""What is refused here may be told on a page."""
TO_SYSTEMS = ("services/intake/cli/", "services/intake/dci/", "services/intake/domain/registry_query.py")
"""What is refused here is told at a command line, or to another department's system."""


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: str(path.relative_to(ROOT)))
def test_catalogue_is_in_step_and_whole(path: Path) -> None:
    catalogue = in_step(path)

    assert untranslated(catalogue) == []
    assert misfilled(catalogue) == []
    assert path.read_bytes() == written(catalogue), "run ./run words"


@pytest.mark.parametrize("service", sorted(path.parent.name for path in ROOT.glob("services/*/templates")))
def test_words_that_pages_show_are_marked(service: str) -> None:
    """A table of labels is collected only where each word is marked, else it stays Chinese on English pages."""
    found = [f"{path.relative_to(ROOT)}:{at}: {word}" for path in tables_of(service) for at, word in unmarked(path)]

    assert found == [], "mark it with L_, or C_ and T_, of shared.web.i18n"


def test_unmarked_words_are_found(tmp_path: Path) -> None:
    table = tmp_path / "labels.py"
    table.write_text('"""说明"""\nA = {"a": "甲", "b": L_("乙")}\nB = [("c", "丙"), C_("话", "丁")]\nraise Malformed("戊")\n')

    assert unmarked(table) == [(2, "甲"), (3, "丙")]


@pytest.mark.parametrize("place", SPOKEN)
def test_sentences_that_pages_show_are_marked(place: str) -> None:
    spoken = [Path(place)] if place.endswith(".py") else modules(place)
    found = [f"{path}:{at}: {text}" for path in spoken for at, text in unsaid(ROOT / path) if not _is_data(path, text)]

    assert found == [], "mark it with S_ of shared.sentences, its values by name; or say in OF_DATA what it is instead"


@pytest.mark.parametrize("place", REFUSING)
def test_what_is_refused_is_marked(place: str) -> None:
    refusing = [path for path in modules(place) if not str(path).startswith(TO_SYSTEMS)]
    found = [f"{path}:{at}: {text}" for path in refusing for at, text in refused_unsaid(ROOT / path)]

    assert found == [], "mark it with S_ of shared.sentences, its values by name"


def test_sentences_are_given_the_values_that_they_name() -> None:
    assert [f"{path}:{at}: {text}" for path in modules("shared", "services") for at, text in unfilled(ROOT / path)] == []


def test_unmarked_sentences_are_found(tmp_path: Path) -> None:
    module = tmp_path / "domain.py"
    module.write_text(
        '"""说明"""\nA = S_("甲 {n}", n="乙")\nB = S_(f"丙 {n}", n=1)\nfor x in y:\n    raise Malformed(f"丁 {x}")\nC = S_("{a:,}", a=1)\n'
    )

    assert unsaid(module) == [(2, "'乙'"), (3, "f'丙 {n}'"), (5, "f'丁 {x}'")]
    assert refused_unsaid(module) == [(5, "f'丁 {x}'")]
    assert [at for at, _ in unfilled(module)] == [3, 6]


def _is_data(path: Path, text: str) -> bool:
    known = OF_DATA.get(str(path))
    return known is not None and (known is ALL or text.strip("'") in known)
