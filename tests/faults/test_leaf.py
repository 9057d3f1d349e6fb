"""A department with a leaf whose line is cut: it works on, and when the line is back each side hears the other's events once."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import nats
import nats.errors
import pytest

from shared.bus.domains import hub, leaf
from shared.bus.permissions import OPERATOR
from shared.bus.provision import provision
from shared.bus.sign_in import SignIn
from shared.cli.bus_users import make_passwords, users_configuration
from shared.events.intake import SurveyProgressed
from tests.faults.effects import heard_exactly
from tests.faults.shipped import ShippedNats
from tests.faults.town import SURVEYS, TOWN, House, eventually, house, keep, store_of
from tests.faults.wire import Wire, wire_to
from tests.servers import free_port

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

CATCHES_UP_WITHIN = 120.0


@dataclass(frozen=True)
class TwoDomains:
    """The hub, and one department's leaf behind a wire."""

    hub: ShippedNats
    leaf: ShippedNats
    wire: Wire
    passwords: dict[str, str]

    def user(self, name: str) -> SignIn:
        return SignIn(name, self.passwords[name])


@asynccontextmanager
async def two_domains(folder: Path, service: str, *, users_of_hub: Callable[[str], str] = str) -> AsyncIterator[TwoDomains]:
    """Started from deploy/nats/hub.conf and leaf.conf, and provisioned each for its part."""
    users = users_configuration(folder, TOWN, [service])
    passwords = {name: file.read_text().strip() for name, file in make_passwords(folder, TOWN, [service]).items()}
    leaf_port = free_port()
    middle = ShippedNats(folder / "hub", "hub.conf", port=free_port(), users=users_of_hub(users), LEAF_LISTEN=f"127.0.0.1:{leaf_port}")
    middle.start()
    async with wire_to(leaf_port) as wire:
        address = f"nats-leaf://leaf-{service}:{passwords[f'leaf-{service}']}@{wire.url.removeprefix('nats://')}"
        outer = ShippedNats(folder / "leaf", "leaf.conf", port=free_port(), users=users, NAME="leaf", DOMAIN=service, HUB=address)
        try:
            outer.start()
            both = TwoDomains(middle, outer, wire, passwords)
            await provision(outer.url, TOWN, sign_in=both.user(OPERATOR), domain=leaf(TOWN, service))
            await provision(middle.url, TOWN, sign_in=both.user(OPERATOR), domain=hub(TOWN, [service]))
            yield both
        finally:
            outer.kill()
            middle.kill()


async def test_a_department_that_speaks_is_heard_when_its_line_is_back(tmp_path: Path) -> None:
    async with two_domains(tmp_path, "intake") as bus:
        async with (
            house("intake", store_of(tmp_path, "intake"), bus.leaf.url, sign_in=bus.user("intake")) as intake,
            house(
                "procurement",
                store_of(tmp_path, "procurement"),
                bus.hub.url,
                sign_in=bus.user("procurement"),
                reactions={SurveyProgressed: keep},
            ) as procurement,
        ):
            await cut_and_mend(bus, intake, intake, procurement)
        assert violations(bus) == []


async def test_a_department_that_listens_hears_what_was_said_meanwhile(tmp_path: Path) -> None:
    async with two_domains(tmp_path, "procurement") as bus:
        async with (
            house("intake", store_of(tmp_path, "intake"), bus.hub.url, sign_in=bus.user("intake")) as intake,
            house(
                "procurement",
                store_of(tmp_path, "procurement"),
                bus.leaf.url,
                sign_in=bus.user("procurement"),
                reactions={SurveyProgressed: keep},
            ) as procurement,
        ):
            await cut_and_mend(bus, procurement, intake, procurement)
        assert violations(bus) == []


ROOT = 'users: [\n    { user: "root", password: "root" },'
"""Somebody at the hub who may do everything there."""


async def test_nobody_at_the_hub_takes_away_what_a_department_keeps(tmp_path: Path) -> None:
    async with two_domains(tmp_path, "intake", users_of_hub=lambda users: users.replace("users: [", ROOT, 1)) as bus:
        root = await nats.connect(bus.hub.url, user="root", password="root")
        told = await root.request("$JS.intake.API.STREAM.INFO.INTAKE", b"", timeout=5)
        assert json.loads(told.data)["config"]["name"] == "INTAKE"

        for act in ("STREAM.DELETE.INTAKE", "STREAM.PURGE.INTAKE", "CONSUMER.DELETE.INTAKE.any"):
            with pytest.raises((nats.errors.NoRespondersError, nats.errors.TimeoutError)):
                await root.request(f"$JS.intake.API.{act}", b"", timeout=1)
        await root.close()


async def cut_and_mend(bus: TwoDomains, behind_the_line: House, speaks: House, hears: House) -> None:
    await speaks.say(SURVEYS[0], 0, 10)
    await eventually(lambda: heard_exactly(hears.store, list(range(10))), within=CATCHES_UP_WITHIN)

    bus.wire.take_down()
    await speaks.say(SURVEYS[0], 10, 110)
    await eventually(lambda: speaks.unsent() == 0)
    assert not hears.heard()[10:], "the line is cut"
    await eventually(lambda: behind_the_line.bus.health()["state"] == "ok")

    bus.wire.is_down = False
    await eventually(lambda: heard_exactly(hears.store, list(range(110))), within=CATCHES_UP_WITHIN)
    assert hears.heard() == list(range(110))


def violations(bus: TwoDomains) -> list[str]:
    return [line for server in (bus.hub, bus.leaf) for line in server.log.read_text().splitlines() if "Violation" in line]
