"""Leave to read sensitive fields of minors on the console: asked for at the household, given by somebody else who is responsible."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Form as FormField
from fastapi import Request, Response

from services.intake import actions, labels, store
from services.intake.domain.minor_access import AccessAsked
from services.intake.labels.minor_access import ACCESS_STATE
from services.intake.pages.frame import CONSOLE
from services.intake.pages.households import READERS, purpose_of, to_purpose
from services.intake.store.minor_access import minor_accesses
from shared.access import Actor
from shared.divisions import name_of
from shared.errors import Refusal
from shared.http.call import Call, allows
from shared.http.problems import status_of
from shared.rules import Rule, Rules
from shared.web.console import Form, see
from shared.web.i18n import L_
from shared.web.tables import Column, Table

router = CONSOLE.router()

Text = Annotated[str, FormField()]
Decider = Annotated[Call, allows("officer", "approver")]
COLUMNS: Final = (
    Column("asked_on", L_("申请日期")),
    Column("household_no", L_("户编号")),
    Column("division", L_("地区")),
    Column("account", L_("申请人")),
    Column("purpose", L_("查阅目的")),
    Column("days", L_("天数"), is_number=True),
    Column("reason", L_("理由")),
    Column("state", L_("状态")),
)
STATES: Final = {**ACCESS_STATE, "all": L_("全部")}


@router.get("/minor-access/")
async def accesses(request: Request, call: Annotated[Call, allows("officer", "approver", "auditor")]) -> Response:
    return await _list(request, call, Form())


@router.post("/minor-access/{access_id}/approval/")
async def approve_access(request: Request, access_id: UUID, call: Decider, key: Text = "") -> Response:
    return await _decide(request, call, access_id, {"key": key, "act": "approval"}, actions.approve_access)


@router.post("/minor-access/{access_id}/refusal/")
async def refuse_access(request: Request, access_id: UUID, call: Decider, key: Text = "") -> Response:
    return await _decide(request, call, access_id, {"key": key, "act": "refusal"}, actions.refuse_access)


@router.get("/households/{household_id}/minor-access/")
async def access_form(request: Request, household_id: UUID, call: Annotated[Call, allows(*READERS)]) -> Response:
    return await _form(request, call, household_id, Form())


@router.post("/households/{household_id}/minor-access/")
async def ask_for_minors(
    request: Request, household_id: UUID, call: Annotated[Call, allows(*READERS)], key: Text = "", days: Text = "", reason: Text = ""
) -> Response:
    purpose = purpose_of(request, call)
    if purpose is None:
        return to_purpose(request)
    given = {"key": key, "days": days, "reason": reason}
    asked = AccessAsked(int(days) if days.isdecimal() and len(days) < 5 else 0, reason[:200])
    try:
        await call.submit(given, actions.ask_for_minors, household_id, asked=asked, purpose=purpose)
    except Refusal as refusal:
        return await _form(request, call, household_id, Form(given, key=key).refused(refusal), status_of(refusal))
    return see(f"households/{household_id}/")


async def _decide(request: Request, call: Call, access_id: UUID, given: dict[str, str], action: Any) -> Response:
    try:
        await call.submit(given, action, access_id)
    except Refusal as refusal:
        return await _list(request, call, Form().refused(refusal), status_of(refusal))
    return see("minor-access/")


async def _list(request: Request, call: Call, form: Form, status: int = 200) -> Response:
    table = Table.of(request, "minor-access", L_("未成年人信息查阅审批"), COLUMNS, keep=("state",))
    state = table.chosen("state") if table.chosen("state") in STATES else "asked"
    found = await call.find(minor_accesses, page=table.page(), state=state)
    return CONSOLE.draw(
        request,
        "intake/minor_access.html",
        status,
        form=form,
        table=table.holding(found),
        asked=found.items,
        states=STATES,
        state=state,
        rule=await call.find(_rule),
        account=call.actor.account,
        may_decide=call.actor.may("officer", "approver"),
        labels=labels,
        division_name=name_of,
    )


async def _form(request: Request, call: Call, household_id: UUID, form: Form, status: int = 200) -> Response:
    purpose = purpose_of(request, call)
    if purpose is None:
        return to_purpose(request)
    return CONSOLE.draw(
        request,
        "intake/minor_access_form.html",
        status,
        form=form,
        household=await call.find(store.household_to_act_on, household_id),
        purpose=labels.READING_PURPOSE[purpose],
        rule=await call.find(_rule),
    )


def _rule(*, rules: Rules, actor: Actor) -> Rule:
    return rules("minor_access", division=actor.divisions[0] if len(actor.divisions) == 1 else "")
