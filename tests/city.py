"""A city in one process: five services on SQLite and a real NATS server with a user for each; every service has its thread and spans."""

import asyncio
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path

import uvicorn
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.access.tokens import read_secret
from shared.bus.provision import provision
from shared.cli.bus_users import make_passwords, operator_of, users_configuration
from shared.cli.embedded_nats import EmbeddedNats
from shared.cli.secret_files import admin_token_file, key_file
from shared.service import Runtime, Service, build_app
from shared.store.migrate import upgrade
from shared.telemetry import Telemetry
from tests.servers import free_port

STARTS_WITHIN = 20.0
SETTLES_WITHIN = 60.0


def services() -> list[Service]:
    """The five services by their entry points."""
    return [point.load() for point in sorted(entry_points(group="qiao.services"), key=lambda point: point.name)]


@dataclass
class Resident:
    """One running service and what it has shown of itself."""

    service: Service
    address: str
    runtime: Runtime
    spans: InMemorySpanExporter


@dataclass
class City:
    data: Path
    nats_url: str
    residents: dict[str, Resident] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    @property
    def addresses(self) -> dict[str, str]:
        return {name: resident.address for name, resident in self.residents.items()}

    def admin_tokens(self) -> dict[str, str]:
        return {name: read_secret(admin_token_file(self.data, name)) for name in self.residents}

    def spans(self) -> Sequence[ReadableSpan]:
        return [span for resident in self.residents.values() for span in resident.spans.get_finished_spans()]


class _Keep(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(f"{record.getMessage()} {record.__dict__!r}")


@contextmanager
def city(data: Path, names: Sequence[str] = (), *, nats: EmbeddedNats | None = None) -> Iterator[City]:
    """Start the named services (all five when none is named) and stop them in order."""
    own_nats = nats or EmbeddedNats(data / "nats", port=free_port(), users=users_configuration(data))
    with ExitStack() as stack:
        if nats is None:
            own_nats.start()
            stack.callback(own_nats.stop)
            asyncio.run(provision(own_nats.url, sign_in=operator_of(data)))
        built = City(data, own_nats.url)
        handler = _Keep(built.log)
        logging.getLogger().addHandler(handler)
        stack.callback(logging.getLogger().removeHandler, handler)
        for service in services():
            if not names or service.name in names:
                built.residents[service.name] = stack.enter_context(_living(service, data, own_nats.url))
        yield built


@contextmanager
def _living(service: Service, data: Path, nats_url: str) -> Iterator[Resident]:
    settings = service.settings(
        data=data,
        nats_url=nats_url,
        nats_password_file=make_passwords(data)[service.name],
        is_rehearsal=True,
        key_file=key_file(data, service.name),
        admin_token_file=admin_token_file(data, service.name),
    )
    store = service.open_store(settings)
    upgrade(service, store)
    store.engine.dispose()
    spans = InMemorySpanExporter()
    app = build_app(service, settings, telemetry=Telemetry(service.name, exporter=spans))
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False, lifespan="on"))
    thread = threading.Thread(target=server.run, name=service.name, daemon=True)
    thread.start()
    deadline = time.monotonic() + STARTS_WITHIN
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError(f"{service.name} did not start")
        time.sleep(0.02)
    try:
        yield Resident(service, f"http://127.0.0.1:{port}", app.state.runtime, spans)
    finally:
        server.should_exit = True
        thread.join()
