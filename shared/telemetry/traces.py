"""Spans of one service. The provider belongs to the service object, so five services in one process keep their names.

One span per unit of work, none per statement of the writer: a statement of a group may write for many callers, and a
span each would cost more than the statement. Statements of readers are traced, if anybody collects spans at all.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode
from opentelemetry.util.types import AttributeValue
from sqlalchemy import Connection, Engine, event

from shared.errors import NotYet, Refusal
from shared.telemetry.context import context_of
from shared.telemetry.endpoint import EXPORT_SECONDS, is_exported
from shared.telemetry.metrics import Metrics
from shared.telemetry.sending import MetricsSender
from shared.telemetry.unrecorded import UnrecordedProvider

STATEMENT_CHARACTERS: Final = 1_000
OF_A_REQUEST: Final = frozenset({"http.request.method", "network.protocol.name", "network.protocol.version", "url.scheme"})
"""What a request's span says from its beginning; the route and the status are added."""


class Telemetry:
    """Spans and metrics go out by OTLP/HTTP if OTEL_EXPORTER_OTLP_ENDPOINT is set, spans as OTEL_TRACES_SAMPLER says (parent-based)."""

    def __init__(self, service: str, *, exporter: SpanExporter | None = None, endpoint: str = "") -> None:
        """`exporter` gets each span at once, for tests; `endpoint` takes them by OTLP whatever the environment says."""
        self.service = service
        resource = Resource.create({"service.name": service, "service.namespace": "qiao"})
        self._exporting = _exporting(resource, exporter, endpoint)
        self.is_collected = self._exporting is not None
        self.provider: trace.TracerProvider = self._exporting or UnrecordedProvider()
        self.tracer = self.provider.get_tracer("qiao")
        self.metrics = Metrics()
        self._sender = MetricsSender(self.metrics.registry, resource) if is_exported("METRICS") else None

    def fastapi(self) -> TelemetryConfig:
        """What `FastAPI(telemetry=…)` takes: one span per request, no logs of its own, since they carry what people typed."""
        return {
            "tracer_provider": _Unaddressed(self.provider),
            "logs": False,
            "metrics": False,
            "operation_spans": False,
            "auto_configure": False,
            "exclude": _is_probe,
        }

    @contextmanager
    def span(
        self,
        name: str,
        *,
        kind: SpanKind = SpanKind.INTERNAL,
        parent: str | None = None,
        link: str | None = None,
        attributes: Mapping[str, AttributeValue] | None = None,
    ) -> Iterator[Span]:
        """A span below `parent` (a traceparent), else below the running one; `link` (a traceparent) only points at another trace.

        An exception leaves its type on the span, never its message. A refusal or a `NotYet` is an answer, not an error.
        """
        with self.tracer.start_as_current_span(
            name,
            context=context_of(parent) if parent else None,
            kind=kind,
            attributes=attributes,
            links=_links(link),
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield span
            except (Refusal, NotYet) as refusal:
                span.set_attribute("qiao.refusal", getattr(refusal, "code", "not-yet"))
                raise
            except BaseException as error:
                span.set_attribute("error.type", type(error).__qualname__)
                span.set_status(Status(StatusCode.ERROR))
                raise

    def watch(self, engine: Engine) -> None:
        """Give the statements of readers spans of their own."""
        if self.is_collected:
            watcher = _Statements(self.tracer, engine.dialect.name)
            event.listen(engine, "before_cursor_execute", watcher.begin)
            event.listen(engine, "after_cursor_execute", watcher.end)
            event.listen(engine, "handle_error", watcher.fail)

    def close(self) -> None:
        """Send what waits, spans and metrics for two seconds each at most."""
        if self._sender is not None:
            self._sender.close()
        if self._exporting is not None:
            self._exporting.shutdown()


def _exporting(resource: Resource, exporter: SpanExporter | None, endpoint: str) -> TracerProvider | None:
    """The provider that gives spans to whoever collects them; None where nobody does."""
    if exporter is None and not endpoint and not is_exported("TRACES"):
        return None
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    if exporter is not None:
        provider.add_span_processor(SimpleSpanProcessor(exporter))
    if endpoint or is_exported("TRACES"):
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint or None, timeout=EXPORT_SECONDS)))
    return provider


def _is_probe(scope: Mapping[str, Any]) -> bool:
    """Whether somebody asks every few seconds how the service is: nobody needs those traces."""
    return str(scope.get("path", "")).startswith(("/-/health/", "/-/metrics"))


def _links(traceparent: str | None) -> list[Link]:
    if traceparent is None:
        return []
    return [Link(trace.get_current_span(context_of(traceparent)).get_span_context())]


class _Unaddressed(trace.TracerProvider):
    """What the framework begins its spans with: it would put the path and the query on them as the client typed them.

    A path may have an identity number where an id belongs, or be no address of ours at all; the host is what a header says. The
    template of the route comes by itself, as soon as one fits.
    """

    def __init__(self, provider: trace.TracerProvider) -> None:
        self._provider = provider

    def get_tracer(self, *args: Any, **more: Any) -> trace.Tracer:
        return _UnaddressedTracer(self._provider.get_tracer(*args, **more))


class _UnaddressedTracer(trace.Tracer):
    def __init__(self, tracer: trace.Tracer) -> None:
        self._tracer = tracer

    def start_span(
        self,
        name: str,
        context: Context | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Mapping[str, AttributeValue] | None = None,
        *args: Any,
        **more: Any,
    ) -> Span:
        known = {key: value for key, value in (attributes or {}).items() if key in OF_A_REQUEST}
        return self._tracer.start_span(name, context, kind, known, *args, **more)

    def start_as_current_span(self, *args: Any, **more: Any) -> Any:
        return self._tracer.start_as_current_span(*args, **more)


class _Statements:
    """One CLIENT span per statement, below a span that is recorded, and never with its parameters."""

    def __init__(self, tracer: trace.Tracer, system: str) -> None:
        self._tracer = tracer
        self._system = system

    def begin(self, connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        is_group_writer = connection.get_execution_options().get("begin") is not None
        if context is None or is_group_writer or not trace.get_current_span().is_recording():
            return
        context.qiao_span = self._tracer.start_span(
            statement.split(None, 1)[0].upper(),
            kind=SpanKind.CLIENT,
            attributes={"db.system.name": self._system, "db.query.text": statement[:STATEMENT_CHARACTERS]},
        )

    def end(self, connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        if (span := getattr(context, "qiao_span", None)) is not None:
            span.end()

    def fail(self, failure: Any) -> None:
        if (span := getattr(failure.execution_context, "qiao_span", None)) is not None:
            span.set_attribute("error.type", type(failure.original_exception).__qualname__)
            span.set_status(Status(StatusCode.ERROR))
            span.end()
