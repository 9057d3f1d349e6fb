"""An office of intake on a fresh store, and a hundredth of the sample city."""

from collections.abc import Callable

import pytest

from services.intake.app import SERVICE
from shared.demo.figures import Figures
from shared.demo.population import Population, populate
from tests.conftest import Office
from tests.service.intake.bureau import Bureau


@pytest.fixture(scope="session")
def people() -> Population:
    return populate(Figures(0.01).census)


@pytest.fixture
def bureau(service_client: Callable[..., Office]) -> Bureau:
    return Bureau(service_client(SERVICE))


@pytest.fixture
def proposed(bureau: Bureau, people: Population) -> str:
    """A programme whose list is open to objection."""
    return bureau.programme(bureau.survey(people))


@pytest.fixture
def confirmed(bureau: Bureau, proposed: str) -> str:
    bureau.confirm(proposed)
    return proposed
