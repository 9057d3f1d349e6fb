"""`qiao bus`: make and look after the streams, say again what was said, and deal with dead letters."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, TypeVar

import nats.errors
import typer
from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import DBAPIError

from shared.bus.deadletter import DeadLetter, dead_letter, dead_letters, send_again
from shared.bus.domains import hub, leaf
from shared.bus.provision import ServerTooOld, connected, drift, provision
from shared.bus.replay import replay
from shared.bus.topology import QIAO, Limits, Topology
from shared.cli.bus_users import operator_sign_in, users_configuration
from shared.cli.installed import NotInstalled, load_service, service_names
from shared.cli.secret_files import secrets_folder
from shared.relay import backlog
from shared.settings import ServiceSettings
from shared.store.store import Store

T = TypeVar("T")

bus_app = typer.Typer(no_args_is_help=True, help="The streams and consumers on NATS.")
dlq_app = typer.Typer(no_args_is_help=True, help="Dead letters: events that a service could not settle.")
bus_app.add_typer(dlq_app, name="dlq")
console = Console(highlight=False)

Leaves = Annotated[
    list[str] | None, typer.Option("--leaf", help="A service whose department has a leaf; may be said again.", show_default=False)
]
Number = Annotated[int, typer.Argument(help="As `qiao bus dlq list` shows it.", show_default=False)]


@bus_app.command("provision")
def make_streams(
    max_bytes: Annotated[int, typer.Option(envvar="QIAO_BUS_MAX_BYTES", help="Room of each stream.")] = Limits().max_bytes,
    replicas: Annotated[int, typer.Option(envvar="QIAO_BUS_REPLICAS", help="3 in a cluster.")] = 1,
    leaves: Leaves = None,
    at_leaf: Annotated[str, typer.Option(help="This server is the leaf of that service.", show_default=False)] = "",
) -> None:
    """Create the streams and consumers that are missing and mend those that differ. Safe at any time."""
    topology = Topology(heard=QIAO.heard, asked=QIAO.asked, limits=Limits(max_bytes=max_bytes, replicas=replicas))
    domain = leaf(topology, at_leaf) if at_leaf else hub(topology, leaves or [])
    settings = ServiceSettings()
    done = _foreseen(lambda: provision(settings.nats_url, topology, sign_in=operator_sign_in(settings), domain=domain))
    for line in done or ["everything is as it should be"]:
        console.print(line, markup=False)


@bus_app.command("config")
def write_users(
    out: Annotated[
        Path | None, typer.Option(help="A file that nats-server's configuration includes; printed if left out.", show_default=False)
    ] = None,
    leaves: Leaves = None,
) -> None:
    """The users of the bus for nats-server: one per service with what it needs and no more, and the operator.

    Makes the passwords that are missing, as files under QIAO_DATA/secrets; the configuration has only their hashes.
    """
    data = ServiceSettings().data
    text = users_configuration(data, leaves=leaves or [])
    if out is None:
        console.print(text, markup=False, soft_wrap=True, end="")
        return
    out.write_text(text)
    console.print(f"{out}: {text.count('user:')} users. Their passwords: {secrets_folder(data)}/bus-*", markup=False, soft_wrap=True)


@bus_app.command()
def status() -> None:
    """Streams, consumers and how far they are behind, events that wait in the outboxes, and what differs from the topology."""
    console.print(_outboxes())
    streams, consumers, differences = _on_bus(_look)
    console.print(streams, consumers)
    for difference in differences:
        console.print(f"differs: {difference}", style="yellow", markup=False)


@bus_app.command("replay")
def say_again(
    service: Annotated[str, typer.Argument(help="Whose events.", show_default=False)],
    since: Annotated[datetime | None, typer.Option(help="Only those from this instant on (UTC).", show_default=False)] = None,
    aggregate: Annotated[str | None, typer.Option(help="Only those of one record: <entity>/<id>.", show_default=False)] = None,
) -> None:
    """Have a service publish its events again, after the bus lost them. Readers that know them do nothing twice."""
    each = load_service(service)
    store = each.open_store(each.settings())
    try:
        count = store.run_now(partial(replay, since=since.replace(tzinfo=UTC) if since else None, aggregate=aggregate))
    finally:
        store.engine.dispose()
    console.print(f"{service}: {count} events will be published again")


@dlq_app.command("list")
def list_letters(consumer: Annotated[str, typer.Argument(help="One reader's, as <reader>-<publisher>; all if left out.")] = "*") -> None:
    """What could not be settled, and why."""
    table = Table("number", "consumer", "event", "record", "tries", "at", "reason", box=None)
    for letter in _on_bus(partial(_letters, consumer)):
        record = letter.headers.get("ce-subject", "")
        table.add_row(str(letter.number), letter.consumer, letter.subject, record, str(letter.tries), letter.at, letter.error)
    console.print(table if table.row_count else "no dead letters")


@dlq_app.command("show")
def show_letter(number: Number) -> None:
    """One dead letter with all its headers and its body."""
    letter = _on_bus(partial(_letter, number))
    for name, value in letter.headers.items():
        console.print(f"{name}: {value}", markup=False, soft_wrap=True)
    console.print()
    console.print(_readable(letter.body), markup=False, soft_wrap=True)


@dlq_app.command("retry")
def retry_letters(
    number: Annotated[int | None, typer.Argument(help="One letter.", show_default=False)] = None,
    consumer: Annotated[str | None, typer.Option("--all", help="All letters of this consumer, oldest first.", show_default=False)] = None,
) -> None:
    """Give dead letters to their reader once more. What it has settled meanwhile it does not do twice."""
    if (number is None) == (consumer is None):
        raise typer.BadParameter("Name one letter, or a consumer with --all.")
    sent = _on_bus(partial(_send_again, number, consumer))
    console.print(f"{sent} sent once more")


# what they do


def _foreseen(work: Callable[[], Awaitable[T]]) -> T:
    """Run it; a bus that is away or too old is told in a sentence."""

    async def run() -> T:
        return await work()

    try:
        return asyncio.run(run())
    except (nats.errors.Error, ServerTooOld, OSError, TimeoutError) as error:
        Console(stderr=True).print(f"NATS {ServiceSettings().nats_url}: {error or type(error).__name__}", style="red", markup=False)
        raise typer.Exit(1) from error


def _on_bus(work: Callable[[JetStreamContext], Awaitable[T]]) -> T:
    async def on_bus() -> T:
        settings = ServiceSettings()
        async with connected(settings.nats_url, operator_sign_in(settings)) as client:
            return await work(client.jetstream())

    return _foreseen(on_bus)


async def _look(js: JetStreamContext) -> tuple[Table, Table, list[str]]:
    streams = Table("stream", "events", "bytes", box=None)
    consumers = Table("consumer", "waiting", "being settled", "delivered again", box=None)
    for stream in QIAO.streams():
        try:
            state = (await js.stream_info(stream.name)).state
        except NotFoundError:
            continue
        streams.add_row(stream.name, f"{state.messages:,}", f"{state.bytes:,}")
    for consumer in QIAO.consumers():
        try:
            info = await js.consumer_info(consumer.stream, consumer.name)
        except NotFoundError:
            continue
        consumers.add_row(info.name, *(f"{count or 0:,}" for count in (info.num_pending, info.num_ack_pending, info.num_redelivered)))
    return streams, consumers, await drift(js)


def _outboxes() -> Table:
    table = Table("outbox", "waiting", "oldest", box=None)
    for name in service_names():
        try:
            service = load_service(name)
        except NotInstalled:
            continue
        store = service.open_store(service.settings())
        try:
            table.add_row(name, *_outbox(store))
        finally:
            store.engine.dispose()
    return table


def _outbox(store: Store) -> tuple[str, str]:
    if store.path is not None and not store.path.exists():
        return "no store", ""
    try:
        waiting, oldest = store.read_now(backlog)
    except DBAPIError as error:
        return f"{type(error).__name__}", ""
    return f"{waiting:,}", f"{(datetime.now(UTC) - oldest).total_seconds():.0f} s" if oldest else ""


async def _letters(consumer: str, js: JetStreamContext) -> list[DeadLetter]:
    return [letter async for letter in dead_letters(js, consumer)]


async def _letter(number: int, js: JetStreamContext) -> DeadLetter:
    return await dead_letter(js, number)


async def _send_again(number: int | None, consumer: str | None, js: JetStreamContext) -> int:
    letters = [await dead_letter(js, number)] if number is not None else await _letters(consumer or "*", js)
    for letter in letters:
        await send_again(js, letter)
    return len(letters)


def _readable(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except ValueError:
        return repr(body)
