"""CloudEvents in NATS headers, held against the CloudEvents project's own JSON Schema (cloudevents.json, 1.0, Apache-2.0)."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator, FormatChecker  # type: ignore[import-untyped]  # it brings no types

from shared.bus import cloudevents
from shared.bus.cloudevents import Message, Said, from_message, percent_decode, percent_encode, to_message, upcasts
from shared.bus.faults import UnknownMajor, Unreadable
from shared.events import event
from shared.events.event import Event
from shared.events.intake import RecipientWithdrawn

RECIPIENT = UUID(int=7)
EVENT = RecipientWithdrawn(
    recipient_id=RECIPIENT, programme_id=UUID(int=1), contract_id=UUID(int=2), withdrawn_on=date(2016, 9, 1), reason="moved"
)
SAID = Said(
    seq=42,
    event_id=UUID(int=9),
    aggregate_type="recipient",
    aggregate_id=str(RECIPIENT),
    subject=RecipientWithdrawn.subject,
    data=EVENT.model_dump_json(),
    time=datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
    businesstime=date(2016, 9, 1),
    division="420200000000",
    traceparent=None,
    is_replay=False,
)
TRACEPARENT = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}


def message(said: Said = SAID) -> Message:
    return to_message(said, traceparent=TRACEPARENT)


def test_a_message_is_a_valid_cloudevent() -> None:
    sent = message()
    attributes: dict[str, Any] = {name[3:]: percent_decode(value) for name, value in sent.headers.items() if name.startswith("ce-")}
    schema = json.loads(Path(__file__).with_name("cloudevents.json").read_text())

    Draft7Validator(schema, format_checker=FormatChecker()).validate({**attributes, "data": json.loads(sent.body)})


def test_attributes_are_headers_and_the_event_is_the_body() -> None:
    sent = message()

    assert sent.subject == "ev.intake.recipient.withdrawn.v1"
    assert sent.headers == {
        "ce-specversion": "1.0",
        "ce-id": str(SAID.event_id),
        "ce-source": "urn:qiao:intake",
        "ce-type": "ev.intake.recipient.withdrawn.v1",
        "ce-subject": f"recipient/{RECIPIENT}",
        "ce-time": "2026-11-23T08:00:00Z",
        "ce-datacontenttype": "application/json",
        "ce-dataschema": "urn:qiao:schema:ev.intake.recipient.withdrawn.v1",
        "ce-businesstime": "2016-09-01",
        "ce-sequence": "00000000000000000042",
        "ce-division": "420200000000",
        "content-type": "application/json",
        "Nats-Msg-Id": str(SAID.event_id),
        **TRACEPARENT,
    }
    assert json.loads(sent.body) == json.loads(SAID.data)


def test_what_was_said_is_what_is_received() -> None:
    sent = message()
    received = from_message(sent.headers, sent.body)

    assert received.event({RecipientWithdrawn.subject: RecipientWithdrawn}) == EVENT
    assert (received.id, received.sequence, received.businesstime, received.entity_id) == (
        SAID.event_id,
        42,
        date(2016, 9, 1),
        str(RECIPIENT),
    )
    assert received.traceparent == TRACEPARENT["traceparent"]


def test_header_names_are_read_in_any_case() -> None:
    sent = message()

    assert from_message({name.upper(): value for name, value in sent.headers.items()}, sent.body).id == SAID.event_id


def test_structured_mode_is_understood() -> None:
    sent = message()
    envelope = {name[3:]: value for name, value in sent.headers.items() if name.startswith("ce-")} | {"data": json.loads(sent.body)}
    received = from_message({"Content-Type": "application/cloudevents+json; charset=utf-8"}, json.dumps(envelope).encode())

    assert received.event({RecipientWithdrawn.subject: RecipientWithdrawn}) == EVENT


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("ce-specversion", "0.3"),
        ("ce-id", "not-a-uuid"),
        ("ce-type", "ev.intake.recipient.withdrawn"),
        ("ce-type", "something else"),
        ("ce-subject", "household/1"),
        ("ce-subject", "recipient/"),
        ("ce-businesstime", "%C0%A0"),
        ("ce-sequence", "first"),
    ],
)
def test_a_faulty_attribute_is_unreadable(header: str, value: str) -> None:
    sent = message()
    with pytest.raises(Unreadable):
        from_message({**sent.headers, header: value}, sent.body)


@pytest.mark.parametrize("missing", ["ce-id", "ce-type", "ce-subject", "ce-time", "ce-businesstime", "ce-sequence", "ce-specversion"])
def test_a_missing_attribute_is_unreadable(missing: str) -> None:
    sent = message()
    with pytest.raises(Unreadable, match=missing[3:]):
        from_message({name: value for name, value in sent.headers.items() if name != missing}, sent.body)


def test_a_body_that_breaks_its_schema_is_unreadable_and_its_values_are_not_repeated() -> None:
    sent = message()
    received = from_message(sent.headers, b'{"recipient_id": "Zhang San"}')
    with pytest.raises(Unreadable, match="recipient_id: uuid_parsing") as fault:
        received.event({RecipientWithdrawn.subject: RecipientWithdrawn})

    assert "Zhang" not in str(fault.value)


def test_unknown_fields_are_tolerated() -> None:
    sent = message()
    received = from_message(sent.headers, json.dumps(json.loads(sent.body) | {"added_later": 1}).encode())

    assert received.event({RecipientWithdrawn.subject: RecipientWithdrawn}) == EVENT


def test_a_fact_that_is_not_heard_is_nothing() -> None:
    sent = message()

    assert from_message(sent.headers, b"whatever").event({"ev.intake.recipient.enrolled.v1": RecipientWithdrawn}) is None


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> type[Event]:
    """An event in its third major, with the ways up to it; known to these tests alone."""
    monkeypatch.setattr(event, "_registry", {})
    monkeypatch.setattr(cloudevents, "_upcasts", {})

    class Moved(Event):
        subject: ClassVar[str] = "ev.intake.recipient.moved.v3"
        aggregate_id: ClassVar[str] = "recipient_id"
        recipient_id: UUID
        moved_to: str

    @upcasts("ev.intake.recipient.moved.v1", to="ev.intake.recipient.moved.v2")
    def second(data: dict[str, Any]) -> dict[str, Any]:
        return {"recipient_id": data["recipient_id"], "to": data["where"]}

    @upcasts("ev.intake.recipient.moved.v2", to="ev.intake.recipient.moved.v3")
    def third(data: dict[str, Any]) -> dict[str, Any]:
        return {"recipient_id": data["recipient_id"], "moved_to": data["to"]}

    return Moved


def test_an_older_major_is_brought_to_the_newest_step_by_step(moved: type[Event]) -> None:
    said = replace(SAID, subject="ev.intake.recipient.moved.v1", data=json.dumps({"recipient_id": str(RECIPIENT), "where": "大冶"}))
    sent = message(said)

    assert from_message(sent.headers, sent.body).event({moved.subject: moved}) == moved.model_validate(
        {"recipient_id": RECIPIENT, "moved_to": "大冶"}
    )


def test_a_newer_major_is_a_fault_and_not_a_guess(moved: type[Event]) -> None:
    sent = message(replace(SAID, subject="ev.intake.recipient.moved.v4"))
    with pytest.raises(UnknownMajor, match="v4"):
        from_message(sent.headers, sent.body).event({moved.subject: moved})


def test_an_upcast_stays_within_its_fact() -> None:
    register = upcasts("ev.intake.recipient.moved.v1", to="ev.intake.recipient.left.v2")
    with pytest.raises(ValueError, match="different facts"):
        register(dict)


def test_header_values_are_encoded_as_the_binding_shows() -> None:
    assert percent_encode("Euro € 😀") == "Euro%20%E2%82%AC%20%F0%9F%98%80"
    assert percent_decode('"a \\"quoted\\" value"') == 'a "quoted" value'
    assert percent_decode("%e2%82%ac") == "€"


@given(st.text())
def test_any_text_survives_the_headers(text: str) -> None:
    encoded = percent_encode(text)

    assert percent_decode(encoded) == text
    assert all("!" <= character <= "~" for character in encoded)
