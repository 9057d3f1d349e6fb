"""Erasures of personal data on the console: asked for by one person, decided on by another; and what was kept long enough."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Form as FormField
from fastapi import Request, Response

from services.intake import actions, labels, store
from services.intake.pages.frame import CONSOLE
from services.intake.pages.why import rules_named
from services.intake.store.erasure import erasure, erasures
from services.intake.store.erasure_batch import open_batches
from shared.divisions import name_of
from shared.errors import Malformed, Refusal
from shared.http.call import Call, allows
from shared.http.problems import status_of
from shared.sentences import S_
from shared.web.console import Form, must_confirm, see
from shared.web.i18n import L_
from shared.web.table_file import Cell, file_of
from shared.web.tables import Column, Table

router = CONSOLE.router()

Text = Annotated[str, FormField()]
LONGEST: Final = 500
COLUMNS: Final = (
    Column("proposed_on", L_("申请日期")),
    Column("scope", L_("删除内容")),
    Column("reason", L_("原因")),
    Column("division", L_("地区")),
    Column("status", L_("状态")),
)


@router.get("/erasures/")
async def list_erasures(request: Request, call: Annotated[Call, allows("clerk", "officer", "auditor")]) -> Response:
    return await erasures_page(request, call, Form())


async def erasures_page(request: Request, call: Call, form: Form, status_code: int = 200) -> Response:
    """The list, what has been kept long enough, and what is asked for or confirmed in one go."""
    table = Table.of(request, "erasures", L_("信息删除"), COLUMNS, keep=("status",), has_file=True)
    status = table.chosen("status") if table.chosen("status") in labels.ERASURE_STATUS else ""
    listed = partial(call.find, erasures, status=status)
    if table.is_file:
        return await file_of(table, listed, _cells)
    found = await listed(page=table.page())
    kept = await call.find(actions.retention)
    return CONSOLE.draw(
        request,
        "intake/erasures.html",
        status_code,
        form=form,
        batches=await call.find(open_batches),
        table=table.holding(found),
        erasures=found.items,
        kept=kept["items"],
        people=kept["people"],
        may_ask=call.actor.may("clerk", "officer"),
        statuses=[("", L_("全部")), *labels.ERASURE_STATUS.items()],
        labels=labels,
        division_name=name_of,
    )


@router.get("/persons/{person_id}/erasure/")
async def ask(request: Request, person_id: UUID, call: Annotated[Call, allows("clerk", "officer")]) -> Response:
    return await _ask(request, call, person_id, Form())


@router.post("/persons/{person_id}/erasure/")
async def propose(
    request: Request,
    person_id: UUID,
    call: Annotated[Call, allows("clerk", "officer")],
    scope: Text = "",
    reason: Text = "",
    key: Text = "",
) -> Response:
    given = {"key": key, "scope": scope, "reason": reason}
    try:
        if scope not in labels.ERASURE_SCOPE:
            raise Malformed(S_("请选择删除内容"), field="scope")
        if reason not in labels.ERASURE_REASON:
            raise Malformed(S_("请选择原因"), field="reason")
        asked = await call.submit(given, actions.propose_erasure, person_id, scope=scope, reason=reason)
    except Refusal as refusal:
        return await _ask(request, call, person_id, Form(given, key=key).refused(refusal), status_of(refusal))
    return see(f"erasures/{asked['id']}/")


@router.get("/erasures/{erasure_id}/")
async def one_erasure(request: Request, erasure_id: UUID, call: Annotated[Call, allows("clerk", "officer", "auditor")]) -> Response:
    return await _draw(request, call, erasure_id, Form())


@router.post("/erasures/{erasure_id}/confirmation/")
async def confirm(
    request: Request, erasure_id: UUID, call: Annotated[Call, allows("officer")], confirmed: Text = "", key: Text = ""
) -> Response:
    given = {"key": key, "act": "confirmation", "confirmed": confirmed}
    answer = await _decide(request, call, erasure_id, given, actions.confirm_erasure)
    if answer.status_code < 400:
        await actions.overwrite_erased(erasure_id, call.runtime)
    return answer


@router.post("/erasures/{erasure_id}/refusal/")
async def refuse(
    request: Request, erasure_id: UUID, call: Annotated[Call, allows("officer")], reason: Text = "", key: Text = ""
) -> Response:
    given = {"key": key, "act": "refusal", "reason": reason.strip()[:LONGEST], "confirmed": "yes"}
    return await _decide(request, call, erasure_id, given, actions.refuse_erasure, reason=given["reason"])


def _cells(each: Mapping[str, Any]) -> Sequence[Cell]:
    what, why = labels.ERASURE_SCOPE[each["scope"]], labels.ERASURE_REASON[each["reason"]]
    return (each["proposed_on"], what, why, name_of(each["division"]), labels.ERASURE_STATUS[each["status"]])


async def _decide(
    request: Request, call: Call, erasure_id: UUID, given: dict[str, str], action: Callable[..., Any], **arguments: Any
) -> Response:
    try:
        must_confirm(given["confirmed"])
        if given.get("reason") == "":
            raise Malformed(S_("请填写理由"), field="reason")
        await call.submit(given, action, erasure_id, **arguments)
    except Refusal as refusal:
        return await _draw(request, call, erasure_id, Form(given, key=given["key"]).refused(refusal), status_of(refusal))
    return see(f"erasures/{erasure_id}/")


async def _ask(request: Request, call: Call, person_id: UUID, form: Form, status: int = 200) -> Response:
    home = await call.find(store.household_of, person_id)
    cited = await call.find(rules_named, ("erasure",), home["division"])
    return CONSOLE.draw(request, "intake/erasure_new.html", status, form=form, home=home, rule=cited["erasure"], labels=labels)


async def _draw(request: Request, call: Call, erasure_id: UUID, form: Form, status: int = 200) -> Response:
    found = await call.find(erasure, erasure_id)
    kept = f"retention_{found['scope']}"
    return CONSOLE.draw(
        request,
        "intake/erasure.html",
        status,
        form=form,
        erasure=found,
        rules=await call.find(rules_named, (("erasure", kept) if found["reason"] == "retention" else ("erasure",)), found["division"]),
        may_decide=call.actor.may("officer") and found["status"] == "proposed" and found["proposed_by"] != call.actor.account,
        labels=labels,
        division_name=name_of,
    )
