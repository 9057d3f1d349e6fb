"""Checks (核查) of households: which are due, without a name, and the form for one of them."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Form as FormField
from fastapi import Request, Response

from services.intake import actions, labels, store
from services.intake.domain.check import LONGEST_NOTE, Check
from services.intake.labels.check import CHECK_OCCASION, CHECK_OUTCOME, CHECK_TERM
from services.intake.pages.frame import CONSOLE
from services.intake.pages.households import READERS
from services.intake.store.check import due_checks
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

router = CONSOLE.router()

Text = Annotated[str, FormField()]
LONGEST: Final = 400
COLUMNS: Final = (
    Column("household_no", L_("户编号")),
    Column("category", L_("救助类别")),
    Column("division", L_("地区")),
    Column("months", L_("核查周期")),
    Column("last_on", L_("上次走访或核查")),
)


@router.get("/checks/")
async def checks_due(request: Request, call: Annotated[Call, allows("clerk", "officer", "auditor")]) -> Response:
    table = Table.of(request, "checks", L_("核查到期"), COLUMNS, has_file=True)
    if table.is_file:
        return await file_of(table, lambda **asked: call.find(due_checks, **asked), _cells)
    found = await call.find(due_checks, page=table.page())
    return CONSOLE.draw(
        request,
        "intake/checks.html",
        table=table.holding(found),
        households=found.items,
        rule=await call.find(_rule),
        terms=CHECK_TERM,
        may_record=call.actor.may("clerk", "officer"),
        may_read=call.actor.may(*READERS),
        labels=labels,
        division_name=name_of,
    )


@router.get("/households/{household_id}/checks/")
async def check_form(request: Request, household_id: UUID, call: Annotated[Call, allows("clerk", "officer")]) -> Response:
    return await _form(request, call, household_id, Form())


@router.post("/households/{household_id}/checks/")
async def record_check(
    request: Request,
    household_id: UUID,
    call: Annotated[Call, allows("clerk", "officer")],
    key: Text = "",
    checked_on: Text = "",
    occasion: Text = "",
    kind: Text = "",
    outcome: Text = "",
    investigators: Text = "",
    note: Text = "",
) -> Response:
    given = {"key": key, "checked_on": checked_on, "occasion": occasion, "kind": kind, "outcome": outcome}
    given |= {"investigators": investigators[:LONGEST], "note": note}
    try:
        numbers = tuple(dict.fromkeys(given["investigators"].split()))
        found = Check(_day(checked_on), occasion, kind, outcome, numbers, note)
        await call.submit(given, actions.record_check, household_id, found=found)
    except Refusal as refusal:
        return await _form(request, call, household_id, Form(given, key=key).refused(refusal), status_of(refusal))
    return see(f"households/{household_id}/" if call.actor.may(*READERS) else "checks/")


async def _form(request: Request, call: Call, household_id: UUID, form: Form, status: int = 200) -> Response:
    return CONSOLE.draw(
        request,
        "intake/check_form.html",
        status,
        form=form,
        household=await call.find(store.household_to_act_on, household_id),
        rule=await call.find(_rule),
        occasions=list(CHECK_OCCASION.items()),
        outcomes=list(CHECK_OUTCOME.items()),
        account=call.actor.account,
        limit=LONGEST_NOTE,
        labels=labels,
    )


def _rule(*, rules: Rules, actor: Actor) -> Rule:
    return rules("household_check", division=actor.divisions[0] if len(actor.divisions) == 1 else "")


def _cells(each: dict[str, Any]) -> Sequence[Cell]:
    term, last = CHECK_TERM.get(each["months"], S_("{months} 个月", months=each["months"])), each["last_on"] or S_("没有")
    return (each["household_no"], labels.CATEGORY[each["category"]], name_of(each["division"]), term, last)


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise Malformed(S_("请填写核查日期"), field="checked_on") from None
