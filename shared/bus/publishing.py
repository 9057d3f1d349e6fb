"""Gives messages to JetStream, and knows which of its refusals are for ever."""

import re

import nats.errors
from nats.aio.client import Client
from nats.js.errors import APIError

from shared.bus.cloudevents import Message
from shared.bus.faults import CannotPass
from shared.bus.options import Options
from shared.bus.topology import stream_of

TOO_LARGE = 10054
"""JetStream's code for a message over the stream's own limit."""
HEADER_OVERHEAD = 64
_NOT_ALLOWED = re.compile(r'permissions violation for publish to "([^"]+)"', re.IGNORECASE)


class NotConnected(Exception):
    """There is no link at the moment; the outbox keeps the row."""


class Publisher:
    """The publishing side of a link. A lost permission is told by the server beside the publish, which itself only times out."""

    def __init__(self, service: str, options: Options) -> None:
        self._stream = stream_of(service)
        self._options = options
        self._not_allowed: set[str] = set()
        self.client: Client | None = None

    def is_connected(self) -> bool:
        return self.client is not None and self.client.is_connected

    async def note(self, error: Exception) -> None:
        """Called with every error the client hears of."""
        if found := _NOT_ALLOWED.search(str(error)):
            self._not_allowed.add(found[1])

    async def publish(self, message: Message) -> int:
        """The message's place in the stream. Raises CannotPass when it will never have one, else what the client raises."""
        if self.client is None:
            raise NotConnected
        if _size(message) > self.client.max_payload:  # the server would cut the connection instead of answering
            raise CannotPass(f"{_size(message)} bytes, the server takes {self.client.max_payload}")
        try:
            kept = await self.client.jetstream().publish(
                message.subject, message.body, timeout=self._options.publish, stream=self._stream, headers=message.headers
            )
        except APIError as error:
            if error.err_code == TOO_LARGE:
                raise CannotPass(str(error)) from error
            raise
        except (nats.errors.TimeoutError, TimeoutError):
            if message.subject not in self._not_allowed:
                raise
            self._not_allowed.discard(message.subject)
            raise CannotPass(f"this service may not publish {message.subject}") from None
        return kept.seq


def _size(message: Message) -> int:
    return len(message.body) + HEADER_OVERHEAD + sum(len(name) + len(value) + 4 for name, value in message.headers.items())
