"""Servers in containers, for a machine where Docker works and the wheels do not. Imported only then: testcontainers is slow to load."""

from collections.abc import Iterator
from contextlib import contextmanager

from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy


@contextmanager
def nats() -> Iterator[str]:
    """Address of a NATS server with JetStream."""
    ready = LogMessageWaitStrategy("Server is ready")
    with DockerContainer("nats:2.15").with_command("-js").with_exposed_ports(4222).waiting_for(ready) as container:
        yield f"nats://{container.get_container_host_ip()}:{container.get_exposed_port(4222)}"


@contextmanager
def postgres() -> Iterator[str]:
    """Address of a PostgreSQL server, without driver."""
    with PostgresContainer("postgres:15", driver=None) as container:
        yield container.get_connection_url()
