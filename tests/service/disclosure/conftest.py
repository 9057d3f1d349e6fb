"""Disclosure services: one that has heard nothing, and one that has heard the whole case; told once, copied for each test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.disclosure.app import SERVICE
from shared.service import Service
from tests.conftest import Office
from tests.service.disclosure.events_of_the_case import Case
from tests.service.disclosure.telling import opened, release, tell


@pytest.fixture
def office(service_client: Callable[..., Office]) -> Office:
    return service_client(SERVICE)


@pytest.fixture(scope="session")
def told_once(migrated: Callable[[Service], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a service that has heard the case at a tenth of its size and released everything."""
    data = tmp_path_factory.mktemp("told")
    (data / SERVICE.name).mkdir()
    shutil.copy(migrated(SERVICE), data / SERVICE.name / f"{SERVICE.name}.db")
    with opened(data) as office:
        tell(office, Case(scale=10).told())
        release(office, "selection", "evaluation", "statistics", "petitions")
    return data


@pytest.fixture
def told(told_once: Path, tmp_path: Path) -> Iterator[Office]:
    data = tmp_path / "told"
    shutil.copytree(told_once, data)
    with opened(data) as office:
        yield office
