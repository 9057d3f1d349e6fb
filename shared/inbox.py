"""The inbox: an event may come many times, its effect is made once, in the transaction of the reaction (decisions 1 and 6)."""

from collections.abc import Callable, Collection
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from sqlalchemy import exists, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from shared.bus.cloudevents import Received
from shared.store.store import Store
from shared.work import Reader, Work

RECEIVED = "SELECT 1 FROM inbox WHERE consumer = :consumer AND event_id = :id"


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


async def received_before(deliveries: Collection[Delivery], store: Store) -> frozenset[tuple[str, UUID]]:
    """Which of these (consumer, event id) are in the inbox already: asked before a batch, so that its units need not look."""
    keys = {(delivery.consumer, delivery.received.id) for delivery in deliveries}
    if store.is_sqlite:
        return frozenset([(consumer, id) for consumer, id in keys if await store.lookup.find(RECEIVED, consumer=consumer, id=id.hex)])
    return await store.read(partial(_received, keys))


def _received(keys: Collection[tuple[str, UUID]], reader: Reader) -> frozenset[tuple[str, UUID]]:
    inbox = reader.kernel.inbox.c
    wanted = tuple_(inbox.consumer, inbox.event_id).in_(keys)
    rows = reader.rows(select(inbox.consumer, inbox.event_id).where(wanted))
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
