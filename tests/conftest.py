"""Fixtures that every layer shares. Real servers are in tests/servers.py."""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import hypothesis
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert, select

from shared.clock import ACTED_ON
from shared.errors import Forbidden, NotFound
from shared.events.event import Event, Request, event_types
from shared.http.call import KEY_HEADER
from shared.ids import new_id
from shared.personal import Keyring
from shared.service import Runtime, Service, build_app
from shared.settings import ServiceSettings
from shared.store.migrate import upgrade
from shared.work import Reader, Work

pytest_plugins = ["tests.servers"]

E = TypeVar("E", bound=Event)

hypothesis.settings.register_profile("qiao", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("qiao")  # what is true does not depend on how busy the machine is

HUANGSHI = "420200000000"


@pytest.fixture(scope="session", autouse=True)
def no_settings_from_outside() -> None:
    """Tests decide every setting themselves."""
    for name in [name for name in os.environ if name.startswith("QIAO_") and not name.startswith(("QIAO_TEST", "QIAO_REQUIRE"))]:
        del os.environ[name]


class Desk:
    """A signed-in actor of one service: what this person posts and reads, on a date."""

    def __init__(self, office: "Office", headers: dict[str, str]) -> None:
        self._office = office
        self._headers = headers

    def post(
        self, path: str, json: Any = None, *, on: date | str | None = None, key: str | None = None, expect: int | None = None, **more: Any
    ) -> Any:
        """POST a command; returns the answer as JSON. Asserts success, or the status that is expected."""
        response = self.answer(path, json, on=on, key=key, **more)
        if expect is None:
            assert response.is_success, f"{path}: {response.status_code} {response.text}"
        else:
            assert response.status_code == expect, f"{path}: {response.status_code} {response.text}"
        return response.json()

    def answer(self, path: str, json: Any = None, *, on: date | str | None = None, key: str | None = None, **more: Any) -> Any:
        """POST a command; returns the whole answer, whatever it is."""
        headers = {**self._headers, KEY_HEADER: key or str(uuid4())}
        if on is not None:
            headers[ACTED_ON] = str(on)
        return self._office.http.post(path, json=json, headers=headers, **more)

    def get(self, path: str, *, on: date | str | None = None, expect: int = 200, **query: Any) -> Any:
        headers = {**self._headers} | ({ACTED_ON: str(on)} if on is not None else {})
        response = self._office.http.get(path, params=query, headers=headers)
        assert response.status_code == expect, f"{path}: {response.status_code} {response.text}"
        return response.json()

    def upload(self, content: bytes, name: str = "document.pdf") -> str:
        """Upload a file; returns its id."""
        response = self._office.http.post(
            "/api/v1/files", files={"file": (name, content)}, headers={**self._headers, KEY_HEADER: str(uuid4())}
        )
        assert response.is_success, response.text
        return str(response.json()["id"])


class Office:
    """One service on a fresh SQLite file, in rehearsal mode, without a bus."""

    def __init__(self, http: TestClient, runtime: Runtime) -> None:
        self.http = http
        self.runtime = runtime
        self.store = runtime.store

    def as_(self, *roles: str, divisions: Sequence[str] = (HUANGSHI,), contracts: Sequence[UUID] = (), account: str | None = None) -> Desk:
        """Somebody with these roles; another account each time unless one is named."""
        token, account = uuid4().hex, account or f"{'-'.join(roles)}-{uuid4().hex[:6]}"
        now = datetime.now(UTC)

        def unit(work: Work) -> None:
            kernel = work.kernel
            if not work.scalar(select(kernel.account.c.account).where(kernel.account.c.account == account)):
                row = {
                    "account": account,
                    "name": account,
                    "password_hash": "",
                    "roles": list(roles),
                    "divisions": list(divisions),
                    "contracts": [str(contract) for contract in contracts],
                    "is_active": True,
                    "failures": 0,
                    "created_at": now,
                    "created_by": "tests",
                }
                work.execute(insert(kernel.account), [row])
            digest = hashlib.sha256(token.encode()).hexdigest()
            work.execute(
                insert(kernel.token), [{"hash": digest, "account": account, "created_at": now, "expires_at": now + timedelta(hours=1)}]
            )

        self.store.run_now(unit)
        return Desk(self, {"Authorization": f"Bearer {token}"})

    def hear(self, event: Event, *, on: date | None = None) -> None:
        """Let the service react to an event, as its consumer would."""
        reactions = {reaction.event: reaction.function for reaction in self.runtime.service.reactions}
        assert type(event) in reactions, f"{self.runtime.service.name} does not hear {event.subject}"
        self.store.run_now(partial(self.runtime.react, reactions[type(event)], event), today=on)

    def ask(self, request: Request, *, on: date | None = None) -> bytes:
        """Put a question to the service, as its link to the bus would; a refusal is kept in a unit of its own, then raised."""
        asked = next(answer for answer in self.runtime.service.answers if answer.request is type(request))
        try:
            return self.store.run_now(partial(self.runtime.react, asked.function, request), today=on)
        except (Forbidden, NotFound) as refusal:
            if asked.refused is not None:
                self.store.run_now(partial(self.runtime.keep_refused, asked.refused, request, refusal), today=on)
            raise

    def said(self, kind: type[E]) -> list[E]:
        """Events of one kind in the outbox, oldest first."""

        def query(reader: Reader) -> list[E]:
            outbox = reader.kernel.outbox.c
            rows = reader.rows(select(outbox.data).where(outbox.type == kind.subject).order_by(outbox.seq))
            return [kind.model_validate_json(row.data) for row in rows]

        return self.store.read_now(query)

    def everything_said(self) -> list[Event]:
        def query(reader: Reader) -> list[Event]:
            outbox = reader.kernel.outbox.c
            return [
                event_types()[row.type].model_validate_json(row.data)
                for row in reader.rows(select(outbox.type, outbox.data).order_by(outbox.seq))
            ]

        return self.store.read_now(query)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Service], Path]:
    """A migrated, empty SQLite file per service package, made once and copied by each test."""
    made: dict[str, Path] = {}

    def template(service: Service) -> Path:
        if service.package not in made:
            folder = tmp_path_factory.mktemp(service.name)
            store = service.open_store(ServiceSettings(data=folder))
            upgrade(service, store)
            if not any((service.folder / "migrations").glob("0*.py")):  # a small service of the tests' own has none
                service.table.metadata.create_all(store.engine)
            store.engine.dispose()
            made[service.package] = folder / service.name / f"{service.name}.db"
        return made[service.package]

    return template


