"""One event on a real server: from a unit of one service to the reaction of another, once, in order, at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from nats.js.client import JetStreamContext
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.bus.hearing import Hearing
from shared.bus.topology import stream_of
from shared.errors import NotYet
from shared.events.intake import SurveyProgressed
from shared.inbox import Delivery, is_overtaken
from shared.telemetry import Telemetry
from shared.work import Work
from tests.faults.provisioned import js
from tests.faults.town import FAST, House, eventually, house, keep, store_of
from tests.servers import NatsServer

__all__ = ["js"]

pytestmark = pytest.mark.integration


async def test_what_one_service_says_another_hears_once_and_in_order(js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake,
        house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement,
    ):
        await intake.say(uuid4(), 0, 300)

        await eventually(lambda: len(procurement.heard()) == 300)
        assert procurement.heard() == list(range(300))
        await eventually(lambda: intake.unsent() == 0)
        assert intake.bus.health()["state"] == "ok"
        await eventually(lambda: procurement.bus.health()["consumers"]["procurement-intake"]["effected"] == 300)


async def test_an_event_waits_for_neither_sweep_nor_poll(js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    """The commit wakes the relay and the message ends the reader's wait: neither would look again within the test."""
    slow = replace(FAST, sweep=120.0, fetch=120.0)
    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url, options=slow) as intake,
        house(
            "procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}, options=slow
        ) as procurement,
    ):
        await eventually(lambda: intake.bus.health()["state"] == procurement.bus.health()["state"] == "ok")
        for number in range(5):
            await intake.say(uuid4(), number, number + 1)
            await eventually(partial(has_heard, procurement, number + 1), within=60)


def has_heard(lived: House, count: int) -> bool:
    return len(lived.heard()) == count


async def is_settled(js: JetStreamContext) -> bool:
    consumer = await js.consumer_info(stream_of("intake"), "procurement-intake")
    return bool(consumer.num_pending == consumer.num_ack_pending == 0)


async def test_a_reaction_runs_on_the_business_date_of_its_event(js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    seen: list[date] = []

    def note(event: SurveyProgressed, *, work: Work) -> None:
        seen.append(work.today)

    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake,
        house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: note}),
    ):
        await intake.say(uuid4(), 0, 1, today=date(2016, 5, 20))
        await eventually(lambda: bool(seen))

    assert seen == [date(2016, 5, 20)]


async def test_one_trace_goes_from_the_act_to_the_reaction(js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    spans = InMemorySpanExporter()
    intake_spans, procurement_spans = Telemetry("intake", exporter=spans), Telemetry("procurement", exporter=spans)
    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url, tracer=intake_spans.tracer) as intake,
        house(
            "procurement",
            store_of(tmp_path, "procurement"),
            nats_server.url,
            reactions={SurveyProgressed: keep},
            tracer=procurement_spans.tracer,
        ) as procurement,
    ):
        with intake_spans.tracer.start_as_current_span("act") as act:
            await intake.say(uuid4(), 0, 1)
        await eventually(lambda: len(procurement.heard()) == 1)

    named = {span.name: span for span in spans.get_finished_spans()}
    published, heard = named["publish ev.intake.survey.progressed.v1"], named["process ev.intake.survey.progressed.v1"]
    assert published.context.trace_id == heard.context.trace_id == act.get_span_context().trace_id
    assert published.parent is not None
    assert published.parent.span_id == act.get_span_context().span_id
    assert heard.parent is not None
    assert heard.parent.span_id == published.context.span_id
    for telemetry in (intake_spans, procurement_spans):
        telemetry.close()


async def test_a_message_delivered_twice_has_one_effect(js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake,
        house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement,
    ):
        await intake.say(uuid4(), 0, 3)
        await eventually(lambda: len(procurement.heard()) == 3)
        first = await js.get_msg(stream_of("intake"), seq=1)
        await js.publish(first.subject or "", first.data or b"", headers={**(first.headers or {}), "Nats-Msg-Id": "again"})

        await eventually(lambda: procurement.bus.health()["consumers"]["procurement-intake"]["repeated"] == 1)
        assert procurement.heard() == [0, 1, 2]


