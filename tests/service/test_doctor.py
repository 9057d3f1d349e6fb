"""`qiao doctor` against set-ups that are really broken: each check finds its fault, says what to do, and fails."""

import asyncio
import json
import socket
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nats.js.api import StreamConfig
from sqlalchemy import insert
from typer.testing import CliRunner, Result

from services.casework.app import SERVICE
from shared.bus.provision import connected, provision
from shared.bus.sign_in import SignIn
from shared.cli.doctor import machine
from shared.cli.doctor.bus import bus
from shared.cli.doctor.finding import Finding, Findings
from shared.cli.main import app
from shared.cli.secret_files import key_file
from shared.ids import new_id
from shared.store.migrate import upgrade
from shared.work import Work
from tests.servers import NatsServer, free_port


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data of a casework service that is in order, on a machine without a bus."""
    monkeypatch.setenv("QIAO_DATA", str(tmp_path))
    monkeypatch.setenv("QIAO_NATS_URL", "")
    monkeypatch.setenv("QIAO_CASEWORK_PORT", str(free_port()))
    key_file(tmp_path, "casework")
    (tmp_path / "secrets").chmod(0o700)
    store = SERVICE.open_store(SERVICE.settings())
    upgrade(SERVICE, store)
    store.engine.dispose()
    return tmp_path


def doctor(*more: str) -> tuple[Result, list[Finding]]:
    result = CliRunner().invoke(app, ["doctor", "casework", "--json", "--min-free", "1", *more])
    return result, [Finding(**each) for each in json.loads(result.stdout)]


def faults(found: list[Finding] | Findings) -> list[tuple[str, str]]:
    told = list(found)
    assert all(each.zh and each.en and (each.level == "ok" or (each.todo_zh and each.todo_en)) for each in told)
    return [(each.check, each.about) for each in told if each.level == "fail"]


def fails_with(check: str, about: str) -> Finding:
    result, found = doctor()
    assert result.exit_code == 1
    assert (check, about) in faults(found)
    return next(each for each in found if (each.check, each.about, each.level) == (check, about, "fail"))


def test_set_up_in_order_has_no_fault(data: Path) -> None:
    result, found = doctor()

    assert faults(found) == []
    assert result.exit_code == 0
    assert {each.check for each in found} == {"versions", "disk", "ports", "secrets", "store", "migrations"}


def test_people_read_a_table_in_both_languages(data: Path) -> None:
    (data / "secrets" / "casework-key").chmod(0o644)

    told = CliRunner().invoke(app, ["doctor", "casework", "--min-free", "1"], env={"COLUMNS": "200"})

    assert told.exit_code == 1
    assert "其他账户可以读取" in told.stdout
    assert "other accounts can read" in told.stdout
    assert "chmod 600" in told.stdout


def test_secrets_that_others_can_read(data: Path) -> None:
    (data / "secrets").chmod(0o755)
    (data / "secrets" / "casework-key").chmod(0o640)

    assert fails_with("secrets", "secrets").todo_en.startswith("chmod 700")
    assert "chmod 600" in fails_with("secrets", "casework").todo_en


def test_key_that_is_named_and_not_there(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIAO_KEY_FILE", str(data / "lost"))

    assert "lost" in fails_with("secrets", "casework").en


def test_admin_token_that_is_too_short(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = data / "token"
    token.write_text("short")
    token.chmod(0o600)
    monkeypatch.setenv("QIAO_CASEWORK_ADMIN_TOKEN_FILE", str(token))

    assert "token" in fails_with("secrets", "casework").en


def test_port_that_somebody_else_holds(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        monkeypatch.setenv("QIAO_CASEWORK_PORT", str(other.getsockname()[1]))

        assert "taken" in fails_with("ports", "casework").en


def test_schema_of_another_version(data: Path) -> None:
    change(data, "UPDATE alembic_version SET version_num = '0000'")

    assert "qiao db upgrade casework" in fails_with("migrations", "casework").todo_en


def test_rows_that_point_at_nothing(data: Path) -> None:
    change(
        data, "CREATE TABLE one (id INTEGER PRIMARY KEY)", "CREATE TABLE two (one INTEGER REFERENCES one(id))", "INSERT INTO two VALUES (7)"
    )

    assert "two" in fails_with("store", "casework").en


def change(data: Path, *statements: str) -> None:
    connection = sqlite3.connect(data / "casework" / "casework.db")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_store_with_a_broken_page(data: Path) -> None:
    file = data / "casework" / "casework.db"
    change(data, "PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as pages:
        pages.seek(4096 * 3)
        pages.write(b"\xff" * 4096 * 20)

    assert fails_with("store", "casework").todo_en


def test_store_that_is_no_database(data: Path) -> None:
    for file in (data / "casework").glob("casework.db*"):
        file.unlink()
    (data / "casework" / "casework.db").write_text("no database at all, " * 500)

    assert "cannot be opened" in fails_with("store", "casework").en


def test_store_that_is_not_there_yet_is_no_fault(data: Path) -> None:
    for file in (data / "casework").glob("casework.db*"):
        file.unlink()

    result, found = doctor()

    assert result.exit_code == 0
    assert ("store", "warn") in [(each.check, each.level) for each in found]


def test_postgresql_that_does_not_answer(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIAO_CASEWORK_STORE_URL", f"postgresql+psycopg://casework@127.0.0.1:{free_port()}/casework")

    assert "cannot be opened" in fails_with("store", "casework").en


def test_clock_that_has_gone_back(data: Path) -> None:
    store = SERVICE.open_store(SERVICE.settings())

    def said_tomorrow(work: Work) -> None:
        row = {"event_id": new_id(), "aggregate_type": "case", "aggregate_id": "1", "type": "ev.casework.case.opened.v1", "data": "{}"}
        later = datetime.now(UTC) + timedelta(days=1)
        work.execute(insert(work.kernel.outbox), [{**row, "time": later, "businesstime": work.today, "attempts": 0}])

    store.run_now(said_tomorrow)
    store.engine.dispose()

    assert "gone back" in fails_with("clock", "casework").todo_en


def test_disk_that_is_nearly_full(data: Path) -> None:
    result, found = doctor("--min-free", str(10**12))

    assert result.exit_code == 1
    assert ("disk", str(data)) in faults(found)
    assert [each.level for each in machine.disk(data / "not" / "yet", least=1)] == ["ok"]


def test_bus_that_is_named_and_does_not_answer(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"nats://127.0.0.1:{free_port()}"
    monkeypatch.setenv("QIAO_NATS_URL", url)

    assert "cannot be reached" in fails_with("bus", url).en


def test_service_that_is_named_and_unknown_is_told_in_a_sentence() -> None:
    assert CliRunner().invoke(app, ["doctor", "nonsense"]).exit_code == 1


def test_python_that_is_too_old() -> None:
    assert faults(machine.python((3, 9, 2))) == [("versions", "python")]
    assert faults(machine.python()) == []


def test_packages_that_are_missing_or_too_old() -> None:
    assert faults(machine.packages(["rich>=999", "no-such-package>=1", "typer"])) == [("versions", "rich"), ("versions", "no-such-package")]
    assert "sqlmodel" in " ".join(machine.needed(["casework"]))


@pytest.mark.parametrize("version", ["v2.9.10", "v2.13.9", "nonsense"])
def test_nats_server_below_the_floor(tmp_path: Path, version: str) -> None:
    server = tmp_path / "nats-server"
    server.write_text(f"#!{sys.executable}\nprint('nats-server: {version}')\n")
    server.chmod(0o700)

    assert faults(machine.nats_server(server)) == [("versions", "nats-server")]
    assert faults(machine.nats_server(None)) == [("versions", "nats-server")]


def test_clocks_that_differ() -> None:
    now = datetime.now(UTC)

    assert faults(machine.clock("NATS", now, now + timedelta(seconds=3))) == [("clock", "NATS")]
    assert faults(machine.clock("NATS", now, now - timedelta(seconds=1))) == []


@pytest.fixture
def provisioned(nats_server: NatsServer) -> Callable[[], list[Finding]]:
    asyncio.run(provision(nats_server.url))
    return lambda: asyncio.run(bus(nats_server.url, SignIn("operator"), is_expected=True))


@pytest.mark.integration
def test_bus_that_differs_from_the_topology(nats_server: NatsServer, provisioned: Callable[[], list[Finding]]) -> None:
    found = provisioned()
    assert faults(found) == []
    assert {each.check for each in found} == {"bus", "topology", "clock"}

    async def spoil() -> None:
        async with connected(nats_server.url) as client:
            await client.jetstream().update_stream(StreamConfig(name="CASEWORK", subjects=["ev.elsewhere.>"]))

    asyncio.run(spoil())

    assert ("topology", "bus") in faults(provisioned())
