"""Programmes on the console: defined with a count beside each criterion, screened, and carried to a list that is confirmed."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Form as FormField
from fastapi import Request, Response

from services.intake import actions, labels, store
from services.intake.actions.criteria import known_flags
from services.intake.domain.criterion import FACTS
from services.intake.domain.group import spoken
from services.intake.domain.terms import definition_of
from services.intake.pages.frame import CONSOLE
from services.intake.pages.programme_form import Row, day_of, division_of, filled, given_of, groups_of, rows_of, terms_of
from services.intake.pages.records import latest_acts
from services.intake.pages.why import rules_named
from shared.divisions import name_of
from shared.errors import Fault, Malformed, Refusal
from shared.http.call import Call, allows
from shared.http.paging import Page
from shared.http.problems import status_of
from shared.rules import Rule, Rules
from shared.sentences import S_, together
from shared.web.charts import share
from shared.web.console import Form, must_confirm, see
from shared.web.i18n import L_
from shared.web.table_file import Cell, file_of
from shared.web.tables import Column, Table

router = CONSOLE.router()

Text = Annotated[str, FormField()]
VIEWERS: Final = ("clerk", "officer", "reviewer", "approver", "auditor")
PROGRAMMES: Final = (
    Column("name", L_("名称")),
    Column("division", L_("地区")),
    Column("reference_on", L_("基准日期")),
    Column("objections_until", L_("异议期至")),
    Column("top_up_until", L_("递补截止")),
    Column("status", L_("状态")),
)
STAGES: Final = (
    ("open", L_("定义")),
    ("screened", L_("筛选")),
    ("proposed", L_("告知与异议")),
    ("confirmed", L_("确认与征求意见")),
    ("completed", L_("入组")),
)
RULES: Final = ("objection_window", "guardian_signature", "consent_notice", "small_cells")


@router.get("/programmes/")
async def programmes(request: Request, call: Annotated[Call, allows(*VIEWERS)]) -> Response:
    table = Table.of(request, "programmes", L_("服务计划"), PROGRAMMES, keep=("status",), has_file=True)
    status = table.chosen("status") if table.chosen("status") in labels.PROGRAMME_STATUS else ""
    listed = partial(call.find, store.programmes, status=status)
    if table.is_file:
        return await file_of(table, listed, _cells)
    found = await listed(page=table.page())
    return CONSOLE.draw(
        request,
        "intake/programmes.html",
        table=table.holding(found),
        programmes=found.items,
        labels=labels,
        division_name=name_of,
        may_open=call.actor.may("officer"),
    )


@router.get("/programmes/new/")
async def new_programme(request: Request, call: Annotated[Call, allows("officer")]) -> Response:
    rows = rows_of(actions.definitions_of(call.runtime.hooks))
    return await _definition(request, call, rows, Form({"reference_on": call.today.isoformat()}))


@router.post("/programmes/new/")
async def open_programme(request: Request, call: Annotated[Call, allows("officer")]) -> Response:
    return await _keep(request, call, rows_of(actions.definitions_of(call.runtime.hooks)), None)


@router.get("/programmes/{programme_id}/terms/")
async def terms(request: Request, programme_id: UUID, call: Annotated[Call, allows("officer")]) -> Response:
    found = await call.find(store.programme, programme_id)
    rows = _rows(call, found)
    return await _definition(request, call, rows, Form(filled(found, rows)), programme_id=programme_id)


@router.post("/programmes/{programme_id}/terms/")
async def amend_programme(request: Request, programme_id: UUID, call: Annotated[Call, allows("officer")]) -> Response:
    return await _keep(request, call, _rows(call, await call.find(store.programme, programme_id)), programme_id)


@router.get("/programmes/{programme_id}/")
async def programme(request: Request, programme_id: UUID, call: Annotated[Call, allows(*VIEWERS)]) -> Response:
    return await draw_programme(request, call, programme_id, Form())


@router.post("/programmes/{programme_id}/screening/")
async def start_screening(
    request: Request,
    programme_id: UUID,
    call: Annotated[Call, allows("officer")],
    key: Text = "",
    confirmed: Text = "",
    again_because: Text = "",
) -> Response:
    given = {"key": key, "act": "screening", "confirmed": confirmed, "again_because": again_because.strip()[:500]}
    return await act(request, call, programme_id, given, actions.start_screening, reason=given["again_because"])


@router.post("/programmes/{programme_id}/quotas/")
async def adjust_quota(
    request: Request,
    programme_id: UUID,
    call: Annotated[Call, allows("officer")],
    key: Text = "",
    code: Text = "",
    quota: Text = "",
    reason: Text = "",
) -> Response:
    given = {"key": key, "act": "quota", "code": code[:20], "quota": quota.strip()[:6], "reason": reason.strip()[:500], "confirmed": "yes"}
    if not given["quota"].isdigit():
        refusal = Malformed(S_("请填写名额"), field="quota")
        return await draw_programme(request, call, programme_id, Form(given, key=key).refused(refusal), 422)
    terms = {"code": given["code"], "quota": int(given["quota"]), "reason": given["reason"]}
    return await act(request, call, programme_id, given, actions.adjust_quota, **terms)


@router.post("/programmes/{programme_id}/proposal/")
async def propose(
    request: Request, programme_id: UUID, call: Annotated[Call, allows("officer")], key: Text = "", confirmed: Text = ""
) -> Response:
    return await act(request, call, programme_id, {"key": key, "act": "proposal", "confirmed": confirmed}, actions.propose_selection)


@router.post("/programmes/{programme_id}/confirmation/")
async def confirm(
    request: Request,
    programme_id: UUID,
    call: Annotated[Call, allows("approver")],
    key: Text = "",
    confirmed: Text = "",
    reason: Text = "",
) -> Response:
    given = {"key": key, "act": "confirmation", "confirmed": confirmed, "reason": reason.strip()[:500]}
    return await act(request, call, programme_id, given, actions.confirm_selection, reason=given["reason"])


@router.post("/programmes/{programme_id}/completion/")
async def complete(
    request: Request, programme_id: UUID, call: Annotated[Call, allows("officer")], key: Text = "", confirmed: Text = ""
) -> Response:
    return await act(request, call, programme_id, {"key": key, "act": "completion", "confirmed": confirmed}, actions.complete_enrolment)


async def act(
    request: Request, call: Call, programme_id: UUID, given: Mapping[str, str], action: Any, *about: UUID, **arguments: Any
) -> Response:
    """One act on a programme from its page; what was refused comes back there."""
    try:
        must_confirm(given["confirmed"])
        await call.submit(given, action, programme_id, *about, **arguments)
    except Refusal as refusal:
        return await draw_programme(request, call, programme_id, Form(given, key=given["key"]).refused(refusal), status_of(refusal))
    return see(f"programmes/{programme_id}/")


async def draw_programme(request: Request, call: Call, programme_id: UUID, form: Form, status: int = 200) -> Response:
    found = await call.find(store.programme, programme_id)
    cited = await call.find(rules_of, found["division"])
    return CONSOLE.draw(
        request,
        "intake/programme.html",
        status,
        programme=found,
        form=form,
        steps=_steps(found),
        groups=[group | _board(group) for group in spoken_groups(call, found["groups"])],
        waiting=_waiting(found, call),
        rules=cited,
        groups_to_adjust=[(group["code"], group["name"]) for group in found["groups"] if group["tolerance"]],
        labels=labels,
        division_name=name_of,
        today=call.today,
        may=call.actor.may,
        is_own=call.actor.account in (found["screened_by"], found["proposed_by"]),
        record=await latest_acts(call, "programme", programme_id),
    )


def _cells(each: Mapping[str, Any]) -> Sequence[Cell]:
    days = (each["reference_on"], each["objections_until"], each["top_up_until"])
    return (each["name"], name_of(each["division"]), *days, labels.PROGRAMME_STATUS[each["status"]])


def rules_of(division: str, *, rules: Rules) -> dict[str, Rule]:
    """What the pages of a programme give as their reason."""
    return rules_named(RULES, division, rules=rules)


def _board(group: Mapping[str, Any]) -> dict[str, Any]:
    """Of a group's places: how many stay empty, and how long the bars are."""
    longest = max(group["quota"], group["eligible"], 1)
    unfilled = max(group["quota"] - group["selected"], 0)
    return {"unfilled": unfilled, "bar": share(group["selected"], group["quota"]), "eligible_bar": share(group["eligible"], longest)}


