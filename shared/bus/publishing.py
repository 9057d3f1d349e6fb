"""Gives messages to JetStream, one by one or as an atomic batch, and knows which of its refusals are for ever."""

import re
from collections.abc import Mapping, Sequence
from uuid import uuid4

import nats.errors
from nats.aio.client import Client
from nats.js.api import Header
from nats.js.errors import APIError
from nats.protocol.command import hpub_cmd

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


class NotTogether(Exception):
    """The stream took none of a batch, and may take its messages one by one: one of them was seen before, or cannot pass."""


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
        client = self._linked()
        if _size(message) > client.max_payload:  # the server would cut the connection instead of answering
            raise CannotPass(f"{_size(message)} bytes, the server takes {client.max_payload}")
        try:
            kept = await client.jetstream().publish(
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

    async def publish_together(self, messages: Sequence[Message]) -> Sequence[int]:
        """Their places in the stream, which takes them in this order with one fsync, or none of them (ADR-50 of NATS; at most 1,000).

        Raises NotTogether when they have to be sent one by one, else what the client raises.
        """
        client = self._linked()
        if any(_size(message) > client.max_payload for message in messages):
            raise NotTogether(f"one has more than the {client.max_payload} bytes that the server takes")
        batch = uuid4().hex
        await client._send_command(b"".join(_frame(message, _part(batch, number)) for number, message in enumerate(messages[:-1], start=1)))
        last, commit = messages[-1], {**messages[-1].headers, **_part(batch, len(messages)), Header.BATCH_COMMIT.value: "1"}
        try:
            kept = await client.jetstream().publish(
                last.subject, last.body, timeout=self._options.publish, stream=self._stream, headers=commit
            )
        except APIError as error:
            raise NotTogether(str(error)) from error
        except (nats.errors.TimeoutError, TimeoutError) as error:
            if self._not_allowed.isdisjoint(message.subject for message in messages):
                raise
            raise NotTogether("one has a subject that this service may not publish") from error
        return range(kept.seq - len(messages) + 1, kept.seq + 1)

    def _linked(self) -> Client:
        if self.client is None:
            raise NotConnected
        return self.client


def _part(batch: str, number: int) -> dict[str, str]:
    return {Header.BATCH_ID.value: batch, Header.BATCH_SEQUENCE.value: str(number)}


def _frame(message: Message, more: Mapping[str, str]) -> bytes:
    """The message as it goes over the wire, without a subject for an answer. The client's own encoder, which checks names and values
    that are ours and percent-encoded already, takes four times as long: more than the server needs for its part of a batch."""
    lines = [f"{name}: {value}\r\n" for name, value in (*message.headers.items(), *more.items())]
    frame: bytes = hpub_cmd(message.subject, "", "".join(("NATS/1.0\r\n", *lines, "\r\n")).encode(), message.body)
    return frame


def _size(message: Message) -> int:
    return len(message.body) + HEADER_OVERHEAD + sum(len(name) + len(value) + 4 for name, value in message.headers.items())
