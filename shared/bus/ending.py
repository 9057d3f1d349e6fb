"""Ending what runs in the background.

Loops look at an event instead of waiting to be cancelled: on Python 3.11 `asyncio.wait_for`, which nats-py and psycopg
use everywhere, swallows a cancellation that comes together with its result.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")

NUDGE = 0.2


async def pause(event: asyncio.Event, seconds: float) -> None:
    """Sleep, but not beyond the event."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


async def end(task: "asyncio.Task[Any]") -> None:
    """Cancel until it has ended; its own faults are nobody's any more."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=NUDGE)
    if not task.cancelled():
        task.exception()


async def unless(event: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """The result of some work, or None when the event came first."""
    working = asyncio.create_task(work)
    waiting = asyncio.create_task(event.wait())
    try:
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        return await working if working.done() else None
    finally:
        await end(waiting)
        await end(working)
