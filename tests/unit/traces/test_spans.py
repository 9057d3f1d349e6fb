"""What of a span is kept: names, times and harmless attributes, whatever an exporter sends."""

import json

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from shared.traces.spans import NotSpans, read

ID = "420202194901011234"


def sent(**fields: object) -> bytes:
    span = Span(trace_id=b"t" * 16, span_id=b"s" * 8, name="unit enrol", start_time_unix_nano=5, end_time_unix_nano=9)
    span.MergeFrom(Span(**fields))  # type: ignore[arg-type]  # fields by name
    resource = Resource(attributes=[text("service.name", "intake")])
    body: bytes = ExportTraceServiceRequest(
        resource_spans=[ResourceSpans(resource=resource, scope_spans=[ScopeSpans(spans=[span])])]
    ).SerializeToString()
    return body


def text(key: str, value: str) -> KeyValue:
    return KeyValue(key=key, value=AnyValue(string_value=value))


def test_span_keeps_its_place_and_time() -> None:
    (span,) = read(sent(parent_span_id=b"p" * 8, kind=Span.SPAN_KIND_SERVER, status=Status(code=Status.STATUS_CODE_ERROR)))

    assert (span.trace, span.id, span.parent) == (b"t" * 16, b"s" * 8, b"p" * 8)
    assert (span.service, span.name, span.kind, span.start, span.duration, span.is_error) == ("intake", "unit enrol", "server", 5, 4, True)
    assert span.details == ""


def test_attributes_are_kept_only_if_they_are_known_to_hold_no_person() -> None:
    attributes = [
        text("http.route", "/api/v1/people/{person_id}"),
        text("qiao.refusal", "not-lent"),
        text("messaging.destination.name", "ev.intake.recipient.enrolled.v1"),
        text("url.path", "/api/v1/people/王翠花"),
        text("url.query", "name=王翠花"),
        text("client.address", "10.0.0.7"),
        text("user_agent.original", "王翠花"),
        text("exception.message", "王翠花"),
    ]
    (span,) = read(sent(attributes=attributes))

    assert set(json.loads(span.details)) == {"http.route", "qiao.refusal", "messaging.destination.name"}
    assert "王翠花" not in repr(span)


def test_what_looks_like_a_persons_number_is_taken_out_wherever_it_stands() -> None:
    (span,) = read(sent(name=f" GET {ID}", attributes=[text("db.query.text", f"SELECT '{ID}'")]))

    assert ID not in repr(span)


def test_events_are_counted_by_name_and_their_attributes_left() -> None:
    (span,) = read(sent(events=[Span.Event(name="plugin", attributes=[text("plugin", "王翠花")])] * 3))

    assert json.loads(span.details) == {"events": {"plugin": 3}}


def test_broken_ids_are_left_out() -> None:
    assert read(sent(trace_id=b"short")) == []


def test_something_else_is_refused() -> None:
    with pytest.raises(NotSpans):
        read(b"\xff\xff nonsense")
