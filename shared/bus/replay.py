"""Saying again what was said: the relay publishes every row that is not marked as sent, and inboxes know what they have."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update

from shared.work import Work


def replay(work: Work, *, since: datetime | None = None, aggregate: str | None = None) -> int:
    """Mark events as not sent, all of them or those since an instant or of one record (`<entity>/<id>`); returns how many."""
    outbox = work.kernel.outbox
    chosen: list[ColumnElement[bool]] = [outbox.c.sent_at.is_not(None)]
    if since is not None:
        chosen.append(outbox.c.time >= since)
    if aggregate is not None:
        entity, _, entity_id = aggregate.partition("/")
        chosen += [outbox.c.aggregate_type == entity, outbox.c.aggregate_id == entity_id]
    count = int(work.scalar(select(func.count()).select_from(outbox).where(*chosen)))
    work.execute(update(outbox).where(*chosen).values(sent_at=None))
    return count
