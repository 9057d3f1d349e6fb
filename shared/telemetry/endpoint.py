"""Where telemetry goes: what the standard variables of OpenTelemetry say."""

import os
from typing import Final

EXPORT_SECONDS: Final = 2
"""Longer, and a collector that is away delays every stop of the service by half a minute (engineering fact 19)."""


def is_exported(signal: str) -> bool:
    """Whether the environment names an OTLP endpoint for this signal (TRACES, METRICS) or for all, and does not switch it off."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or os.environ.get(f"OTEL_{signal}_EXPORTER") == "none":
        return False
    return bool(os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or os.environ.get(f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"))
