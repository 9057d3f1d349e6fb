"""Spans as they come from an exporter, cut down to what may be kept: names, times, and attributes known to hold no person."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Sent
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from shared.telemetry.scrub import scrub

KEPT: Final = frozenset(
    {
        "db.query.text",
        "db.system.name",
        "error.type",
        "exception.type",
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "replay",
    }
)
"""Attributes that are kept, beside those below `messaging.` and `qiao.`. Addresses, paths and queries of people are not."""
KEPT_BELOW: Final = ("messaging.", "qiao.")
KINDS: Final = {1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}
LONGEST_NAME: Final = 200
LONGEST_VALUE: Final = 1_000
TRACE_ID: Final = re.compile(r"[0-9a-f]{32}")


class NotSpans(ValueError):
    """What came is no export of spans."""


@dataclass(frozen=True, slots=True)
class Span:
    """One piece of work of one service. Times in nanoseconds since 1970."""

    trace: bytes
    id: bytes
    parent: bytes | None
    service: str
    name: str
    kind: str
    start: int
    duration: int
    is_error: bool
    details: str
    """A JSON object: kept attributes, how many events there were by name, traces that are linked."""


def read(body: bytes) -> list[Span]:
    """The spans of an OTLP export. Raises NotSpans."""
    try:
        sent = ExportTraceServiceRequest.FromString(body)
    except DecodeError as error:
        raise NotSpans("not an ExportTraceServiceRequest") from error
    return list(_spans(sent))


def _spans(sent: ExportTraceServiceRequest) -> Iterator[Span]:
    for resource in sent.resource_spans:
        service = _named(resource.resource.attributes, "service.name") or "?"
        for scope in resource.scope_spans:
            for span in scope.spans:
                if len(span.trace_id) == 16 and len(span.span_id) == 8:
                    yield _span(service[:LONGEST_NAME], span)


def _span(service: str, span: Sent) -> Span:
    return Span(
        trace=span.trace_id,
        id=span.span_id,
        parent=span.parent_span_id or None,
        service=service,
        name=scrub(span.name[:LONGEST_NAME]),
        kind=KINDS.get(span.kind, "internal"),
        start=span.start_time_unix_nano,
        duration=max(0, span.end_time_unix_nano - span.start_time_unix_nano),
        is_error=span.status.code == Status.STATUS_CODE_ERROR,
        details=_details(span),
    )


def _details(span: Sent) -> str:
    told: dict[str, object] = {each.key: _value(each.value) for each in span.attributes if _may_be_kept(each.key)}
    if span.events:
        told["events"] = dict(Counter(event.name[:LONGEST_NAME] for event in span.events))
    if span.links:
        told["links"] = sorted({link.trace_id.hex() for link in span.links})
    return scrub(json.dumps(told, ensure_ascii=False, sort_keys=True)) if told else ""


def _may_be_kept(key: str) -> bool:
    return key in KEPT or key.startswith(KEPT_BELOW)


def _value(value: AnyValue) -> str | int | float | bool:
    match value.WhichOneof("value"):
        case "string_value":
            return value.string_value[:LONGEST_VALUE]
        case "bool_value":
            return value.bool_value
        case "int_value":
            return value.int_value
        case "double_value":
            return value.double_value
        case _:
            return "…"


def _named(attributes: Iterable[KeyValue], key: str) -> str:
    return next((each.value.string_value for each in attributes if each.key == key), "")
