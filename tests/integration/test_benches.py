"""The measurements still run: a small round of each. Its figures mean nothing, and nobody looks at them here."""

import subprocess
import sys

import pytest

from tests.project.sources import ROOT

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

SMALL = {
    "bulk_writes": ("--quick",),
    "chain": ("--quick",),
    "console_pages": ("--quick",),
    "durable_units": ("--quick",),
    "reads": ("--quick",),
    "duplicates": ("--quick",),
    "relay_backlog": ("--rounds", "1", "--backlog", "60", "--times", "1"),
    "roster_import": ("--quick",),
    "screening": ("--quick",),
    "search": ("--quick",),
    "typed_consumption": ("--quick",),
}
LONG = {"the_case"}
"""The whole demo; tests/flow plays it."""


def test_every_measurement_is_tried() -> None:
    assert {path.stem for path in (ROOT / "tests" / "bench").glob("[a-z]*.py")} == {*SMALL, *LONG}


@pytest.mark.parametrize("name", SMALL)
def test_measurement_runs_and_tells_its_ratio(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"tests.bench.{name}", *SMALL[name]], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr[-3000:]
    assert "ratio" in done.stdout