def _steps(programme: Mapping[str, Any]) -> list[dict[str, Any]]:
    order = [code for code, _ in STAGES]
    reached = order.index({"screening": "open"}.get(programme["status"], programme["status"]))
    days = (
        programme["opened_on"],
        programme["screened_on"],
        programme["proposed_on"],
        programme["confirmed_on"],
        programme["completed_on"],
    )
    now = len(order) if programme["status"] == "completed" else reached + 1
    return [
        {"name": name, "state": "done" if at < now else "now" if at == now else "ahead", "when": day, "href": ""}
        for at, ((_, name), day) in enumerate(zip(STAGES, days, strict=True))
    ]


def _waiting(programme: Mapping[str, Any], call: Call) -> str:
    """What keeps the list from being confirmed today, in a code of the page; "" where nothing does."""
    if programme["status"] != "proposed":
        return "stage"
    if call.today <= programme["objections_until"]:
        return "window"
    return "own" if call.actor.account in (programme["screened_by"], programme["proposed_by"]) else ""


def spoken_groups(call: Call, groups: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Groups as the store has them, with criteria that a page can say in its language."""
    known = actions.definitions_of(call.runtime.hooks)
    return [{**each, "criterion": spoken(each["criterion"], each["code"], each["name"], each["expression"], known)} for each in groups]


def _rows(call: Call, programme: Mapping[str, Any]) -> list[Row]:
    own = sum(bool(group["expression"]) for group in programme["groups"])
    return rows_of(actions.definitions_of(call.runtime.hooks), own)


async def _keep(request: Request, call: Call, rows: Sequence[Row], programme_id: UUID | None) -> Response:
    """Count what the terms would find, or keep them."""
    sent = await request.form()
    given = given_of(sent, rows, [str(code) for code in sent.getlist("category")])
    form = Form(given, key=given["key"])
    try:
        if sent.get("act") == "count":
            return await _definition(request, call, rows, form, programme_id=programme_id, counts=await _counts(call, given, rows))
        if programme_id is None:
            kept = await call.submit(given, actions.open_programme, **terms_of(given, rows))
        else:
            kept = await call.submit(given, actions.amend_programme, programme_id, **terms_of(given, rows))
    except Refusal as refusal:
        return await _definition(request, call, rows, form.refused(refusal), status_of(refusal), programme_id=programme_id)
    return see(f"programmes/{kept['id']}/")


async def _counts(call: Call, given: Mapping[str, str], rows: Sequence[Row]) -> dict[str, Any]:
    """How many people each group would admit, and how its criterion reads. Raises Malformed with what cannot be read."""
    faults: list[Fault] = []
    division, on = division_of(given, faults), day_of(given, "reference_on", S_("请填写基准日期"), faults)
    asked = groups_of(given, rows, faults)
    known, definitions = actions.definitions_of(call.runtime.hooks), []
    flags = known_flags(call.runtime.hooks)
    for row, group in asked:
        try:
            definitions.append(definition_of(group.written_out(flags), known))
        except Refusal as refusal:
            faults.append(Fault(row.field("expression"), refusal.message))
    survey_id = UUID(given["survey_id"]) if given["survey_id"] else None
    if faults or not isinstance(on, date):
        raise Malformed(together(fault.message for fault in faults), faults=faults)
    categories = [code for code in given["category"].split("\n") if code]
    terms = {"division": division, "reference_on": on, "survey_id": survey_id, "categories": categories}
    found = await call.find(actions.count_groups, definitions, **terms)
    counted = [
        {"name": definition.name, "said": together(each.text for each in definition.conditions)}
        | {"admitted": admitted, "quota": group.quota.quota}
        for (_, group), definition, admitted in zip(asked, definitions, found.admitted, strict=True)
    ]
    return {"people": found.people, "distinct": found.distinct, "groups": counted}


async def _definition(
    request: Request,
    call: Call,
    rows: Sequence[Row],
    form: Form,
    status: int = 200,
    *,
    programme_id: UUID | None = None,
    counts: Mapping[str, Any] | None = None,
) -> Response:
    surveys = await call.find(store.surveys, page=Page(None, 200))
    projects = await call.find(store.projects)
    return CONSOLE.draw(
        request,
        "intake/programme_terms.html",
        status,
        form=form,
        rows=rows,
        counts=counts,
        action=f"/console/programmes/{programme_id}/terms/" if programme_id else "/console/programmes/new/",
        programme_id=programme_id,
        projects=[(str(project_id), title) for project_id, title in projects],
        surveys=[(str(each["id"]), each["name"]) for each in surveys.items],
        divisions=[(code, name_of(code)) for code in call.actor.divisions],
        facts=list(FACTS.values()),
        labels=labels,
    )
