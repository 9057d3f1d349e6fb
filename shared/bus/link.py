"""A service's link to the bus: comes up in the background, stays through outages, never stands in the way of HTTP (decision 12)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import nats.errors
from faststream.nats import NatsBroker
from nats.aio.client import Client
from nats.js.client import JetStreamContext
from opentelemetry.trace import Tracer

from shared.bus.asking import Answer, Answering, OnRefusal, WhenRefused, ask
from shared.bus.broker import Listening, close, make_broker
from shared.bus.ending import end, pause, unless
from shared.bus.hearing import Hearing, Reaction
from shared.bus.options import Options
from shared.bus.provision import ServerTooOld, check_version, stream_drift
from shared.bus.publishing import Publisher
from shared.bus.rights import rights_of
from shared.bus.sign_in import SignIn
from shared.bus.topology import QIAO, Topology, stream_of
from shared.bus.watching import WELL, Watch
from shared.errors import Busy
from shared.events.event import Event, Request
from shared.relay import Relay
from shared.sentences import S_
from shared.store.store import Store

log = logging.getLogger("qiao.bus")

EXPECTED = (nats.errors.Error, ServerTooOld, OSError)
BEHIND_SECONDS = 60.0
"""An outbox row that waits longer makes the service degraded."""


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
        on_refusal: OnRefusal | None = None,
        when_refused: Mapping[type[Request], WhenRefused] | None = None,
        tracer: Tracer,
        topology: Topology = QIAO,
        options: Options | None = None,
        sign_in: SignIn | None = None,
        relays: bool = True,
        consumes: bool = True,
    ) -> None:
        self._service = service
        self._url = url
        self._sign_in = sign_in
        self._store = store
        self._reactions = reactions
        self._answers = answers or {}
        self._on_refusal = on_refusal
        self._when_refused = when_refused or {}
        self._tracer = tracer
        self._options = options or Options()
        self._relays = relays
        self._consumes = consumes
        self._stream = next(stream for stream in topology.streams() if stream.name == stream_of(service))
        heard = list(topology.consumers(service)) if consumes else []
        self._rights = rights_of(store, service, consumers=len(heard))
        self._watches = [Watch(consumer, topology.limits, self._options, self._rights) for consumer in heard]
        self._publisher = Publisher(service, self._options)
        self._relay: Relay | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._over = asyncio.Event()
        self._trouble = "not connected yet"
        self._stream_drift: list[str] = []

    async def start(self) -> None:
        """Returns at once; NATS may be away."""
        if self._relays:
            self._relay = Relay(self._store, self._publisher, tracer=self._tracer, options=self._options)
            self._tasks.append(asyncio.create_task(self._relay.run(), name=f"{self._service} relay"))
        self._tasks.append(asyncio.create_task(self._stay_linked(), name=f"{self._service} bus"))

    async def stop(self) -> None:
        """Let what runs finish, in whatever state the link is. The store must still be open."""
        self._over.set()
        if self._relay is not None:
            self._relay.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._options.graceful + self._options.look)
        for task in self._tasks:
            await end(task)
        self._tasks = []
        await self._rights.close()

    async def ask(self, request: Request) -> bytes:
        """Put a question to another service. Raises AskRefused, or Busy when nobody answers."""
        client = self._publisher.client
        if client is None or not client.is_connected:
            raise Busy(S_("消息总线暂时不可用，请稍后再试"), retry_after=5)
        return await ask(client, request, tracer=self._tracer, patience=self._options.ask)

    def health(self) -> dict[str, Any]:
        """What is degraded; events wait in the outbox and in the streams until it passes."""
        consumers = {watch.consumer.name: watch.told() for watch in self._watches}
        drift = [*self._stream_drift, *(f"consumer {watch.consumer.name}: {found}" for watch in self._watches for found in watch.drift)]
        relay = self._relay_health()
        is_linked = self._publisher.is_connected()
        is_well = is_linked and not drift and relay["is_well"] and all(told["state"] in WELL for told in consumers.values())
        return {
            "state": "ok" if is_well else "degraded",
            "nats": {"connected": is_linked, "trouble": "" if is_linked else self._trouble},
            "consumers": consumers,
            "relay": relay,
            "drift": drift,
        }

    def complaints(self) -> list[str]:
        """The same in sentences for the operator; none when all is well."""
        health = self.health()
        nats_is, relay, told = health["nats"], health["relay"], []
        if not nats_is["connected"]:
            told.append(f"连不上消息总线（{nats_is['trouble']}），事件先存在本服务，连上后自动送出")
        if not relay["is_well"]:
            told.append(
                f"事件送出受阻：{relay['pending']} 条待送，最早一条已等 {relay['oldest_seconds']:.0f} 秒；{relay['trouble'] or '见日志'}"
            )
        if nats_is["connected"]:
            told += [f"消费者 {name}：{each['state']}" for name, each in health["consumers"].items() if each["state"] not in WELL]
        if health["drift"]:
            told.append(f"总线设置与本版本不一致（{'；'.join(health['drift'])}），请运行 qiao bus provision")
        return told

    def _relay_health(self) -> dict[str, Any]:
        if self._relay is None:
            return {"is_well": True}
        state = self._relay.state
        waited = (datetime.now(UTC) - state.oldest).total_seconds() if state.oldest else 0.0
        return {
            "is_well": not state.trouble and not state.held and waited < BEHIND_SECONDS,
            "has_turn": state.has_turn,
            "sent": state.sent,
            "window": state.window,
            "pending": state.pending,
            "oldest_seconds": round(waited, 1),
            "trouble": state.trouble,
            "held": {"/".join(aggregate): held.error for aggregate, held in state.held.items()},
        }

    # the link

    async def _stay_linked(self) -> None:
        while not self._over.is_set():
            try:
                await self._link()
            except Exception as error:  # the edge of the process: without this loop the service would be cut off until its next start
                self._trouble = f"{type(error).__name__}: {error}"
                log.warning(
                    "the link to the bus was lost", exc_info=None if isinstance(error, EXPECTED) else error, extra={"error": self._trouble}
                )
            await pause(self._over, self._options.reconnect)

    async def _link(self) -> None:
        """One life of a connection: it reconnects by itself until it is over or the client gives up, as it does after some errors."""
        closed = asyncio.Event()
        broker = make_broker(
            self._service,
            self._url,
            self._options,
            sign_in=self._sign_in,
            on_error=self._publisher.note,
            on_change=self._changed,
            on_closed=_setter(closed),
        )
        client: Client | None = None
        try:
            client = await unless(self._over, broker.connect())
            if client is None:
                return
            check_version(client)
            self._publisher.client = client
            await self._changed()
            await self._work(broker, client, closed)
            self._trouble = str(client.last_error or "closed")
        finally:
            self._publisher.client = None
            await close(broker, client, self._options)

    async def _work(self, broker: NatsBroker, client: Client, closed: asyncio.Event) -> None:
        js = client.jetstream()
        over = asyncio.Event()
        if self._consumes:
            answering = Answering(
                client,
                self._service,
                self._store,
                self._answers,
                tracer=self._tracer,
                on_refusal=self._on_refusal,
                when_refused=self._when_refused,
            )
            await answering.start()
        async with asyncio.TaskGroup() as tasks:
            for watch in self._watches:
                hearing = Hearing(
                    watch.consumer, self._store, self._reactions, watch.tally, js=js, tracer=self._tracer, options=self._options
                )
                listening = Listening(broker, self._service, watch.consumer, watch.guarded(hearing.take), self._options)
                tasks.create_task(watch.keep(js, listening, over))
            tasks.create_task(self._watch_stream(js, over))
            await unless(self._over, closed.wait())
            over.set()

    async def _watch_stream(self, js: JetStreamContext, over: asyncio.Event) -> None:
        while not over.is_set():
            with suppress(nats.errors.Error, TimeoutError):
                async with asyncio.timeout(self._options.look):
                    self._stream_drift = await stream_drift(js, self._stream)
            await pause(over, self._options.watch)

    async def _changed(self) -> None:
        """The connection came or went."""
        if self._relay is not None and self._publisher.is_connected():
            self._relay.wake()


def _setter(event: asyncio.Event) -> Callable[[], Awaitable[None]]:
    async def set_it() -> None:
        event.set()

    return set_it
