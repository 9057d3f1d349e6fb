"""Needs that social workers found (发现报告) on the console: what waits, one of them, and the acts on it."""

from collections.abc import Callable
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Form as FormField
from fastapi import Request, Response

from services.intake import actions
from services.intake.domain.discovered_need import HARMS, OUTCOMES
from services.intake.pages import need_words
from services.intake.pages.frame import CONSOLE
from services.intake.pages.households import divisions_of
from services.intake.store.discovered_need import need, needs
from shared.access.accounts import names_of_accounts
from shared.divisions import name_of
from shared.errors import Malformed, Refusal
from shared.http.call import Call, allows
from shared.http.problems import status_of
from shared.rules import Rule, Rules
from shared.sentences import S_
from shared.web.console import Form, must_confirm, see
from shared.web.history import Entry
from shared.web.i18n import L_
from shared.web.tables import Column, Table

router = CONSOLE.router()

Text = Annotated[str, FormField()]
READERS: Final = ("clerk", "officer")
LONGEST: Final = 500
COLUMNS: Final = (
    Column("due_on", L_("办理期限")),
    Column("kind", L_("发现的需求")),
    Column("urgency", L_("缓急")),
    Column("about", L_("对象")),
    Column("division", L_("地区")),
    Column("state", L_("状态")),
)
STATES: Final = {"": L_("未办结"), **need_words.STATE, "all": L_("全部")}


@router.get("/needs/")
async def list_needs(request: Request, call: Annotated[Call, allows(*READERS, "auditor")]) -> Response:
    table = Table.of(request, "needs", L_("发现报告"), COLUMNS, keep=("state", "urgency", "division"))
    divisions = dict(divisions_of(call))
    known = {"state": STATES, "urgency": need_words.URGENCY, "division": divisions}
    asked = {name: table.chosen(name) if table.chosen(name) in choices else "" for name, choices in known.items()}
    state = {"": "waiting", "all": ""}.get(asked["state"], asked["state"])
    found = await call.find(needs, page=table.page(), **asked | {"state": state})
    return CONSOLE.draw(
        request,
        "intake/discovered_needs.html",
        table=table.holding(found),
        needs=found.items,
        choices=known,
        today=call.today,
        words=need_words,
        division_name=name_of,
    )


@router.get("/needs/{need_id}/")
async def one_need(request: Request, need_id: UUID, call: Annotated[Call, allows(*READERS, "auditor")]) -> Response:
    return await _draw(request, call, need_id, Form())


@router.post("/needs/{need_id}/report/")
async def read_need(request: Request, need_id: UUID, call: Annotated[Call, allows(*READERS)]) -> Response:
    """What the worker saw, on the page that asked for it and on no other; each reading is recorded."""
    try:
        found = await actions.read_need(need_id, call.runtime, actor=call.actor, today=call.today)
    except Refusal as refusal:
        return await _draw(request, call, need_id, Form().refused(refusal), status_of(refusal))
    return await _draw(request, call, need_id, Form(), found=found)


@router.post("/needs/{need_id}/taking/")
async def take_need(request: Request, need_id: UUID, call: Annotated[Call, allows(*READERS)], key: Text = "") -> Response:
    return await _act(request, call, need_id, {"key": key, "act": "taking"}, actions.take_need)


@router.post("/needs/{need_id}/answer/")
async def answer_need(
    request: Request,
    need_id: UUID,
    call: Annotated[Call, allows(*READERS)],
    outcome: Text = "",
    note: Text = "",
    confirmed: Text = "",
    key: Text = "",
) -> Response:
    given = {"key": key, "act": "answer", "outcome": outcome, "note": note.strip()[:LONGEST], "confirmed": confirmed}
    arguments = {"outcome": outcome, "note": given["note"]}
    return await _act(request, call, need_id, given, actions.answer_need, "answered", **arguments)


@router.post("/needs/{need_id}/refusal/")
async def refuse_need(
    request: Request,
    need_id: UUID,
    call: Annotated[Call, allows(*READERS)],
    reason: Text = "",
    remark: Text = "",
    confirmed: Text = "",
    key: Text = "",
) -> Response:
    given = {"key": key, "act": "refusal", "reason": reason, "remark": remark.strip()[:LONGEST], "confirmed": confirmed}
    arguments = {"reason": reason, "note": given["remark"]}
    return await _act(request, call, need_id, given, actions.refuse_need, "refused", **arguments)


async def _act(
    request: Request, call: Call, need_id: UUID, given: dict[str, str], action: Callable[..., Any], state: str = "", **arguments: Any
) -> Response:
    try:
        if state == "answered" and given["outcome"] not in OUTCOMES[state]:
            raise Malformed(S_("请选择办理结果"), field="outcome")
        if state == "refused" and given["reason"] not in OUTCOMES[state]:
            raise Malformed(S_("请选择不予受理的理由"), field="reason")
        if state:
            must_confirm(given["confirmed"])
        await call.submit(given, action, need_id, **arguments)
    except Refusal as refusal:
        return await _draw(request, call, need_id, Form(given, key=given["key"]).refused(refusal), status_of(refusal))
    return see(f"needs/{need_id}/")


async def _draw(request: Request, call: Call, need_id: UUID, form: Form, status: int = 200, *, found: Any = None) -> Response:
    shown = await call.find(need, need_id)
    names = await call.find(names_of_accounts, [act["acted_by"] for act in shown["acts"]])
    return CONSOLE.draw(
        request,
        "intake/discovered_need.html",
        status,
        form=form,
        forms={act: form if form.value("act") == act else Form() for act in ("answer", "refusal")},
        need=shown,
        read=found,
        record=[Entry(act["acted_on"], _words(act), act["acted_by"], name=names.get(act["acted_by"], "")) for act in shown["acts"]],
        duty=await call.find(_duty, shown["kind"], shown["division"]) if shown["kind"] in HARMS else None,
        rule=await call.find(_rule, shown["division"]),
        may_act=call.actor.may(*READERS),
        is_late=shown["due_on"] < call.today,
        words=need_words,
        division_name=name_of,
    )


def _words(act: dict[str, Any]) -> str:
    return need_words.OUTCOME.get(act["outcome"], need_words.ACT[act["act"]])


def _duty(kind: str, division: str, *, reader: object, rules: Rules) -> Rule:
    """By which rule a harm is reported elsewhere at once."""
    return rules(kind, division=division)


def _rule(division: str, *, reader: object, rules: Rules) -> Rule:
    return rules("discovered_need", division=division)
