"""The panel that the tests of evaluation share."""

from collections.abc import Callable

import pytest

from services.evaluation.app import SERVICE
from tests.conftest import Office
from tests.service.evaluation.panel import Panel, begin


@pytest.fixture
def office(service_client: Callable[..., Office]) -> Office:
    return begin(service_client(SERVICE))


@pytest.fixture
def panel(office: Office) -> Panel:
    panel = Panel(office)
    panel.commission()
    return panel
