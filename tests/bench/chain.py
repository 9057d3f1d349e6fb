"""From an act in the first of five services to the commit in the fifth, each hearing the one before: latency and chains per second.

All five, the NATS server apart, run in one process with what the product runs: the unit of work with outbox and inbox on SQLite
(`synchronous=FULL`), the relay, the hearing. HTTP is not in it. Idle latency is set beside the sum of its parts, each taken
alone in the same run: the act, and four times a message published, acknowledged and delivered by nats-py, and a unit with a
row, an inbox mark and an event. At 100 a second chains begin on a clock, whether earlier ones have ended or not. Chains per
second are taken with 64 under way. Tracing: off is a tracer that does nothing; no back end is what a service does without
OTEL_EXPORTER_OTLP_ENDPOINT; else spans are encoded for OTLP and thrown away.

    python -m tests.bench.chain [--rounds 5] [--idle 100] [--seconds 3] [--chains 1000] [--quick]
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, ClassVar
from uuid import UUID

import nats
import uvloop
from nats.js.api import ConsumerConfig
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import NoOpTracer, Tracer
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.bus.link import Bus
from shared.bus.provision import provision
from shared.bus.topology import Topology, stream_of
from shared.cli.embedded_nats import EmbeddedNats
from shared.events.event import Event
from shared.ids import new_id
from shared.store.store import Store
from shared.store.tables import kernel_tables
from shared.telemetry import Telemetry
from shared.work import Work
from tests.bench._rounds import Ratio, arguments, percentile, show
from tests.servers import free_port

LINKS = ("one", "two", "three", "four", "five")
HOPS = len(LINKS) - 1
UNDER_WAY = 64
PER_SECOND = 100
CHAIN = Topology(heard={reader: {publisher: ("hop",)} for publisher, reader in pairwise(LINKS)})


class Table(SQLModel, registry=registry()):
    pass


class Passage(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    chain_id: UUID = Field(index=True)


KERNEL = kernel_tables(Table.metadata)


def said_by(name: str) -> type[Event]:
    """The event of one link."""

    class Passed(Event):
        subject: ClassVar[str] = f"ev.{name}.hop.passed.v1"
        aggregate_id: ClassVar[str] = "chain_id"
        chain_id: UUID

    return Passed


SAID: dict[str, Any] = {name: said_by(name) for name in LINKS}


@dataclass(frozen=True, slots=True)
class Way:
    """How a chain is run."""

    name: str
    sync: str
    tracing: str


REFERENCE = Way("sync always, tracing off", "always", "off")
WAYS = (
    REFERENCE,
    Way("sync default, tracing off", "2m", "off"),
    Way("sync always, no back end", "always", "no back end"),
    Way("sync always, tracing 10 %", "always", "10 %"),
    Way("sync always, tracing always", "always", "always"),
)


class Server(EmbeddedNats):
    """With the sync of a way."""

    sync = "always"

    def config(self) -> str:
        return super().config().replace("sync_interval: always", f"sync_interval: {self.sync}")


class Discard(SpanExporter):
    """Encodes as for a back end, and sends nothing."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        encode_spans(spans).SerializeToString()
        return SpanExportResult.SUCCESS


