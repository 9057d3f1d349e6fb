"""Numbers that say whether a service keeps up: read as text at `/-/metrics`, or sent by OTLP (docs/operate.md lists them).

prometheus_client keeps them, since one observation of the OpenTelemetry SDK costs as much as a span and there is one per
unit (decision 0008). Labels are names of routes, consumers and plugins and a few outcomes: never an id, never a person.
"""

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Upper bounds of the buckets of every duration."""

Observe = Callable[[], Iterable[Metric]]
"""Looks at something when somebody asks for the metrics."""


def durations(name: str, documentation: str, *labels: str) -> Histogram:
    """A histogram of seconds that belongs to no registry yet."""
    return Histogram(name, documentation, labels, buckets=SECONDS, registry=None)


class Metrics:
    """Everything that one service counts in this process."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # their series say only when another first began
        self.registry = CollectorRegistry()
        self.requests = durations(
            "http_server_request_duration_seconds",
            "Time to answer a request.",
            "http_request_method",
            "http_route",
            "http_response_status_code",
        )
        self.registry.register(self.requests)
        ProcessCollector(registry=self.registry)

    def keep(self, *histograms: Histogram) -> None:
        """Show what another part of the service measures."""
        for histogram in histograms:
            self.registry.register(histogram)

    def look_at(self, observe: Observe) -> None:
        """Ask this each time somebody wants to know."""
        self.registry.register(_Observed(observe))

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """All of them as text and its content type, in the form that the scraper accepts. Asks the store: not for the event loop."""
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type


class _Observed:
    """A collector that is asked at each scrape, and not when it is registered: then the store is not open yet."""

    def __init__(self, observe: Observe) -> None:
        self._observe = observe

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        return self._observe()
