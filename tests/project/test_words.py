"""Every sentence of the pages is translated, and the catalogues have no other (`./run words`)."""

from pathlib import Path

import pytest

from tests.project.sources import ROOT
from tests.project.words import catalogues, in_step, tables_of, unmarked, untranslated, written


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: str(path.relative_to(ROOT)))
def test_catalogue_is_in_step_and_whole(path: Path) -> None:
    catalogue = in_step(path)

    assert untranslated(catalogue) == []
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
