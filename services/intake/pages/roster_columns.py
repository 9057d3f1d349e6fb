"""Which heading of a roster stands for which column, corrected by a clerk; and the workbook with its faults marked."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request, Response

from services.intake import actions, store
from services.intake.domain.columns import COLUMNS, REQUIRED
from services.intake.pages.frame import CONSOLE
from shared.errors import Fault, Malformed, Refusal
from shared.http.call import Call, allows
from shared.http.problems import status_of
from shared.sentences import S_, together
from shared.web.console import Form, see
from shared.web.i18n import L_

router = CONSOLE.router()

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/rosters/{roster_id}/columns/")
async def columns(request: Request, roster_id: UUID, call: Annotated[Call, allows("clerk")]) -> Response:
    found = await call.find(store.roster, roster_id)
    return await _asked(request, call, found, Form({f"column-{column}": name for column, name in found["columns"].items()}))


@router.post("/rosters/{roster_id}/columns/")
async def map_columns(request: Request, roster_id: UUID, call: Annotated[Call, allows("clerk")]) -> Response:
    found = await call.find(store.roster, roster_id)
    sent = {name: str(value).strip()[:200] for name, value in (await request.form()).items()}
    form = Form(sent, key=sent.get("key", ""))
    chosen = {column: sent.get(f"column-{column}", "") for column in COLUMNS}
    try:
        if missing := [column for column in REQUIRED if not chosen[column]]:
            raise Malformed(together(_missing(column).message for column in missing), faults=[_missing(column) for column in missing])
        table = await call.runtime.read(actions.mapped_table, roster_id, chosen)
        headings = await call.runtime.read(actions.headings_of_file, roster_id)
        terms = {"columns": chosen, "rows": table.rows, "headings": headings, "save_as": sent.get("save_as", "")}
        await call.submit(sent, actions.map_columns, roster_id, **terms)
    except Refusal as refusal:
        return await _asked(request, call, found, form.refused(refusal), status_of(refusal))
    return see(f"rosters/{roster_id}/")


@router.get("/rosters/{roster_id}/marked/")
async def marked(roster_id: UUID, call: Annotated[Call, allows("clerk")]) -> Response:
    """As a file to mend and to hand in again; who took it stands in the record of acts."""
    await call.runtime.run(actions.take_marked, roster_id, actor=call.actor)
    content = await call.runtime.read(actions.marked_workbook, roster_id, actor=call.actor)
    headers = {"Content-Disposition": 'attachment; filename="roster-marked.xlsx"', "Cache-Control": "no-store"}
    return Response(content, media_type=XLSX, headers=headers)


def _missing(column: str) -> Fault:
    return Fault(f"column-{column}", S_("请选择“{column}”", column=column))


async def _asked(request: Request, call: Call, found: Mapping[str, Any], form: Form, status: int = 200) -> Response:
    headings = await call.runtime.read(actions.headings_of_file, found["id"])
    return CONSOLE.draw(
        request,
        "intake/roster_columns.html",
        status,
        roster=found,
        form=form,
        columns=COLUMNS,
        headings=[("", L_("表中没有")), *((name, name) for name in dict.fromkeys(headings))],
    )
