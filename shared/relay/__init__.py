"""The relay: publishes what the outbox keeps, in order, and marks it sent when the stream has it (decision 2).

A round claims up to 256 unsent rows. Fifty or more go as one atomic batch, whose order is the stream's: one fsync instead of
as many as there are rows. Fewer, and a batch that was refused or whose answer was lost, go in runs, a run being the longest
stretch of rows in which no aggregate occurs twice. So at most one row per aggregate is unacknowledged, and the stream gets the
order of the outbox.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import accumulate
from time import monotonic
from typing import Protocol

import psycopg
from opentelemetry.trace import Status, StatusCode, Tracer
from sqlalchemy import and_, bindparam, func, not_, select, update

from shared.bus.cloudevents import Message, Said, to_message
from shared.bus.faults import CannotPass, is_away
from shared.bus.options import Options
from shared.bus.publishing import NotTogether
from shared.bus.tracing import headers_of, start_publishing
from shared.relay.turn import Turn, turn_of
from shared.store.store import Store
from shared.work import Reader, Work

log = logging.getLogger("qiao.relay")

BATCH_BYTES = 1024**2
"""Data of one atomic batch at most, so that it is sent well within the time that a publication may take."""

Aggregate = tuple[str, str]


class Line(Protocol):
    """Gives messages to the stream of this service."""

    def is_connected(self) -> bool: ...

    async def publish(self, message: Message, /) -> int:
        """The message's place in the stream. Raises CannotPass for what the stream will never take."""

    async def publish_together(self, messages: Sequence[Message], /) -> Sequence[int]:
        """The places of all. Raises NotTogether when the stream took none, but may take them one by one."""


@dataclass(slots=True)
class Held:
    """An aggregate whose next event cannot pass; the events of all others go on."""

    error: str
    until: float


@dataclass(slots=True)
class State:
    """What health tells of the relay."""

    has_turn: bool = False
    sent: int = 0
    pending: int = 0
    window: int = 0
    """Events of this round that the stream has not acknowledged yet, 256 at most."""
    oldest: datetime | None = None
    trouble: str = ""
    held: dict[Aggregate, Held] = field(default_factory=dict)


class Relay:
    """One per store works; others wait for their turn."""

    def __init__(self, store: Store, line: Line, *, tracer: Tracer, options: Options) -> None:
        self._store = store
        self._line = line
        self._tracer = tracer
        self._options = options
        self._turn: Turn = turn_of(store)
        self._turn.on_standby = self._stand_by
        self._is_wanted = True
        self._failures = 0
        self.state = State()

    def wake(self) -> None:
        """The bus is back: do not sleep on."""
        self._failures = 0
        self._turn.changed.set()

    def stop(self) -> None:
        """Let `run` end when what is on its way has arrived and is marked."""
        self._is_wanted = False
        self._turn.is_over.set()
        self._turn.changed.set()

    async def run(self) -> None:
        """Until stopped. Faults of the store or the bus make it wait, never end."""
        while self._is_wanted:
            try:
                self._turn.is_over.clear()
                async with self._turn.held():
                    self.state.has_turn = True
                    await self._relay()
            except Exception as error:  # the edge of the process: a relay that ends would strand everything said from now on
                is_known = isinstance(error, psycopg.OperationalError) or is_away(error)
                log.warning("the relay was interrupted", exc_info=None if is_known else error, extra={"error": type(error).__name__})
                self.state.trouble = type(error).__name__
                self._turn.changed.clear()  # what rang before means nothing now: without a pause it would ask again and again
            finally:
                self.state.has_turn = False
            if self._is_wanted:
                await self._turn.wait(self._options.sweep)

    def _stand_by(self) -> None:
        """What was true of this relay when it last had the turn is another one's business now."""
        self.state.trouble, self.state.pending, self.state.oldest, self.state.held = "", 0, None, {}

    async def _relay(self) -> None:
        while not self._turn.is_over.is_set():
            self._turn.changed.clear()
            is_more = await self._round()
            if self._failures:
                await self._turn.wait(min(self._options.relay_delay * 2 ** (self._failures - 1), self._options.relay_longest))
            elif not is_more:
                await self._turn.wait(self._options.sweep)

    async def _round(self) -> bool:
        """Publish what waits, up to a window of it. True if there may be more."""
        now = monotonic()
        self.state.held = {aggregate: held for aggregate, held in self.state.held.items() if held.until > now}
        waiting = await self._store.read(partial(_waiting, self._options.window, tuple(self.state.held)))
        await self._measure(waiting)
        if not waiting:
            self._failures, self.state.trouble = 0, ""
        if not waiting or not self._line.is_connected():
            return False
        sent: dict[int, int] = {}
        self.state.window = len(waiting)
        try:
            if not await self._publish(waiting, sent):
                self._failures += 1
                return False
        finally:
            self.state.window = 0
            if sent:
                await self._store.run(partial(_mark_sent, sent), bulk=True, deadline=self._options.relay_longest * 6)
                self.state.sent += len(sent)
        self._failures = 0
        self.state.trouble = ""
        if len(sent) == len(waiting) < self._options.window and not self.state.held:
            self.state.pending, self.state.oldest = 0, None
            return False  # what has been said since has rung the bell
        return True

    async def _measure(self, waiting: Sequence[Said]) -> None:
        self.state.oldest = waiting[0].time if waiting else None
        self.state.pending = len(waiting)
        if len(waiting) == self._options.window or self.state.held:
            self.state.pending, self.state.oldest = await self._store.read(backlog)

    async def _publish(self, waiting: Sequence[Said], sent: dict[int, int]) -> bool:
        """Put into `sent` what has arrived, with its place. False after a fault that may pass: then everything waits."""
        batch = batch_of(waiting)
        if len(batch) >= self._options.together and not self._failures:
            try:
                return await self._publish_batch(batch, sent)
            except NotTogether as refusal:
                log.info("a batch is sent one by one", extra={"count": len(batch), "reason": str(refusal)})
        for run in runs(waiting):
            if not await self._publish_run([said for said in run if said.aggregate not in self.state.held], sent):
                return False
            self.state.window = len(waiting) - len(sent)
        return True

    async def _publish_batch(self, batch: Sequence[Said], sent: dict[int, int]) -> bool:
        """The spans of a refused batch are never ended, so that nobody is told of what did not happen."""
        spans = [start_publishing(self._tracer, said, old=self._options.old) for said in batch]
        messages = [to_message(said, traceparent=headers_of(span)) for said, span in zip(batch, spans, strict=True)]
        try:
            places = await self._line.publish_together(messages)
        except NotTogether:
            raise
        except Exception as error:  # whether the stream has it is not known: after a pause it is asked row by row, and knows their ids
            self.state.trouble = f"{type(error).__name__}: {error}"
            return False
        for said, span, place in zip(batch, spans, places, strict=True):
            sent[said.seq] = place
            span.end()
        return True

    async def _publish_run(self, run: Sequence[Said], sent: dict[int, int]) -> bool:
        """False after a fault that may pass: then everything waits."""
        is_well = True
        for said, outcome in zip(run, await asyncio.gather(*(self._send(said) for said in run), return_exceptions=True), strict=True):
            if isinstance(outcome, int):
                sent[said.seq] = outcome
            elif isinstance(outcome, CannotPass):
                await self._hold(said, outcome)
            elif isinstance(outcome, Exception):
                self.state.trouble = f"{type(outcome).__name__}: {outcome}"
                is_well = False
            else:
                raise outcome
        return is_well

    async def _send(self, said: Said) -> int:
        span = start_publishing(self._tracer, said, old=self._options.old)
        try:
            return await self._line.publish(to_message(said, traceparent=headers_of(span)))
        except Exception as error:
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise
        finally:
            span.end()

    async def _hold(self, said: Said, error: CannotPass) -> None:
        log.error(
            "an event cannot pass, its record is held", extra={"event": str(said.event_id), "type": said.subject, "error": str(error)}
        )
        self.state.held[said.aggregate] = Held(str(error), monotonic() + self._options.held)
        await self._store.run(partial(_note_error, said.seq, str(error)), bulk=True)


