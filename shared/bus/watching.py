"""A watch over one consumer: bind when it is there, let go when it is gone, begin anew when it was made again.

FastStream notices none of this; and a connection that answers pings may have no JetStream behind it (engineering facts 7, 8).
"""

import asyncio
import logging
from datetime import datetime
from typing import Any, Literal

import nats.errors
from nats.js.api import ConsumerInfo
from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError

from shared.bus.broker import Listening
from shared.bus.ending import pause
from shared.bus.hearing import Tally
from shared.bus.options import Options
from shared.bus.provision import consumer_drift
from shared.bus.topology import Consumer, Limits

log = logging.getLogger("qiao.bus")

State = Literal["starting", "ok", "missing", "unreachable"]


class Watch:
    """What is known of one consumer, whoever is connected."""

    def __init__(self, consumer: Consumer, limits: Limits, options: Options) -> None:
        self.consumer = consumer
        self.tally = Tally()
        self.state: State = "starting"
        self.drift: list[str] = []
        self.waiting = 0
        self._limits = limits
        self._options = options
        self._made_at: datetime | None = None

    async def keep(self, js: JetStreamContext, listening: Listening, over: asyncio.Event) -> None:
        """Until it is over."""
        while not over.is_set():
            await self._look(js, listening)
            await pause(over, self._options.watch)

    def told(self) -> dict[str, Any]:
        """For health."""
        tally = {"effected": self.tally.effected, "repeated": self.tally.repeated, "delayed": self.tally.delayed, "dead": self.tally.dead}
        return {"state": self.state, "waiting": self.waiting, **tally}

    async def _look(self, js: JetStreamContext, listening: Listening) -> None:
        try:
            async with asyncio.timeout(self._options.look):
                info = await js.consumer_info(self.consumer.stream, self.consumer.name)
            await self._bind(info, listening)
        except NotFoundError:
            self._tell("missing")
            if listening.is_running:
                await listening.stop()
        except (nats.errors.Error, TimeoutError):
            self._tell("unreachable")

    async def _bind(self, info: ConsumerInfo, listening: Listening) -> None:
        if listening.is_running and info.created != self._made_at:
            await listening.stop()
        if not listening.is_running:
            await listening.start()
            self._made_at = info.created
        self.drift = consumer_drift(self.consumer, self._limits, info.config)
        self.waiting = (info.num_pending or 0) + (info.num_ack_pending or 0)
        self._tell("ok")

    def _tell(self, state: State) -> None:
        if state != self.state and (self.state, state) != ("starting", "ok"):
            level = logging.INFO if state == "ok" else logging.WARNING
            log.log(level, "a consumer changed its state", extra={"consumer": self.consumer.name, "state": state})
        self.state = state
