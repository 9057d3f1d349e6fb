"""A backlog goes as atomic batches: killed, cut or unanswered, none of it is lost, has an effect twice, or loses its order."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from nats.js.api import StreamConfig
from nats.js.client import JetStreamContext
from sqlalchemy import update

from shared.bus.provision import drift, provision
from shared.bus.topology import Limits, Topology
from shared.events.intake import SurveyProgressed
from shared.work import Work
from tests.faults.effects import all_heard_once
from tests.faults.provisioned import js
from tests.faults.town import ACK_WAIT, SURVEYS, TOWN, WINDOW, House, Resident, eventually, house, keep, say, store_of
from tests.faults.wire import Wire, wire_to
from tests.servers import BorrowedNats, NatsServer

__all__ = ["js"]

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]

BACKLOG = 200
LONG_WINDOW = Topology(heard=TOWN.heard, limits=Limits(duplicate_window=300.0, ack_wait=ACK_WAIT))
EVERYTHING = list(range(BACKLOG))


@pytest.fixture
async def wire(js: JetStreamContext, nats_server: NatsServer) -> AsyncIterator[Wire]:
    """On a bus that remembers ids for long, so that a repeated publication is dropped however slow the machine is."""
    await provision(nats_server.url, LONG_WINDOW)
    if isinstance(nats_server, BorrowedNats):
        nats_server.start()
    async with wire_to(nats_server.port) as wire:
        yield wire


def say_in_turn(first: int, last: int, work: Work) -> None:
    """A unit that says numbers, each about the next survey: neighbours are of different records, records are not together."""
    for number in range(first, last):
        say(SURVEYS[number % len(SURVEYS)], number, number + 1, work)


async def in_batches(js: JetStreamContext, count: int = BACKLOG) -> list[str]:
    """The batch by which each message of the stream came, empty for one that came alone."""
    assert (await js.stream_info("INTAKE")).state.messages == count
    messages = [await js.get_msg("INTAKE", number) for number in range(1, count + 1)]
    return [(message.headers or {}).get("Nats-Batch-Id", "") for message in messages]


def is_linked(lived: House) -> bool:
    return bool(lived.bus.health()["nats"]["connected"])


def is_troubled(lived: House) -> bool:
    return bool(lived.bus.health()["relay"]["trouble"])


async def test_a_backlog_arrives_as_one_batch_in_the_order_of_the_outbox(
    js: JetStreamContext, nats_server: NatsServer, tmp_path: Path
) -> None:
    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake,
        house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement,
    ):
        await intake.store.run(partial(say_in_turn, 0, 10))
        await eventually(lambda: intake.unsent() == 0)
        await intake.store.run(partial(say_in_turn, 10, BACKLOG))
        await all_heard_once(procurement.store, EVERYTHING, nats_server.url)
        assert procurement.heard() == EVERYTHING

    batches = await in_batches(js)
    assert batches[:10] == [""] * 10, "a few are sent one by one"
    assert len(set(batches[10:])) == 1
    assert batches[10]


async def test_the_place_of_each_event_of_a_batch_is_its_own(js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    async with house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake:
        await intake.store.run(partial(say_in_turn, 0, BACKLOG))
        await eventually(lambda: intake.unsent() == 0)
        rows = intake.store.read_now(lambda reader: reader.rows(reader.kernel.outbox.select()))

    for row in rows:
        message = await js.get_msg("INTAKE", row.stream_seq)
        assert (message.headers or {})["ce-id"] == str(row.event_id)


async def test_a_publisher_killed_between_the_batch_and_the_mark_repeats_nothing(
    js: JetStreamContext, nats_server: NatsServer, tmp_path: Path
) -> None:
    """Sent again, the batch is refused whole (error 10201); one by one its events are found to be there."""
    await provision(nats_server.url, LONG_WINDOW)
    await kill_after_the_batch(nats_server, tmp_path)
    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake,
        house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement,
    ):
        await intake.store.run(partial(say_in_turn, BACKLOG, BACKLOG + 20))
        await eventually(lambda: intake.unsent() == 0)
        await all_heard_once(procurement.store, list(range(BACKLOG + 20)), nats_server.url)

    batches = await in_batches(js, BACKLOG + 20)
    assert len(set(batches[:BACKLOG])) == 1
    assert batches[0]
    assert batches[BACKLOG:] == [""] * 20


async def test_a_publisher_killed_between_the_batch_and_the_mark_for_longer_than_the_window_repeats_no_effect(
    js: JetStreamContext, nats_server: NatsServer, tmp_path: Path
) -> None:
    await kill_after_the_batch(nats_server, tmp_path)
    await asyncio.sleep(WINDOW + 1)
    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake,
        house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement,
    ):
        await eventually(lambda: intake.unsent() == 0)
        await all_heard_once(procurement.store, EVERYTHING, nats_server.url)

    assert len(set(await in_batches(js, 2 * BACKLOG))) == 2


async def kill_after_the_batch(nats_server: NatsServer, folder: Path) -> None:
    """A process with a backlog that is killed when the stream has it and its own store does not know."""
    store = store_of(folder, "intake")
    async with house("intake", store, nats_server.url, relays=False) as intake:
        await intake.store.run(partial(say_in_turn, 0, BACKLOG))
    resident = await Resident.live("intake", store, nats_server.url, "never marks")
    await resident.hear("published")
    await resident.kill()


async def test_a_batch_whose_acknowledgement_is_lost_is_there_once(
    wire: Wire, js: JetStreamContext, nats_server: NatsServer, tmp_path: Path
) -> None:
    async with (
        house("intake", store_of(tmp_path, "intake"), wire.url) as intake,
        house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement,
    ):
        await eventually(partial(is_linked, intake))
        wire.lose_the_answer()
        await intake.store.run(partial(say_in_turn, 0, BACKLOG))
        await wire.has_happened.wait()
        await eventually(partial(is_troubled, intake))
        assert intake.unsent() == BACKLOG
        wire.cut()

        await eventually(lambda: intake.unsent() == 0)
        await all_heard_once(procurement.store, EVERYTHING, nats_server.url)
    assert len(set(await in_batches(js))) == 1


async def test_a_batch_half_sent_leaves_nothing_behind(wire: Wire, js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    async with (
        house("intake", store_of(tmp_path, "intake"), wire.url) as intake,
        house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement,
    ):
        await eventually(partial(is_linked, intake))
        wire.cut_after(BACKLOG // 2)
        await intake.store.run(partial(say_in_turn, 0, BACKLOG))
        await wire.has_happened.wait()
        assert intake.unsent() == BACKLOG

        await eventually(lambda: intake.unsent() == 0)
        await all_heard_once(procurement.store, EVERYTHING, nats_server.url)
    await in_batches(js)


async def test_one_event_that_cannot_pass_holds_only_its_record_out_of_a_batch(
    js: JetStreamContext, nats_server: NatsServer, tmp_path: Path
) -> None:
    """The stream takes small messages only; a long division in the row makes one too large."""
    await js.update_stream((await js.stream_info("INTAKE")).config.evolve(max_msg_size=2_000))
    stuck = uuid4()

    def swell(work: Work) -> None:
        outbox = work.kernel.outbox
        work.execute(update(outbox).where(outbox.c.aggregate_id == str(stuck)).values(division="4" * 2_000))

    store = store_of(tmp_path, "intake")
    async with house("intake", store, nats_server.url, relays=False) as intake:
        await intake.say(stuck, BACKLOG, BACKLOG + 1)
        await intake.store.run(partial(say_in_turn, 0, BACKLOG))
        intake.store.run_now(swell)
    async with (
        house("intake", store, nats_server.url) as intake,
        house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement,
    ):
        await all_heard_once(procurement.store, EVERYTHING, nats_server.url)
        await eventually(lambda: list(intake.bus.health()["relay"]["held"]) == [f"survey/{stuck}"])


async def test_a_stream_of_an_earlier_version_is_told_of_and_made_to_take_batches(
    js: JetStreamContext, nats_server: NatsServer, tmp_path: Path
) -> None:
    config: StreamConfig = (await js.stream_info("INTAKE")).config
    await js.update_stream(config.evolve(allow_atomic=False))
    async with house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake:
        await eventually(lambda: any("allow_atomic" in line for line in intake.bus.health()["drift"]))
        await intake.store.run(partial(say_in_turn, 0, BACKLOG))
        await eventually(lambda: intake.unsent() == 0)
    assert set(await in_batches(js)) == {""}, "it takes them one by one"

    assert any("changed stream INTAKE: allow_atomic" in line for line in await provision(nats_server.url, TOWN))
    assert await drift(js, TOWN) == []
