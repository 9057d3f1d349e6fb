"""`qiao up` on one machine: a service comes back after a crash, its secrets stay, and a taken port is told."""

import os
import signal
import socket
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared.cli.embedded_nats import NatsNotStarted
from shared.cli.installed import load_service
from shared.cli.supervisor import NATS_ABOVE_BASE, NotReady, Supervisor
from tests.servers import free_port_base

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]
WITHIN_SECONDS = 120.0


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def answers(supervisor: Supervisor) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", supervisor.port(supervisor.services[0]))) == 0


@contextmanager
def taken(port: int) -> Iterator[None]:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        yield


@pytest.fixture
def evaluation(tmp_path: Path) -> Supervisor:
    return Supervisor([load_service("evaluation")], data=tmp_path / "data", port_base=free_port_base())


def test_killed_service_is_started_again(evaluation: Supervisor) -> None:
    with evaluation:
        first = evaluation.process_id("evaluation")
        assert first is not None

        os.kill(first, signal.SIGKILL)

        until(lambda: evaluation.process_id("evaluation") != first and answers(evaluation))
    assert not answers(evaluation)


def test_killed_nats_server_is_started_again(evaluation: Supervisor) -> None:
    with evaluation:
        nats = evaluation.nats
        assert nats is not None
        first = nats.process_id
        assert first is not None

        os.kill(first, signal.SIGKILL)

        until(lambda: nats.is_running and nats.process_id != first)


def test_secrets_are_made_once_for_their_owner_only(evaluation: Supervisor) -> None:
    with evaluation:
        token = evaluation.admin_token("evaluation")
    files = sorted((evaluation.data / "secrets").iterdir())

    assert [file.name for file in files] == [
        *(f"bus-{user}" for user in ("casework", "disclosure", "evaluation", "intake", "operator", "procurement")),
        "evaluation-admin-token",
        "evaluation-key",
    ]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((evaluation.data / "secrets").stat().st_mode) == 0o700
    assert evaluation.admin_token("evaluation") == token


def test_service_that_cannot_start_is_told_with_its_last_lines(evaluation: Supervisor) -> None:
    with taken(evaluation.port(evaluation.services[0])), pytest.raises(NotReady, match="address already in use"):
        evaluation.__enter__()


def test_taken_port_of_the_bus_is_told(evaluation: Supervisor, tmp_path: Path) -> None:
    port_base = free_port_base()
    with taken(port_base + NATS_ABOVE_BASE), pytest.raises(NatsNotStarted, match="address already in use"):
        Supervisor(evaluation.services, data=tmp_path / "other", port_base=port_base).__enter__()
