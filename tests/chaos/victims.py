"""What may be killed: the processes of the services, the NATS server, and PostgreSQL where the case runs on it."""

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic, sleep

import httpx

from shared.cli.supervisor import Place, Supervisor, is_ready
from tests.servers import PostgresCluster

LOOK_EVERY_SECONDS = 0.05
BACK_WITHIN_SECONDS = 180.0


class NotBack(RuntimeError):
    """Who went did not come back."""


@dataclass(frozen=True)
class Victim:
    """Something that is killed and comes back."""

    name: str
    process_id: Callable[[], int | None]
    watch: Callable[[], Callable[[], bool]]
    """Asked after a death; gives the question whether it, and those who need it, work again."""
    revive: Callable[[], None]
    """Starts it again where nobody else does."""

    def end(self, by: signal.Signals) -> int:
        """Returns the id of the process that got the signal. Raises ProcessLookupError when it was gone already."""
        process_id = self.process_id()
        if process_id is None:
            raise ProcessLookupError(self.name)
        os.kill(process_id, by)
        return process_id

    def until_back(self, ended: int) -> float:
        """Wait until another process works in its place; the seconds. Raises NotBack."""
        began = monotonic()
        self.revive()
        is_well = self.watch()
        while self.process_id() in (None, ended) or not is_well():
            if monotonic() - began > BACK_WITHIN_SECONDS:
                raise NotBack(f"{self.name} was not back after {BACK_WITHIN_SECONDS:.0f} s")
            sleep(LOOK_EVERY_SECONDS)
        return monotonic() - began


def processes(qiao: Supervisor) -> list[Victim]:
    """Every process of a service, service by service."""
    return [_service(qiao, place) for place in qiao.places()]


def victims(qiao: Supervisor, postgres: PostgresCluster | None) -> list[Victim]:
    """Everything that runs here, each process once."""
    found = processes(qiao)
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
