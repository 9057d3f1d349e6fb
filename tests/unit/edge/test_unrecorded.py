"""What is left of spans where nobody collects them: ids that others can go on with."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shared.telemetry import Telemetry, current_trace_id, current_traceparent

CALLER = f"00-{'1' * 32}-{'2' * 16}-01"
NOT_SAMPLED = f"00-{'1' * 32}-{'2' * 16}-00"


@pytest.fixture
def telemetry(monkeypatch: pytest.MonkeyPatch) -> Telemetry:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", raising=False)
    return Telemetry("intake")


def test_a_trace_begins_here_and_others_may_record_it(telemetry: Telemetry) -> None:
    with telemetry.span("unit") as unit:
        first = current_traceparent() or ""
        with telemetry.span("inner"):
            second = current_traceparent() or ""

    assert not unit.is_recording()
    assert first.split("-")[1] == second.split("-")[1] != "0" * 32
    assert first.split("-")[2] != second.split("-")[2]
    assert first[-2:] == second[-2:] == "01"
    assert current_traceparent() is None


@pytest.mark.parametrize("caller", [CALLER, NOT_SAMPLED])
def test_the_caller_s_trace_goes_on_as_it_was_sampled(telemetry: Telemetry, caller: str) -> None:
    with telemetry.span("unit", parent=caller):
        inside = current_traceparent() or ""

    assert inside.split("-")[1] == "1" * 32
    assert inside.split("-")[2] != "2" * 16
    assert inside[-2:] == caller[-2:]


def test_a_request_goes_on_with_the_trace_that_it_brings(telemetry: Telemetry) -> None:
    app = FastAPI(telemetry=telemetry.fastapi())

    @app.get("/")
    async def trace() -> str:
        return current_trace_id()

    assert TestClient(app).get("/", headers={"traceparent": CALLER}).json() == "1" * 32


def test_an_error_passes_through(telemetry: Telemetry) -> None:
    with pytest.raises(ZeroDivisionError), telemetry.span("unit"):
        raise ZeroDivisionError
