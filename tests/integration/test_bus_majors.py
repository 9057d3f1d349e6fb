"""A second major of one event beside the first, on a real server: with an event of the tests' own, through the real registry."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from nats.js.client import JetStreamContext

from shared.bus import cloudevents
from shared.bus.cloudevents import upcasts
from shared.bus.deadletter import dead_letters
from shared.bus.provision import provision_on
from shared.bus.replay import replay
from shared.bus.topology import stream_of
from shared.events import Event, event, event_types, majors
from shared.events.majors import says_also
from shared.work import Work
from tests.faults.provisioned import js
from tests.faults.town import TOWN, Heard, House, eventually, house, store_of
from tests.servers import NatsServer

__all__ = ["js"]

pytestmark = pytest.mark.integration

SURVEY = uuid4()
VISIT = "visit"


class Versions:
    """The invented event in both majors, and the way up from the first to the second."""

    def __init__(self) -> None:
        class HomeSeen(Event):
            """First form: one number of rooms."""

            subject: ClassVar[str] = "ev.intake.survey.home_seen.v1"
            aggregate_id: ClassVar[str] = "survey_id"
            survey_id: UUID
            rooms: int

        class HomeInspected(Event):
            """Second form: the rooms apart by what they are, and how it was seen."""

            subject: ClassVar[str] = "ev.intake.survey.home_seen.v2"
            aggregate_id: ClassVar[str] = "survey_id"
            survey_id: UUID
            bedrooms: int
            others: int
            manner: str

        @upcasts(HomeSeen.subject, to=HomeInspected.subject)
        def second(data: dict[str, Any]) -> dict[str, Any]:
            return {"survey_id": data["survey_id"], "bedrooms": data["rooms"], "others": 0, "manner": "unknown"}

        self.first: Any = HomeSeen
        self.second: Any = HomeInspected

    def say_both(self) -> None:
        """From now on whoever says the second form says the first beside it."""

        @says_also(self.second, old=self.first)
        def as_first(said: Any) -> Any:
            return self.first(survey_id=said.survey_id, rooms=said.bedrooms + said.others)


@pytest.fixture
def versions(monkeypatch: pytest.MonkeyPatch) -> Versions:
    """Declared for one test: the product knows no such event."""
    monkeypatch.setattr(event, "_registry", event_types())
    monkeypatch.setattr(cloudevents, "_upcasts", {})
    monkeypatch.setattr(majors, "_older", {})
    return Versions()


class Town:
    """intake says; procurement knows the second form only, disclosure the first only."""

    def __init__(self, intake: House, newer: House, older: House) -> None:
        self.intake = intake
        self.newer = newer
        self.older = older
        self.inspected: list[Any] = []

    async def say(self, said: Event) -> None:
        def unit(work: Work) -> None:
            work.emit(said)

        await self.intake.store.run(unit)


def keep_number(number: int, survey_id: UUID, work: Work) -> None:
    work.add(Heard(survey_id=survey_id, number=number, heard_at=work.now))


@pytest.fixture
async def town(versions: Versions, js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> AsyncIterator[Town]:
    inspected: list[Any] = []

    def hear_second(said: Any, *, work: Work) -> None:
        keep_number(said.bedrooms, said.survey_id, work)
        inspected.append(said)

    def hear_first(said: Any, *, work: Work) -> None:
        keep_number(said.rooms, said.survey_id, work)

    live = partial(house, nats_url=nats_server.url)
    async with AsyncExitStack() as stack:
        town = Town(
            await stack.enter_async_context(live("intake", store_of(tmp_path, "intake"))),
            await stack.enter_async_context(
                live("procurement", store_of(tmp_path, "procurement"), reactions={versions.second: hear_second})
            ),
            await stack.enter_async_context(live("disclosure", store_of(tmp_path, "disclosure"), reactions={versions.first: hear_first})),
        )
        town.inspected = inspected
        yield town


async def subjects_on_the_wire(js: JetStreamContext) -> list[tuple[str, str]]:
    """Major and `ce-beside` of every message of the publisher, in the order of the stream."""
    held = (await js.stream_info(stream_of("intake"))).state.messages
    messages = [await js.get_msg(stream_of("intake"), seq=number) for number in range(1, held + 1)]
    return [(str(message.subject)[-2:], (message.headers or {}).get("ce-beside", "")[-2:]) for message in messages]


async def test_a_reader_of_the_second_form_hears_the_first_brought_up(town: Town, versions: Versions, js: JetStreamContext) -> None:
    await town.say(versions.first(survey_id=SURVEY, rooms=3))
    await town.say(versions.second(survey_id=SURVEY, bedrooms=2, others=2, manner=VISIT))

    await eventually(lambda: town.newer.heard() == [3, 2])
    assert town.inspected == [
        versions.second(survey_id=SURVEY, bedrooms=3, others=0, manner="unknown"),
        versions.second(survey_id=SURVEY, bedrooms=2, others=2, manner=VISIT),
    ]
    assert await subjects_on_the_wire(js) == [("v1", ""), ("v2", "")]


async def test_a_reader_of_the_first_form_keeps_what_only_the_second_says_until_it_is_brought_up_to_date(
    town: Town, versions: Versions, js: JetStreamContext
) -> None:
    await town.say(versions.first(survey_id=SURVEY, rooms=3))
    await town.say(versions.second(survey_id=SURVEY, bedrooms=2, others=2, manner=VISIT))

    await eventually(partial(is_settled, js, "disclosure", 2))
    assert town.older.heard() == [3]
    (letter,) = [letter async for letter in dead_letters(js)]
    assert (letter.consumer, letter.subject) == ("disclosure-intake", versions.second.subject)
    assert "update this service" in letter.error


async def test_while_both_are_said_each_reader_hears_every_fact_once_in_its_own_form(
    town: Town, versions: Versions, js: JetStreamContext
) -> None:
    await town.say(versions.first(survey_id=SURVEY, rooms=3))
    versions.say_both()
    await town.say(versions.second(survey_id=SURVEY, bedrooms=2, others=2, manner=VISIT))
    await town.say(versions.second(survey_id=SURVEY, bedrooms=5, others=1, manner=VISIT))

    await eventually(lambda: town.newer.heard() == [3, 2, 5] and town.older.heard() == [3, 4, 6])
    assert await subjects_on_the_wire(js) == [("v1", ""), ("v2", "v1"), ("v1", "v2"), ("v2", "v1"), ("v1", "v2")]
    for reader in ("procurement", "disclosure"):
        await eventually(partial(is_settled, js, reader, 5))
    assert (town.newer.heard(), town.older.heard()) == ([3, 2, 5], [3, 4, 6])
    assert [said.manner for said in town.inspected] == ["unknown", VISIT, VISIT]
    assert [letter async for letter in dead_letters(js)] == []


async def test_a_replay_after_the_first_form_was_given_up_does_nothing_twice(
    town: Town, versions: Versions, monkeypatch: pytest.MonkeyPatch, js: JetStreamContext
) -> None:
    versions.say_both()
    await town.say(versions.second(survey_id=SURVEY, bedrooms=2, others=2, manner=VISIT))
    await eventually(partial(is_settled, js, "procurement", 2))
    await eventually(lambda: town.intake.unsent() == 0)

    monkeypatch.setattr(majors, "_older", {})
    await js.delete_stream(stream_of("intake"))
    await provision_on(js, TOWN)
    await town.intake.store.run(lambda work: replay(work))
    await eventually(partial(is_settled, js, "procurement", 2))
    assert await subjects_on_the_wire(js) == [("v2", ""), ("v1", "")]
    assert town.newer.heard() == [2]


async def is_settled(js: JetStreamContext, reader: str, messages: int) -> bool:
    """Has the reader answered for so many messages of intake?"""
    place = await js.consumer_info(stream_of("intake"), f"{reader}-intake")
    return place.ack_floor is not None and place.ack_floor.stream_seq == messages
