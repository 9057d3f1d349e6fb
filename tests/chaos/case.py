"""One play of the case on processes of its own, disturbed or not, and what it came to."""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any, Final, Protocol

import httpx
from nats.js.client import JetStreamContext

from shared.bus.provision import connected
from shared.bus.topology import DEAD_STREAM, QIAO
from shared.cli.bus_users import operator_of
from shared.cli.installed import load_services
from shared.cli.supervisor import Supervisor
from shared.demo.play import play
from shared.demo.report import faults
from tests.chaos.reaper import Kill, Reaper
from tests.chaos.rolling import Rolling
from tests.chaos.victims import processes, victims
from tests.servers import PostgresCluster, free_port_base

PATIENCE = 6
"""So many times longer than the demo does, the player waits for a service that is being killed all the time."""
SETTLES_WITHIN_SECONDS = 180.0
UNLIKE = ("trace_id", "seconds", "events", "faults")
"""What two plays need not have in common; events are counted anew when all are settled."""


@dataclass(frozen=True)
class Played:
    """What the services say at the end, and what passed over the bus."""

    figures: Mapping[str, Any]
    faults: Sequence[str]
    said: int
    """Events in the outboxes."""
    effects: int
    """Events in the inboxes of those who react to them."""
    on_the_bus: int
    """Messages in the streams; more than were said where an acknowledgement was lost beyond the window of the server."""
    dead: int
    seconds: float
    """From the first act until nothing was on its way any more."""
    last_act: float
    """Seconds until the player was done."""
    kills: Sequence[Kill] = field(default=())


@dataclass(frozen=True)
class Setting:
    """How the case is run."""

    scale: float
    copies: int = 0
    """Serving, and working, processes of each service on PostgreSQL; 0: one process each on SQLite."""


class Disturbance(Protocol):
    """Ends processes while the case is played; at the end of its block everybody is back."""

    def __enter__(self) -> object: ...

    def __exit__(self, *error: object) -> None: ...

    def kills(self) -> list[Kill]: ...


Disturb = Callable[[Supervisor, PostgresCluster | None], Disturbance]


def killing(kills: int, chance: Random) -> Disturb:
    """`kill -9` of whoever is drawn, so many times at most."""
    return lambda qiao, postgres: Reaper(victims(qiao, postgres), kills=kills, chance=chance)


def rolling(qiao: Supervisor, postgres: PostgresCluster | None) -> Disturbance:
    """A restart of every process of every service, one after another."""
    return Rolling(processes(qiao))


NOBODY: Final = killing(0, Random(0))


def play_once(setting: Setting, disturb: Disturb = NOBODY) -> Played:
    """Play the case from an empty folder to the last figure. Raises NotAsTold when a service refuses what the story needs."""
    with running(setting) as (qiao, postgres):
        began = monotonic()
        endpoints = {service.name: qiao.addresses(service.name) for service in qiao.services}
        tokens = {service.name: qiao.admin_token(service.name) for service in qiao.services}
        disturbance = disturb(qiao, postgres)
        with disturbance:
            report = play(endpoints, tokens, scale=setting.scale, patience=PATIENCE)
            last_act = monotonic() - began
        said, effects, on_the_bus, dead = asyncio.run(_settled(qiao))
        return Played(
            figures=report.model_dump(exclude=set(UNLIKE)),
            faults=report.faults,
            said=said,
            effects=effects,
            on_the_bus=on_the_bus,
            dead=dead,
            seconds=round(monotonic() - began, 1),
            last_act=round(last_act, 1),
            kills=disturbance.kills(),
        )


def differences(played: Played, undisturbed: Played) -> list[str]:
    """Each figure that is not the one of the undisturbed play, in words."""
    found = [*played.faults, *faults(dict(played.figures), dict(undisturbed.figures))]
    for name, one, other in (
        ("said", played.said, undisturbed.said),
        ("effects", played.effects, undisturbed.effects),
        ("dead letters", played.dead, undisturbed.dead),
    ):
        if one != other:
            found.append(f"{name}: {one} instead of {other}")
    return found


@contextmanager
def running(setting: Setting) -> Iterator[tuple[Supervisor, PostgresCluster | None]]:
    """The services with everything they need, in a folder that is gone afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="qiao-chaos-", ignore_cleanup_errors=True)))
        services = load_services([])
        postgres = stack.enter_context(_postgres(folder)) if setting.copies else None
        stores = {f"QIAO_{each.name.upper()}_STORE_URL": postgres.database(each.name) for each in services} if postgres else {}
        stack.enter_context(_environment(stores))
        qiao = Supervisor(services, data=folder / "data", port_base=free_port_base(), is_rehearsal=True, copies=setting.copies)
        if kept := os.environ.get("QIAO_TEST_LOGS"):
            stack.callback(partial(shutil.copytree, folder / "data" / "logs", kept, dirs_exist_ok=True))
        stack.enter_context(qiao)
        yield qiao, postgres


@contextmanager
def _postgres(folder: Path) -> Iterator[PostgresCluster]:
    home = folder / "pg"
    home.mkdir()
    folder.chmod(0o711)  # PostgreSQL may run under another account
    cluster = PostgresCluster(home)
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()


@contextmanager
def _environment(stores: Mapping[str, str]) -> Iterator[None]:
    """What the services are told beside what the supervisor tells them; nothing that was set outside."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("QIAO_") and not name.startswith(("QIAO_TEST", "QIAO_REQUIRE"))]:
        del os.environ[name]
    os.environ.update(stores)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


async def _settled(qiao: Supervisor) -> tuple[int, int, int, int]:
    """Counts of what was said, heard, is on the bus and dead, once nothing is on its way any more."""
    deadline = monotonic() + SETTLES_WITHIN_SECONDS
    async with connected(qiao.nats_url, operator_of(qiao.data)) as client:
        js = client.jetstream()
        while not await _is_quiet(js, qiao):
            if monotonic() > deadline:
                raise TimeoutError(f"events are still on their way: {await _waiting(js)}")
            await asyncio.sleep(0.2)
        streams = {stream.name: (await js.stream_info(stream.name)).state.messages for stream in QIAO.streams()}
    counted = [_counts(qiao, service.name) for service in qiao.services]
    said, effects = (sum(each[name] for each in counted) for name in ("published", "consumed"))
    return said, effects, sum(streams.values()) - streams[DEAD_STREAM], streams[DEAD_STREAM]


async def _is_quiet(js: JetStreamContext, qiao: Supervisor) -> bool:
    kept = sum(_counts(qiao, service.name)["kept"] for service in qiao.services)
    return kept == 0 and not await _waiting(js)


async def _waiting(js: JetStreamContext) -> dict[str, int]:
    """Messages that each consumer has not settled."""
    found = {}
    for consumer in QIAO.consumers():
        info = await js.consumer_info(consumer.stream, consumer.name)
        if number := (info.num_pending or 0) + (info.num_ack_pending or 0):
            found[consumer.name] = number
    return found


def _counts(qiao: Supervisor, service: str) -> dict[str, int]:
    headers = {"Authorization": f"Bearer {qiao.admin_token(service)}"}
    counted: dict[str, int] = httpx.get(f"{qiao.address(service)}/-/events", headers=headers, timeout=30, trust_env=False).json()
    return counted