def copy_data(service: Service, theirs: Path, data: Path) -> None:
    """What a service has in its folder at this moment, put into a new one, while it runs or not."""
    database = Path(service.name) / f"{service.name}.db"
    shutil.copytree(theirs, data, ignore=shutil.ignore_patterns("*.db*"))
    with closing(sqlite3.connect(theirs / database)) as full, closing(sqlite3.connect(data / database)) as copy:
        full.backup(copy)


def _starting(stack: ExitStack, folder: Path, migrated: Callable[[Service], Path]) -> Callable[..., Office]:
    def start(service: Service, *, like: Office | None = None, **settings: Any) -> Office:
        """`like`: on a copy of what another office has in its store at this moment."""
        data = folder / new_id().hex
        key, database = data / "key", data / service.name / f"{service.name}.db"
        if like is None:
            database.parent.mkdir(parents=True)
            shutil.copy(migrated(service), database)
            Keyring.create(key)
        else:
            copy_data(service, like.runtime.settings.data, data)
        chosen = service.settings(data=data, key_file=key, nats_url="", is_rehearsal=True, **settings)
        app = build_app(service, chosen)
        http = stack.enter_context(TestClient(app))
        return Office(http, app.state.runtime)

    return start


@pytest.fixture
def service_client(tmp_path: Path, migrated: Callable[[Service], Path]) -> Iterator[Callable[..., Office]]:
    """Start a service on a fresh store; `service_client(SERVICE)` gives an `Office`."""
    with ExitStack() as stack:
        yield _starting(stack, tmp_path, migrated)


@pytest.fixture(scope="module")
def module_client(tmp_path_factory: pytest.TempPathFactory, migrated: Callable[[Service], Path]) -> Iterator[Callable[..., Office]]:
    """The same, kept for all tests of a module that only read."""
    with ExitStack() as stack:
        yield _starting(stack, tmp_path_factory.mktemp("services"), migrated)
