"""The trace store by its own site: what comes in by OTLP is shown as a page, in both languages, within a limited size."""

import gzip
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient
from typer.testing import CliRunner

from shared.cli.main import app
from shared.cli.trace_store import FILE, FOLDER
from shared.telemetry import Telemetry, current_traceparent
from shared.traces.site import build
from shared.traces.spans import Span
from shared.traces.store import MEGABYTE, TraceReader, TraceStore

PROTOBUF = {"content-type": "application/x-protobuf"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / FOLDER / FILE


@pytest.fixture
def site(file: Path) -> Iterator[TestClient]:
    with TestClient(build(file, megabytes=64)) as client:
        yield client


def finished(sessions: int = 60) -> Sequence[ReadableSpan]:
    """A small case of two services: one part with many visits."""
    spans = InMemorySpanExporter()
    demo, casework = (Telemetry(name, exporter=spans) for name in ("demo", "casework"))
    with demo.span("huangshi"), demo.span("service"):
        parent = current_traceparent()
        for _ in range(sessions):
            with casework.span("POST /api/v1/sessions", parent=parent, attributes={"http.route": "/api/v1/sessions"}):
                pass
    return spans.get_finished_spans()


def send(site: TestClient, spans: Sequence[ReadableSpan]) -> str:
    assert site.post("/v1/traces", content=encode_spans(spans).SerializeToString(), headers=PROTOBUF).status_code == 200
    assert spans[0].context is not None
    return f"{spans[0].context.trace_id:032x}"


def test_trace_is_listed_and_drawn_in_both_languages_without_script(site: TestClient) -> None:
    trace = send(site, finished())

    listed, chinese, english = (site.get(path).text for path in ("/", f"/traces/{trace}", f"/en/traces/{trace}"))

    assert f"/traces/{trace}" in listed
    assert "huangshi" in listed
    assert "× 60" in chinese
    assert "做什么" in chinese
    assert "What" in english
    assert "<script" not in chinese
    assert "style=" not in chinese


def test_pages_are_guarded(site: TestClient) -> None:
    answer = site.get("/")

    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert site.get("/", headers={"host": "evil.example"}).status_code == 400


def test_visits_of_one_name_are_turned_over_page_by_page(site: TestClient, file: Path) -> None:
    trace = send(site, finished())
    part = next(row[0].hex() for row in TraceReader(file).spans(trace) if row[3] == "service")

    query = {"at": part, "service": "casework", "name": "POST /api/v1/sessions"}
    first, second = (site.get(f"/traces/{trace}", params={**query, "page": page}).text for page in (0, 1))

    assert first.count('class="span') == 50
    assert second.count('class="span') == 10
    assert site.get(f"/traces/{trace}", params={**query, "page": 2}).status_code == 404
    assert site.get(f"/traces/{trace}", params={**query, "order": "longest"}).status_code == 200


def test_one_span_shows_what_is_known_of_it(site: TestClient, file: Path) -> None:
    trace = send(site, finished(1))
    visit = next(row[0].hex() for row in TraceReader(file).spans(trace) if row[3].startswith("POST"))

    assert "http.route" in site.get(f"/traces/{trace}?at={visit}").text


@pytest.mark.parametrize("path", ["/traces/" + "0" * 32, "/traces/nonsense", "/en/traces/%3Cb%3E"])
def test_unknown_trace_is_said_to_be_unknown(site: TestClient, path: str) -> None:
    answer = site.get(path)

    assert answer.status_code == 404
    assert "<b>" not in answer.text


def test_trace_that_grows_is_drawn_anew(site: TestClient) -> None:
    spans = finished()
    trace = send(site, spans[:10])
    assert "尚未结束" in site.get(f"/traces/{trace}").text

    send(site, spans[10:])
    assert "huangshi" in site.get(f"/traces/{trace}").text


def test_same_spans_again_count_once(site: TestClient, file: Path) -> None:
    spans = finished()
    trace = send(site, spans)
    send(site, spans)

    summary = TraceReader(file).summary(trace)
    assert summary is not None
    assert summary.spans == 62


def test_export_may_be_packed_but_not_boundless(site: TestClient) -> None:
    body = encode_spans(finished()).SerializeToString()
    packed = {**PROTOBUF, "content-encoding": "gzip"}

    assert site.post("/v1/traces", content=gzip.compress(body), headers=packed).status_code == 200
    assert site.post("/v1/traces", content=gzip.compress(b"\0" * 32 * MEGABYTE), headers=packed).status_code == 413
    assert site.post("/v1/traces", content=b"no gzip", headers=packed).status_code == 400
    assert site.post("/v1/traces", content=b"\xff nonsense", headers=PROTOBUF).status_code == 400
    assert site.post("/v1/traces", json={}).status_code == 415


def test_oldest_traces_go_when_it_is_full(file: Path) -> None:
    store = TraceStore(file, megabytes=1)
    for number in range(40):
        store.keep([small(number, each) for each in range(300)])

    kept = TraceReader(file).latest(limit=100)
    assert store.used < 2 * MEGABYTE
    assert kept[0].id == trace_id(39).hex()
    assert 0 < len(kept) < 40
    assert TraceReader(file).summary(trace_id(0).hex()) is None
    store.close()
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT count(DISTINCT trace) FROM span").fetchone() == (len(kept),)
    connection.close()


def test_one_trace_that_fills_it_alone_is_cut_and_says_so(file: Path) -> None:
    store = TraceStore(file, megabytes=1)
    for part in range(60):
        store.keep([small(1, part * 300 + each) for each in range(300)])

    (summary,) = TraceReader(file).latest(limit=5)
    assert store.used < 2 * MEGABYTE
    assert summary.dropped > 0
    assert summary.spans + summary.dropped == 60 * 300
    store.close()


def small(trace: int, number: int) -> Span:
    return Span(trace_id(trace), number.to_bytes(8), None, "intake", "unit " * 20, "internal", trace * 1000 + number, 1, False, "")


def trace_id(number: int) -> bytes:
    return number.to_bytes(16)


def test_terminal_draws_it_from_the_file(site: TestClient, tmp_path: Path) -> None:
    trace = send(site, finished())
    run = CliRunner().invoke

    drawn = run(app, ["trace", trace, "--data", str(tmp_path)], env={"COLUMNS": "160"})
    listed = run(app, ["trace", "--data", str(tmp_path)], env={"COLUMNS": "160"})
    unknown = run(app, ["trace", "0" * 32, "--data", str(tmp_path)])
    nowhere = run(app, ["trace", "--data", str(tmp_path / "elsewhere")])

    assert "× 60" in drawn.output
    assert trace in listed.output
    assert (drawn.exit_code, unknown.exit_code, nowhere.exit_code) == (0, 1, 1)
