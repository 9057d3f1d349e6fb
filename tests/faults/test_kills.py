"""Processes and servers are really killed: no event is lost, no effect is made twice, every figure is exact."""

import asyncio
import random
from functools import partial
from pathlib import Path

import pytest

from shared.bus.provision import connected, provision
from shared.bus.replay import replay
from shared.events.intake import SurveyProgressed
from shared.store.store import Store
from tests.faults.effects import all_heard_once, heard_exactly
from tests.faults.town import SURVEYS, TOWN, WINDOW, Resident, eventually, house, keep, numbers, open_store, said_numbers, store_of, unsent
from tests.servers import NatsServer

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]


async def test_a_publisher_killed_between_commit_and_publish_loses_nothing(nats_server: NatsServer, tmp_path: Path) -> None:
    """While the bus is away every commit is one that is not published yet."""
    await provision(nats_server.url, TOWN)
    nats_server.stop()
    intake = await Resident.live("intake", store_of(tmp_path, "intake"), nats_server.url)
    intake.say(0, 50)
    await intake.hear("said")
    await intake.kill()
    nats_server.start()
    intake = await Resident.live("intake", store_of(tmp_path, "intake"), nats_server.url)
    async with house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement:
        await all_heard_once(procurement.store, list(range(50)), nats_server.url)
    await intake.kill()


async def test_a_publisher_killed_at_any_moment_loses_and_repeats_nothing(nats_server: NatsServer, tmp_path: Path) -> None:
    """Killed while it commits and publishes as fast as it can; what it committed is what its outbox holds."""
    await provision(nats_server.url, TOWN)
    chance = random.Random(4)
    kept = open_store(store_of(tmp_path, "intake"), "intake")
    async with house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement:
        for round_number in range(4):
            intake = await Resident.live("intake", store_of(tmp_path, "intake"), nats_server.url)
            intake.say(round_number * 10_000, round_number * 10_000 + 10_000)
            await eventually(partial(has_said_more_than, kept, round_number * 25), within=30)
            await asyncio.sleep(chance.uniform(0.0, 0.5))
            await intake.kill()
        intake = await Resident.live("intake", store_of(tmp_path, "intake"), nats_server.url)
        await eventually(lambda: kept.read_now(unsent) == 0, within=60)
        said = sorted(kept.read_now(said_numbers))
        await all_heard_once(procurement.store, said, nats_server.url)
        await intake.kill()
    kept.stop()

    assert len(said) > 75


def has_said_more_than(store: Store, count: int) -> bool:
    return len(store.read_now(said_numbers)) > count


async def test_a_publisher_killed_between_publish_and_mark_repeats_nothing(nats_server: NatsServer, tmp_path: Path) -> None:
    """It comes back after the dedup window: the stream has everything twice, and the inbox lets it through once."""
    await provision(nats_server.url, TOWN)
    intake = await Resident.live("intake", store_of(tmp_path, "intake"), nats_server.url, "never marks")
    intake.say(0, 1)
    await intake.hear("published")
    await intake.kill()
    await asyncio.sleep(WINDOW + 1)
    intake = await Resident.live("intake", store_of(tmp_path, "intake"), nats_server.url)
    intake.say(1, 20)
    await intake.hear("said")
    async with house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement:
        await all_heard_once(procurement.store, list(range(20)), nats_server.url)
    async with connected(nats_server.url) as client:
        assert (await client.jetstream().stream_info("INTAKE")).state.messages == 21
    await intake.kill()


async def test_a_consumer_killed_between_commit_and_acknowledgement_repeats_nothing(nats_server: NatsServer, tmp_path: Path) -> None:
    await provision(nats_server.url, TOWN)
    async with house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake:
        for number in range(60):
            await intake.say(SURVEYS[number % len(SURVEYS)], number, number + 1)
        await eventually(lambda: intake.unsent() == 0)
    procurement = await Resident.live("procurement", store_of(tmp_path, "procurement"), nats_server.url, "stalls")
    await procurement.hear("committed")
    await procurement.kill()
    kept = open_store(store_of(tmp_path, "procurement"), "procurement")
    before = kept.read_now(numbers)
    assert before, "it was to be killed after its commit"
    procurement = await Resident.live("procurement", store_of(tmp_path, "procurement"), nats_server.url)

    await all_heard_once(kept, list(range(60)), nats_server.url)
    await procurement.kill()
    kept.stop()


async def test_a_server_killed_for_longer_than_the_dedup_window_loses_and_repeats_nothing(nats_server: NatsServer, tmp_path: Path) -> None:
    await provision(nats_server.url, TOWN)
    intake = await Resident.live("intake", store_of(tmp_path, "intake"), nats_server.url)
    async with house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement:
        intake.say(0, 1_500)
        for _ in range(2):
            await asyncio.sleep(0.4)
            nats_server.kill()
            await asyncio.sleep(WINDOW + 1)
            nats_server.start()
        await intake.hear("said")
        await all_heard_once(procurement.store, list(range(1_500)), nats_server.url)
    await intake.kill()


async def test_after_the_loss_of_the_whole_bus_a_replay_rebuilds_it(nats_server: NatsServer, tmp_path: Path) -> None:
    """The old reader does nothing twice, a new one hears everything from the beginning."""
    await provision(nats_server.url, TOWN)
    everything = list(range(400))
    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake,
        house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement,
    ):
        for number in everything[:300]:
            await intake.say(SURVEYS[number % len(SURVEYS)], number, number + 1)
        await eventually(lambda: heard_exactly(procurement.store, everything[:300]))
        nats_server.kill()
        nats_server.wipe()
        for number in everything[300:]:
            await intake.say(SURVEYS[number % len(SURVEYS)], number, number + 1)
        nats_server.start()
        await provision(nats_server.url, TOWN)
        assert await intake.store.run(replay) in range(300, 401)

        async with house("disclosure", store_of(tmp_path, "disclosure"), nats_server.url, reactions={SurveyProgressed: keep}) as disclosure:
            await all_heard_once(disclosure.store, everything, nats_server.url, "disclosure")
        await all_heard_once(procurement.store, everything, nats_server.url)
        await eventually(lambda: procurement.bus.health()["consumers"]["procurement-intake"]["repeated"] >= 300, within=30)
