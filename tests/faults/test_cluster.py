"""Three servers with every stream on each: a killed leader and a lost quorum cost time, no event and no second effect."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex

import nats.errors
import pytest

from shared.bus.permissions import OPERATOR
from shared.bus.provision import connected, provision
from shared.bus.sign_in import SignIn
from shared.bus.topology import Topology
from shared.cli.bus_users import make_passwords, users_configuration
from shared.events.intake import SurveyProgressed
from tests.faults.effects import heard_exactly
from tests.faults.shipped import ShippedNats
from tests.faults.town import FAST, SURVEYS, TOWN, eventually, house, keep, store_of
from tests.servers import free_port

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

ELECTED_WITHIN = 90.0
PATIENT = replace(FAST, publish=3.0, look=3.0)
ON_THREE = Topology(heard=TOWN.heard, asked=TOWN.asked, limits=replace(TOWN.limits, replicas=3, duplicate_window=120.0))


@dataclass(frozen=True)
class Cluster:
    servers: dict[str, ShippedNats]
    passwords: dict[str, str]

    @property
    def url(self) -> str:
        return ",".join(server.url for server in self.servers.values())

    def user(self, name: str) -> SignIn:
        return SignIn(name, self.passwords[name])

    async def leader(self) -> ShippedNats:
        """The server that leads intake's stream."""
        async with connected(self.url, self.user(OPERATOR)) as client:
            info = await client.jetstream().stream_info("INTAKE")
        return self.servers[str(info.cluster.leader if info.cluster else "")]

    async def is_provisioned(self) -> bool:
        try:
            await provision(self.url, ON_THREE, sign_in=self.user(OPERATOR))
        except (nats.errors.Error, TimeoutError, OSError):
            return False
        return True


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Started from deploy/nats/cluster.conf."""
    users = users_configuration(tmp_path, ON_THREE)
    passwords = {name: file.read_text().strip() for name, file in make_passwords(tmp_path, ON_THREE).items()}
    routes = {name: free_port() for name in ("a", "b", "c")}
    secret = "r" + token_hex(16)
    servers = {
        name: ShippedNats(
            tmp_path / name,
            "cluster.conf",
            port=free_port(),
            users=users,
            NAME=name,
            CLUSTER_LISTEN=f"127.0.0.1:{port}",
            CLUSTER_PASSWORD=secret,
            ROUTES="[" + ",".join(f'"nats://route:{secret}@127.0.0.1:{other}"' for other in routes.values()) + "]",
        )
        for name, port in routes.items()
    }
    with ExitStack() as running:
        for server in servers.values():
            running.callback(server.kill)
            server.begin()
        for server in servers.values():
            server._wait_until_ready()
        yield Cluster(servers, passwords)


async def test_a_killed_leader_and_a_lost_quorum_lose_and_repeat_nothing(cluster: Cluster, tmp_path: Path) -> None:
    await eventually(cluster.is_provisioned, within=ELECTED_WITHIN)
    async with (
        house("intake", store_of(tmp_path, "intake"), cluster.url, sign_in=cluster.user("intake"), options=PATIENT) as intake,
        house(
            "procurement",
            store_of(tmp_path, "procurement"),
            cluster.url,
            sign_in=cluster.user("procurement"),
            options=PATIENT,
            reactions={SurveyProgressed: keep},
        ) as procurement,
    ):
        await intake.say(SURVEYS[0], 0, 100)
        await eventually(lambda: heard_exactly(procurement.store, list(range(100))), within=ELECTED_WITHIN)

        leader = await cluster.leader()
        leader.kill()
        await intake.say(SURVEYS[0], 100, 200)
        await intake.say(SURVEYS[1], 200, 210)
        await eventually(lambda: heard_exactly(procurement.store, list(range(210))), within=ELECTED_WITHIN)

        second = next(server for server in cluster.servers.values() if server.is_running)
        second.kill()
        await intake.say(SURVEYS[0], 210, 310)
        await eventually(lambda: bool(intake.bus.health()["relay"]["trouble"]) or not intake.bus.health()["nats"]["connected"], within=30)
        assert intake.unsent() == 100, "without a quorum nothing is acknowledged"

        second.begin()
        leader.begin()
        await eventually(lambda: heard_exactly(procurement.store, list(range(310))), within=ELECTED_WITHIN)
        await eventually(lambda: intake.unsent() == 0, within=ELECTED_WITHIN)
    async with connected(cluster.url, cluster.user(OPERATOR)) as client:
        assert (await client.jetstream().stream_info("INTAKE")).state.messages == 310
