"""What has been kept long enough, asked for in one go on the console, and confirmed in one go by another person."""

from typing import Annotated
from uuid import UUID

from fastapi import Form as FormField
from fastapi import Request, Response

from services.intake import actions, labels
from services.intake.pages.erasures import erasures_page
from services.intake.pages.frame import CONSOLE
from services.intake.pages.why import rules_named
from services.intake.store.erasure_batch import erasure_batch
from shared.divisions import name_of
from shared.errors import Refusal
from shared.http.call import Call, allows
from shared.http.problems import status_of
from shared.web.console import Form, must_confirm, see
from shared.web.progress import latest_job

router = CONSOLE.router()

Text = Annotated[str, FormField()]


@router.post("/retention/")
async def ask_all(request: Request, call: Annotated[Call, allows("clerk", "officer")], key: Text = "") -> Response:
    given = {"key": key, "act": "ask"}
    try:
        asked = await call.submit(given, actions.ask_due_erasures)
    except Refusal as refusal:
        return await erasures_page(request, call, Form(given, key=key).refused(refusal), status_of(refusal))
    return see(f"retention/{asked['id']}/")


@router.get("/retention/{batch_id}/")
async def batch(request: Request, batch_id: UUID, call: Annotated[Call, allows("clerk", "officer", "auditor")]) -> Response:
    return await _draw(request, call, batch_id, Form())


@router.post("/retention/{batch_id}/confirmation/")
async def confirm_all(
    request: Request, batch_id: UUID, call: Annotated[Call, allows("officer")], confirmed: Text = "", key: Text = ""
) -> Response:
    given = {"key": key, "act": "confirmation", "confirmed": confirmed}
    try:
        must_confirm(confirmed)
        await call.submit(given, actions.confirm_due_erasures, batch_id)
    except Refusal as refusal:
        return await _draw(request, call, batch_id, Form(given, key=key).refused(refusal), status_of(refusal))
    return see(f"retention/{batch_id}/")


async def _draw(request: Request, call: Call, batch_id: UUID, form: Form, status: int = 200) -> Response:
    found = await call.find(erasure_batch, batch_id)
    division = found["divisions"][0] if len(found["divisions"]) == 1 else ""
    return CONSOLE.draw(
        request,
        "intake/erasure_batch.html",
        status,
        form=form,
        batch=found,
        rules=await call.find(rules_named, [f"retention_{scope}" for scope in found["before"]], division),
        job=await call.find(latest_job, batch_id) if found["status"] in ("asking", "confirming") else None,
        may_confirm=found["status"] == "proposed" and call.actor.may("officer") and found["asked_by"] != call.actor.account,
        labels=labels,
        division_name=name_of,
    )
