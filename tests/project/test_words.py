"""Every sentence of the pages is translated, and the catalogues have no other (`./run words`)."""

from pathlib import Path

import pytest

from tests.project.sources import ROOT
from tests.project.words import catalogues, in_step, untranslated, written


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: str(path.relative_to(ROOT)))
def test_catalogue_is_in_step_and_whole(path: Path) -> None:
    catalogue = in_step(path)

    assert untranslated(catalogue) == []
    assert path.read_bytes() == written(catalogue), "run ./run words"
