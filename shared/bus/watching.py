"""A watch over one consumer: bind when it is there, let go when it is gone, begin anew when it was made again.

FastStream notices none of this; and a connection that answers pings may have no JetStream behind it (engineering facts 7, 8).
"""

import asyncio
import logging
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

import nats.errors
from nats.aio.msg import Msg
from nats.js.api import ConsumerInfo
from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError

from shared.bus.broker import Listening, Take
from shared.bus.ending import pause
from shared.bus.hearing import Tally
from shared.bus.options import Options
from shared.bus.provision import consumer_drift
from shared.bus.rights import Rights
from shared.bus.topology import Consumer, Limits

log = logging.getLogger("qiao.bus")

State = Literal["starting", "ok", "standing by", "missing", "unreachable"]
WELL: tuple[State, ...] = ("ok", "standing by")


class Watch:
    """What is known of one consumer, whoever is connected."""

    def __init__(self, consumer: Consumer, limits: Limits, options: Options, rights: Rights) -> None:
        self.consumer = consumer
        self.tally = Tally()
        self.state: State = "starting"
        self.drift: list[str] = []
        self.waiting = 0
        self._limits = limits
        self._options = options
        self._rights = rights
        self._made_at: datetime | None = None
        self._has_left_some = False

    async def keep(self, js: JetStreamContext, listening: Listening, over: asyncio.Event) -> None:
        """Until it is over."""
        while not over.is_set():
            if await self._rights.has(self.consumer.name):
                await self._look(js, listening)
            else:
                await self._stand_by(listening)
            await pause(over, self._options.watch)

    def guarded(self, take: Take) -> Take:
        """Leaves what came after the right was lost to the process that has it now."""

        async def taken(messages: list[Msg]) -> None:
            if await self._rights.keeps(self.consumer.name):
                await take(messages)
            else:
                self._has_left_some = True

        return taken

    def told(self) -> dict[str, Any]:
        """For health."""
        return {"state": self.state, "waiting": self.waiting, **asdict(self.tally)}

    async def _stand_by(self, listening: Listening) -> None:
        """Another process hears this consumer, or the one that tells us apart cannot be asked."""
        if listening.is_running:
            await listening.stop()
        await self._rights.give_back(self.consumer.name)
        self._tell("standing by")

    async def _look(self, js: JetStreamContext, listening: Listening) -> None:
        try:
            async with asyncio.timeout(self._options.look):
                info = await js.consumer_info(self.consumer.stream, self.consumer.name)
            await self._bind(info, js, listening)
        except NotFoundError:
            self._tell("missing")
            if listening.is_running:
                await listening.stop()
        except (nats.errors.Error, TimeoutError):
            self._tell("unreachable")

    async def _bind(self, info: ConsumerInfo, js: JetStreamContext, listening: Listening) -> None:
        if listening.is_running and (info.created != self._made_at or self._has_left_some):
            await listening.stop()
        if not listening.is_running:
            if info.num_ack_pending:
                await self._begin_again(js)
            await listening.start()
            self._made_at, self._has_left_some = info.created, False
        self.drift = consumer_drift(self.consumer, self._limits, info.config)
        self.waiting = (info.num_pending or 0) + (info.num_ack_pending or 0)
        self._tell("ok")

    async def _begin_again(self, js: JetStreamContext) -> None:
        """Have the server deliver at once, and in order, what the process before this one left without an answer.

        Otherwise it would come when its time is over, behind later events of the same record. The inbox knows what was done.
        """
        try:
            await js.reset_consumer(self.consumer.stream, self.consumer.name, timeout=self._options.look)
        except (nats.errors.Error, TimeoutError) as error:
            log.warning("a consumer could not begin again", extra={"consumer": self.consumer.name, "error": repr(error)})

    def _tell(self, state: State) -> None:
        if state != self.state and (self.state != "starting" or state not in WELL):
            level = logging.INFO if state in WELL else logging.WARNING
            log.log(level, "a consumer changed its state", extra={"consumer": self.consumer.name, "state": state})
        self.state = state
