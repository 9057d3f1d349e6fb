"""Typed events heard per second: a service's hearing against a loop of nats-py that reads the same model with Pydantic.

The events wait in one stream of a server that syncs each acknowledged message. The loop fetches 100, validates and acknowledges
each; what it hears is lost if it dies after that. The second loop does what a reader must: it also marks each event in an
inbox on SQLite (`synchronous=FULL`, a transaction per fetch) before it acknowledges. Ours does that, gives every event a span
and a unit of its own, and calls a reaction that does nothing. All take turns on the same stream.

    python -m tests.bench.typed_consumption [--rounds 5] [--events 10000] [--quick]
"""

import asyncio
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import nats
import uvloop
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig
from nats.js.client import JetStreamContext

from shared.bus.cloudevents import Said, to_message
from shared.bus.options import Options
from shared.bus.provision import provision, provision_on
from shared.bus.topology import BATCH, QIAO, stream_of
from shared.cli.embedded_nats import EmbeddedNats
from shared.events.intake import SurveyProgressed
from shared.ids import new_id
from shared.store.engine import SQLITE_PRAGMAS
from shared.telemetry import Telemetry
from shared.work import Work
from tests.bench._rounds import Clock, Ratio, arguments, show
from tests.faults.town import SURVEYS, house, progressed, store_of
from tests.servers import free_port

STREAM, READER = stream_of("intake"), "procurement-intake"
LOOK_EVERY_SECONDS = 0.01

Keep = Callable[[Sequence[tuple[Msg, SurveyProgressed]]], None]


async def fill(js: JetStreamContext, events: int) -> None:
    for number in range(events):
        event = progressed(SURVEYS[number % len(SURVEYS)], number)
        entity, entity_id = event.aggregate
        row = Said(
            number,
            new_id(),
            entity,
            entity_id,
            event.subject,
            event.model_dump_json(),
            datetime.now(UTC),
            date(2016, 3, 1),
            None,
            None,
            False,
        )
        message = to_message(row, traceparent={})
        await js.publish_async(message.subject, message.body, headers=message.headers)
    await js.publish_async_completed()


async def looped(js: JetStreamContext, events: int, keep: Keep | None) -> float:
    """Events per second of a loop of nats-py on a consumer of its own."""
    name = f"loop-{new_id()}"
    await js.add_consumer(STREAM, ConsumerConfig(durable_name=name, filter_subject="ev.intake.survey.>", max_ack_pending=1_000))
    subscription = await js.pull_subscribe_bind(name, STREAM)
    clock, heard = Clock(), 0
    while heard < events:
        messages = await subscription.fetch(BATCH, timeout=5)
        read = [(message, SurveyProgressed.model_validate_json(message.data)) for message in messages]
        if keep:
            keep(read)
        for message in messages:
            await message.ack()
        heard += len(messages)
    rate = events / clock.seconds
    await subscription.unsubscribe()
    await js.delete_consumer(STREAM, name)
    return rate


class Inbox:
    """The least that makes an effect happen once: a row per event, committed before the acknowledgement."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in SQLITE_PRAGMAS:
            self._connection.execute(pragma)
        self._connection.execute("CREATE TABLE inbox (event_id TEXT PRIMARY KEY, aggregate TEXT, sequence INTEGER, received_at TEXT)")

    def keep(self, read: Sequence[tuple[Msg, SurveyProgressed]]) -> None:
        now = datetime.now(UTC).isoformat()
        headers = [message.headers or {} for message, _ in read]
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(
            "INSERT INTO inbox VALUES (?, ?, ?, ?)",
            [(each["ce-id"], each["ce-subject"], int(each["ce-sequence"]), now) for each in headers],
        )
        self._connection.execute("COMMIT")


async def heard_by_us(js: JetStreamContext, url: str, folder: Path, events: int) -> float:
    """Events per second from the first reaction to the last acknowledgement that the server knows."""
    await js.delete_consumer(STREAM, READER)
    await provision_on(js, QIAO)
    begun: list[Clock] = []

    def react(event: SurveyProgressed, *, work: Work) -> None:
        if not begun:
            begun.append(Clock())

    telemetry = Telemetry("bench")
    options = Options(watch=0.2, fetch=0.5)
    async with house(
        "procurement",
        store_of(folder, f"ours-{new_id()}"),
        url,
        reactions={SurveyProgressed: react},
        tracer=telemetry.tracer,
        options=options,
    ):
        while True:
            place = await js.consumer_info(STREAM, READER)
            if place.ack_floor is not None and place.ack_floor.stream_seq >= events:
                break
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        rate = events / begun[0].seconds
    telemetry.close()
    return rate


async def measure(rounds: int, events: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {"nats-py + Pydantic": [], "nats-py + Pydantic + inbox": [], "hearing": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = EmbeddedNats(folder / "nats", port=free_port())
        server.folder.mkdir()
        server.start()
        await provision(server.url)
        client = await nats.connect(server.url)
        js = client.jetstream()
        await fill(js, events)
        ways: dict[str, Callable[[int], Awaitable[float]]] = {
            "nats-py + Pydantic": lambda number: looped(js, events, None),
            "nats-py + Pydantic + inbox": lambda number: looped(js, events, Inbox(folder / f"inbox-{number}.db").keep),
            "hearing": lambda number: heard_by_us(js, server.url, folder, events),
        }
        for number in range(rounds):
            for way, run in ways.items():
                found[way].append(await run(number))
        await client.close()
        server.stop()
    return found


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    chosen = parser.parse_args()
    found = uvloop.run(measure(1, 300) if chosen.quick else measure(chosen.rounds, chosen.events))
    ratios = [
        Ratio("hearing / nats-py + Pydantic", "hearing", ("nats-py + Pydantic",), "≥ 0.8"),
        Ratio("hearing / the same with an inbox", "hearing", ("nats-py + Pydantic + inbox",)),
    ]
    show("typed events heard per second", found, ratios, unit="events/s")


if __name__ == "__main__":
    main()
