"""Traces and logs: which act caused what, across five services, without a person in it."""

from shared.telemetry.context import current_trace_id, current_traceparent
from shared.telemetry.logs import configure_logging
from shared.telemetry.scrub import scrub
from shared.telemetry.traces import Telemetry

__all__ = ["Telemetry", "configure_logging", "current_trace_id", "current_traceparent", "scrub"]