def batch_of(waiting: Sequence[Said]) -> Sequence[Said]:
    """As many of the first rows as one atomic batch may carry."""
    for count, size in enumerate(accumulate(len(said.data) for said in waiting)):
        if size > BATCH_BYTES:
            return waiting[:count]
    return waiting


def runs(waiting: Sequence[Said]) -> Iterator[list[Said]]:
    """Cut the rows wherever an aggregate would occur twice."""
    run: dict[Aggregate, Said] = {}
    for said in waiting:
        if said.aggregate in run:
            yield list(run.values())
            run = {}
        run[said.aggregate] = said
    if run:
        yield list(run.values())


def _waiting(limit: int, held: Sequence[Aggregate], reader: Reader) -> list[Said]:
    outbox = reader.kernel.outbox.c
    passed_over = [not_(and_(outbox.aggregate_type == entity, outbox.aggregate_id == entity_id)) for entity, entity_id in held]
    columns = (
        outbox.seq,
        outbox.event_id,
        outbox.aggregate_type,
        outbox.aggregate_id,
        outbox.type.label("subject"),
        outbox.data,
        outbox.time,
        outbox.businesstime,
        outbox.division,
        outbox.traceparent,
        outbox.stream_seq.is_not(None).label("is_replay"),
    )
    statement = select(*columns).where(outbox.sent_at.is_(None), *passed_over).order_by(outbox.seq).limit(limit)
    return [Said(**row._mapping) for row in reader.rows(statement)]


def backlog(reader: Reader) -> tuple[int, datetime | None]:
    """How many events wait to be sent, and since when."""
    outbox = reader.kernel.outbox.c
    found = reader.rows(select(func.count().label("count"), func.min(outbox.time).label("oldest")).where(outbox.sent_at.is_(None)))[0]
    return found._mapping["count"], found._mapping["oldest"]


def _mark_sent(sent: dict[int, int], work: Work) -> None:
    outbox = work.kernel.outbox
    values = {"sent_at": work.now, "stream_seq": bindparam("place"), "last_error": None}
    work.execute(
        update(outbox).where(outbox.c.seq == bindparam("row")).values(values), [{"row": seq, "place": place} for seq, place in sent.items()]
    )


def _note_error(seq: int, error: str, work: Work) -> None:
    outbox = work.kernel.outbox
    work.execute(update(outbox).where(outbox.c.seq == seq).values(attempts=outbox.c.attempts + 1, last_error=error))
