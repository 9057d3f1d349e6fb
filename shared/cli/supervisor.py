"""Runs Qiao on one machine: a NATS server of its own, and one process per service, as `qiao up` and `qiao demo` do."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from shared.access.tokens import read_secret
from shared.bus.provision import provision
from shared.cli.bus_users import operator_of, password_file, users_configuration
from shared.cli.child import Child, Echo
from shared.cli.embedded_nats import EmbeddedNats
from shared.cli.guardian import Guardian
from shared.cli.secret_files import admin_token_file, key_file
from shared.cli.trace_store import TraceProcess
from shared.service import Service
from shared.settings import ServiceSettings
from shared.store.migrate import upgrade

PORT_BASE = 8100
NATS_PORT = 4222
NATS_ABOVE_BASE = 22
TRACES_PORT = 4318
TRACES_ABOVE_BASE = 18
COPY_STEP = 100
WORK_ABOVE = 50
READY_WITHIN_SECONDS = 120.0


class NotReady(RuntimeError):
    """A service did not come up; the message has its last lines."""


class Supervisor:
    """The services given, with what they need, from `start` to `stop`. Use it as a context; `stop` is also right after a failed start.

    With `copies`, each service runs in so many `serve` and so many `work` processes, on the PostgreSQL that QIAO_<S>_STORE_URL
    names; otherwise in one `all`. With `port_base`, service ports move with it and NATS listens 22 above it. Where QIAO_NATS_URL
    is set, that server is used, and its streams are left to whoever runs it (`qiao bus provision`); empty means no bus. With
    `has_traces`, a trace store listens on 4318, or 18 above the base, unless OTEL_* names another place for traces.
    """

    def __init__(
        self,
        services: Sequence[Service],
        *,
        data: Path,
        port_base: int | None = None,
        is_rehearsal: bool = False,
        echo: Echo | None = None,
        copies: int = 0,
        has_traces: bool = False,
    ) -> None:
        self.services = tuple(services)
        self.data = data
        self._port_base = port_base
        self._is_rehearsal = is_rehearsal
        self._echo = echo
        self._copies = copies
        outside = os.environ.get("QIAO_NATS_URL")
        nats_port = NATS_PORT if port_base is None else port_base + NATS_ABOVE_BASE
        self._nats = EmbeddedNats(data / "nats", port=nats_port) if outside is None else None
        self.nats_url = self._nats.url if self._nats else outside or ""
        traces_port = TRACES_PORT if port_base is None else port_base + TRACES_ABOVE_BASE
        self.traces = TraceProcess(data, port=traces_port, echo=echo) if has_traces else None
        self._children: dict[str, Child] = {}
        self._guardian: Guardian | None = None

    def port(self, service: Service) -> int:
        if self._port_base is not None:
            return service.port - PORT_BASE + self._port_base
        return self._settings(service).port or service.port

    def address(self, name: str) -> str:
        """Where a service answers, e.g. `http://127.0.0.1:8101`."""
        return self.addresses(name)[0]

    def addresses(self, name: str) -> list[str]:
        """Where each of its processes that serve answers."""
        service = self._service(name)
        return [f"http://127.0.0.1:{place.port}" for place in self._places(service) if place.mode != "work"]

    def admin_token(self, name: str) -> str:
        """The token with which the first accounts of a service are made."""
        return read_secret(admin_token_file(self.data, name))

    def process_id(self, name: str) -> int | None:
        """Of a service, or of one of its copies, e.g. `intake serve 2`."""
        return self._children[name].process_id

    @property
    def nats(self) -> EmbeddedNats | None:
        """The server of its own, if it has one."""
        return self._nats

    def places(self) -> list["Place"]:
        """Every process of a service."""
        return [place for service in self.services for place in self._places(service)]

    def start(self) -> None:
        """Bring up the bus, bring the stores to this version, and return when every service answers."""
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._nats is not None:
            self._nats.users = users_configuration(self.data)
            self._nats.start()
            asyncio.run(provision(self.nats_url, sign_in=operator_of(self.data)))
            self._guardian = Guardian(self._nats)
            self._guardian.start()
        logs = self.data / "logs"
        logs.mkdir(exist_ok=True)
        if self.traces is not None:
            self.traces.start()
        for service in self.services:
            self._upgrade(service)
            for place in self._places(service):
                environment = self._environment(service) | {f"QIAO_{service.name.upper()}_PORT": str(place.port)}
                log = logs / f"{place.name.replace(' ', '-')}.log"
                child = Child(service.name, environment, log, self._echo, mode=place.mode)
                self._children[place.name] = child
                child.start()
        for place in self.places():
            self._wait_until_ready(place)

    def stop(self) -> None:
        """Stop the services together, then the bus, so that what they have said last is on it."""
        for child in self._children.values():
            child.ask_to_stop()
        for child in self._children.values():
            child.wait_until_stopped()
        if self.traces is not None:
            self.traces.stop()
        if self._guardian is not None:
            self._guardian.stop()
        if self._nats is not None:
            self._nats.stop()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _service(self, name: str) -> Service:
        return next(service for service in self.services if service.name == name)

    def _settings(self, service: Service) -> ServiceSettings:
        return service.settings(data=self.data)

    def _upgrade(self, service: Service) -> None:
        store = service.open_store(self._settings(service))
        try:
            upgrade(service, store)
        finally:
            store.engine.dispose()

    def _environment(self, service: Service) -> dict[str, str]:
        """What the process of a service is told beside what the user has set. A secret file that the user names is kept."""
        prefix = f"QIAO_{service.name.upper()}"
        told = {
            "QIAO_DATA": str(self.data),
            "QIAO_NATS_URL": self.nats_url,
        }
        if self.traces is not None:
            told |= self.traces.environment
        if self._is_rehearsal:
            told["QIAO_REHEARSAL"] = "1"
        if self._nats is not None:
            told["QIAO_NATS_PASSWORD_FILE"] = str(password_file(self.data, service.name))
        if "QIAO_KEY_FILE" not in os.environ:
            told["QIAO_KEY_FILE"] = str(key_file(self.data, service.name))
        if f"{prefix}_ADMIN_TOKEN_FILE" not in os.environ:
            told[f"{prefix}_ADMIN_TOKEN_FILE"] = str(admin_token_file(self.data, service.name))
        return told

    def _places(self, service: Service) -> list["Place"]:
        port = self.port(service)
        if not self._copies:
            return [Place(service.name, "all", port)]
        numbers = range(1, self._copies + 1)
        serving = [Place(f"{service.name} serve {number}", "serve", port + (number - 1) * COPY_STEP) for number in numbers]
        return serving + [
            Place(f"{service.name} work {number}", "work", port + WORK_ABOVE + (number - 1) * COPY_STEP) for number in numbers
        ]

    def _wait_until_ready(self, place: "Place") -> None:
        child = self._children[place.name]
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not is_ready(place.port):
            if child.crashes or time.monotonic() > deadline:
                raise NotReady(f"{place.name} did not start. Its last lines:\n" + "\n".join(child.last_lines))
            time.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Place:
    """One process of a service: its name among the others, what it does, and where it answers."""

    name: str
    mode: str
    port: int


def is_ready(port: int) -> bool:
    """Does the process that listens there say that it can do its work?"""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/-/health/ready")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def until_interrupted() -> Iterator[None]:
    """Within it, Ctrl-C, SIGTERM and a closed terminal end the block quietly; while it is left, further ones are ignored.

    `with until_interrupted(), Supervisor(…): signal.pause()` runs until then and stops in order.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {each: signal.signal(each, interrupt) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
