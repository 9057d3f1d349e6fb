"""What a service hears: each message decoded, traced, run as its own unit, then acked, delayed or dead-lettered (decision 5)."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any, Protocol
from uuid import UUID

import nats.errors
from nats.aio.msg import Msg
from nats.js.client import JetStreamContext
from opentelemetry.trace import Span, Status, StatusCode, Tracer
from sqlalchemy.exc import DBAPIError

from shared.bus.cloudevents import Received, from_message
from shared.bus.deadletter import bury, origin_of
from shared.bus.faults import Misdirected, Unreadable, is_away, is_permanent, reason
from shared.bus.options import Options
from shared.bus.topology import Consumer
from shared.bus.tracing import hearing
from shared.errors import NotYet
from shared.events.event import Event
from shared.inbox import Delivery, once, received_before
from shared.store.store import Store
from shared.work import Work

log = logging.getLogger("qiao.bus")

COMES_AGAIN = 30.0
"""Seconds beyond its delay within which an event that waits is delivered again, if it is delivered here at all."""
SOON = 3
"""What only waits for something else is asked for again no more slowly than after this many tries."""


class Reaction(Protocol):
    def __call__(self, event: Any, /, *, work: Work) -> object: ...


@dataclass(slots=True)
class Tally:
    """What has become of the messages since this process started."""

    effected: int = 0
    repeated: int = 0
    ignored: int = 0
    delayed: int = 0
    dead: int = 0


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message and what it delivers; without a delivery it is no event of ours, and `fault` says why."""

    message: Msg
    consumer: str
    """In whose name the event counts as received: that of its first delivery, also when it is sent once more."""
    delivery: Delivery | None
    tries: int
    fault: Unreadable | None = None

    @property
    def subject(self) -> str:
        return origin_of(self.message.subject, self.consumer)


class Behind(NotYet):
    """An earlier event of the same record waits; this one is in order and only waits with it."""


