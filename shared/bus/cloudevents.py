"""CloudEvents 1.0 on NATS in binary mode: attributes as `ce-*` headers, the event's JSON as the body.

Follows the NATS protocol binding 1.0.3. Structured mode is understood, never sent. Older majors are upcast here, at the
edge, so that reactions see the newest form only.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import unquote_to_bytes
from uuid import UUID

from pydantic import ValidationError

from shared.bus.faults import UnknownMajor, Unreadable
from shared.events.event import Event
from shared.events.majors import fact_of, is_older_form, major_of, said_beside

SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/json"
SUBJECT = re.compile(r"ev\.(?P<service>[a-z]+)\.(?P<entity>[a-z_]+)\.(?P<fact>[a-z_]+)\.v(?P<major>[1-9][0-9]*)")

_UNSAFE = re.compile(r"[^!#$&-~]")

Upcast = Callable[[dict[str, Any]], dict[str, Any]]

_upcasts: dict[str, tuple[str, Upcast]] = {}


def upcasts(old: str, *, to: str) -> Callable[[Upcast], Upcast]:
    """Register a pure function that turns the data of an older major into the next one. Kept as long as an outbox can replay it."""

    def register(function: Upcast) -> Upcast:
        if fact_of(old) != fact_of(to):
            raise ValueError(f"{old} and {to} are different facts")
        _upcasts[old] = (to, function)
        return function

    return register


@dataclass(frozen=True, slots=True)
class Said:
    """An outbox row on its way out."""

    seq: int
    event_id: UUID
    aggregate_type: str
    aggregate_id: str
    subject: str
    data: str
    time: datetime
    businesstime: date
    division: str | None
    traceparent: str | None
    is_replay: bool

    @property
    def aggregate(self) -> tuple[str, str]:
        return self.aggregate_type, self.aggregate_id


@dataclass(frozen=True, slots=True)
class Message:
    subject: str
    headers: dict[str, str]
    body: bytes


def to_message(said: Said, *, traceparent: Mapping[str, str]) -> Message:
    """The message of an outbox row; `traceparent` are the headers of the span that publishes it."""
    attributes = {
        "specversion": SPEC_VERSION,
        "id": str(said.event_id),
        "source": f"urn:qiao:{said.subject.split('.')[1]}",
        "type": said.subject,
        "subject": f"{said.aggregate_type}/{said.aggregate_id}",
        "time": said.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": CONTENT_TYPE,
        "dataschema": f"urn:qiao:schema:{said.subject}",
        "businesstime": said.businesstime.isoformat(),
        "sequence": f"{said.seq:020d}",
    }
    if said.division:
        attributes["division"] = said.division
    if beside := said_beside(said.subject, said.event_id):
        attributes["beside"] = " ".join(beside)
    headers = {f"ce-{name}": percent_encode(value) for name, value in attributes.items()}
    headers |= {"content-type": CONTENT_TYPE, "Nats-Msg-Id": str(said.event_id), **traceparent}
    return Message(said.subject, headers, said.data.encode())


@dataclass(frozen=True, slots=True)
class Received:
    """A CloudEvent as it came, its attributes checked, its data not yet read."""

    id: UUID
    source: str
    subject: str
    entity: str
    entity_id: str
    fact: str
    time: datetime
    businesstime: date
    sequence: int
    division: str | None
    traceparent: str | None
    body: bytes
    beside: tuple[str, ...] = ()
    """Other majors in which the same fact is said; a reader takes the newest that it knows."""

    @property
    def record(self) -> tuple[str, str]:
        """What the event is about; events of one record keep their order."""
        return self.entity, self.entity_id

    def event(self, heard: Mapping[str, type[Event]]) -> Event | None:
        """The event in a form that is heard, or None for a fact that nobody here reacts to, or that is said better beside.

        Raises UnknownMajor for a fact we hear in a version we do not know, Unreadable for data that break its schema.
        """
        if fact_of(self.subject) not in {fact_of(subject) for subject in heard}:
            return None
        if self._is_said_better(heard):
            return None
        try:
            if self.subject in heard:
                return heard[self.subject].model_validate_json(self.body)
            subject, data = self.subject, json.loads(self.body)
            while subject not in heard:
                if subject not in _upcasts:
                    raise UnknownMajor(f"{self.subject} is not known here; update this service")
                subject, upcast = _upcasts[subject]
                data = upcast(data)
            return heard[subject].model_validate(data)
        except (ValidationError, ValueError) as error:
            raise Unreadable(f"{self.subject}: {_without_values(error)}") from error

    def _is_said_better(self, heard: Mapping[str, type[Event]]) -> bool:
        """Does this reader take the same fact in another major? Of those it hears the newest, else the newest it can bring up."""
        if self.beside:
            said = sorted((self.subject, *self.beside), key=major_of, reverse=True)
            known = [subject for subject in said if subject in heard] or [subject for subject in said if subject in _upcasts] or said
            return self.subject != known[0]
        return is_older_form(self.id) and self.subject not in heard  # a replay of the time when both were said


def from_message(headers: Mapping[str, str] | None, body: bytes) -> Received:
    """Raises Unreadable when it is not a CloudEvent of ours."""
    given = {name.lower(): value for name, value in (headers or {}).items()}
    try:
        if given.get("content-type", "").startswith("application/cloudevents"):
            attributes, body = _structured(body)
        else:
            attributes = {name[3:]: percent_decode(value) for name, value in given.items() if name.startswith("ce-")}
        return _checked(attributes, given.get("traceparent") or attributes.get("traceparent"), body)
    except (KeyError, ValueError) as error:
        raise Unreadable(f"not a CloudEvent of this bus: {error}") from error


def _structured(body: bytes) -> tuple[dict[str, str], bytes]:
    envelope = json.loads(body)
    data = json.dumps(envelope.pop("data"), ensure_ascii=False).encode()
    return {name: str(value) for name, value in envelope.items()}, data


def _checked(attributes: Mapping[str, str], traceparent: str | None, body: bytes) -> Received:
    if attributes["specversion"] != SPEC_VERSION:
        raise ValueError(f"specversion {attributes['specversion']}")
    subject = SUBJECT.fullmatch(attributes["type"])
    if subject is None:
        raise ValueError(f"type {attributes['type']}")
    entity, _, entity_id = attributes["subject"].partition("/")
    if entity != subject["entity"] or not entity_id:
        raise ValueError(f"subject {attributes['subject']} of {attributes['type']}")
    return Received(
        id=UUID(attributes["id"]),
        source=attributes["source"],
        subject=attributes["type"],
        entity=entity,
        entity_id=entity_id,
        fact=subject["fact"],
        time=datetime.fromisoformat(attributes["time"]),
        businesstime=date.fromisoformat(attributes["businesstime"]),
        sequence=int(attributes["sequence"]),
        division=attributes.get("division"),
        traceparent=traceparent,
        body=body,
        beside=tuple(attributes.get("beside", "").split()),
    )


def percent_encode(value: str) -> str:
    """As §3.1.3.2 of the binding: space, double quote, percent and all but printable ASCII."""
    return _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), value)


def percent_decode(value: str) -> str:
    """One round of decoding, after a quoted string is unquoted. Raises ValueError for bytes that are no UTF-8."""
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    return unquote_to_bytes(value).decode() if "%" in value else value


def _without_values(error: ValueError) -> str:
    """What is wrong and where, never the value: it goes into logs and headers."""
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(str(part) for part in fault['loc'])}: {fault['type']}" for fault in error.errors(include_input=False))
    return type(error).__name__
