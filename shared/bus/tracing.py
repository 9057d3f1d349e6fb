"""Spans of the bus: one trace goes from the act through the outbox and the message to the reaction (decision 5)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.bus.cloudevents import Said
from shared.telemetry.context import context_of

_format = TraceContextTextMapPropagator()


def headers_of(span: Span) -> dict[str, str]:
    """The `traceparent` header with which another service continues this span."""
    headers: dict[str, str] = {}
    _format.inject(headers, context=trace.set_span_in_context(span, Context()))
    return headers


def start_publishing(tracer: Tracer, said: Said, *, old: float) -> Span:
    """A span under the act that said it. What is old or replayed gets a trace of its own, linked to that of the act."""
    origin = context_of(said.traceparent)
    attributes: dict[str, str | bool | int] = {
        "messaging.system": "nats",
        "messaging.operation.type": "send",
        "messaging.destination.name": said.subject,
        "messaging.message.id": str(said.event_id),
        "qiao.sequence": said.seq,
    }
    if not said.is_replay and (datetime.now(UTC) - said.time).total_seconds() <= old:
        return tracer.start_span(f"publish {said.subject}", origin, SpanKind.PRODUCER, attributes)
    linked = trace.get_current_span(origin).get_span_context()
    attributes["replay"] = said.is_replay
    return tracer.start_span(f"publish {said.subject}", Context(), SpanKind.PRODUCER, attributes, [Link(linked)] if linked.is_valid else [])


@contextmanager
def hearing(tracer: Tracer, subject: str, traceparent: str | None, attributes: Mapping[str, str | int]) -> Iterator[Span]:
    """A span for one message of a batch, child of the message's own trace, current while it lasts."""
    named = {"messaging.system": "nats", "messaging.operation.type": "process", "messaging.destination.name": subject, **attributes}
    with tracer.start_as_current_span(
        f"process {subject}", context_of(traceparent), SpanKind.CONSUMER, named, record_exception=False, set_status_on_exception=False
    ) as span:
        yield span
