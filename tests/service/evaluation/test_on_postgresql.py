"""Evaluation on PostgreSQL: the same digits, and two commands at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.evaluation.app import SERVICE
from services.evaluation.settings import Settings
from shared.store.migrate import upgrade
from tests.conftest import Office
from tests.service.evaluation.panel import MID, Panel, begin, total

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]


@pytest.fixture
def panel(postgres_url: str, service_client: Callable[..., Office]) -> Panel:
    store = SERVICE.open_store(Settings(store_url=postgres_url))
    upgrade(SERVICE, store)
    store.engine.dispose()
    panel = Panel(begin(service_client(SERVICE, store_url=postgres_url)))
    panel.commission()
    return panel


def test_a_round_comes_to_the_same_digits(panel: Panel) -> None:
    mid = panel.open()
    panel.fill(mid, MID)

    scored = panel.score(mid)

    assert (scored["composite"], scored["band"]) == ("83.590", "良")
    assert [part["score"] for part in scored["dimensions"]] == ["84.50", "90.00", "81.30", "80.00", "86.40", "82.00"]
    assert panel.tell(mid)["verdict"] == "passed"


def test_of_two_sheets_of_one_assessor_at_the_same_moment_one_is_kept(panel: Panel) -> None:
    mid = panel.open()

    with ThreadPoolExecutor(2) as pool:
        given = [pool.submit(panel.give, panel.experts[0], mid, "D4", total(mark)) for mark in (80, 90)]

    refused = [str(each.exception()) for each in given if each.exception() is not None]
    assert len(refused) == 1
    assert "409" in refused[0]
    assert len(panel.evaluator.get(f"/api/v1/rounds/{mid}/sheets", dimension="D4")["items"]) == 1