class Order:
    """Events that wait to be delivered again. Later ones of the same record wait with them, so that its order holds."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], dict[int, float]] = {}

    def check(self, received: Received) -> None:
        """Raises Behind when an earlier event of the same record waits."""
        now = monotonic()
        if any(sequence < received.sequence and now < until for sequence, until in self._waiting.get(received.record, {}).items()):
            raise Behind("an earlier event of the same record waits")

    def hold(self, received: Received, seconds: float) -> None:
        """This event comes again within that time; if it does not, another process has taken it."""
        self._waiting.setdefault(received.record, {})[received.sequence] = monotonic() + seconds

    def go_on(self, received: Received) -> None:
        """The event is settled."""
        if waiting := self._waiting.get(received.record):
            waiting.pop(received.sequence, None)
            if not waiting:
                del self._waiting[received.record]


@dataclass(slots=True)
class Batch:
    """What the messages of one batch must know of each other."""

    known: frozenset[tuple[str, UUID]]
    begun: set[tuple[str, UUID]] = field(default_factory=set)

    def knows(self, delivery: Delivery) -> bool:
        """Has the event been received before this batch? Raises NotYet when this batch brings it twice: the second waits for the first."""
        key = (delivery.consumer, delivery.received.id)
        if key in self.begun:
            raise NotYet("it came twice at once")
        self.begun.add(key)
        return key in self.known


class Hearing:
    """One consumer's messages and what the service does about them."""

    def __init__(
        self,
        consumer: Consumer,
        store: Store,
        reactions: Mapping[type[Event], Reaction],
        tally: Tally,
        *,
        js: JetStreamContext,
        tracer: Tracer,
        options: Options,
    ) -> None:
        self._consumer = consumer
        self._store = store
        self._reactions = reactions
        self._heard = {event.subject: event for event in reactions}
        self._js = js
        self._tracer = tracer
        self._options = options
        self._tally = tally
        self._order = Order()

    async def take(self, messages: list[Msg]) -> None:
        """Settle a batch. SQLite's one writer runs its units in their order; on PostgreSQL those of one record follow each other."""
        arrivals = [self._arrival(message) for message in messages]
        batch = Batch(known=await self._known([arrival.delivery for arrival in arrivals if arrival.delivery]))
        await asyncio.gather(*(self._follow(lane, batch) for lane in self._lanes(arrivals)))

    def _arrival(self, message: Msg) -> Arrival:
        """The message and, if it is a CloudEvent, what it delivers to which inbox."""
        is_again = message.subject.startswith("retry.")
        consumer = message.subject.split(".")[1] if is_again else self._consumer.name
        tries = int(message.metadata.num_delivered)
        try:
            return Arrival(message, consumer, Delivery(consumer, from_message(message.headers, message.data)), tries)
        except Unreadable as fault:
            return Arrival(message, consumer, None, tries, fault)

    async def _known(self, deliveries: Sequence[Delivery]) -> frozenset[tuple[str, UUID]]:
        try:
            return await received_before(deliveries, self._store)
        except DBAPIError:  # the store is away: each unit will find that out for itself
            return frozenset()

    def _lanes(self, arrivals: Sequence[Arrival]) -> Iterable[Sequence[Arrival]]:
        if self._store.is_sqlite:
            return [[arrival] for arrival in arrivals]
        lanes: dict[str, list[Arrival]] = {}
        for arrival in arrivals:
            lanes.setdefault((arrival.message.headers or {}).get("ce-subject", ""), []).append(arrival)
        return lanes.values()

    async def _follow(self, lane: Sequence[Arrival], batch: Batch) -> None:
        for arrival in lane:
            try:
                await self._settle(arrival, batch)
            except nats.errors.Error as error:  # the answer to the server is lost: it delivers again, and the inbox knows the event
                log.warning("a message could not be acknowledged", extra={"consumer": arrival.consumer, "error": repr(error)})

    async def _settle(self, arrival: Arrival, batch: Batch) -> None:
        message, headers = arrival.message, arrival.message.headers or {}
        attributes: dict[str, str | int] = {
            "messaging.consumer.group.name": arrival.consumer,
            "messaging.message.id": headers.get("ce-id", ""),
            "messaging.nats.delivery_count": arrival.tries,
        }
        with hearing(self._tracer, arrival.subject, headers.get("traceparent"), attributes) as span:
            try:
                await self._effect(arrival, batch)
            except Exception as error:  # the edge of the process: whatever the fault, the message is delayed or dead-lettered
                await self._fault(arrival, error, span)
            else:
                await message.ack()

    async def _effect(self, arrival: Arrival, batch: Batch) -> None:
        if arrival.delivery is None:
            raise arrival.fault or Unreadable("empty")
        received = arrival.delivery.received
        if received.subject != arrival.subject:
            raise Misdirected(f"{received.subject} came by {arrival.subject}")
        event = received.event(self._heard)
        if event is None:
            self._tally.ignored += 1
            return
        if batch.knows(arrival.delivery):
            self._tally.repeated += 1
        elif await self._store.run(self._unit(arrival, arrival.delivery, event), today=received.businesstime):
            self._tally.effected += 1
        else:
            self._tally.repeated += 1
        self._order.go_on(received)

    def _unit(self, arrival: Arrival, delivery: Delivery, event: Event) -> Callable[[Work], bool]:
        received, order = delivery.received, self._order
        comes_again = self._options.delay(arrival.tries) + COMES_AGAIN
        react = partial(self._reactions[type(event)], event)

        def unit(work: Work) -> bool:
            try:
                order.check(received)
                effected = once(work, delivery, partial(react, work=work), one_writer=self._store.is_sqlite)
            except Exception as error:
                if not is_permanent(error):
                    order.hold(received, comes_again)
                raise
            order.go_on(received)  # when the unit was run again, alone, it may have done what it could not do before
            return effected

        unit.__qualname__ = f"react to {received.subject}"
        return unit

    async def _fault(self, arrival: Arrival, error: Exception, span: Span) -> None:
        message, consumer, tries = arrival.message, arrival.consumer, arrival.tries
        is_only_waiting = isinstance(error, Behind) or is_away(error)
        is_last = is_permanent(error) or (tries >= self._options.tries and not is_only_waiting)
        told = {"consumer": consumer, "event": (message.headers or {}).get("ce-id", ""), "tries": tries}
        if not isinstance(error, NotYet) or is_last:
            span.set_status(Status(StatusCode.ERROR, reason(error)))
        if is_last and await self._bury(message, consumer, error):
            log.error("an event was dead-lettered", extra=told, exc_info=None if is_permanent(error) else error)
            self._tally.dead += 1
            if arrival.delivery is not None:
                self._order.go_on(arrival.delivery.received)
            await message.term()
            return
        log.info("an event is tried again later", extra={**told, "reason": reason(error)})
        self._tally.delayed += 1
        await message.nak(delay=self._options.delay(min(tries, SOON) if is_only_waiting else tries))

    async def _bury(self, message: Msg, consumer: str, error: Exception) -> bool:
        """False when the dead-letter stream cannot be written: then the message stays where it is."""
        try:
            await bury(self._js, message, consumer=consumer, error=error, patience=self._options.publish)
        except (nats.errors.Error, TimeoutError) as trouble:
            log.error("a dead letter could not be kept", extra={"consumer": consumer, "error": repr(trouble)})
            return False
        return True
