"""Several processes of a service on PostgreSQL: whichever is killed or restarted, the others go on, once and in order."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from random import Random
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg
import pytest
from nats.js.client import JetStreamContext
from sqlalchemy import select

from shared.bus.provision import connected, provision
from shared.bus.topology import Limits, Topology
from shared.events.intake import SurveyProgressed
from shared.work import Reader
from tests.faults.town import TOWN, WINDOW, Resident, Table, eventually, house, keep, open_store, unsent
from tests.servers import NatsServer, PostgresCluster

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

PATIENT = Topology(heard=TOWN.heard, limits=Limits(duplicate_window=WINDOW, ack_wait=120.0))
"""What a killed process had taken would come again by itself after two minutes: nothing here may wait for that."""
MOVES_WITHIN_SECONDS = 5.0
RELAYS = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = hashtext('qiao relay')::oid AND granted"
PER_SECOND = 200
"""Lines of the log that two services may write while their database is away, with a sweep and a look every 0.2 seconds."""
SURVEY = UUID(int=1)
ROUNDS, NUMBERS = 4, 100

Spoken = dict[str, list[int]]
"""By survey the numbers, in order."""


async def test_the_right_to_relay_moves_within_five_seconds(nats_server: NatsServer, new_database: Callable[[], str]) -> None:
    await provision(nats_server.url, PATIENT)
    url = new_database()
    kept = open_store(url, "intake")
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as database:

        def relaying() -> int | None:
            row = database.execute(RELAYS).fetchone()
            return int(row[0]) if row else None

        first = await Resident.live("intake", url, nats_server.url)
        await eventually(lambda: relaying() is not None)
        second, before = await Resident.live("intake", url, nats_server.url), relaying()
        await first.kill()
        await eventually(lambda: relaying() not in (None, before), within=MOVES_WITHIN_SECONDS)

    second.say(0, 5)
    await second.hear("said")
    await eventually(lambda: kept.read_now(unsent) == 0)
    await second.kill()
    kept.stop()


@pytest.mark.parametrize("end", [Resident.kill, Resident.stop], ids=["killed", "restarted"])
async def test_effects_are_made_once_and_in_order_whoever_goes(
    end: Callable[[Resident], Awaitable[None]], nats_server: NatsServer, new_database: Callable[[], str]
) -> None:
    """Two who say and two who hear; one after another goes while all work, and another one comes in its place."""
    await provision(nats_server.url, PATIENT)
    said, heard = new_database(), new_database()
    saying, hearing = open_store(said, "intake"), open_store(heard, "procurement")
    places = [("intake", said), ("intake", said), ("procurement", heard), ("procurement", heard)]
    lived = [await Resident.live(*place, nats_server.url) for place in places]
    chance = Random(18)
    for number in range(ROUNDS):
        for place in (0, 1):
            lived[place].say((2 * number + place) * NUMBERS, (2 * number + place + 1) * NUMBERS)
        await asyncio.sleep(chance.uniform(0.0, 0.4))
        goes = number % len(places)
        await end(lived[goes])
        lived[goes] = await Resident.live(*places[goes], nats_server.url)
    for place in (0, 1):
        await lived[place].stop()
    lived[0] = await Resident.live(*places[0], nats_server.url)
    await eventually(lambda: saying.read_now(unsent) == 0, within=60)
    async with connected(nats_server.url) as client:
        await eventually(partial(_is_settled, client.jetstream()), within=60)

    spoken = saying.read_now(_said)
    assert sum(map(len, spoken.values())) > ROUNDS * NUMBERS
    assert hearing.read_now(_heard) == spoken
    for place in (0, 2, 3):
        await lived[place].kill()
    for store in (saying, hearing):
        store.stop()


async def test_a_database_that_was_away_is_asked_in_moderation_and_then_used_again(
    nats_server: NatsServer, own_cluster: PostgresCluster, caplog: pytest.LogCaptureFixture
) -> None:
    await provision(nats_server.url, TOWN)
    said, heard = own_cluster.database("intake"), own_cluster.database("procurement")
    async with (
        house("intake", said, nats_server.url) as intake,
        house("intake", said, nats_server.url) as standby,
        house("procurement", heard, nats_server.url, reactions={SurveyProgressed: keep}) as procurement,
    ):
        await intake.say(SURVEY, 0, 5)
        await eventually(lambda: procurement.heard() == list(range(5)))
        own_cluster.kill()
        await eventually(lambda: told(caplog, "the relay was interrupted") >= 4)
        began, before = monotonic(), len(caplog.records)
        await eventually(lambda: told(caplog, "the relay was interrupted") >= 24)
        assert len(caplog.records) - before < PER_SECOND * (monotonic() - began + 1)

        own_cluster.start()
        await intake.say(SURVEY, 5, 10)
        await eventually(lambda: procurement.heard() == list(range(10)), within=30)
        await eventually(lambda: all(each.bus.health()["state"] == "ok" for each in (intake, standby, procurement)), within=30)


def told(caplog: pytest.LogCaptureFixture, what: str) -> int:
    return sum(record.message == what for record in caplog.records)


async def _is_settled(js: JetStreamContext) -> bool:
    info = await js.consumer_info("INTAKE", "procurement-intake")
    return bool(info.num_pending == info.num_ack_pending == 0)


def _said(reader: Reader) -> Spoken:
    outbox = reader.kernel.outbox.c
    events = [SurveyProgressed.model_validate_json(row.data) for row in reader.rows(select(outbox.data).order_by(outbox.seq))]
    return _by_survey((event.survey_id, event.files_verified) for event in events)


def _heard(reader: Reader) -> Spoken:
    heard = Table.metadata.tables["heard"].c
    rows = reader.rows(select(heard.survey_id, heard.number).order_by(heard.heard_at, heard.id))
    return _by_survey((row.survey_id, row.number) for row in rows)


def _by_survey(found: Iterable[tuple[Any, int]]) -> Spoken:
    spoken: Spoken = defaultdict(list)
    for survey, number in found:
        spoken[str(survey)].append(number)
    return dict(spoken)
