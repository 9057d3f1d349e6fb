"""Events per second that a relay gets rid of when many wait, on a server that syncs each acknowledged message to its disk.

An atomic batch costs the server four fsyncs however many events it carries; else each event costs one. First the publishing
alone is compared with the fastest way of nats-py to have each message acknowledged (`publish_async`), then the whole relay
with itself: read the outbox, encode with a span each, publish, mark as sent. All take turns on the same server and the same
store; the figures are ratios of the medians.

    python -m tests.bench.relay_backlog [--rounds 5] [--backlog 200] [--times 20]
"""

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

import nats
import uvloop
from rich.console import Console
from rich.table import Table as Picture

from shared.bus.cloudevents import Message, Said, to_message
from shared.bus.options import Options
from shared.bus.provision import provision
from shared.bus.publishing import Publisher
from shared.cli.embedded_nats import EmbeddedNats
from shared.ids import new_id
from shared.relay import Relay
from shared.store.store import Store
from shared.telemetry import Telemetry
from shared.work import Reader, Work
from tests.faults.town import SURVEYS, open_store, say, unsent
from tests.servers import free_port

Publish = Callable[[list[Message]], Awaitable[object]]

GOAL = 7
LOOK_EVERY_SECONDS = 0.002

console = Console()


class Gate:
    """A line that lets a backlog grow until it is opened."""

    def __init__(self, publisher: Publisher) -> None:
        self.publish = publisher.publish
        self.publish_together = publisher.publish_together
        self.is_open = False

    def is_connected(self) -> bool:
        return self.is_open


def say_all(backlog: int, work: Work) -> None:
    for number in range(backlog):
        say(SURVEYS[number % len(SURVEYS)], number, number + 1, work)


def said(store: Store, backlog: int) -> list[Said]:
    """Rows as the relay reads them, made once."""
    store.run_now(partial(say_all, backlog))

    def rows(reader: Reader) -> list[Said]:
        outbox = reader.kernel.outbox
        found = reader.rows(outbox.select().order_by(outbox.c.seq).limit(backlog))
        names = ("seq", "event_id", "aggregate_type", "aggregate_id", "data", "time", "businesstime", "division", "traceparent")
        return [Said(subject=row.type, is_replay=False, **{name: getattr(row, name) for name in names}) for row in found]

    return store.read_now(rows)


def fresh(rows: Sequence[Said]) -> list[Message]:
    """The same events under ids that the server has not seen."""
    return [to_message(replace(row, event_id=new_id()), traceparent={}) for row in rows]


async def published(times: int, backlog: int, prepare: Callable[[], list[Message]], publish: Publish) -> float:
    spent = 0.0
    for _ in range(times):
        messages = prepare()
        began = perf_counter()
        await publish(messages)
        spent += perf_counter() - began
    return times * backlog / spent


async def relayed(store: Store, publisher: Publisher, options: Options, times: int, backlog: int) -> float:
    """From the opening of the line to the mark of the last row."""
    telemetry = Telemetry("bench")
    gate = Gate(publisher)
    relay = Relay(store, gate, tracer=telemetry.tracer, options=options)
    running = asyncio.create_task(relay.run())
    spent = 0.0
    for done in range(times):
        gate.is_open = False
        await store.run(partial(say_all, backlog))
        gate.is_open = True
        began = perf_counter()
        relay.wake()
        while relay.state.sent < (done + 1) * backlog:  # noqa: ASYNC110  the relay counts what is marked and tells nobody
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        spent += perf_counter() - began
    relay.stop()
    await running
    telemetry.close()
    return times * backlog / spent


@asynccontextmanager
async def linked(folder: Path, options: Options) -> AsyncIterator[tuple[Publisher, Store]]:
    server = EmbeddedNats(folder, port=free_port())
    server.start()
    await provision(server.url)
    store = open_store(f"sqlite:///{folder / 'bench.db'}", "intake")
    publisher = Publisher("intake", options)
    publisher.client = await nats.connect(server.url)
    try:
        yield publisher, store
        stream = await publisher.client.jetstream().stream_info("INTAKE")
        console.print(f"{stream.state.messages:,} events in the stream, {store.read_now(unsent)} left in the outbox", style="dim")
    finally:
        await publisher.client.close()
        await asyncio.to_thread(store.stop)
        server.stop()


async def measure(rounds: int, backlog: int, times: int) -> dict[str, list[float]]:
    batches, singles = Options(), Options(together=10**9)
    found: dict[str, list[float]] = {"nats-py, each acknowledged": [], "a batch": [], "relay one by one": [], "relay in batches": []}
    with tempfile.TemporaryDirectory() as folder:
        async with linked(Path(folder), batches) as (publisher, store):
            rows = said(store, backlog)
            assert publisher.client is not None
            js = publisher.client.jetstream()

            async def each(messages: list[Message]) -> None:
                await asyncio.gather(
                    *[await js.publish_async(message.subject, message.body, headers=message.headers) for message in messages]
                )

            await relayed(store, publisher, batches, 2, backlog)
            for _ in range(rounds):
                found["nats-py, each acknowledged"].append(await published(times, backlog, partial(fresh, rows), each))
                found["a batch"].append(await published(times, backlog, partial(fresh, rows), publisher.publish_together))
                found["relay one by one"].append(await relayed(store, publisher, singles, times, backlog))
                found["relay in batches"].append(await relayed(store, publisher, batches, times, backlog))
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--backlog", type=int, default=200)
    arguments.add_argument("--times", type=int, default=20, help="backlogs per round and way")
    chosen = arguments.parse_args()
    found = uvloop.run(measure(chosen.rounds, chosen.backlog, chosen.times))
    picture = Picture(f"events per second, backlog {chosen.backlog}, sync always", "median", "rounds")
    for name, rates in found.items():
        picture.add_row(name, f"{median(rates):,.0f}", " ".join(f"{each:,.0f}" for each in rates))
    console.print(picture)
    each = median(found["nats-py, each acknowledged"])
    console.print(f"publishing: ratio {median(found['a batch']) / each:.1f} (goal {GOAL})")
    console.print(f"whole relay: ratio {median(found['relay in batches']) / median(found['relay one by one']):.1f}")


if __name__ == "__main__":
    main()
