"""What a running service shows of its outbox, relay, consumers, queue and plugins each time somebody asks for its metrics."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy.exc import DBAPIError

from shared.bus.link import Bus
from shared.plugins import Hooks
from shared.relay import backlog
from shared.store.store import Store
from shared.telemetry.metrics import Metrics


class Meters:
    """Looks only when asked, so that watching costs nothing in between."""

    def __init__(self, metrics: Metrics, store: Store, bus: Bus, hooks: Hooks) -> None:
        self._store = store
        self._bus = bus
        self._hooks = hooks
        self._is_open = True
        metrics.keep(store.unit_seconds, store.hold_seconds)
        for observe in (self._outbox, self._units, self._link, self._plugins):
            metrics.look_at(observe)

    def close(self) -> None:
        """The store closes: ask it no more."""
        self._is_open = False

    def _outbox(self) -> Iterator[Metric]:
        """From the store itself: a relay that has stopped would show its last sight for ever. Nothing while the store is away."""
        if not self._is_open:
            return
        try:
            waiting, oldest = self._store.read_now(backlog)
        except DBAPIError:
            return
        age = max(0.0, (datetime.now(UTC) - oldest).total_seconds()) if oldest else 0.0
        yield _gauge("qiao_outbox_waiting", "Events that the bus does not have yet.", waiting)
        yield _gauge("qiao_outbox_age_seconds", "Age of the oldest event that the bus does not have yet.", age)

    def _units(self) -> Iterator[Metric]:
        yield _gauge("qiao_units_waiting", "Units that wait for the store; at 2,000 callers are sent away.", self._store.waiting_units)

    def _link(self) -> Iterator[Metric]:
        health = self._bus.health()
        yield _gauge("qiao_bus_connected", "Whether the bus can be reached.", health["nats"]["connected"])
        relay = health["relay"]
        if "sent" in relay:
            yield _gauge("qiao_relay_has_turn", "Whether this process is the one that publishes.", relay["has_turn"])
            yield _gauge("qiao_relay_window", "Events on their way to the bus, 256 at most.", relay["window"])
            yield _gauge("qiao_relay_held", "Records whose next event cannot pass.", len(relay["held"]))
            yield CounterMetricFamily("qiao_relay_sent", "Events that the bus has taken.", value=relay["sent"])
        yield from _consumers(health["consumers"])

    def _plugins(self) -> Iterator[Metric]:
        calls = CounterMetricFamily("qiao_plugin_calls", "Times that a plugin was asked.", labels=["plugin"])
        faults = CounterMetricFamily("qiao_plugin_faults", "Times that a plugin failed or was too slow.", labels=["plugin"])
        slowest = GaugeMetricFamily("qiao_plugin_slowest_seconds", "The longest answer of a plugin.", labels=["plugin"])
        for state in self._hooks.plugins:
            calls.add_metric([state.name], state.calls)
            faults.add_metric([state.name], state.faults)
            slowest.add_metric([state.name], state.slowest_ms / 1000)
        yield from (calls, faults, slowest)


def _consumers(told: dict[str, dict[str, Any]]) -> Iterator[Metric]:
    lag = GaugeMetricFamily("qiao_consumer_lag", "Events that a consumer has not settled yet.", labels=["consumer"])
    bound = GaugeMetricFamily("qiao_consumer_bound", "Whether a consumer is there and is read from.", labels=["consumer"])
    events = CounterMetricFamily("qiao_consumer_events", "Events settled, by what they did.", labels=["consumer", "outcome"])
    retries = CounterMetricFamily("qiao_consumer_retries", "Events put off to be tried again.", labels=["consumer"])
    dead = CounterMetricFamily("qiao_consumer_dead_letters", "Events put aside for an operator.", labels=["consumer"])
    for name, each in told.items():
        lag.add_metric([name], each["waiting"])
        bound.add_metric([name], each["state"] == "ok")
        for outcome in ("effected", "repeated", "ignored"):
            events.add_metric([name, outcome], each[outcome])
        retries.add_metric([name], each["delayed"])
        dead.add_metric([name], each["dead"])
    yield from (lag, bound, events, retries, dead)


def _gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(name, documentation, value=value)
