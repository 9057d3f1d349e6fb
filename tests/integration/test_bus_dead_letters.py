"""What cannot be settled is kept with its reason, and sent once more when an operator says so."""

from pathlib import Path
from uuid import uuid4

import pytest
from nats.js.client import JetStreamContext

from shared.bus.deadletter import DeadLetter, dead_letter, dead_letters, send_again
from shared.errors import NotYet, RuleRefusal
from shared.events.intake import SurveyProgressed
from shared.work import Work
from tests.faults.provisioned import js
from tests.faults.town import FAST, eventually, house, keep, store_of
from tests.servers import NatsServer

__all__ = ["js"]

pytestmark = pytest.mark.integration


class NotOurs(RuleRefusal):
    code = "not-ours"


async def letters(js: JetStreamContext) -> list[DeadLetter]:
    return [letter async for letter in dead_letters(js)]


async def test_a_refused_event_is_dead_at_once_and_can_be_sent_once_more(
    js: JetStreamContext, nats_server: NatsServer, tmp_path: Path
) -> None:
    refuses = True

    def moody(event: SurveyProgressed, *, work: Work) -> None:
        if refuses and event.files_verified == 1:
            raise NotOurs("张三的档案不属于本项目")
        keep(event, work=work)

    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake,
        house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: moody}) as procurement,
    ):
        await intake.say(uuid4(), 0, 3)
        await eventually(lambda: procurement.bus.health()["consumers"]["procurement-intake"]["dead"] == 1)
        await eventually(lambda: procurement.heard() == [0, 2])
        (letter,) = await letters(js)
        assert (letter.consumer, letter.subject, letter.tries) == ("procurement-intake", SurveyProgressed.subject, 1)
        assert letter.error == "NotOurs: not-ours"
        assert letter.headers["ce-id"]

        refuses = False
        await send_again(js, await dead_letter(js, letter.number))
        await eventually(lambda: procurement.heard() == [0, 2, 1])
        assert await letters(js) == []


async def test_a_letter_sent_twice_has_one_effect(js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    refuses = True

    def moody(event: SurveyProgressed, *, work: Work) -> None:
        if refuses:
            raise NotOurs("不属于本项目")
        keep(event, work=work)

    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake,
        house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: moody}) as procurement,
    ):
        await intake.say(uuid4(), 5, 6)
        await eventually(lambda: procurement.bus.health()["consumers"]["procurement-intake"]["dead"] == 1)
        (letter,) = await letters(js)
        refuses = False
        await send_again(js, letter)
        await send_again(js, letter)

        await eventually(lambda: procurement.bus.health()["consumers"]["procurement-retry"]["repeated"] == 1)
        assert procurement.heard() == [5]


async def test_what_stays_too_early_is_dead_after_the_last_try(js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    tries: list[int] = []

    def never(event: SurveyProgressed, *, work: Work) -> None:
        tries.append(event.files_verified)
        raise NotYet("the project is not known yet")

    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake,
        house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: never}) as procurement,
    ):
        await intake.say(uuid4(), 0, 1)
        await eventually(lambda: procurement.bus.health()["consumers"]["procurement-intake"]["dead"] == 1)
        (letter,) = await letters(js)

    assert len(tries) == letter.tries == FAST.tries
    assert letter.error == "NotYet: the project is not known yet"


async def test_when_an_event_is_given_up_the_next_of_its_record_goes_on(
    js: JetStreamContext, nats_server: NatsServer, tmp_path: Path
) -> None:
    """It waited all the time, which was no fault of its own: it is not dead."""

    def never_the_first(event: SurveyProgressed, *, work: Work) -> None:
        if event.files_verified == 0:
            raise NotYet("the project is not known yet")
        keep(event, work=work)

    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake,
        house(
            "procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: never_the_first}
        ) as procurement,
    ):
        await intake.say(uuid4(), 0, 3)
        await eventually(lambda: procurement.heard() == [1, 2])

        assert [letter.tries for letter in await letters(js)] == [FAST.tries]


async def test_a_message_stays_where_it_is_while_the_dead_letters_cannot_be_written(
    js: JetStreamContext, nats_server: NatsServer, tmp_path: Path
) -> None:
    def refuse(event: SurveyProgressed, *, work: Work) -> None:
        raise NotOurs("不属于本项目")

    await js.delete_stream("DLQ")
    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake,
        house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: refuse}) as procurement,
    ):
        await intake.say(uuid4(), 0, 1)
        await eventually(lambda: procurement.bus.health()["consumers"]["procurement-intake"]["delayed"] >= 2)
        consumer = await js.consumer_info("INTAKE", "procurement-intake")

    assert consumer.num_ack_pending == 1


async def test_nobody_speaks_for_another_service(js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    async with house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake:
        await intake.say(uuid4(), 0, 1)
        await eventually(lambda: intake.unsent() == 0)
    genuine = await js.get_msg("INTAKE", seq=1)
    forged = {**(genuine.headers or {}), "Nats-Msg-Id": "forged", "ce-id": str(uuid4()), "Nats-Expected-Stream": "CASEWORK"}
    await js.publish("ev.casework.case.opened.v1", genuine.data or b"", headers=forged)
    async with house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement:
        await eventually(lambda: procurement.bus.health()["consumers"]["procurement-casework"]["dead"] == 1)
        await eventually(lambda: procurement.heard() == [0])
    (letter,) = await letters(js)

    assert letter.error.startswith("Misdirected")


async def test_an_unknown_version_of_a_fact_we_hear_is_dead_at_once(js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    async with house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake:
        await intake.say(uuid4(), 0, 1)
        await eventually(lambda: intake.unsent() == 0)
    known = await js.get_msg("INTAKE", seq=1)
    later = "ev.intake.survey.progressed.v2"
    headers = {**(known.headers or {}), "Nats-Msg-Id": "v2", "ce-id": str(uuid4()), "ce-type": later}
    await js.publish(later, known.data or b"", headers=headers)
    async with house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement:
        await eventually(lambda: procurement.bus.health()["consumers"]["procurement-intake"]["dead"] == 1)
    (letter,) = await letters(js)

    assert letter.error.startswith("UnknownMajor")
