"""Two commands at the same moment, on a database that really runs them at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from services.casework.app import SERVICE
from services.casework.settings import Settings
from shared.store.migrate import upgrade
from tests.conftest import Office
from tests.service.casework.agency import CONTRACT, Agency, begin, session

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]


@pytest.fixture
def agency(postgres_url: str, service_client: Callable[..., Office]) -> Agency:
    store = SERVICE.open_store(Settings(store_url=postgres_url))
    upgrade(SERVICE, store)
    store.engine.dispose()
    return begin(service_client(SERVICE, store_url=postgres_url))


def at_once(*commands: Callable[[], Any]) -> int:
    """Give all commands at the same moment; returns how many were done. The others must be refused by a rule, not by an accident."""
    with ThreadPoolExecutor(len(commands)) as pool:
        running = [pool.submit(command) for command in commands]
    failed = [str(each.exception()) for each in running if each.exception() is not None]
    assert all("422" in failure for failure in failed), failed
    return len(running) - len(failed)


def test_assignments_at_the_same_moment_stay_within_the_capacity(agency: Agency) -> None:
    recipients = [agency.enrol() for _ in range(6)]

    assert at_once(*(partial(agency.open, recipient) for recipient in recipients)) == 2

    assert agency.supervisor.get("/api/v1/workers", contract_id=CONTRACT)["items"][0]["open_cases"] == 2


def test_a_worker_is_not_in_two_places_though_both_are_entered_at_once(agency: Agency) -> None:
    sessions = [session(agency.serve()), session(agency.serve())]

    assert at_once(*(partial(agency.record, each) for each in sessions)) == 1


def test_a_whole_case_runs_there_too(agency: Agency) -> None:
    case = agency.serve()
    agency.record(session(case), session(case, "2017-02-21"))
    agency.propose(case, goals_met=1)
    agency.supervisor.post("/api/v1/closings/approvals", {"case_ids": [case]}, on="2017-09-25")
    agency.accepted()
    document = agency.director.upload(b"%PDF-1.4 certificate")

    returned = agency.director.post(f"/api/v1/contracts/{CONTRACT}/data-return", {"document": document}, on="2017-12-08")

    assert returned["keys_erased"] == 1
    assert agency.supervisor.get(f"/api/v1/contracts/{CONTRACT}/summary")["sessions"] == 2
