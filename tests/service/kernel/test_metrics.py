"""What a service counts: read back with the parser that Prometheus's own library has."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert
from sqlalchemy.exc import OperationalError

from shared.ids import new_id
from shared.plugins import PluginState
from shared.work import Work
from tests.conftest import HUANGSHI, Desk, Office
from tests.service.kernel.library import SERVICE

LOAN = {"title": "社会救助法", "division": HUANGSHI}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")


@pytest.fixture
def library(service_client: Callable[..., Office]) -> Office:
    return service_client(SERVICE)


@pytest.fixture
def librarian(library: Office) -> Desk:
    return library.as_("librarian", account="li")


def metrics(library: Office, **headers: str) -> str:
    answer = library.http.get("/-/metrics", headers={**library.as_("auditor")._headers, **headers})
    assert answer.status_code == 200
    return answer.text


def value(text: str, name: str, **labels: str) -> float | None:
    """The sum of the samples of this name with these labels; None if there is none."""
    found = [
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    return sum(found) if found else None


def test_units_are_timed_by_how_they_ended(library: Office, librarian: Desk) -> None:
    before = metrics(library)
    librarian.post("/api/v1/loans", LOAN)
    librarian.post("/api/v1/loans", {**LOAN, "title": "禁书"}, expect=422)
    librarian.post("/api/v1/loans", {**LOAN, "title": "崩"}, expect=500)
    after = metrics(library)

    for outcome in ("done", "refused", "failed"):
        counts = [value(text, "qiao_unit_seconds_count", outcome=outcome, queue="ordinary") or 0 for text in (before, after)]
        assert counts[1] - counts[0] >= 1, outcome
    assert (value(after, "qiao_writer_hold_seconds_count") or 0) > (value(before, "qiao_writer_hold_seconds_count") or 0)
    assert value(after, "qiao_units_waiting") == 0


def test_bulk_work_is_timed_apart(library: Office) -> None:
    def nothing(work: Work) -> None:
        """A chunk of a job."""

    assert library.http.portal is not None
    library.http.portal.call(lambda: library.store.run(nothing, bulk=True))

    assert value(metrics(library), "qiao_unit_seconds_count", queue="bulk", outcome="done") == 1


def test_requests_are_counted_by_route_and_never_by_what_people_typed(library: Office, librarian: Desk) -> None:
    librarian.get(f"/api/v1/jobs/{uuid4()}", expect=404)
    library.http.get("/no/such/page/王翠花")
    library.http.request("王翠花".encode().hex(), "/api/v1/loans")

    text = metrics(library)

    route = {"http_route": "/api/v1/jobs/{job_id}", "http_request_method": "GET", "http_response_status_code": "404"}
    assert value(text, "http_server_request_duration_seconds_count", **route) == 1
    assert value(text, "http_server_request_duration_seconds_count", http_route="", http_response_status_code="404") == 1
    assert value(text, "http_server_request_duration_seconds_count", http_request_method="_OTHER") == 1
    assert not UUID.search(text)
    assert "王翠花" not in text


def test_events_that_the_bus_does_not_have_are_counted_with_the_age_of_the_oldest(library: Office) -> None:
    assert value(metrics(library), "qiao_outbox_age_seconds") == 0

    library.store.run_now(said_ten_minutes_ago)

    text = metrics(library)
    assert value(text, "qiao_outbox_waiting") == 1
    assert 600 <= (value(text, "qiao_outbox_age_seconds") or 0) < 700


def said_ten_minutes_ago(work: Work) -> None:
    row = {"event_id": new_id(), "aggregate_type": "loan", "aggregate_id": "1", "type": "ev.intake.loan.lent.v1", "data": "{}"}
    work.execute(
        insert(work.kernel.outbox), [{**row, "time": datetime.now(UTC) - timedelta(minutes=10), "businesstime": work.today, "attempts": 0}]
    )


def test_plugins_are_counted_by_name(library: Office) -> None:
    library.runtime.hooks.plugins.append(PluginState("hukou", "", is_required=False, faults=3))  # type: ignore[attr-defined]  # a list, shown as a sequence

    assert value(metrics(library), "qiao_plugin_faults_total", plugin="hukou") == 3


def test_store_that_is_away_takes_only_its_own_numbers_along(library: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = library.as_("auditor")._headers
    library.http.get("/-/metrics", headers=headers)  # who is asking is known for some seconds

    def lost(*args: object) -> object:
        raise OperationalError("SELECT", {}, OSError("disk gone"))

    monkeypatch.setattr(library.store, "read_now", lost)
    answer = library.http.get("/-/metrics", headers=headers)

    assert value(answer.text, "qiao_outbox_waiting") is None
    assert value(answer.text, "qiao_bus_connected") == 0


def test_scraper_gets_the_form_that_it_accepts(library: Office) -> None:
    assert metrics(library, Accept="application/openmetrics-text; version=1.0.0").endswith("# EOF\n")
    assert not metrics(library, Accept="text/plain").endswith("# EOF\n")
