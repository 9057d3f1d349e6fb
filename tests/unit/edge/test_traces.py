"""One trace follows an act; a service keeps its own name in it."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

from shared.errors import NotYet, RuleRefusal
from shared.telemetry import Telemetry, current_trace_id, current_traceparent
from shared.telemetry.endpoint import EXPORT_SECONDS

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def intake(spans: InMemorySpanExporter) -> Telemetry:
    return Telemetry("intake", exporter=spans)


def only(spans: InMemorySpanExporter) -> ReadableSpan:
    (span,) = spans.get_finished_spans()
    return span


def test_outside_of_a_trace_there_is_nothing_to_hand_on() -> None:
    assert current_traceparent() is None
    assert current_trace_id() == ""


def test_span_continues_the_trace_that_an_outbox_row_kept(intake: Telemetry, spans: InMemorySpanExporter) -> None:
    with intake.span("publish", kind=SpanKind.PRODUCER, parent=PARENT, attributes={"messaging.system": "nats"}):
        handed_on = current_traceparent()

    span = only(spans)
    assert span.context is not None
    assert span.parent is not None
    assert handed_on == f"00-4bf92f3577b34da6a3ce929d0e0e4736-{span.context.span_id:016x}-01"
    assert f"{span.parent.span_id:016x}" == "00f067aa0ba902b7"
    assert dict(span.attributes or {}) == {"messaging.system": "nats"}


def test_what_the_parent_did_not_sample_stays_unsampled(intake: Telemetry, spans: InMemorySpanExporter) -> None:
    with intake.span("publish", parent=PARENT[:-2] + "00"):
        assert (current_traceparent() or "").endswith("-00")

    assert spans.get_finished_spans() == ()


@pytest.mark.parametrize("broken", ["", "nonsense", "00-0-0-01"])
def test_broken_parent_begins_a_new_trace(intake: Telemetry, broken: str) -> None:
    with intake.span("publish", parent=broken):
        assert current_trace_id() not in ("", "0" * 32)


def test_replay_points_at_the_old_trace_and_begins_its_own(intake: Telemetry, spans: InMemorySpanExporter) -> None:
    with intake.span("replay", link=PARENT):
        assert current_trace_id() != PARENT[3:35]

    assert f"{only(spans).links[0].context.trace_id:032x}" == PARENT[3:35]


def test_two_services_in_one_process_keep_their_names(spans: InMemorySpanExporter) -> None:
    with Telemetry("intake", exporter=spans).span("a"), Telemetry("casework", exporter=spans).span("b"):
        pass

    b, a = spans.get_finished_spans()
    assert (a.resource.attributes["service.name"], b.resource.attributes["service.name"]) == ("intake", "casework")
    assert a.context is not None
    assert b.parent is not None
    assert b.parent.span_id == a.context.span_id


def test_error_leaves_its_type_and_never_its_message(intake: Telemetry, spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="王翠花"), intake.span("unit"):
        raise ValueError("王翠花")

    span = only(spans)
    assert span.status.status_code is StatusCode.ERROR
    assert dict(span.attributes or {}) == {"error.type": "ValueError"}
    assert "王翠花" not in span.to_json()


@pytest.mark.parametrize(("refusal", "code"), [(RuleRefusal("不符合"), "rule"), (NotYet("later"), "not-yet")])
def test_refusal_is_an_answer_and_no_error(intake: Telemetry, spans: InMemorySpanExporter, refusal: Exception, code: str) -> None:
    with pytest.raises(type(refusal)), intake.span("unit"):
        raise refusal

    assert only(spans).status.status_code is StatusCode.UNSET
    assert (only(spans).attributes or {})["qiao.refusal"] == code


def test_request_is_one_span_without_its_query(intake: Telemetry, spans: InMemorySpanExporter) -> None:
    app = FastAPI(telemetry=intake.fastapi())

    @app.get("/people/{person_id}")
    def person(person_id: str) -> str:
        return current_trace_id()

    answer = TestClient(app).get("/people/7?name=王翠花", headers={"traceparent": PARENT})

    span = only(spans)
    assert answer.json() == PARENT[3:35]
    assert (span.name, span.kind) == ("GET /people/{person_id}", SpanKind.SERVER)
    assert "王翠花" not in span.to_json()
    assert "%E7%8E%8B" not in span.to_json()


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/people/420202195003071224?number=420202195003071224", "GET /people/{person_id}"),
        ("/people/420202195003071224/file", "GET"),
        ("/420202195003071224?420202195003071224", "GET"),
    ],
)
def test_span_of_a_request_has_the_route_and_nothing_that_was_typed(
    intake: Telemetry, spans: InMemorySpanExporter, address: str, name: str
) -> None:
    app = FastAPI(telemetry=intake.fastapi())
    app.add_api_route("/people/{person_id}", lambda: None)

    TestClient(app).get(address, headers={"host": "420202195003071224.example"})

    assert only(spans).name == name
    assert "420202195003071224" not in only(spans).to_json()
    said = {"http.request.method", "http.response.status_code", "http.route", "network.protocol.version", "url.scheme"}
    assert set(only(spans).attributes or {}) <= said


def test_a_method_that_a_client_invented_is_in_no_span(intake: Telemetry, spans: InMemorySpanExporter) -> None:
    TestClient(FastAPI(telemetry=intake.fastapi())).request("P420202195003071224", "/")

    assert "420202195003071224" not in only(spans).to_json()


def test_nobody_needs_traces_of_probes(intake: Telemetry, spans: InMemorySpanExporter) -> None:
    app = FastAPI(telemetry=intake.fastapi())
    TestClient(app).get("/-/health/live")

    assert spans.get_finished_spans() == ()


def test_question_to_the_store_is_a_span_without_its_values(intake: Telemetry, spans: InMemorySpanExporter) -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    intake.watch(engine)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        with intake.span("unit"):
            connection.execute(text("SELECT :name"), {"name": "王翠花"})
            with pytest.raises(OperationalError):
                connection.execute(text("SELECT * FROM nowhere"))
    engine.dispose()

    question, failed, unit = spans.get_finished_spans()
    assert (question.name, question.kind) == ("SELECT", SpanKind.CLIENT)
    assert unit.context is not None
    assert question.parent is not None
    assert question.parent.span_id == unit.context.span_id
    assert failed.status.status_code is StatusCode.ERROR
    assert "王翠花" not in question.to_json()


def test_group_of_writes_has_no_span_per_statement(intake: Telemetry, spans: InMemorySpanExporter) -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    intake.watch(engine)
    with engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection, intake.span("unit"):
        connection.execute(text("SELECT 1"))
    engine.dispose()

    assert only(spans).name == "unit"


def test_collector_that_is_away_gets_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float] = []

    class Collector(InMemorySpanExporter):
        def __init__(self, endpoint: str | None, timeout: float) -> None:
            super().__init__()
            given.append(timeout)

    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector.example:4318")
    monkeypatch.setattr("shared.telemetry.traces.OTLPSpanExporter", Collector)
    telemetry = Telemetry("intake")
    telemetry.close()

    assert given == [EXPORT_SECONDS]
    assert telemetry.is_collected


def test_without_a_collector_nothing_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)

    assert not Telemetry("intake").is_collected
