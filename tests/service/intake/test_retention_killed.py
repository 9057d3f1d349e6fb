"""Asking for all due erasures and carrying them out survive SIGKILL: nobody is asked for twice, and the disk is overwritten after all."""

import asyncio
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
from uuid import UUID

import pytest
from typer.testing import CliRunner

from services.intake import actions
from services.intake.app import SERVICE
from services.intake.cli import app
from shared.access import EVERYWHERE, SYSTEM, Actor
from shared.access.accounts import create_account
from shared.demo.figures import Figures
from shared.demo.population import populate
from shared.demo.workbook import workbook
from shared.personal import Keyring
from shared.service import Runtime
from shared.work import Work

ROWS = populate(Figures(0.1).census).allowance[:1_000]
AT_ONCE = "".join(
    f"""
[[rule]]
id = "retention_{scope}"
instrument = "测试"
article = "保存期限"
effective_from = 2016-01-01
kind = "hard"
confidence = "D"
text_zh = "不保存。"
source = "test"
[rule.params]
years = 0
"""
    for scope in ("contact", "sensitive", "all")
)
"""Rules by which everything is due on the day when its roster was decided on."""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with a thousand people and an officer, under those rules."""
    for name in ("QIAO_KEY_FILE", "QIAO_INTAKE_STORE_URL"):
        monkeypatch.delenv(name, raising=False)
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "retention.toml").write_text(AT_ONCE, encoding="utf-8")
    roster = tmp_path / "名册.xlsx"
    roster.write_bytes(workbook(ROWS, "名册"))
    monkeypatch.setenv("QIAO_DATA", str(tmp_path))
    assert CliRunner().invoke(app, ["import", str(roster)]).exit_code == 0
    monkeypatch.setenv("QIAO_INTAKE_RULES_DIR", str(rules))
    monkeypatch.setenv("QIAO_KEY_FILE", str(tmp_path / "secrets" / "intake-key"))
    store = SERVICE.open_store(SERVICE.settings())

    def open_account(work: Work) -> None:
        reach: dict[str, Any] = {"roles": ["officer"], "divisions": [EVERYWHERE], "known_roles": frozenset(SERVICE.roles)}
        create_account("chen", name="陈主任", password_hash="", **reach, work=work, actor=SYSTEM)

    store.run_now(open_account)
    store.engine.dispose()
    return tmp_path


def asked_for(data: Path, question: str = "SELECT count(*) FROM erasure") -> int:
    with closing(sqlite3.connect(f"file:{data / 'intake' / 'intake.db'}?mode=ro", uri=True)) as store:
        return int(store.execute(question).fetchone()[0])


def killed_when(moment: Callable[[], bool]) -> None:
    command = [sys.executable, "-m", "shared.cli", "intake", "retention", "--ask", "--by", "chen"]
    asking = subprocess.Popen(command, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    deadline = time.monotonic() + 60
    while asking.poll() is None and not moment() and time.monotonic() < deadline:
        time.sleep(0.001)
    assert asking.poll() is None, asking.communicate()
    os.killpg(asking.pid, signal.SIGKILL)
    asking.communicate()
    assert asking.returncode == -signal.SIGKILL, "it was done before it was killed"


@pytest.mark.timeout(120)
def test_what_a_killed_command_began_the_same_command_ends_and_a_killed_erasing_is_overwritten(data: Path) -> None:
    killed_when(lambda: asked_for(data) > 0)
    begun = asked_for(data)
    assert 0 < begun < len(ROWS)

    done = CliRunner().invoke(app, ["retention", "--ask", "--by", "chen", "--json"])
    assert done.exit_code == 0, done.output
    batch = json.loads(done.stdout)["batch"]

    assert (batch["asked"], batch["waiting"], batch["needed"]) == (len(ROWS), len(ROWS), 0)
    assert asked_for(data) == asked_for(data, "SELECT count(DISTINCT person_id) FROM erasure") == len(ROWS)
    assert asked_for(data, "SELECT count(*) FROM erasure_batch") == 1

    erased_by_halves(UUID(batch["id"]))
    blobs = [each for each in (data / "intake" / "files").glob("*/*") if each.is_file()]
    assert len(blobs) == 1, "the roster is forgotten, and its file lies there still"
    asyncio.run(worked_off(data))

    assert asked_for(data, "SELECT count(*) FROM person WHERE status = 'erased'") == len(ROWS)
    assert not blobs[0].exists()


def erased_by_halves(batch: UUID) -> None:
    """Confirmed by another, some carried out, and then the process was gone: what lies beside the store is untouched."""
    settings = SERVICE.settings()
    store, keyring = SERVICE.open_store(settings), Keyring.from_file(settings.key_file or Path())
    other = Actor("liu", "刘经办", frozenset({"officer"}), (EVERYWHERE,))
    today = store.clock.today()
    store.run_now(lambda work: actions.confirm_due_erasures(batch, work=work, today=today, actor=other), actor=other)
    store.run_now(lambda work: actions.confirming_chunk(batch, 0, work=work, keyring=keyring))
    store.engine.dispose()


async def worked_off(data: Path) -> None:
    """The service, started again, goes on by itself."""
    runtime = Runtime(SERVICE, SERVICE.settings().model_copy(update={"nats_url": "", "admin_token_file": None}))
    await runtime.start()
    deadline = time.monotonic() + 90
    done = 0
    while done == 0 and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
        done = asked_for(data, "SELECT count(*) FROM erasure_batch WHERE status = 'done'")
    await runtime.stop()
