"""docs/tutorial.md, done as it says: its commands are started, its Python is typed, on other ports."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from httpx import Client

from tests.project.sources import ROOT, text_of
from tests.servers import free_port_base

READY = "Ctrl-C stops everything"
WITHIN_SECONDS = 90.0
BLOCKS = re.findall(r"^```(bash|python)\n(.*?)^```", text_of(Path("docs/tutorial.md")), re.MULTILINE | re.DOTALL)


class Terminal:
    """The first terminal: one `./run up` at a time, ended by Ctrl-C."""

    def __init__(self, folder: Path, port_base: int) -> None:
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "QIAO_DATA": str(folder / "data")}
        self.output = folder / "terminal"
        self.port_base = port_base
        self._process: subprocess.Popen[bytes] | None = None

    def type(self, line: str) -> None:
        self.press_ctrl_c()
        settings, _, command = line.partition("./run ")
        told = dict(setting.split("=", 1) for setting in settings.split())
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "shared.cli", *command.split(), "--port-base", str(self.port_base)],
                cwd=ROOT,
                env=self.environment | told,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + WITHIN_SECONDS
        while READY not in " ".join(self.output.read_text().split()):
            assert self._process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.1)

    def press_ctrl_c(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            assert self._process.wait(WITHIN_SECONDS) == 0, self.output.read_text()
            self._process = None


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    first = Terminal(tmp_path, free_port_base())
    yield first
    with suppress(AssertionError):
        first.press_ctrl_c()


@pytest.fixture
def reader() -> Iterator[dict[str, Any]]:
    """The second terminal: the names that have been typed there."""
    names: dict[str, Any] = {}
    yield names
    for value in names.values():
        if isinstance(value, Client):
            value.close()


@pytest.mark.flow
@pytest.mark.timeout(400)
def test_tutorial_works_as_it_is_written(
    terminal: Terminal, reader: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QIAO_DATA", terminal.environment["QIAO_DATA"])
    names = reader
    here = f"127.0.0.1:{terminal.port_base // 100}"

    for language, block in BLOCKS:
        if language == "python":
            exec(block.replace("127.0.0.1:81", here), names)  # noqa: S102  it is our own page
        elif "./run" in block:
            terminal.type(block)

    said = capsys.readouterr().out
    assert re.findall(r"^([45]\d\d) ", said, re.MULTILINE) == ["403"], "the clerk may not accept what the clerk handed in"
    assert "'kept': 1" in said
    deadline = time.monotonic() + WITHIN_SECONDS
    while names["events"](names["procurement"], "procurement")["consumed"] < 2:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert names["events"](names["intake"], "intake")["kept"] == 0
