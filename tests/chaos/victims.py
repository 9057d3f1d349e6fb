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
    is_well: Callable[[], bool]
    """Does it do its work, and do those who need it?"""
    revive: Callable[[], None]
    """Starts it again where nobody else does."""

    def kill(self) -> int:
        """`kill -9`; returns the id of the process that is no more. Raises ProcessLookupError when it was gone already."""
        process_id = self.process_id()
        if process_id is None:
            raise ProcessLookupError(self.name)
        os.kill(process_id, signal.SIGKILL)
        return process_id

    def is_back(self, killed: int) -> bool:
        return self.process_id() not in (None, killed) and self.is_well()


def victims(qiao: Supervisor, postgres: PostgresCluster | None) -> list[Victim]:
    """Everything that runs here, each process once."""
    found = [_service(qiao, place) for place in qiao.places()]
    nats = qiao.nats
    if nats is not None:
        found.append(Victim("nats", lambda: nats.process_id, lambda: nats.is_running and _all_are_healthy(qiao), _by_others))
    if postgres is not None:
        found.append(Victim("postgresql", lambda: postgres.process_id, lambda: _all_are_healthy(qiao), postgres.start))
    return found


def _service(qiao: Supervisor, place: Place) -> Victim:
    return Victim(place.name, lambda: qiao.process_id(place.name), lambda: is_ready(place.port), _by_others)


def _by_others() -> None:
    """The supervisor does it."""


def _all_are_healthy(qiao: Supervisor) -> bool:
    """Every process is linked to the bus, hears or stands by, and has a store."""
    return all(_is_healthy(place, qiao) for place in qiao.places())


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
