"""The inbox: an event may come many times, its effect is made once, in the transaction of the reaction (decisions 1 and 6)."""

from collections.abc import Callable, Collection
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert

from shared.bus.cloudevents import Received
from shared.work import Reader, Work


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event at the door of one consumer."""

    consumer: str
    received: Received

    @property
    def topic(self) -> str:
        """The fact and the record it is about: what an older event may be overtaken in."""
        return f"{self.received.entity}.{self.received.fact}/{self.received.entity_id}"


_current: ContextVar[Delivery | None] = ContextVar("delivery", default=None)


def received_before(deliveries: Collection[Delivery], reader: Reader) -> frozenset[tuple[str, UUID]]:
    """Which of these (consumer, event id) are in the inbox already: asked once per batch, so that most units need not look."""
    inbox = reader.kernel.inbox.c
    consumers = {delivery.consumer for delivery in deliveries}
    ids = {delivery.received.id for delivery in deliveries}
    rows = reader.rows(select(inbox.consumer, inbox.event_id).where(inbox.consumer.in_(consumers), inbox.event_id.in_(ids)))
    return frozenset((row.consumer, row.event_id) for row in rows)


def once(work: Work, delivery: Delivery, react: Callable[[], object], *, one_writer: bool) -> bool:
    """React and mark the event as received; return False, with nothing done, when another process was faster.

    Several writers claim the mark first, and the database lets one of them. A single one marks at the end, so that its
    reaction reads without a savepoint; should the mark be there after all, the key of the inbox undoes the whole unit.
    """
    inbox = work.kernel.inbox
    row = {
        "consumer": delivery.consumer,
        "event_id": delivery.received.id,
        "aggregate": delivery.topic,
        "sequence": delivery.received.sequence,
        "businesstime": delivery.received.businesstime,
        "received_at": work.now,
    }
    if one_writer:
        _react(delivery, react)
        work.keep(inbox, row)
        return True
    if work.scalar(insert(inbox).values(row).on_conflict_do_nothing().returning(inbox.c.event_id)) is None:
        return False
    _react(delivery, react)
    return True


def is_overtaken(work: Work) -> bool:
    """Has a newer event of the same fact about the same record been received already? For reactions to events that carry state."""
    delivery = _current.get()
    if delivery is None:
        return False
    inbox = work.kernel.inbox.c
    same = (inbox.consumer == delivery.consumer, inbox.aggregate == delivery.topic)
    return bool(work.scalar(select(exists().where(*same, inbox.sequence > delivery.received.sequence))))


def _react(delivery: Delivery, react: Callable[[], object]) -> None:
    token = _current.set(delivery)
    try:
        react()
    finally:
        _current.reset(token)