async def test_the_key_of_the_inbox_stops_what_nobody_saw_coming(
    js: JetStreamContext, nats_server: NatsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch looked before another delivery of the event was committed: the database undoes the second effect."""
    looks = 0
    look = Hearing._known

    async def blind_at_first(hearing: Hearing, deliveries: Sequence[Delivery]) -> frozenset[tuple[str, UUID]]:
        nonlocal looks
        looks += 1
        return frozenset() if looks <= 2 else await look(hearing, deliveries)

    monkeypatch.setattr(Hearing, "_known", blind_at_first)
    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake,
        house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement,
    ):
        await intake.say(uuid4(), 0, 1)
        await eventually(lambda: procurement.heard() == [0])
        first = await js.get_msg(stream_of("intake"), seq=1)
        await js.publish(first.subject or "", first.data or b"", headers={**(first.headers or {}), "Nats-Msg-Id": "again"})

        await eventually(lambda: procurement.bus.health()["consumers"]["procurement-intake"]["repeated"] == 1)
        assert procurement.bus.health()["consumers"]["procurement-intake"]["delayed"] == 1
        assert procurement.heard() == [0]


async def test_a_reaction_that_is_too_early_is_tried_again(js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    tries: list[int] = []

    def early(event: SurveyProgressed, *, work: Work) -> None:
        tries.append(event.files_verified)
        if len(tries) < 3:
            raise NotYet("the project is not known yet")
        keep(event, work=work)

    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake,
        house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: early}) as procurement,
    ):
        await intake.say(uuid4(), 7, 8)
        await eventually(lambda: procurement.heard() == [7])

    assert tries == [7, 7, 7]


@pytest.mark.parametrize("at_once", [True, False], ids=["in one batch", "one after another"])
async def test_later_events_of_a_record_wait_for_the_one_that_is_too_early(
    at_once: bool, js: JetStreamContext, nats_server: NatsServer, tmp_path: Path
) -> None:
    refused: list[int] = []
    waits, goes_on = uuid4(), uuid4()

    def early(event: SurveyProgressed, *, work: Work) -> None:
        if event.survey_id == waits and event.files_verified == 0 and len(refused) < 3:
            refused.append(event.files_verified)
            raise NotYet("the project is not known yet")
        keep(event, work=work)

    async with house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake:
        if at_once:
            await intake.say(waits, 0, 5)
            await intake.say(goes_on, 10, 12)
            await eventually(lambda: intake.unsent() == 0)
        async with house(
            "procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: early}
        ) as procurement:
            for number in () if at_once else range(5):
                await intake.say(waits, number, number + 1)
                await eventually(lambda: bool(refused))
            if not at_once:
                await intake.say(goes_on, 10, 12)
            await eventually(lambda: len(procurement.heard()) == 7)
            heard = procurement.heard()

    assert len(refused) == 3
    assert [number for number in heard if number < 10] == [0, 1, 2, 3, 4]
    assert heard.index(10) < heard.index(0) or not at_once, "other records do not wait"


async def test_an_older_state_of_a_record_is_known_for_what_it_is(js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    """The older event was lost on the way and comes after the newer one."""
    kept: list[tuple[int, bool]] = []

    def state(event: SurveyProgressed, *, work: Work) -> None:
        kept.append((event.files_verified, is_overtaken(work)))

    async with house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake:
        await intake.say(uuid4(), 0, 2)
        await eventually(lambda: intake.unsent() == 0)
    older = await js.get_msg(stream_of("intake"), seq=1)
    await js.delete_msg(stream_of("intake"), 1)
    async with house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: state}):
        await eventually(lambda: len(kept) == 1)
        await js.publish(older.subject or "", older.data or b"", headers={**(older.headers or {}), "Nats-Msg-Id": "late"})
        await eventually(lambda: len(kept) == 2)

    assert kept == [(1, False), (0, True)]


@pytest.mark.parametrize("fault", [b"{}", b"not json", b'{"survey_id": "x"}'])
async def test_one_bad_body_in_a_batch_spoils_no_other(fault: bytes, js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    async with house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake:
        await intake.say(uuid4(), 0, 2)
        await eventually(lambda: intake.unsent() == 0)
        good = await js.get_msg(stream_of("intake"), seq=1)
        broken = {**(good.headers or {}), "Nats-Msg-Id": "broken", "ce-id": str(uuid4())}
        await js.publish(good.subject or "", fault, headers=broken)
        await intake.say(uuid4(), 2, 4)
        await eventually(lambda: intake.unsent() == 0)
    async with house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement:
        await eventually(lambda: len(procurement.heard()) == 4)
        await eventually(lambda: procurement.bus.health()["consumers"]["procurement-intake"]["dead"] == 1)

        assert procurement.heard() == [0, 1, 2, 3]
        await eventually(partial(is_settled, js))


async def test_a_fact_that_nobody_reacts_to_is_acknowledged(js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake,
        house("procurement", store_of(tmp_path, "procurement"), nats_server.url) as procurement,
    ):
        await intake.say(uuid4(), 0, 3)
        await eventually(lambda: intake.unsent() == 0)

        await eventually(partial(is_settled, js))
        assert procurement.bus.health()["consumers"]["procurement-intake"]["dead"] == 0


async def test_both_databases_keep_the_order_of_each_record(
    js: JetStreamContext, nats_server: NatsServer, tmp_path: Path, postgres_url: str
) -> None:
    surveys: list[UUID] = [uuid4() for _ in range(5)]
    heard: dict[UUID, list[int]] = {survey: [] for survey in surveys}

    def note(event: SurveyProgressed, *, work: Work) -> None:
        keep(event, work=work)
        heard[event.survey_id].append(event.files_verified)

    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake,
        house("procurement", postgres_url, nats_server.url, reactions={SurveyProgressed: note}) as procurement,
    ):
        for number in range(200):
            await intake.say(surveys[number % 5], number, number + 1)
        await eventually(lambda: len(procurement.heard()) == 200)

    assert all(found == sorted(found) for found in heard.values())


async def test_a_store_on_postgresql_publishes_in_order(
    js: JetStreamContext, nats_server: NatsServer, tmp_path: Path, postgres_url: str
) -> None:
    async with (
        house("intake", postgres_url, nats_server.url) as intake,
        house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement,
    ):
        await intake.say(uuid4(), 0, 50)
        await intake.say(uuid4(), 50, 100)
        await eventually(lambda: len(procurement.heard()) == 100)

    assert procurement.heard() == list(range(100))
