"""The real trace store beside a real service: its spans arrive, and neither misses the other when it dies."""

import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from services.casework.app import SERVICE
from shared.cli.supervisor import Supervisor
from shared.traces.store import Summary, TraceReader
from tests.servers import free_port_base

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def eventually(what: Callable[[], Summary | None], within: float = 60) -> Summary:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if (found := what()) is not None:
            return found
        time.sleep(0.1)
    raise AssertionError("it did not come")


def test_spans_of_a_service_arrive_and_the_store_may_die(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIAO_NATS_URL", "")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
    with Supervisor([SERVICE], data=tmp_path, port_base=free_port_base(), has_traces=True) as qiao:
        assert qiao.traces is not None
        assert qiao.traces.trouble == ""
        address, file = qiao.address("casework"), qiao.traces.file

        def asked(trace: str) -> Summary | None:
            headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
            assert httpx.get(f"{address}/api/v1/openapi.json", headers=headers, trust_env=False).status_code == 200
            return TraceReader(file).summary(trace) if file.exists() else None

        arrived = eventually(lambda: asked(TRACE))
        assert arrived.spans >= 1
        page = httpx.get(qiao.traces.link(TRACE), trust_env=False, timeout=30).text
        assert re.search(r"casework: </span>", page)

        before = qiao.traces.process_id
        assert before is not None
        os.kill(before, signal.SIGKILL)
        later = TRACE[::-1]
        eventually(lambda: asked(later))

        assert qiao.traces.process_id != before, "the supervisor has started another"
        assert qiao.process_id("casework") is not None
