"""What may be killed: the processes of the services, the NATS server, and PostgreSQL where the case runs on it."""

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx

from shared.cli.supervisor import Place, Supervisor, is_ready
from tests.servers import PostgresCluster


@dataclass(frozen=True)
class Victim:
    """Something that is killed and comes back."""

    name: str
    process_id: Callable[[], int | None]
    watch: Callable[[], Callable[[], bool]]
    """Asked after a death; gives the question whether it, and those who need it, work again."""
    revive: Callable[[], None]
    """Starts it again where nobody else does."""

    def kill(self) -> int:
        """`kill -9`; returns the id of the process that is no more. Raises ProcessLookupError when it was gone already."""
        process_id = self.process_id()
        if process_id is None:
            raise ProcessLookupError(self.name)
        os.kill(process_id, signal.SIGKILL)
        return process_id


def victims(qiao: Supervisor, postgres: PostgresCluster | None) -> list[Victim]:
    """Everything that runs here, each process once."""
    found = [_service(qiao, place) for place in qiao.places()]
    nats = qiao.nats
    if nats is not None:
        found.append(Victim("nats", lambda: nats.process_id, lambda: _everybody(qiao), _by_others))
    if postgres is not None:
        found.append(Victim("postgresql", lambda: postgres.process_id, lambda: _everybody(qiao), postgres.start))
    return found


def _service(qiao: Supervisor, place: Place) -> Victim:
    return Victim(place.name, lambda: qiao.process_id(place.name), lambda: lambda: is_ready(place.port), _by_others)


def _by_others() -> None:
    """The supervisor does it."""


def _everybody(qiao: Supervisor) -> Callable[[], bool]:
    """Has every process been healthy since, though not all at one moment: linked to the bus, hearing or standing by, with a store?"""
    missing = qiao.places()

    def is_well() -> bool:
        missing[:] = [place for place in missing if not _is_healthy(place, qiao)]
        return not missing

    return is_well


def _is_healthy(place: Place, qiao: Supervisor) -> bool:
    token = qiao.admin_token(place.name.split()[0])
    try:
        answer = httpx.get(
            f"http://127.0.0.1:{place.port}/-/health", headers={"Authorization": f"Bearer {token}"}, timeout=5, trust_env=False
        )
    except httpx.HTTPError:
        return False
    return answer.is_success and answer.json()["status"] == "ok"


def kind_of(name: str) -> str:
    """Processes that differ by their number only are one kind: `intake work 2` is of `intake work`."""
    return name.rstrip("0123456789 ")


def kinds(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(kind_of(name) for name in names))
