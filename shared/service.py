"""Assembles a service from its parts: HTTP, store, consumers, relay, jobs, plugins, health.

`Service` is what a service declares in its `app.py`; `Runtime` is that service running in this process.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from importlib.resources import files as package_files
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, FastAPI
from sqlmodel import SQLModel

from shared.access import SYSTEM, Access, Actor
from shared.access.reach import Reach
from shared.access.sign_on import SignOn
from shared.bus.ending import end
from shared.bus.faults import is_away
from shared.bus.link import Bus
from shared.bus.sign_in import SignIn
from shared.errors import Busy, Refusal
from shared.events.event import Event, Request
from shared.files import Files, known_files
from shared.http import guard, problems, routes
from shared.http.finished import Application, Find, Front
from shared.inject import wanted
from shared.jobs import Job, JobRunner
from shared.meters import Meters
from shared.personal import Keyring
from shared.plugins import Answer, load
from shared.rewrapping import Wrapped
from shared.rules import Rule, RuleBook, Rules
from shared.settings import ServiceSettings
from shared.store.migrate import check_schema
from shared.store.store import Store
from shared.store.tables import KernelTables
from shared.telemetry import Telemetry, configure_logging
from shared.work import Reader, Work

T = TypeVar("T")
log = logging.getLogger("qiao.service")
BACKGROUND_PAUSE = 1.0
Mode = str
"""`all`, or on PostgreSQL `serve` (HTTP only) and `work` (consumers, relay, jobs)."""


class SettingMissing(RuntimeError):
    """A setting without which a service cannot start."""


@dataclass(frozen=True)
class Reaction:
    """What a service does when it hears an event."""

    event: type[Event]
    function: Callable[..., None]


@dataclass(frozen=True)
class AnswerTo:
    """What a service answers when it is asked over NATS."""

    request: type[Request]
    function: Callable[..., bytes]
    refused: Callable[..., None] | None = None
    """Keeps in the service's own tables that the question was refused: `refused(request, refusal, *, work, …)`, a unit of its own."""


def on(event: type[Event], function: Callable[..., None]) -> Reaction:
    return Reaction(event, function)


def answer(request: type[Request], function: Callable[..., bytes], *, refused: Callable[..., None] | None = None) -> AnswerTo:
    return AnswerTo(request, function, refused)


@dataclass(frozen=True)
class Service:
    """A service as it declares itself."""

    name: str
    title: str
    port: int
    package: str
    table: type[SQLModel]
    kernel: KernelTables
    roles: Mapping[str, str]
    """Role → its Chinese name."""
    hooks: ModuleType
    settings: type[ServiceSettings] = ServiceSettings
    plugins: Sequence[str] = ()
    """Built-in plugins, in the order in which they are asked."""
    reactions: Sequence[Reaction] = ()
    answers: Sequence[AnswerTo] = ()
    routers: Sequence[APIRouter] = ()
    jobs: Mapping[str, Job] = field(default_factory=dict)
    wrapped: Sequence[Wrapped] = ()
    """Its tables that hold wrapped keys of people."""
    has_personal_files: bool = False
    """Its files are about people: the general route gives one only to whoever handed it in; the service serves them for a purpose."""
    append_only: Sequence[str] = ()
    """Tables of its own whose rows the database refuses to change."""
    reach: Mapping[str, Reach] = field(default_factory=dict)
    """By what acts and jobs are filed under: asks whether an actor reaches such a record. Kinds that are not here everybody reaches."""
    finished: Callable[["Runtime"], Find] | None = None
    """Finds what is kept as finished bytes, for everybody: answered before the framework."""
    on_start: Callable[["Runtime"], Any] | None = None
    """Awaited once before the first request, e.g. to prepare templates or a key pair."""
    background: Sequence[Callable[["Runtime"], Coroutine[Any, Any, None]]] = ()
    """Runs beside the jobs until the service stops; waits and goes on where the store was away."""

    def __post_init__(self) -> None:
        if unknown := set(self.append_only) - set(self.table.metadata.tables):
            raise ValueError(f"{self.name} has no tables {sorted(unknown)}")

    @property
    def folder(self) -> Path:
        return Path(str(package_files(self.package)))

    def open_store(self, settings: ServiceSettings) -> Store:
        return Store(settings.store_address(self.name), self.kernel, self.table.metadata, name=self.name, clock=settings.clock())


