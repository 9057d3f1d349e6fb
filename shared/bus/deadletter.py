"""Dead letters: messages that could not be settled, kept with their headers until an operator sends them once more (decision 6)."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from nats.aio.msg import Msg
from nats.js.client import JetStreamContext
from nats.js.errors import APIError, NotFoundError

from shared.bus.cloudevents import percent_decode, percent_encode
from shared.bus.faults import reason
from shared.bus.topology import DEAD_STREAM

MESSAGE_ID = "Nats-Msg-Id"
NO_MESSAGE = 10057
"""JetStream: the message to delete is gone already."""
_OURS = ("dlq-", "nats-")
"""Headers that belong to one delivery and not to the event."""


def origin_of(subject: str, consumer: str) -> str:
    """The subject the publisher used; a letter sent once more came by `retry.<consumer>.<subject>`."""
    return subject.removeprefix(f"retry.{consumer}.")


async def bury(js: JetStreamContext, message: Msg, *, consumer: str, error: Exception, patience: float) -> None:
    """Copy a message to `dlq.<consumer>`; done twice it is there once. Raises what publishing raises."""
    place = message.metadata
    headers = _of_the_event(message.headers or {})
    headers |= {
        MESSAGE_ID: f"dlq.{consumer}.{place.stream}.{place.sequence.stream}",
        "dlq-error": percent_encode(reason(error)[:500]),
        "dlq-subject": origin_of(message.subject, consumer),
        "dlq-tries": str(place.num_delivered),
        "dlq-at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    await js.publish(f"dlq.{consumer}", message.data, timeout=patience, stream=DEAD_STREAM, headers=headers)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A dead letter as an operator sees it; `number` is its place in the stream."""

    number: int
    consumer: str
    subject: str
    error: str
    tries: int
    at: str
    headers: Mapping[str, str]
    body: bytes


async def dead_letters(js: JetStreamContext, consumer: str = "*") -> AsyncIterator[DeadLetter]:
    """All dead letters of one consumer or of all, oldest first."""
    number = 1
    while True:
        try:
            found = await js.get_msg(DEAD_STREAM, seq=number, subject=f"dlq.{consumer}", next=True)
        except NotFoundError:
            return
        number = (found.seq or 0) + 1
        yield _letter(found.seq or 0, found.subject or "", found.headers or {}, found.data or b"")


async def dead_letter(js: JetStreamContext, number: int) -> DeadLetter:
    """Raises NotFoundError when there is none of this number."""
    found = await js.get_msg(DEAD_STREAM, seq=number)
    if not (found.subject or "").startswith("dlq."):
        raise NotFoundError(description=f"{number} is not a dead letter")
    return _letter(number, found.subject or "", found.headers or {}, found.data or b"")


async def send_again(js: JetStreamContext, letter: DeadLetter) -> None:
    """Give a letter to its consumer once more and take it out of the list.

    The event's own id stays, so that the inbox knows it; the message's id is new, or the stream would drop it.
    """
    headers = _of_the_event(letter.headers) | {MESSAGE_ID: str(uuid4())}
    await js.publish(f"retry.{letter.consumer}.{letter.subject}", letter.body, stream=DEAD_STREAM, headers=headers)
    try:
        await js.delete_msg(DEAD_STREAM, letter.number)
    except APIError as error:
        if error.err_code != NO_MESSAGE:
            raise


def _letter(number: int, subject: str, headers: Mapping[str, str], body: bytes) -> DeadLetter:
    return DeadLetter(
        number=number,
        consumer=subject.removeprefix("dlq."),
        subject=headers.get("dlq-subject", ""),
        error=percent_decode(headers.get("dlq-error", "")),
        tries=int(headers.get("dlq-tries", "0")),
        at=headers.get("dlq-at", ""),
        headers=headers,
        body=body,
    )


def _of_the_event(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if not name.lower().startswith(_OURS)}
