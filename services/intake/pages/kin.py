"""The register of near relatives of who handles assistance (近亲属备案): its list without a name, and the form for a household."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Form as FormField
from fastapi import Request, Response

from services.intake import actions, labels, store
from services.intake.domain.household import Basis
from services.intake.domain.kin import Kin
from services.intake.domain.person import age_on
from services.intake.pages.frame import CONSOLE
from services.intake.pages.households import READERS
from services.intake.store.kin import kin_notices, reached_kin
from shared.access import Actor
from shared.divisions import name_of
from shared.errors import Malformed, Refusal
from shared.http.call import Call, allows
from shared.http.problems import status_of
from shared.rules import Rule, Rules
from shared.sentences import S_
from shared.web.console import Form, see
from shared.web.i18n import L_
from shared.web.table_file import Cell, file_of
from shared.web.tables import Column, Table
from shared.work import Reader

router = CONSOLE.router()

Text = Annotated[str, FormField()]
VIEWERS: Final = ("officer", "reviewer", "approver", "auditor")
COLUMNS: Final = (
    Column("acted_on", L_("备案日期")),
    Column("household_no", L_("户编号")),
    Column("relation", L_("该成员是对方的")),
    Column("office", L_("对方的身份")),
    Column("division", L_("地区")),
    Column("recorded_by", L_("经办")),
    Column("ended_on", L_("解除日期")),
)
STATES: Final = {"": L_("有效"), "ended": L_("已解除"), "all": L_("全部")}


@router.get("/kin/")
async def kin_register(request: Request, call: Annotated[Call, allows(*VIEWERS)]) -> Response:
    table = Table.of(request, "kin", L_("近亲属备案"), COLUMNS, keep=("state",), has_file=True)
    state = table.chosen("state") if table.chosen("state") in STATES else ""
    listed = partial(call.find, kin_notices, state=state)
    if table.is_file:
        return await file_of(table, listed, _cells)
    found = await listed(page=table.page())
    return CONSOLE.draw(
        request,
        "intake/kin.html",
        table=table.holding(found),
        notices=found.items,
        states=STATES,
        rule=await call.find(_rule),
        may_read=call.actor.may(*READERS),
        labels=labels,
        division_name=name_of,
    )


@router.get("/households/{household_id}/kin/")
async def kin_form(request: Request, household_id: UUID, call: Annotated[Call, allows("officer")]) -> Response:
    return await _form(request, call, household_id, Form())


@router.post("/households/{household_id}/kin/")
async def note_kin(
    request: Request,
    household_id: UUID,
    call: Annotated[Call, allows("officer")],
    key: Text = "",
    acted_on: Text = "",
    person: Text = "",
    relation: Text = "",
    office: Text = "",
    staff: Text = "",
    reason: Text = "",
) -> Response:
    given = {"key": key, "acted_on": acted_on, "person": person, "relation": relation, "office": office, "staff": staff, "reason": reason}
    try:
        kin = Kin(_member(person), relation, office, staff)
        await call.submit(given, actions.note_kin, household_id, kin=kin, basis=Basis(_day(acted_on), reason))
    except Refusal as refusal:
        return await _form(request, call, household_id, Form(given, key=key).refused(refusal), status_of(refusal))
    return see(f"households/{household_id}/")


@router.get("/kin/{notice_id}/ending/")
async def ending_form(request: Request, notice_id: UUID, call: Annotated[Call, allows("officer")]) -> Response:
    return await _ending(request, call, notice_id, Form())


@router.post("/kin/{notice_id}/ending/")
async def end_kin(
    request: Request,
    notice_id: UUID,
    call: Annotated[Call, allows("officer")],
    key: Text = "",
    acted_on: Text = "",
    reason: Text = "",
) -> Response:
    given = {"key": key, "acted_on": acted_on, "reason": reason}
    try:
        done = await call.submit(given, actions.end_kin, notice_id, basis=Basis(_day(acted_on), reason))
    except Refusal as refusal:
        return await _ending(request, call, notice_id, Form(given, key=key).refused(refusal), status_of(refusal))
    return see(f"households/{done['household_id']}/")


async def _form(request: Request, call: Call, household_id: UUID, form: Form, status: int = 200) -> Response:
    household = await call.find(store.household_to_act_on, household_id)
    members = [each | {"age": age_on(each["birth"], call.today)} for each in household["members"] if each["status"] == "present"]
    return CONSOLE.draw(
        request, "intake/kin_form.html", status, form=form, household=household, members=members, rule=await call.find(_rule), labels=labels
    )


async def _ending(request: Request, call: Call, notice_id: UUID, form: Form, status: int = 200) -> Response:
    notice = await call.find(_notice, notice_id)
    return CONSOLE.draw(request, "intake/kin_ending.html", status, form=form, notice=notice, labels=labels)


def _notice(notice_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    notice, household = reached_kin(reader, notice_id, actor)
    shown = notice.model_dump(include={"id", "relation", "office", "acted_on", "ended_on"})
    return shown | {"household_id": household.id, "household_no": household.household_no}


def _rule(*, rules: Rules, actor: Actor) -> Rule:
    return rules("kin_register", division=actor.divisions[0] if len(actor.divisions) == 1 else "")


def _cells(each: dict[str, Any]) -> Sequence[Cell]:
    what = (labels.KIN_RELATION[each["relation"]], labels.KIN_OFFICE[each["office"]])
    return (each["acted_on"], each["household_no"], *what, name_of(each["division"]), each["recorded_by"], each["ended_on"] or "")


def _member(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise Malformed(S_("请选择成员"), field="person") from None


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise Malformed(S_("请填写日期"), field="acted_on") from None