class Runtime:
    """One service in one process. Offers to actions, by parameter name, what they ask for."""

    def __init__(self, service: Service, settings: ServiceSettings, *, mode: Mode = "all", telemetry: Telemetry | None = None) -> None:
        self.service = service
        self.settings = settings
        self.mode = mode
        self.clock = settings.clock()
        self.telemetry = telemetry or Telemetry(service.name)
        self.store = service.open_store(settings)
        self.telemetry.watch(self.store.engine)
        self.keyring = Keyring.from_file(key_file_of(settings))
        self.fingerprint_key = self.keyring.derive("idempotency")
        self.files = Files(settings.data / service.name / "files", self.keyring)
        self.rulebook = RuleBook.load(service.folder / "rules", settings.rules_dir)
        self.hooks = load(service.name, service.hooks, enabled=settings.plugins, builtin=service.plugins, config=settings.plugin_settings)
        self.access = Access(self, service=service.name, roles=service.roles)
        self.sign_on = SignOn.of(settings)
        self.bus = Bus(
            service.name,
            settings.nats_url,
            self.store,
            reactions={reaction.event: partial(self.react, reaction.function) for reaction in service.reactions},
            answers={answer.request: partial(self.react, answer.function) for answer in service.answers},
            on_refusal=self.access.record,
            when_refused={each.request: partial(self.keep_refused, each.refused) for each in service.answers if each.refused},
            tracer=self.telemetry.tracer,
            sign_in=SignIn.read(service.name, password_file=settings.nats_password_file, ca_file=settings.nats_ca_file),
            relays=mode != "serve",
            consumes=mode != "serve",
        )
        self.jobs = JobRunner(self, service.jobs, self.telemetry)
        self._background: list[asyncio.Task[None]] = []
        self.meters = Meters(self.telemetry.metrics, self.store, self.bus, self.hooks)

    # what routes and the kernel run

    async def run(
        self,
        action: Callable[..., T],
        /,
        *args: Any,
        actor: Actor = SYSTEM,
        today: date | None = None,
        bulk: bool = False,
        **arguments: Any,
    ) -> T:
        """Run an action as one unit, handing it what it asks for by name."""

        def unit(work: Work) -> T:
            return action(*args, **self.offers(action, work), **arguments)

        unit.__qualname__ = action.__name__
        return await self.store.run(unit, actor=actor, today=today, bulk=bulk)

    async def read(self, query: Callable[..., T], /, *args: Any, **arguments: Any) -> T:
        """Answer a question from one snapshot."""

        def ask(reader: Reader) -> T:
            offered = self.offers_to_question(reader)
            return query(*args, **wanted(query, offered), **arguments)

        return await self.store.read(ask)

    def offers(self, action: Callable[..., Any], work: Work) -> dict[str, Any]:
        """What an action may name among its parameters, cut down to what it does name."""

        def cite(rule: Rule) -> None:
            work.cite(rule)

        def decided(given: Answer) -> None:
            work.decided_by.append(f"{given.plugin}@{given.version}")

        return wanted(
            action,
            {
                "work": work,
                "actor": work.actor,
                "today": work.today,
                "now": work.now,
                "rules": Rules(self.rulebook, on=work.today, cite=cite),
                "hooks": self.hooks.observed(decided),
                "settings": self.settings,
                "keyring": self.keyring,
                "files": self.files,
            },
        )

    def offers_to_question(self, reader: Reader) -> dict[str, Any]:
        """What a question may name among its parameters."""

        def cite(rule: Rule) -> None:
            """A question leaves no record of an act."""

        return {
            "reader": reader,
            "today": reader.today,
            "rules": Rules(self.rulebook, on=reader.today, cite=cite),
            "hooks": self.hooks,
            "settings": self.settings,
            "keyring": self.keyring,
            "files": self.files,
        }

    def react(self, function: Callable[..., T], said: Event | Request, work: Work) -> T:
        """Run a reaction or an answer inside the unit of its message."""
        return function(said, **self.offers(function, work))

    def keep_refused(self, function: Callable[..., None], request: Request, refusal: Refusal, work: Work) -> None:
        """Keep a refused question inside a unit of its own."""
        function(request, refusal, **self.offers(function, work))

    def run_chunk(self, chunk: Callable[..., int | None], subject_id: UUID, position: int, prepared: Any, work: Work) -> int | None:
        """Run one chunk of a job inside its unit."""
        return chunk(subject_id, position, **self.offers(chunk, work), **wanted(chunk, {"prepared": prepared}))

    # life

    async def start(self) -> None:
        """Open the store and everything that stands on it; the bus comes when it comes."""
        check_schema(self.service, self.store)
        self.store.start()
        if self.settings.admin_token_file is not None:
            await self.access.bootstrap_admin(self.settings.admin_token_file)
        if self.service.on_start is not None:
            await self.service.on_start(self)
        if self.mode != "serve":
            await asyncio.to_thread(self.files.sweep, await self.read(known_files))
            self.jobs.start()
            self._background = [asyncio.create_task(self._keep_running(each)) for each in self.service.background]
        if self.settings.nats_url:
            await self.bus.start()

    async def stop(self) -> None:
        await self.bus.stop()
        for task in self._background:
            await end(task)
        await self.jobs.stop()
        self.meters.close()
        self.store.stop()
        self.telemetry.close()

    async def _keep_running(self, background: Callable[["Runtime"], Coroutine[Any, Any, None]]) -> None:
        """What it could not do is in the store; one fault must not end it for good."""
        while True:
            try:
                await background(self)
            except Exception as error:
                if is_away(error) or isinstance(error, Busy):
                    log.warning("background work waits for the store", extra={"error": type(error).__name__})
                else:
                    log.exception("background work failed", extra={"work": background.__name__})
            await asyncio.sleep(BACKGROUND_PAUSE)

    def health_checks(self) -> Sequence[routes.Check]:
        return (
            routes.Check("store", self._store_is_well, needed=True),
            routes.Check("bus", self._bus_is_well, needed=self.mode == "work"),
        )

    def dead_letters(self) -> int:
        """How many events this process could not take and put aside for an operator."""
        return sum(told["dead"] for told in self.bus.health()["consumers"].values())

    async def _store_is_well(self) -> str:
        await self.store.read(lambda reader: reader.scalar(self.service.kernel.job.select().limit(1)))
        return ""

    async def _bus_is_well(self) -> str:
        return "；".join(self.bus.complaints())


