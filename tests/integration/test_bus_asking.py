"""A question over the bus: answered in a committed unit, refused in the words of the other service, or not at all within its time."""

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from nats.js.client import JetStreamContext
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import select

from shared.bus.asking import AskRefused
from shared.errors import Busy, Forbidden, Refusal
from shared.events.intake import DossierRequest
from shared.telemetry import Telemetry
from shared.work import Work
from tests.faults.provisioned import js
from tests.faults.town import FAST, eventually, house, store_of
from tests.servers import NatsServer

__all__ = ["js"]

pytestmark = pytest.mark.integration

ASKED_ON = date(2016, 9, 1)
PATIENT = replace(FAST, ask=120.0)
"""Who waits so long for an answer would show it."""


class NoConsent(Forbidden):
    code = "no-consent"


def dossier_request() -> DossierRequest:
    return DossierRequest(
        recipient_id=uuid4(),
        contract_id=uuid4(),
        case_id=uuid4(),
        worker_id=uuid4(),
        actor="li",
        purpose="visit",
        asked_on=ASKED_ON,
        reply_key="",
    )


async def test_the_answer_comes_back_in_one_trace_on_the_date_of_the_question(
    js: JetStreamContext, nats_server: NatsServer, tmp_path: Path
) -> None:
    spans = InMemorySpanExporter()
    intake_spans, casework_spans = Telemetry("intake", exporter=spans), Telemetry("casework", exporter=spans)

    def answer(request: DossierRequest, *, work: Work) -> bytes:
        return f"{request.purpose} {work.today}".encode()

    async with (
        house(
            "intake", store_of(tmp_path, "intake"), nats_server.url, answers={DossierRequest: answer}, tracer=intake_spans.tracer
        ) as intake,
        house("casework", store_of(tmp_path, "casework"), nats_server.url, tracer=casework_spans.tracer) as casework,
    ):
        await eventually(lambda: intake.bus.health()["state"] == casework.bus.health()["state"] == "ok")
        assert await casework.bus.ask(dossier_request()) == b"visit 2016-09-01"
    intake_spans.close()
    casework_spans.close()
    named = {span.name: span for span in spans.get_finished_spans()}
    asked, answered = named["ask req.intake.dossier.v1"], named["answer req.intake.dossier.v1"]

    assert answered.parent is not None
    assert answered.parent.span_id == asked.context.span_id


async def test_a_refusal_comes_back_in_the_words_of_the_one_who_refuses_and_is_kept(
    js: JetStreamContext, nats_server: NatsServer, tmp_path: Path
) -> None:
    kept: list[tuple[str, str, str]] = []

    async def keep(refusal: Refusal, *, account: str, method: str, path_template: str) -> None:
        kept.append((refusal.code, account, f"{method} {path_template}"))

    def refuse(request: DossierRequest, *, work: Work) -> bytes:
        raise NoConsent("服务对象未同意")

    def note(request: DossierRequest, refusal: Refusal, *, work: Work) -> None:
        work.start_job(f"{refusal.code} {work.today}", request.case_id, 0)

    kinds: dict[str, Any] = {"answers": {DossierRequest: refuse}, "when_refused": {DossierRequest: note}}
    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url, on_refusal=keep, **kinds) as intake,
        house("casework", store_of(tmp_path, "casework"), nats_server.url) as casework,
    ):
        await eventually(lambda: intake.bus.health()["state"] == casework.bus.health()["state"] == "ok")
        with pytest.raises(AskRefused, match="服务对象未同意") as refused:
            await casework.bus.ask(dossier_request())
        assert refused.value.reason == "no-consent"
        noted = await intake.store.read(lambda reader: [row.kind for row in reader.rows(select(reader.kernel.job.c.kind))])

    assert kept == [("no-consent", "li", "ASK req.intake.dossier.v1")]
    assert noted == ["no-consent 2016-09-01"]


async def test_a_fault_of_the_answerer_is_told_at_once(js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    def fail(request: DossierRequest, *, work: Work) -> bytes:
        raise RuntimeError("broken")

    async with (
        house("intake", store_of(tmp_path, "intake"), nats_server.url, answers={DossierRequest: fail}) as intake,
        house("casework", store_of(tmp_path, "casework"), nats_server.url, options=PATIENT) as casework,
    ):
        await eventually(lambda: intake.bus.health()["state"] == casework.bus.health()["state"] == "ok")
        async with asyncio.timeout(PATIENT.ask / 2):
            with pytest.raises(Busy, match="未能处理"):
                await casework.bus.ask(dossier_request())


async def test_without_an_answerer_or_a_bus_the_asker_hears_it_soon(js: JetStreamContext, nats_server: NatsServer, tmp_path: Path) -> None:
    async with (
        house("casework", store_of(tmp_path, "casework"), nats_server.url, options=PATIENT) as casework,
        asyncio.timeout(PATIENT.ask / 2),
    ):
        with pytest.raises(Busy):
            await casework.bus.ask(dossier_request())
        await eventually(lambda: casework.bus.health()["state"] == "ok")
        with pytest.raises(Busy, match="没有应答"):
            await casework.bus.ask(dossier_request())
