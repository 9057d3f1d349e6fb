"""The operator's commands, on a real server and a real store."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from shared.cli import bus
from shared.cli.bus import bus_app
from shared.errors import RuleRefusal
from shared.events.intake import SurveyProgressed
from shared.service import Service
from shared.settings import ServiceSettings
from shared.store.store import Store
from shared.work import Work
from tests.faults.town import KERNEL, Table, eventually, house, keep, store_of
from tests.servers import NatsServer, free_port

pytestmark = pytest.mark.integration

Run = Callable[..., Result]


@pytest.fixture
def qiao(nats_server: NatsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`qiao bus …` with a department that has intake alone."""

    class TownService(Service):
        def open_store(self, settings: ServiceSettings) -> Store:
            return Store(store_of(tmp_path, "intake"), KERNEL, Table.metadata, name="intake")

    intake = TownService(
        name="intake", title="", port=0, package="tests.faults", table=Table, kernel=KERNEL, roles={}, hooks=ModuleType("hooks")
    )
    monkeypatch.setattr(bus, "service_names", lambda: ["intake"])
    monkeypatch.setattr(bus, "load_service", lambda name: intake)
    monkeypatch.setenv("QIAO_NATS_URL", nats_server.url)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(bus.console, "width", 200)
    return lambda *arguments: CliRunner().invoke(bus_app, [str(argument) for argument in arguments])


def test_provision_says_what_it_did(qiao: Run) -> None:
    first, second = qiao("provision"), qiao("provision")

    assert "created stream INTAKE" in first.output
    assert "created consumer casework-intake" in first.output
    assert second.output == "everything is as it should be\n"


def test_status_shows_what_is_missing_and_what_waits(qiao: Run, tmp_path: Path) -> None:
    async def say() -> None:
        async with house("intake", store_of(tmp_path, "intake"), f"nats://127.0.0.1:{free_port()}") as intake:
            await intake.say(uuid4(), 0, 3)

    before = qiao("status")
    asyncio.run(say())
    qiao("provision")
    after = qiao("status")

    assert "no store" in before.output
    assert "differs: stream INTAKE is missing" in before.output
    assert "differs" not in after.output
    assert any(line.split()[:2] == ["intake", "3"] for line in after.output.splitlines())


def test_replay_sends_the_events_once_more(qiao: Run, nats_server: NatsServer, tmp_path: Path) -> None:
    survey = uuid4()

    async def say() -> None:
        async with house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake:
            await intake.say(survey, 0, 3)
            await intake.say(uuid4(), 3, 4)
            await eventually(lambda: intake.unsent() == 0)

    qiao("provision")
    asyncio.run(say())

    assert "intake: 3 events will be published again" in qiao("replay", "intake", "--aggregate", f"survey/{survey}").output
    assert "intake: 1 events will be published again" in qiao("replay", "intake", "--since", "2020-01-01").output
    assert "intake: 0 events" in qiao("replay", "intake").output


def test_a_dead_letter_is_listed_shown_and_sent_once_more(qiao: Run, nats_server: NatsServer, tmp_path: Path) -> None:
    def refuse(event: SurveyProgressed, *, work: Work) -> None:
        raise RuleRefusal("不属于本项目")

    async def live(reaction: Callable[..., None], dead: int, heard: list[int]) -> None:
        async with house(
            "procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: reaction}
        ) as procurement:
            told = procurement.bus.health()["consumers"]
            assert told
            await eventually(
                lambda: procurement.bus.health()["consumers"]["procurement-intake"]["dead"] == dead and procurement.heard() == heard
            )

    async def say() -> None:
        async with house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake:
            await intake.say(uuid4(), 8, 9)
            await eventually(lambda: intake.unsent() == 0)

    qiao("provision")
    assert qiao("dlq", "list").output == "no dead letters\n"
    asyncio.run(say())
    asyncio.run(live(refuse, 1, []))
    listed = qiao("dlq", "list").output
    number = listed.splitlines()[1].split()[0]
    assert "procurement-intake" in listed
    assert "RuleRefusal: rule" in listed
    shown = qiao("dlq", "show", number).output
    assert "ce-businesstime: 2016-03-01" in shown
    assert '"files_verified": 8' in shown

    assert "1 sent once more" in qiao("dlq", "retry", number).output
    asyncio.run(live(keep, 0, [8]))
    assert qiao("dlq", "list").output == "no dead letters\n"


def test_a_bus_that_is_away_is_told_in_a_sentence(qiao: Run, nats_server: NatsServer) -> None:
    nats_server.stop()
    result = qiao("dlq", "list")

    assert result.exit_code == 1
    assert result.exception is None or isinstance(result.exception, SystemExit)
