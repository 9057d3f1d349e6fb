"""Sends the metrics by OTLP over HTTP, where the standard OTEL_* variables say so.

The numbers are those of the scrape, under the same names; the exporter, its endpoint, headers and compression are
OpenTelemetry's own.
"""

import logging
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from time import time_ns
from typing import Final

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk.environment_variables import OTEL_METRIC_EXPORT_INTERVAL
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricExporter,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.samples import Sample

from shared.telemetry.endpoint import EXPORT_SECONDS

INTERVAL_MS: Final = 60_000
SCOPE: Final = InstrumentationScope("qiao")

log = logging.getLogger("qiao.telemetry")


class MetricsSender:
    """A thread that sends all numbers every OTEL_METRIC_EXPORT_INTERVAL milliseconds (60,000), and once more at the end."""

    def __init__(self, registry: CollectorRegistry, resource: Resource, *, exporter: MetricExporter | None = None) -> None:
        self._registry = registry
        self._resource = resource
        self._exporter = exporter or OTLPMetricExporter(timeout=EXPORT_SECONDS)
        self._interval = float(os.environ.get(OTEL_METRIC_EXPORT_INTERVAL, INTERVAL_MS)) / 1000
        self._began = time_ns()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="metrics sender", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Send the last numbers; two seconds at most, as whoever takes them may be away."""
        self._over.set()
        self._thread.join(EXPORT_SECONDS)
        self._exporter.shutdown()

    def _run(self) -> None:
        while not self._over.wait(self._interval):
            self._send()
        self._send()

    def _send(self) -> None:
        try:
            self._exporter.export(as_otlp(self._registry.collect(), self._resource, began=self._began))
        except Exception as error:  # the edge of the process: without its numbers a service goes on
            log.warning("the metrics could not be sent", extra={"error": type(error).__name__})


def as_otlp(families: Iterable[Family], resource: Resource, *, began: int) -> MetricsData:
    """The families of a registry as OpenTelemetry's data; counters and histograms count since `began`, in nanoseconds."""
    now = time_ns()
    metrics = [metric for family in families if (metric := _metric(family, began, now))]
    scope = ScopeMetrics(scope=SCOPE, metrics=metrics, schema_url="")
    return MetricsData([ResourceMetrics(resource=resource, scope_metrics=[scope], schema_url=resource.schema_url)])


def _metric(family: Family, began: int, now: int) -> Metric | None:
    unit = "s" if family.name.endswith("_seconds") else "By" if family.name.endswith("_bytes") else "1"
    data: Sum | Gauge | Histogram
    if family.type == "histogram":
        data = Histogram(list(_histograms(family.samples, began, now)), AggregationTemporality.CUMULATIVE)
    elif family.type == "counter":
        counted = [sample for sample in family.samples if not sample.name.endswith("_created")]
        data = Sum(_points(counted, began, now), AggregationTemporality.CUMULATIVE, is_monotonic=True)
    else:
        data = Gauge(_points(family.samples, began, now))
    return Metric(family.name, family.documentation, unit, data) if data.data_points else None


def _points(samples: Sequence[Sample], began: int, now: int) -> list[NumberDataPoint]:
    return [NumberDataPoint(sample.labels, began, now, sample.value) for sample in samples]


def _histograms(samples: Sequence[Sample], began: int, now: int) -> Iterator[HistogramDataPoint]:
    """Prometheus adds the buckets up and names them by their upper bound; OTLP keeps each by itself."""
    by_labels: dict[tuple[tuple[str, str], ...], list[Sample]] = {}
    for sample in samples:
        named = tuple((name, value) for name, value in sample.labels.items() if name != "le")
        by_labels.setdefault(named, []).append(sample)
    for named, each in by_labels.items():
        added_up = [sample for sample in each if sample.name.endswith("_bucket")]
        before = [0.0, *(sample.value for sample in added_up)]
        yield HistogramDataPoint(
            attributes=dict(named),
            start_time_unix_nano=began,
            time_unix_nano=now,
            count=int(added_up[-1].value),
            sum=next(sample.value for sample in each if sample.name.endswith("_sum")),
            bucket_counts=[int(sample.value - lower) for sample, lower in zip(added_up, before, strict=False)],
            explicit_bounds=[float(sample.labels["le"]) for sample in added_up[:-1]],
            min=None,  # type: ignore[arg-type]  # optional in the protocol, and Prometheus does not keep it
            max=None,  # type: ignore[arg-type]  # as above
        )
