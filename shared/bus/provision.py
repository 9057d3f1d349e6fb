"""Makes the streams and consumers of the topology, and tells where a server differs from it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import nats.errors
from nats.aio.client import Client
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    ExternalStream,
    RetentionPolicy,
    StorageType,
    StreamConfig,
    StreamSource,
)
from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError

from shared.bus.domains import Domain, whole
from shared.bus.sign_in import SignIn
from shared.bus.topology import FLOOR, MAX_ACK_PENDING, QIAO, Consumer, Limits, Stream, Topology, stream_of


class ServerTooOld(Exception):
    """A server below the floor ignores in silence what we ask of it (decision 10)."""


def check_version(client: Client) -> None:
    """Raises ServerTooOld."""
    version = client.connected_server_version
    if (version.major, version.minor) < FLOOR:
        raise ServerTooOld(f"NATS 服务器版本为 {version.major}.{version.minor}.{version.patch}，至少需要 {FLOOR[0]}.{FLOOR[1]}")


@asynccontextmanager
async def connected(url: str, sign_in: SignIn | None = None) -> AsyncIterator[Client]:
    """A connection for one command: tried twice, never made again, and told about by what it raises."""
    client = Client()
    try:
        await client.connect(
            url.split(","),
            name="qiao-command",
            allow_reconnect=False,
            max_reconnect_attempts=1,
            reconnect_time_wait=1,
            connect_timeout=3,
            error_cb=_remain_silent,
            **(sign_in.options() if sign_in is not None else {}),
        )
    except (nats.errors.Error, OSError):
        if client._transport is not None:  # a client that was refused leaves its socket open
            client._transport.close()  # type: ignore[no-untyped-call]  # nats-py declares no types for it
        raise
    try:
        yield client
    finally:
        await client.close()


async def _remain_silent(error: Exception) -> None:
    """The client's own habit is to log a traceback per attempt."""


async def provision(url: str, topology: Topology = QIAO, *, sign_in: SignIn | None = None, domain: Domain | None = None) -> list[str]:
    """Create what is missing and change what differs; says what it did. Run it as often as you like. Raises ServerTooOld."""
    async with connected(url, sign_in) as client:
        check_version(client)
        return await provision_on(client.jetstream(), topology, domain or whole(topology))


async def provision_on(js: JetStreamContext, topology: Topology, domain: Domain | None = None) -> list[str]:
    done, limits, domain = [], topology.limits, domain or whole(topology)
    for stream in domain.streams:
        home = domain.mirrors.get(stream.name)
        wanted = mirror_config(stream, limits, home) if home else stream_config(stream, limits)
        try:
            held = (await js.stream_info(stream.name)).config
        except NotFoundError:
            await js.add_stream(wanted)
            done.append(f"created stream {stream.name}")
            continue
        fields = _MIRROR if home else _STRUCTURE + _LIMITS
        if different := _difference(wanted, held, fields):
            await js.update_stream(held.evolve(**{name: getattr(wanted, name) for name in fields}))
            done.append(f"changed stream {stream.name}: {', '.join(different)}")
    for consumer in domain.consumers:
        config = consumer_config(consumer, limits)
        try:
            different = consumer_drift(consumer, limits, (await js.consumer_info(consumer.stream, consumer.name)).config)
        except NotFoundError:
            await js.add_consumer(consumer.stream, config)
            done.append(f"created consumer {consumer.name}")
            continue
        if different:
            await js.add_consumer(consumer.stream, config)
            done.append(f"changed consumer {consumer.name}: {', '.join(different)}")
    return done


async def drift(js: JetStreamContext, topology: Topology = QIAO, service: str | None = None) -> list[str]:
    """Where the server differs from the topology: for one service in its own stream and consumers, else anywhere."""
    found = []
    for stream in topology.streams():
        if service is None or stream.name == stream_of(service):
            found += await stream_drift(js, stream)
    for consumer in topology.consumers(service):
        found += await _consumer_drift(js, consumer, topology.limits)
    return found


async def stream_drift(js: JetStreamContext, stream: Stream) -> list[str]:
    try:
        held = (await js.stream_info(stream.name)).config
    except NotFoundError:
        return [f"stream {stream.name} is missing"]
    if held.mirror is not None:
        return []
    return [f"stream {stream.name}: {difference}" for difference in _difference(stream_config(stream, Limits()), held, _STRUCTURE)]


async def _consumer_drift(js: JetStreamContext, consumer: Consumer, limits: Limits) -> list[str]:
    try:
        held = (await js.consumer_info(consumer.stream, consumer.name)).config
    except NotFoundError:
        return [f"consumer {consumer.name} is missing"]
    return [f"consumer {consumer.name}: {difference}" for difference in consumer_drift(consumer, limits, held)]


def stream_config(stream: Stream, limits: Limits) -> StreamConfig:
    """Limits retention keeps everything for readers that join later; a full stream refuses, and the outbox keeps the row."""
    return StreamConfig(
        name=stream.name,
        subjects=list(stream.subjects),
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.NEW,
        storage=StorageType.FILE,
        allow_atomic=True,
        duplicate_window=limits.duplicate_window,
        max_bytes=limits.max_bytes,
        num_replicas=limits.replicas,
    )


def mirror_config(stream: Stream, limits: Limits, home: str) -> StreamConfig:
    """A copy of a stream of another domain, which nobody can write to; it has its own room, not its own memory of ids."""
    return StreamConfig(
        name=stream.name,
        mirror=StreamSource(name=stream.name, external=ExternalStream(api=f"$JS.{home}.API")),
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        max_bytes=limits.max_bytes,
        num_replicas=limits.replicas,
    )


def consumer_config(consumer: Consumer, limits: Limits) -> ConsumerConfig:
    """Deliveries are not limited: a message that the server gave up would stay unread without a word; we count ourselves."""
    return ConsumerConfig(
        durable_name=consumer.name,
        filter_subjects=list(consumer.subjects),
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=limits.ack_wait,
        max_deliver=-1,
        max_ack_pending=MAX_ACK_PENDING,
    )


_STRUCTURE = ("subjects", "retention", "discard", "storage", "allow_atomic")
_LIMITS = ("duplicate_window", "max_bytes", "num_replicas")
"""An operator's choice, so no drift when a service compares."""
_MIRROR = ("storage", "max_bytes", "num_replicas")
_CONSUMER_FIELDS = ("deliver_policy", "ack_policy", "ack_wait", "max_deliver", "max_ack_pending")


def _difference(wanted: Any, held: Any, names: Sequence[str]) -> list[str]:
    pairs = [(name, getattr(held, name), getattr(wanted, name)) for name in names]
    return [f"{name} is {found}, should be {expected}" for name, found, expected in pairs if found != expected]


def consumer_drift(consumer: Consumer, limits: Limits, held: ConsumerConfig) -> list[str]:
    wanted = consumer_config(consumer, limits)
    subjects = sorted(held.filter_subjects or [held.filter_subject or ""])
    different = [] if subjects == sorted(consumer.subjects) else [f"filters are {subjects}, should be {sorted(consumer.subjects)}"]
    return different + _difference(wanted, held, _CONSUMER_FIELDS)