def key_file_of(settings: ServiceSettings) -> Path:
    """Raises SettingMissing."""
    if settings.key_file is None:
        raise SettingMissing("QIAO_KEY_FILE is not set: name a file that only this service can read (qiao up makes one per service)")
    return settings.key_file


def build_app(
    service: Service, settings: ServiceSettings | None = None, *, mode: Mode = "all", telemetry: Telemetry | None = None
) -> FastAPI:
    """The service as an ASGI application that starts and stops with its server."""
    settings = settings or service.settings()
    configure_logging(service.name)
    runtime = Runtime(service, settings, mode=mode, telemetry=telemetry)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        await runtime.start()
        try:
            yield
        finally:
            await runtime.stop()

    app = Application(
        title=f"桥 · {service.title}",
        version="1",
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        max_body_size=guard.BODY_LIMIT,
        telemetry=runtime.telemetry.fastapi(),
    )
    app.state.runtime = runtime
    problems.install(app, record=runtime.access.record)
    requests = runtime.telemetry.metrics.requests
    public_url = settings.public_url or None
    guard.install(app, service=service.name, public_url=public_url, requests=requests)
    if service.finished is not None:
        app.front = Front(service.finished(runtime), service=service.name, public_url=public_url, requests=requests)
    app.include_router(
        routes.kernel_router(
            access=runtime.access,
            files=runtime.files,
            plugins=runtime.hooks,
            checks=runtime.health_checks(),
            dead_letters=runtime.dead_letters,
            metrics=runtime.telemetry.metrics,
        )
    )
    for router in service.routers:
        app.include_router(router)
    return app
