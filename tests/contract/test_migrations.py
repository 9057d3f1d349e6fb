"""The schema that the migrations make is the one that the code has; both ways, on both databases."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from shared.service import Service
from shared.settings import ServiceSettings
from shared.store.migrate import SchemaOutdated, Target, check_schema, config_of, upgrade
from shared.store.store import Store
from tests.city import services

SERVICES = services()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.db'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.mark.integration
@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_migrations_and_tables_agree_and_can_be_taken_back(service: Service, url: str) -> None:
    store = Store(url, service.kernel, service.table.metadata, name=service.name)
    with pytest.raises(SchemaOutdated):
        check_schema(service, store)

    upgrade(service, store)

    check_schema(service, store)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": store.is_sqlite})
        assert compare_metadata(context, service.table.metadata) == [], f"run: qiao db draft {service.name} MESSAGE"
    command.downgrade(config_of(service, Target(store.engine, store.metadata)), "base")
    assert set(inspect(store.engine).get_table_names()) <= {"alembic_version"}
    store.engine.dispose()


def test_an_upgrade_backs_up_what_is_there_and_a_second_one_does_nothing(tmp_path: Path) -> None:
    service = SERVICES[0]
    store = service.open_store(ServiceSettings(data=tmp_path))

    assert upgrade(service, store) is None
    assert upgrade(service, store) is None

    store.engine.dispose()


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_what_a_service_calls_append_only_the_database_refuses_to_change(service: Service, tmp_path: Path) -> None:
    store = service.open_store(ServiceSettings(data=tmp_path))
    upgrade(service, store)

    with store.engine.connect() as connection:
        triggers = set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
    store.engine.dispose()

    assert {f"{table}_no_{verb}" for table in service.append_only for verb in ("update", "delete")} <= triggers
