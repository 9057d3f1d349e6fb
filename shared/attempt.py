"""Work of which one part's fault must not end the others: background loops that would meet the same part first each time."""

import logging
from collections.abc import Awaitable

from shared.bus.faults import is_away, reason

log = logging.getLogger("qiao.service")


async def fault_of(work: Awaitable[object], what: str) -> str:
    """Its fault in words that name nobody, and in the log; "" where it went well. That the store is away concerns all and is raised."""
    try:
        await work
    except Exception as fault:
        if is_away(fault):
            raise
        log.error("a part of background work failed", extra={"work": what, "fault": reason(fault)})
        return reason(fault)
    return ""
