"""What a service hears: each message decoded, traced, run as its own unit, then acked, delayed or dead-lettered (decision 5)."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import nats.errors
from nats.aio.msg import Msg
from nats.js.client import JetStreamContext
from opentelemetry.trace import Span, Status, StatusCode, Tracer

from shared.bus.cloudevents import Received, from_message
from shared.bus.deadletter import bury, origin_of
from shared.bus.faults import Misdirected, is_away, is_permanent, reason
from shared.bus.options import Options
from shared.bus.topology import Consumer
from shared.bus.tracing import hearing
from shared.errors import NotYet
from shared.events.event import Event
from shared.inbox import Delivery, once
from shared.store.store import Store
from shared.work import Work

log = logging.getLogger("qiao.bus")


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


@dataclass(slots=True)
class Behind:
    """Records of this batch with an event that has to wait; their later events wait with it, so that order holds."""

    sequences: dict[tuple[str, str], int] = field(default_factory=dict)

    def check(self, received: Received) -> None:
        """Raises NotYet when an earlier event of the same record waits."""
        if self.sequences.get((received.entity, received.entity_id), received.sequence) < received.sequence:
            raise NotYet("an earlier event of the same record waits")

    def add(self, received: Received) -> None:
        self.sequences.setdefault((received.entity, received.entity_id), received.sequence)

    def forget(self, received: Received) -> None:
        """The unit was run again, alone, and did what it could not do before."""
        if self.sequences.get((received.entity, received.entity_id)) == received.sequence:
            del self.sequences[received.entity, received.entity_id]


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

    async def take(self, messages: list[Msg]) -> None:
        """Settle a batch. SQLite's one writer runs its units in their order; on PostgreSQL those of one record follow each other."""
        behind = Behind()
        await asyncio.gather(*(self._follow(lane, behind) for lane in self._lanes(messages)))

    def _lanes(self, messages: list[Msg]) -> Iterable[list[Msg]]:
        if self._store.is_sqlite:
            return [[message] for message in messages]
        lanes: dict[str, list[Msg]] = {}
        for message in messages:
            lanes.setdefault((message.headers or {}).get("ce-subject", ""), []).append(message)
        return lanes.values()

    async def _follow(self, lane: list[Msg], behind: Behind) -> None:
        for message in lane:
            try:
                await self._settle(message, behind)
            except nats.errors.Error as error:  # the answer to the server is lost: it delivers again, and the inbox knows the event
                log.warning("a message could not be acknowledged", extra={"consumer": self._consumer.name, "error": repr(error)})

    async def _settle(self, message: Msg, behind: Behind) -> None:
        headers = message.headers or {}
        consumer = self._inbox_name(message)
        attributes: dict[str, str | int] = {
            "messaging.consumer.group.name": consumer,
            "messaging.message.id": headers.get("ce-id", ""),
            "messaging.nats.delivery_count": message.metadata.num_delivered,
        }
        with hearing(self._tracer, origin_of(message.subject, consumer), headers.get("traceparent"), attributes) as span:
            try:
                await self._effect(message, consumer, behind)
            except Exception as error:  # the edge of the process: whatever the fault, the message is delayed or dead-lettered
                await self._fault(message, consumer, error, span)
            else:
                await message.ack()

    async def _effect(self, message: Msg, consumer: str, behind: Behind) -> None:
        received = from_message(message.headers, message.data)
        if received.subject != (subject := origin_of(message.subject, consumer)):
            raise Misdirected(f"{received.subject} came by {subject}")
        event = received.event(self._heard)
        if event is None:
            self._tally.ignored += 1
            return
        unit = _unit(Delivery(consumer, received), self._reactions[type(event)], event, behind, one_writer=self._store.is_sqlite)
        if await self._store.run(unit, today=received.businesstime):
            self._tally.effected += 1
        else:
            self._tally.repeated += 1

    async def _fault(self, message: Msg, consumer: str, error: Exception, span: Span) -> None:
        tries = message.metadata.num_delivered
        is_last = is_permanent(error) or (tries >= self._options.tries and not is_away(error))
        told = {"consumer": consumer, "event": (message.headers or {}).get("ce-id", ""), "tries": tries}
        if not isinstance(error, NotYet) or is_last:
            span.set_status(Status(StatusCode.ERROR, reason(error)))
        if is_last and await self._bury(message, consumer, error):
            log.error("an event was dead-lettered", extra=told, exc_info=None if is_permanent(error) else error)
            self._tally.dead += 1
            await message.term()
            return
        log.info("an event is tried again later", extra={**told, "reason": reason(error)})
        self._tally.delayed += 1
        await message.nak(delay=self._options.delay(tries))

    async def _bury(self, message: Msg, consumer: str, error: Exception) -> bool:
        """False when the dead-letter stream cannot be written: then the message stays where it is."""
        try:
            await bury(self._js, message, consumer=consumer, error=error, patience=self._options.publish)
        except (nats.errors.Error, TimeoutError) as trouble:
            log.error("a dead letter could not be kept", extra={"consumer": consumer, "error": repr(trouble)})
            return False
        return True

    def _inbox_name(self, message: Msg) -> str:
        """The consumer in whose name an event counts as received: that of its first delivery, also when it is sent once more."""
        if message.subject.startswith("retry."):
            return message.subject.split(".")[1]
        return self._consumer.name


def _unit(delivery: Delivery, reaction: Reaction, event: Event, behind: Behind, *, one_writer: bool) -> Callable[[Work], bool]:
    def unit(work: Work) -> bool:
        behind.check(delivery.received)
        try:
            effected = once(work, delivery, partial(reaction, event, work=work), one_writer=one_writer)
        except Exception as error:
            if not is_permanent(error):
                behind.add(delivery.received)
            raise
        behind.forget(delivery.received)
        return effected

    unit.__qualname__ = f"react to {delivery.received.subject}"
    return unit
