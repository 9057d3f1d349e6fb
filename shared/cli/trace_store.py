"""The trace store beside the services: started where the environment names no other place for traces, missed by nobody when it dies."""

import socket
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from shared.cli.child import Child, Echo
from shared.telemetry.endpoint import is_exported

FOLDER: Final = "traces"
FILE: Final = "traces.db"
NEEDS: Final = ("babel", "jinja2", "opentelemetry.proto")


class TraceProcess:
    """One `python -m shared.traces`. `trouble` says why there is none."""

    def __init__(self, data: Path, *, port: int, echo: Echo | None = None) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.file = data / FOLDER / FILE
        self.trouble = _trouble(port)
        log = data / "logs" / f"{FOLDER}.log"
        command = ("shared.traces", str(self.file), str(port))
        self._child = None if self.trouble else Child(FOLDER, {}, log, echo, command=command)

    @property
    def process_id(self) -> int | None:
        return self._child.process_id if self._child else None

    @property
    def environment(self) -> dict[str, str]:
        """What a service is told so that its spans come here; only traces, metrics stay with whoever scrapes them."""
        return {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": self.endpoint, "QIAO_TRACES_URL": self.link("")} if self._child else {}

    @property
    def endpoint(self) -> str:
        """Where spans are sent; "" if there is no store."""
        return f"{self.address}/v1/traces" if self._child else ""

    def link(self, trace_id: str) -> str:
        """The page of a trace; "" if there is no store."""
        return f"{self.address}/traces/{trace_id}" if self._child else ""

    def start(self) -> None:
        """Does not wait: services send what they have when it is up."""
        if self._child is not None:
            self._child.start()

    def stop(self) -> None:
        """After the services, whose last spans it takes."""
        if self._child is not None:
            self._child.ask_to_stop()
            self._child.wait_until_stopped()


def _trouble(port: int) -> str:
    if is_exported("TRACES"):
        return "OTEL_EXPORTER_OTLP_ENDPOINT"
    if any(find_spec(name) is None for name in NEEDS):
        return "pip install 'qiao[traces]'"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return f"port {port} is taken"
    return ""
