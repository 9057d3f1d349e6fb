"""The relay: in order, one at a time per record, one relay per store; what can never pass holds nobody else up."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from nats.js.api import StreamConfig
from nats.js.client import JetStreamContext
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from sqlalchemy import select, update

from shared.bus.provision import provision
from shared.cli.embedded_nats import EmbeddedNats
from shared.events.intake import SurveyProgressed
from shared.telemetry import Telemetry
from shared.work import Reader, Work
from tests.faults.provisioned import js
from tests.faults.town import FAST, TOWN, House, eventually, house, keep, store_of
from tests.servers import NatsServer, free_port

__all__ = ["js"]

pytestmark = pytest.mark.integration

LARGEST = 2_000
NEVER = 600.0
"""Seconds that no test lasts."""


async def test_an_event_that_cannot_pass_holds_its_own_record_only(js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    """The stream takes small messages only; a long division in the row makes one too large."""
    await js.update_stream((await js.stream_info("INTAKE")).config.evolve(max_msg_size=LARGEST))
    stuck, goes_on = uuid4(), uuid4()

    def swell(work: Work) -> None:
        outbox = work.kernel.outbox
        work.execute(
            update(outbox).where(outbox.c.aggregate_id == str(stuck), outbox.c.stream_seq.is_(None)).values(division="4" * LARGEST)
        )

    def shrink(work: Work) -> None:
        outbox = work.kernel.outbox
        work.execute(update(outbox).where(outbox.c.aggregate_id == str(stuck)).values(division=None))

    def errors(reader: Reader) -> list[str]:
        outbox = reader.kernel.outbox.c
        return [row.last_error for row in reader.rows(select(outbox.last_error).where(outbox.last_error.is_not(None)))]

    store = store_of(tmp_path, "intake")
    async with house("intake", store, nats_server.url, relays=False) as intake:
        await intake.say(stuck, 0, 2)
        await intake.say(goes_on, 10, 12)
        intake.store.run_now(swell)
    async with (
        house("intake", store, nats_server.url) as intake,
        house("procurement", store_of(tmp_path, "procurement"), nats_server.url, reactions={SurveyProgressed: keep}) as procurement,
    ):
        await eventually(lambda: procurement.heard() == [10, 11])
        await eventually(lambda: list(intake.bus.health()["relay"]["held"]) == [f"survey/{stuck}"])
        assert intake.bus.health()["state"] == "degraded"
        assert len(intake.store.read_now(errors)) == 1

        intake.store.run_now(shrink)
        await eventually(lambda: procurement.heard() == [10, 11, 0, 1])
        await eventually(lambda: intake.bus.health()["state"] == "ok")


async def test_a_forbidden_subject_holds_its_own_record_only(tmp_path: Path) -> None:
    with guarded_nats(tmp_path / "nats", forbidden="ev.intake.survey.>") as (admin, intake_url):
        await provision(admin, TOWN)
        async with house("intake", store_of(tmp_path, "intake"), intake_url) as intake:
            survey = uuid4()
            await intake.say(survey, 0, 1)
            await eventually(lambda: list(intake.bus.health()["relay"]["held"]) == [f"survey/{survey}"])

            assert "may not publish" in intake.bus.health()["relay"]["held"][f"survey/{survey}"]


async def test_a_missing_stream_makes_everything_wait(js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    await js.delete_stream("INTAKE")
    async with house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake:
        await intake.say(uuid4(), 0, 3)
        await eventually(lambda: bool(intake.bus.health()["relay"]["trouble"]))
        assert intake.unsent() == 3

        await provision(nats_server.url, TOWN)
        await eventually(lambda: intake.unsent() == 0)
        await eventually(lambda: intake.bus.health()["state"] == "ok")


async def test_a_full_stream_refuses_and_the_outbox_keeps_the_rows(js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    config: StreamConfig = (await js.stream_info("INTAKE")).config
    await js.update_stream(config.evolve(max_bytes=2_000))
    async with house("intake", store_of(tmp_path, "intake"), nats_server.url) as intake:
        await intake.say(uuid4(), 0, 20)
        await eventually(lambda: "maximum bytes" in intake.bus.health()["relay"]["trouble"])
        assert intake.unsent() > 0

        await js.update_stream(config)
        await eventually(lambda: intake.unsent() == 0)
    assert (await js.stream_info("INTAKE")).state.messages == 20


async def test_two_processes_on_one_store_relay_in_turn(
    js: JetStreamContext, nats_server: NatsServer, tmp_path: Path, postgres_url: str
) -> None:
    for url in (store_of(tmp_path, "intake"), postgres_url):
        async with house("intake", url, nats_server.url) as first:
            await eventually(partial(has_turn, first))
            async with house("intake", url, nats_server.url) as second:
                await second.say(uuid4(), 0, 5)
                await eventually(partial(has_sent_all, second))
                assert not has_turn(second)

                await first.bus.stop()
                await eventually(partial(has_turn, second))


def has_turn(lived: House) -> bool:
    return bool(lived.bus.health()["relay"]["has_turn"])


def has_sent_all(lived: House) -> bool:
    return lived.unsent() == 0


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_what_another_process_commits_is_published_soon(
    database: str, js: JetStreamContext, nats_server: NatsServer, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """By the bell alone; the sweep stands behind it."""
    url = store_of(tmp_path, "intake") if database == "sqlite" else request.getfixturevalue("postgres_url")
    async with (
        house("intake", url, nats_server.url, options=replace(FAST, sweep=NEVER)) as relaying,
        house("intake", url, nats_server.url, relays=False) as silent,
    ):
        await eventually(partial(has_turn, relaying))
        await asyncio.sleep(0.3)  # what it does at its start is done: only the bell can tell it
        await silent.say(uuid4(), 0, 1)

        await eventually(partial(has_sent_all, silent))


async def test_an_event_said_again_gets_a_trace_of_its_own_linked_to_the_act(
    js: JetStreamContext, nats_server: NatsServer, tmp_path: Path
) -> None:
    exporter = InMemorySpanExporter()
    telemetry = Telemetry("intake", exporter=exporter)

    def forget(work: Work) -> None:
        work.execute(update(work.kernel.outbox).values(sent_at=None))

    async with house("intake", store_of(tmp_path, "intake"), nats_server.url, tracer=telemetry.tracer) as intake:
        with telemetry.tracer.start_as_current_span("act") as act:
            await intake.say(uuid4(), 0, 1)
        await eventually(lambda: intake.unsent() == 0)
        await intake.store.run(forget)
        await eventually(lambda: len([span for span in exporter.get_finished_spans() if span.kind is SpanKind.PRODUCER]) == 2)
    telemetry.close()
    first, again = (span for span in exporter.get_finished_spans() if span.kind is SpanKind.PRODUCER)

    assert first.context.trace_id == act.get_span_context().trace_id
    assert again.context.trace_id != first.context.trace_id
    assert [link.context.trace_id for link in again.links] == [first.context.trace_id]
    assert again.attributes is not None
    assert again.attributes["replay"] is True
    assert (await js.stream_info("INTAKE")).state.messages == 1


@contextmanager
def guarded_nats(folder: Path, *, forbidden: str) -> Iterator[tuple[str, str]]:
    """A server on which intake may not publish one subject; addresses of the operator and of intake."""

    class Guarded(EmbeddedNats):
        def config(self) -> str:
            allowed = f'{{publish: {{deny: ["{forbidden}"]}}, subscribe: ["_INBOX_intake.>", "req.intake.>"]}}'
            users = f"{{user: admin, password: a}}, {{user: intake, password: i, permissions: {allowed}}}"
            return f"{super().config()}\nauthorization {{ users: [{users}] }}\n"

    folder.mkdir()
    server = Guarded(folder, port=free_port())
    server.start()
    try:
        yield f"nats://admin:a@127.0.0.1:{server.port}", f"nats://intake:i@127.0.0.1:{server.port}"
    finally:
        server.kill()
