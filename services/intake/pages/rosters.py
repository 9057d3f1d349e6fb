"""Rosters on the console: handed in by a clerk, looked through, decided on by another person."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Form as FormField
from fastapi import Request, Response, UploadFile

from services.intake import actions, labels, store
from services.intake.domain.roster_table import ColumnsMissing
from services.intake.pages.frame import CONSOLE
from services.intake.pages.records import latest_acts
from shared.divisions import name_of
from shared.errors import Fault, Malformed, Refusal
from shared.files import keep_file
from shared.http.call import Call, allows
from shared.http.paging import Page
from shared.http.problems import status_of
from shared.sentences import S_, together
from shared.web.console import Form, see
from shared.web.i18n import L_
from shared.web.progress import latest_job
from shared.web.table_file import Cell, file_of
from shared.web.tables import Column, Table

router = CONSOLE.router()

PER_PAGE = 20
Text = Annotated[str, FormField()]
ROSTERS: Final = (
    Column("name", L_("名称")),
    Column("purpose", L_("用途")),
    Column("reference_on", L_("基准日期")),
    Column("rows", L_("行数"), is_number=True),
    Column("faulty", L_("有误"), is_number=True),
    Column("status", L_("状态")),
    Column("uploaded_on", L_("上传")),
)


@router.get("/rosters/")
async def rosters(request: Request, call: Annotated[Call, allows("clerk", "officer", "auditor")]) -> Response:
    table = Table.of(request, "rosters", L_("名册"), ROSTERS, keep=("status",), has_file=True)
    status = table.chosen("status") if table.chosen("status") in labels.ROSTER_STATUS else ""
    listed = partial(call.find, store.rosters, status=status)
    if table.is_file:
        return await file_of(table, listed, _roster_cells)
    found = await listed(page=table.page())
    return CONSOLE.draw(
        request,
        "intake/rosters.html",
        table=table.holding(found),
        rosters=found.items,
        labels=labels,
        may_upload=call.actor.may("clerk"),
    )


@router.get("/rosters/new/")
async def new_roster(request: Request, call: Annotated[Call, allows("clerk")]) -> Response:
    return await _upload_form(request, call, Form({"reference_on": call.today.isoformat()}))


@router.post("/rosters/new/")
async def upload_roster(
    request: Request,
    call: Annotated[Call, allows("clerk")],
    file: UploadFile | None = None,
    name: Text = "",
    survey_id: Text = "",
    reference_on: Text = "",
    division: Text = "",
    category: Text = "",
    key: Text = "",
) -> Response:
    """The file is kept first, by a key of its own; a roster that is refused leaves no roster, and the file is swept."""
    given = {"name": name.strip()[:200], "survey_id": survey_id, "reference_on": reference_on, "division": division}
    given |= {"category": category if category in labels.CATEGORY else "", "key": key}
    form = Form(given, key=key)
    try:
        terms = _terms(given, file)
        content = await file.read() if file is not None else b""
        stored = await asyncio.to_thread(call.runtime.files.put, content)
        kept = await call.submit({"key": f"{key}-file", "sha256": stored.sha256}, keep_file, stored)
        file_id = UUID(kept["id"])
        found = {"file": file_id, **await _read(call, file_id)}
        call.content = None
        uploaded = await call.submit(given | {"file": str(file_id)}, actions.upload_roster, **found, **terms)
    except Refusal as refusal:
        return await _upload_form(request, call, form.refused(refusal), status_of(refusal))
    return see(f"rosters/{uploaded['roster_id']}/{'' if found['columns'] else 'columns/'}")


@router.get("/rosters/{roster_id}/")
async def roster(
    request: Request,
    roster_id: UUID,
    call: Annotated[Call, allows("clerk", "officer", "auditor")],
    after: str = "",
    differing: str = "",
    doubtful: str = "",
) -> Response:
    return await _roster(request, call, roster_id, Form(), after=after, differing=differing, doubtful=doubtful)


@router.post("/rosters/{roster_id}/acceptance/")
async def accept_roster(request: Request, roster_id: UUID, call: Annotated[Call, allows("officer")], key: Text = "") -> Response:
    return await _decide(request, call, roster_id, {"key": key, "act": "accept"}, actions.accept_roster)


@router.post("/rosters/{roster_id}/rejection/")
async def reject_roster(
    request: Request, roster_id: UUID, call: Annotated[Call, allows("officer")], key: Text = "", reason: Text = ""
) -> Response:
    reason = reason.strip()[:200]
    given = {"key": key, "act": "reject", "reason": reason}
    if not reason:
        refusal = Malformed(S_("请写明不予采用的理由"), field="reason")
        return await _roster(request, call, roster_id, Form(given, key=key).refused(refusal), status=422)
    return await _decide(request, call, roster_id, given, actions.reject_roster, reason=reason)


def _roster_cells(each: dict[str, Any]) -> Sequence[Cell]:
    purpose, status = labels.ROSTER_PURPOSE[each["purpose"]], labels.ROSTER_STATUS[each["status"]]
    uploaded = f"{each['uploaded_on']} {each['uploaded_by']}"
    return (each["name"], purpose, each["reference_on"], each["rows"], each["faulty"], status, uploaded)


async def _read(call: Call, file_id: UUID) -> dict[str, Any]:
    """Rows and columns of the file; none where a clerk must first say which heading stands for what. Raises Refusal."""
    try:
        table = await call.find(actions.read_workbook, file_id)
    except ColumnsMissing:
        return {"rows": 0, "columns": {}}
    return {"rows": table.rows, "columns": table.names}


async def _decide(request: Request, call: Call, roster_id: UUID, given: Mapping[str, str], action: Any, **arguments: Any) -> Response:
    try:
        await call.submit(given, action, roster_id, **arguments)
    except Refusal as refusal:
        return await _roster(request, call, roster_id, Form(given, key=given["key"]).refused(refusal), status=status_of(refusal))
    return see(f"rosters/{roster_id}/")


async def _roster(
    request: Request,
    call: Call,
    roster_id: UUID,
    form: Form,
    *,
    after: str = "",
    differing: str = "",
    doubtful: str = "",
    status: int = 200,
) -> Response:
    found = await call.find(store.roster, roster_id)
    rows = await call.find(store.staged_rows, roster_id, page=Page(after or None, PER_PAGE), faulty=True)
    differ = await call.find(store.differing_rows, roster_id, page=Page(differing or None, PER_PAGE))
    doubts = await call.find(store.doubtful_rows, roster_id, page=Page(doubtful or None, PER_PAGE))
    is_reviewed, is_own = found["status"] == "reviewed", found["uploaded_by"] == call.actor.account
    return CONSOLE.draw(
        request,
        "intake/roster.html",
        status,
        roster=found,
        rows=rows.items,
        more=rows.next,
        is_first=not after,
        differing=differ.items,
        more_differing=differ.next,
        is_first_differing=not differing,
        doubtful=doubts.items,
        more_doubtful=doubts.next,
        is_first_doubtful=not doubtful,
        form=form,
        labels=labels,
        division_name=name_of,
        job=await call.find(latest_job, roster_id) if found["status"] in ("importing", "accepting") else None,
        may_mend=found["status"] in ("mapping", "reviewed") and call.actor.may("clerk"),
        has_marks=found["faulty"] + found["duplicates"] + found["doubtful"] > 0 and call.actor.may("clerk"),
        may_decide=is_reviewed and call.actor.may("officer") and not is_own,
        must_be_another=is_reviewed and call.actor.may("officer") and is_own,
        record=await latest_acts(call, "roster", roster_id),
    )


async def _upload_form(request: Request, call: Call, form: Form, status: int = 200) -> Response:
    surveys = await call.find(store.open_surveys)
    return CONSOLE.draw(
        request,
        "intake/roster_new.html",
        status,
        form=form,
        surveys=[("", L_("测算（不属于任何调查）")), *((str(each["id"]), each["name"]) for each in surveys)],
        categories=[("", L_("表中有这一列")), *labels.CATEGORY.items()],
        divisions=[(code, name_of(code)) for code in call.actor.divisions],
    )


def _terms(given: Mapping[str, str], file: UploadFile | None) -> dict[str, Any]:
    """What the form says, as the action takes it. Raises Malformed with every field that is wrong."""
    faults = []
    reference_on, survey_id = None, None
    if not given["name"]:
        faults.append(Fault("name", S_("请填写名称")))
    try:
        reference_on = date.fromisoformat(given["reference_on"])
    except ValueError:
        faults.append(Fault("reference_on", S_("请填写基准日期")))
    try:
        survey_id = UUID(given["survey_id"]) if given["survey_id"] else None
    except ValueError:
        faults.append(Fault("survey_id", S_("请选择用途")))
    if not (len(given["division"]) == 12 and given["division"].isdigit()):
        faults.append(Fault("division", S_("请选择地区")))
    if file is None or not file.filename:
        faults.append(Fault("file", S_("请选择文件")))
    if faults:
        raise Malformed(together(fault.message for fault in faults), faults=faults)
    return {
        "name": given["name"],
        "purpose": "survey" if survey_id else "planning",
        "reference_on": reference_on,
        "division": given["division"],
        "survey_id": survey_id,
        "category": given["category"],
    }
