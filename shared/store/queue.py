"""Units waiting for the store: two queues, the ordinary one first; a full one says so at once."""

import asyncio
import contextvars
import threading
from collections import deque
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from datetime import date
from time import monotonic
from typing import Any

from sqlalchemy import Table

from shared.access import Actor
from shared.errors import Busy
from shared.sentences import S_
from shared.work import Work

CAPACITY = 2_000
"""Waiting units per queue; beyond it the caller hears 503 with Retry-After."""

Committed = Callable[[Set[Table]], None]
"""Called after each commit, in the writing thread, with the tables that got new rows."""


@dataclass(slots=True, eq=False)
class Waiting:
    """A unit, its caller's context, and how to answer."""

    unit: Callable[[Work], Any]
    actor: Actor
    today: date
    deadline: float
    context: contextvars.Context
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    value: Any = None
    error: BaseException | None = None
    has_started: bool = False

    @property
    def is_stale(self) -> bool:
        """Past its deadline or given up by its caller before it began: it is skipped."""
        return self.future.cancelled() or monotonic() > self.deadline


def answer(done: Sequence[Waiting]) -> None:
    """Hand results to their callers, waking each event loop once."""
    loops: dict[asyncio.AbstractEventLoop, list[Waiting]] = {}
    for item in done:
        loops.setdefault(item.loop, []).append(item)
    for loop, items in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, items)


def _resolve(items: Sequence[Waiting]) -> None:
    for item in items:
        if item.future.done():
            continue
        if item.error is not None:
            item.future.set_exception(item.error)
        else:
            item.future.set_result(item.value)


class UnitQueue:
    """First in, first out; bulk work only when nothing else waits."""

    def __init__(self) -> None:
        self._ordinary: deque[Waiting] = deque()
        self._bulk: deque[Waiting] = deque()
        self._changed = threading.Condition()
        self._is_closed = False

    @property
    def waiting(self) -> int:
        return len(self._ordinary) + len(self._bulk)

    def put(self, item: Waiting, *, bulk: bool) -> None:
        """Raises Busy when 2,000 units wait already or the store is stopping."""
        queue = self._bulk if bulk else self._ordinary
        with self._changed:
            if self._is_closed:
                raise Busy(S_("系统正在停止，请稍后再试"))
            if len(queue) >= CAPACITY:
                raise Busy()
            queue.append(item)
            self._changed.notify()

    def take(self) -> Waiting | None:
        """The next unit; waits for one. None when the queue is closed and empty."""
        with self._changed:
            while not self._ordinary and not self._bulk:
                if self._is_closed:
                    return None
                self._changed.wait()
            return self._next()

    def take_waiting(self) -> Waiting | None:
        """The next ordinary unit if one waits already, else None; bulk work never joins a group."""
        with self._changed:
            return self._ordinary.popleft() if self._ordinary else None

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _next(self) -> Waiting:
        return self._ordinary.popleft() if self._ordinary else self._bulk.popleft()
