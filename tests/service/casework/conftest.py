"""The agency that the tests of casework share."""

from collections.abc import Callable

import pytest

from services.casework.app import SERVICE
from tests.conftest import Office
from tests.service.casework.agency import Agency, begin


@pytest.fixture
def agency(service_client: Callable[..., Office]) -> Agency:
    return begin(service_client(SERVICE))
