"""Metrics by OTLP: a real receiver gets what a scrape would show; one that is away does not hold up the service."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from time import monotonic

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from shared.telemetry import Telemetry
from shared.telemetry.endpoint import is_exported
from tests.servers import free_port


@contextmanager
def collector() -> Iterator[tuple[str, list[ExportMetricsServiceRequest]]]:
    """The address of a receiver, and what it was sent."""
    received: list[ExportMetricsServiceRequest] = []

    class Receive(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/v1/metrics":
                received.append(ExportMetricsServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Receive)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", received
    server.shutdown()
    thread.join()
    server.server_close()


def by_name(received: list[ExportMetricsServiceRequest]) -> dict[str, Metric]:
    (resource,) = received[-1].resource_metrics
    return {metric.name: metric for scope in resource.scope_metrics for metric in scope.metrics}


def test_what_was_counted_arrives_when_the_service_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    with collector() as (address, received):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        telemetry = Telemetry("intake")
        for seconds in (0.0005, 0.003, 0.003, 20):
            telemetry.metrics.requests.labels("GET", "/api/v1/people/{person_id}", 200).observe(seconds)
        telemetry.close()

    names = {each.key: each.value.string_value for each in received[-1].resource_metrics[0].resource.attributes}
    (point,) = by_name(received)["http_server_request_duration_seconds"].histogram.data_points
    assert names["service.name"] == "intake"
    assert (point.count, round(point.sum, 4), list(point.bucket_counts)) == (4, 20.0065, [1, 0, 2, *[0] * 10, 1])
    assert point.explicit_bounds[0] == 0.001
    assert {each.key: each.value.string_value for each in point.attributes}["http_route"] == "/api/v1/people/{person_id}"
    assert by_name(received)["process_resident_memory_bytes"].gauge.data_points[0].as_double > 0
    assert by_name(received)["process_cpu_seconds"].sum.is_monotonic


def test_receiver_that_is_away_does_not_hold_up_the_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{free_port()}")
    telemetry = Telemetry("intake")
    with telemetry.span("unit"):
        pass

    began = monotonic()
    telemetry.close()

    assert monotonic() - began < 12, "a supervisor waits 25 seconds, and without a limit it takes 30"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://collector:4318/v1/metrics"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_METRICS_EXPORTER": "none"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_SDK_DISABLED": "true"}, False),
    ],
)
def test_standard_variables_say_whether_metrics_are_sent(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: bool
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert is_exported("METRICS") is expected
