"""A service's link to the bus: comes up in the background, stays through outages, never stands in the way of HTTP (decision 12)."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import nats.errors
from faststream.nats import NatsBroker
from nats.aio.client import Client
from nats.js.client import JetStreamContext
from opentelemetry.trace import Tracer

from shared.bus.asking import Answer, Answering, ask
from shared.bus.broker import Listening, close, make_broker
from shared.bus.hearing import Hearing, Reaction
from shared.bus.options import Options
from shared.bus.provision import ServerTooOld, check_version, stream_drift
from shared.bus.publishing import Publisher
from shared.bus.topology import QIAO, Topology, stream_of
from shared.bus.watching import Watch
from shared.errors import Busy
from shared.events.event import Event, Request
from shared.relay import Relay
from shared.store.store import Store

log = logging.getLogger("qiao.bus")

BEHIND_SECONDS = 60.0
"""An outbox row that waits longer makes the service degraded."""


class LinkLost(Exception):
    """The client gave the connection up for good; a new one is made."""


class Bus:
    """Everything one process of a service does on the bus."""

    def __init__(
        self,
        service: str,
        url: str,
        store: Store,
        *,
        reactions: Mapping[type[Event], Reaction],
        answers: Mapping[type[Request], Answer] | None = None,
        tracer: Tracer,
        topology: Topology = QIAO,
        options: Options | None = None,
        relays: bool = True,
        consumes: bool = True,
    ) -> None:
        self._service = service
        self._url = url
        self._store = store
        self._reactions = reactions
        self._answers = answers or {}
        self._tracer = tracer
        self._options = options or Options()
        self._relays = relays
        self._consumes = consumes
        self._stream = next(stream for stream in topology.streams() if stream.name == stream_of(service))
        self._watches = [Watch(consumer, self._options) for consumer in topology.consumers(service)] if consumes else []
        self._publisher = Publisher(service, self._options)
        self._relay: Relay | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._trouble = "not connected yet"
        self._stream_drift: list[str] = []

    async def start(self) -> None:
        """Returns at once; NATS may be away."""
        if self._relays:
            publisher = self._publisher
            self._relay = Relay(self._store, publisher.publish, publisher.is_connected, tracer=self._tracer, options=self._options)
            self._tasks.append(asyncio.create_task(self._relay.run(), name=f"{self._service} relay"))
        self._tasks.append(asyncio.create_task(self._stay_linked(), name=f"{self._service} bus"))

    async def stop(self) -> None:
        """Let what runs finish, in whatever state the link is. The store must still be open."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        self._tasks = []

    async def ask(self, request: Request) -> bytes:
        """Put a question to another service. Raises AskRefused, or Busy when nobody answers."""
        client = self._publisher.client
        if client is None or not client.is_connected:
            raise Busy("消息总线暂时不可用，请稍后再试", retry_after=5)
        return await ask(client, request, tracer=self._tracer, patience=self._options.ask)

    def health(self) -> dict[str, Any]:
        """What is degraded; events wait in the outbox and in the streams until it passes."""
        consumers = {watch.consumer.name: watch.told() for watch in self._watches}
        drift = [*self._stream_drift, *(f"consumer {watch.consumer.name}: {found}" for watch in self._watches for found in watch.drift)]
        relay = self._relay_health()
        is_linked = self._publisher.is_connected()
        is_well = is_linked and not drift and relay["is_well"] and all(told["state"] == "ok" for told in consumers.values())
        return {
            "state": "ok" if is_well else "degraded",
            "nats": {"connected": is_linked, "trouble": "" if is_linked else self._trouble},
            "consumers": consumers,
            "relay": relay,
            "drift": drift,
        }

    def _relay_health(self) -> dict[str, Any]:
        if self._relay is None:
            return {"is_well": True}
        state = self._relay.state
        waited = (datetime.now(UTC) - state.oldest).total_seconds() if state.oldest else 0.0
        return {
            "is_well": not state.trouble and not state.held and waited < BEHIND_SECONDS,
            "has_turn": state.has_turn,
            "sent": state.sent,
            "pending": state.pending,
            "oldest_seconds": round(waited, 1),
            "trouble": state.trouble,
            "held": {"/".join(aggregate): held.error for aggregate, held in state.held.items()},
        }

    # the link

    async def _stay_linked(self) -> None:
        while True:
            try:
                await self._link()
            except (nats.errors.Error, ServerTooOld, LinkLost, OSError, ExceptionGroup) as error:
                self._trouble = _said_by(error)
                log.warning("the link to the bus was lost", extra={"error": self._trouble})
            await asyncio.sleep(self._options.reconnect)

    async def _link(self) -> None:
        """One life of a connection: it reconnects by itself until the client gives up."""
        gone = asyncio.Event()

        async def note_closed() -> None:
            gone.set()

        broker = make_broker(
            self._service, self._url, self._options, on_error=self._publisher.note, on_change=self._changed, on_closed=note_closed
        )
        client: Client | None = None
        try:
            client = await broker.connect()
            check_version(client)
            self._publisher.client = client
            await self._changed()
            await self._work(broker, client, gone)
        finally:
            self._publisher.client = None
            await close(broker, client, self._options)

    async def _work(self, broker: NatsBroker, client: Client, gone: asyncio.Event) -> None:
        js = client.jetstream()
        async with asyncio.TaskGroup() as tasks:
            if self._consumes:
                await Answering(client, self._service, self._store, self._answers, tracer=self._tracer).start()
            for watch in self._watches:
                hearing = Hearing(
                    watch.consumer, self._store, self._reactions, watch.tally, js=js, tracer=self._tracer, options=self._options
                )
                tasks.create_task(watch.keep(js, Listening(broker, self._service, watch.consumer, hearing.take, self._options)))
            tasks.create_task(self._watch_stream(js))
            tasks.create_task(_until_closed(client, gone))

    async def _watch_stream(self, js: JetStreamContext) -> None:
        while True:
            with suppress(nats.errors.Error, TimeoutError):
                self._stream_drift = await asyncio.wait_for(stream_drift(js, self._stream), self._options.look)
            await asyncio.sleep(self._options.watch)

    async def _changed(self) -> None:
        """The connection came or went."""
        if self._relay is not None and self._publisher.is_connected():
            self._relay.wake()


async def _until_closed(client: Client, gone: asyncio.Event) -> None:
    """Raises LinkLost when the client has closed for good, as it does after some errors of the server."""
    await gone.wait()
    raise LinkLost(str(client.last_error or "closed"))


def _said_by(error: BaseException) -> str:
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"