class Ends:
    """When chains have been committed at the last link; called in its writing thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._landing: list[UUID] = []
        self._awaited: dict[UUID, asyncio.Future[float]] = {}

    def expect(self, chain_id: UUID) -> asyncio.Future[float]:
        self._awaited[chain_id] = self._loop.create_future()
        return self._awaited[chain_id]

    def land(self, chain_id: UUID) -> None:
        self._landing.append(chain_id)

    def committed(self) -> None:
        if self._landing:
            landed, self._landing = self._landing, []
            self._loop.call_soon_threadsafe(self._tell, landed, perf_counter())

    def _tell(self, landed: Sequence[UUID], at: float) -> None:
        for chain_id in landed:
            if not self._awaited[chain_id].done():
                self._awaited[chain_id].set_result(at)


def begin(chain_id: UUID, work: Work) -> None:
    work.add(Passage(chain_id=chain_id))
    work.emit(SAID[LINKS[0]](chain_id=chain_id))


def pass_on(name: str, ends: Ends, said: Any, *, work: Work) -> None:
    work.add(Passage(chain_id=said.chain_id))
    if name == LINKS[-1]:
        ends.land(said.chain_id)
    else:
        work.emit(SAID[name](chain_id=said.chain_id))


@dataclass
class Chain:
    """Five services that are up."""

    url: str
    first: Store
    ends: Ends
    tracer: Tracer

    async def once(self) -> float:
        """Seconds from the act to the last commit."""
        chain_id = new_id()
        ended = self.ends.expect(chain_id)
        began = perf_counter()
        with self.tracer.start_as_current_span("act"):
            await self.first.run(partial(begin, chain_id))
        return await ended - began


def open_store(folder: Path, name: str) -> Store:
    store = Store(f"sqlite:///{folder / name}.db", KERNEL, Table.metadata, name=name)
    Table.metadata.create_all(store.engine)
    store.start()
    return store


def traced(tracing: str, name: str) -> tuple[Tracer, Callable[[], None]]:
    """A tracer of its own for a link, and how it ends."""
    if tracing == "off":
        return NoOpTracer(), lambda: None
    if tracing == "no back end":
        telemetry = Telemetry(name)
        return telemetry.tracer, telemetry.close
    provider = TracerProvider(sampler=ParentBased(TraceIdRatioBased(0.1)) if tracing == "10 %" else None)
    provider.add_span_processor(BatchSpanProcessor(Discard()))
    return provider.get_tracer("qiao"), provider.shutdown


@asynccontextmanager
async def running(folder: Path, way: Way) -> AsyncIterator[Chain]:
    server = Server(folder, port=free_port())
    server.sync = way.sync
    server.start()
    await provision(server.url, CHAIN)
    async with AsyncExitStack() as stack:
        stack.callback(server.stop)
        ends, buses, stores, tracers = Ends(), [], [], []
        for before, name in zip((None, *LINKS), LINKS, strict=False):
            tracer, close = traced(way.tracing, name)
            stack.callback(close)
            store = open_store(folder, name)
            stack.push_async_callback(asyncio.to_thread, store.stop)
            reactions = {SAID[before]: partial(pass_on, name, ends)} if before else {}
            bus = Bus(name, server.url, store, reactions=reactions, tracer=tracer, topology=CHAIN)
            await bus.start()
            stack.push_async_callback(bus.stop)
            buses.append(bus)
            stores.append(store)
            tracers.append(tracer)
        stores[-1].on_new(KERNEL.inbox, ends.committed)
        while any(bus.health()["state"] != "ok" for bus in buses):  # noqa: ASYNC110  the bus tells its state only when asked
            await asyncio.sleep(0.05)
        yield Chain(server.url, stores[0], ends, tracers[0])


# what is measured


async def idle(chain: Chain, count: int) -> float:
    return median([await chain.once() for _ in range(count)])


async def on_a_clock(chain: Chain, seconds: float) -> tuple[float, float]:
    """p50 and p99 of chains that begin 100 times a second."""
    began, tasks = perf_counter(), []
    for number in range(int(PER_SECOND * seconds)):
        await asyncio.sleep(max(0.0, began + number / PER_SECOND - perf_counter()))
        tasks.append(asyncio.create_task(chain.once()))
    took = sorted(await asyncio.gather(*tasks))
    return percentile(took, 0.5), percentile(took, 0.99)


async def crowded(chain: Chain, count: int) -> float:
    """Chains per second with 64 under way."""
    numbers = iter(range(count))

    async def caller() -> None:
        for _ in numbers:
            await chain.once()

    began = perf_counter()
    await asyncio.gather(*(caller() for _ in range(UNDER_WAY)))
    return count / (perf_counter() - began)


async def sum_of_parts(chain: Chain, folder: Path, count: int) -> float:
    """Seconds of an act, and of four deliveries and four reactions, each alone."""
    store = open_store(folder, "parts")

    def react(work: Work) -> None:
        chain_id = new_id()
        begin(chain_id, work)
        mark = {"consumer": "parts", "event_id": chain_id, "aggregate": "hop", "sequence": 1, "businesstime": None}
        work.keep(work.kernel.inbox, {**mark, "received_at": datetime.now(UTC)})

    try:
        acts = [await _timed(partial(store.run, partial(begin, new_id()))) for _ in range(count)]
        reactions = [await _timed(partial(store.run, react)) for _ in range(count)]
    finally:
        await asyncio.to_thread(store.stop)
    return median(acts) + HOPS * (await delivery(chain.url, count) + median(reactions))


async def _timed(run: Callable[[], Any]) -> float:
    began = perf_counter()
    await run()
    return perf_counter() - began


async def delivery(url: str, count: int) -> float:
    """Median of seconds until a message is acknowledged to the publisher, delivered to a waiting pull and acknowledged by it."""
    client = await nats.connect(url)
    js, stream, subject = client.jetstream(), stream_of(LINKS[0]), f"ev.{LINKS[0]}.part.passed.v1"
    await js.add_consumer(stream, ConsumerConfig(durable_name="parts", filter_subject=subject))
    subscription = await js.pull_subscribe_bind("parts", stream)

    async def delivered() -> None:
        waiting = asyncio.create_task(subscription.fetch(1, timeout=5))
        await asyncio.sleep(0)
        await js.publish(subject, b"x" * 600)
        for message in await waiting:
            await message.ack()

    took = [await _timed(delivered) for _ in range(count)]
    await client.close()
    return median(took)


@dataclass
class Found:
    """Way → figures by round."""

    rates: dict[str, list[float]] = field(default_factory=lambda: {way.name: [] for way in WAYS})
    latency: dict[str, list[float]] = field(
        default_factory=lambda: {name: [] for name in ("idle p50", "sum of parts", "p50 at 100/s", "p99 at 100/s")}
    )


async def measure(rounds: int, count: int, seconds: float, chains: int) -> Found:
    found = Found()
    for _ in range(rounds):
        for way in WAYS:
            with tempfile.TemporaryDirectory() as folder:
                async with running(Path(folder), way) as chain:
                    await crowded(chain, max(UNDER_WAY, chains // 10))
                    found.rates[way.name].append(await crowded(chain, chains))
                    if way == REFERENCE:
                        p50, p99 = await on_a_clock(chain, seconds)
                        parts = await sum_of_parts(chain, Path(folder), count)
                        taken = (await idle(chain, count), parts, p50, p99)
                        for name, figure in zip(found.latency, taken, strict=True):
                            found.latency[name].append(figure * 1_000)
    return found


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--idle", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--chains", type=int, default=1_000)
    chosen = parser.parse_args()
    found = uvloop.run(
        measure(1, 5, 0.2, UNDER_WAY) if chosen.quick else measure(chosen.rounds, chosen.idle, chosen.seconds, chosen.chains)
    )
    ratios = [
        Ratio("idle p50 / sum of its parts", "idle p50", ("sum of parts",), "≤ 1.5"),
        Ratio("p99 / p50 at 100 a second", "p99 at 100/s", ("p50 at 100/s",), "≤ 2"),
    ]
    show(f"a chain of five services, {REFERENCE.name}", found.latency, ratios, unit="ms")
    ratios = [Ratio("sync always / sync default", REFERENCE.name, (WAYS[1].name,), "≥ 0.85")]
    goals = {"tracing always": "≥ 0.85", "tracing 10 %": "≥ 0.95", "no back end": ""}
    ratios += [Ratio(f"{way.tracing} / off", way.name, (REFERENCE.name,), goals[way.name.split(", ")[1]]) for way in WAYS[2:]]
    show(f"chains per second, {UNDER_WAY} under way", found.rates, ratios, unit="chains/s")


if __name__ == "__main__":
    main()
