"""A ministry that may ask about the people of a roster."""

from collections.abc import Callable, Iterator

import pytest

from services.intake.app import SERVICE
from shared.demo.population import Population, RosterRow
from tests.conftest import Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.ministry import Ministry, terms
from tests.service.intake.receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.close()


@pytest.fixture
def rows(people: Population) -> list[RosterRow]:
    return people.allowance[:24]


@pytest.fixture
def office(service_client: Callable[..., Office]) -> Office:
    return service_client(SERVICE, plugin_settings=terms())


@pytest.fixture
def bureau(office: Office, rows: list[RosterRow]) -> Bureau:
    found = Bureau(office)
    found.accept(found.upload(rows)["roster_id"])
    return found


@pytest.fixture
def ministry(bureau: Bureau) -> Ministry:
    return Ministry(bureau.office)
