"""An import that is killed (SIGKILL) leaves nothing by halves: the same command goes on where it stopped, and nobody comes twice."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.intake.cli import app
from shared.demo.figures import Figures
from shared.demo.population import populate
from shared.demo.workbook import workbook

CHUNK = 500
ROWS = populate(Figures(0.2).census).allowance[:2_000]
Moment = Callable[[sqlite3.Connection], bool]


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("killed") / "名册.xlsx"
    path.write_bytes(workbook(ROWS, "名册"))
    return path


@pytest.fixture
def finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, roster: Path) -> Callable[[], Any]:
    """The command once more, undisturbed."""
    for name in ("QIAO_KEY_FILE", "QIAO_INTAKE_STORE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("QIAO_DATA", str(tmp_path))

    def finished() -> Any:
        done = CliRunner().invoke(app, ["import", str(roster), "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return finished


def started(data: Path, roster: Path) -> "subprocess.Popen[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QIAO_")}
    command = [sys.executable, "-m", "shared.cli", "intake", "import", str(roster), "--json"]
    return subprocess.Popen(
        command, env=kept | {"QIAO_DATA": str(data)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def number(store: sqlite3.Connection, question: str) -> int:
    return int(store.execute(question).fetchone()[0])


def people(store: sqlite3.Connection) -> int:
    return number(store, "SELECT count(*) FROM person")


def is_uploaded(store: sqlite3.Connection) -> bool:
    return number(store, "SELECT count(*) FROM roster") > 0


def is_being_read(store: sqlite3.Connection) -> bool:
    return number(store, "SELECT coalesce(max(new), 0) FROM roster") > 0


def is_being_accepted(store: sqlite3.Connection) -> bool:
    return people(store) > 0


def killed_when(moment: Moment, data: Path, roster: Path) -> None:
    """Looks at the store from outside, as soon as there is one, and kills the command in the moment."""
    command = started(data, roster)
    file = data / "intake" / "intake.db"
    deadline = time.monotonic() + 60
    while command.poll() is None and time.monotonic() < deadline:
        try:
            with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as store:
                while command.poll() is None and not moment(store):
                    time.sleep(0.001)
            break
        except sqlite3.OperationalError:  # no file yet, or no table
            time.sleep(0.005)
    os.killpg(command.pid, signal.SIGKILL)
    command.communicate()
    assert command.returncode == -signal.SIGKILL, "it was done before it was killed"


@pytest.mark.timeout(120)
@pytest.mark.parametrize("moment", [is_uploaded, is_being_read, is_being_accepted])
def test_the_same_command_ends_what_a_killed_one_began(moment: Moment, roster: Path, tmp_path: Path, finished: Callable[[], Any]) -> None:
    killed_when(moment, tmp_path, roster)
    with closing(sqlite3.connect(tmp_path / "intake" / "intake.db")) as store:
        before = people(store)
        assert before % CHUNK == 0
        assert before < len(ROWS)
        assert number(store, "SELECT count(*) FROM person_secret") == before
        assert number(store, "SELECT count(*) FROM person WHERE household_id NOT IN (SELECT id FROM household)") == 0
        assert number(store, "SELECT count(*) FROM roster WHERE status = 'accepted'") == 0

    told, again = finished(), finished()

    assert (told["rows"], told["accepted"], told["new"], told["is_whole"]) == (len(ROWS), len(ROWS), len(ROWS), True)
    assert (again["new"], again["updated"], again["unchanged"]) == (0, 0, len(ROWS))
    with closing(sqlite3.connect(tmp_path / "intake" / "intake.db")) as store:
        assert people(store) == len(ROWS)
        assert number(store, "SELECT count(*) FROM roster") == 2
        assert number(store, "SELECT count(DISTINCT identity_key) FROM person") == len(ROWS)
