"""The record of a roster, a survey or a programme on the console: the latest acts on its own page, all of them on one of their own."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request, Response

from services.intake import actions, store
from services.intake.actions.record import Recorded
from services.intake.pages.frame import CONSOLE
from services.intake.pages.record_words import ACT
from shared.http.call import Call, allows
from shared.http.paging import Page
from shared.web.history import Entry
from shared.web.i18n import L_
from shared.web.table_file import Cell, file_of
from shared.web.tables import Column, Table

router = CONSOLE.router()

LATEST: Final = 8
COLUMNS: Final = (
    Column("on", L_("日期")),
    Column("what", L_("事项")),
    Column("name", L_("经办")),
    Column("by", L_("账号")),
    Column("reason", L_("理由")),
    Column("rules", L_("依据")),
)


@router.get("/rosters/{roster_id}/record/")
async def record_of_roster(request: Request, roster_id: UUID, call: Annotated[Call, allows("clerk", "officer", "auditor")]) -> Response:
    return await _record(request, call, "roster", await call.find(store.roster, roster_id), "rosters/", L_("名册"))


@router.get("/surveys/{survey_id}/record/")
async def record_of_survey(
    request: Request, survey_id: UUID, call: Annotated[Call, allows("surveyor", "clerk", "officer", "auditor")]
) -> Response:
    return await _record(request, call, "survey", await call.find(store.survey, survey_id), "surveys/", L_("调查摸底"))


@router.get("/programmes/{programme_id}/record/")
async def record_of_programme(
    request: Request, programme_id: UUID, call: Annotated[Call, allows("clerk", "officer", "reviewer", "approver", "auditor")]
) -> Response:
    return await _record(request, call, "programme", await call.find(store.programme, programme_id), "programmes/", L_("服务计划"))


async def latest_acts(call: Call, kind: Recorded, id: UUID) -> Sequence[Entry]:
    """What the page of the thing shows of its record."""
    found = await call.find(actions.record_of, kind, id, page=Page(None, LATEST), is_whole=False)
    return [entry(act, ACT) for act in found.items]


def entry(act: Mapping[str, Any], words: Mapping[str, str]) -> Entry:
    return Entry(act["on"], words.get(act["what"], act["what"]), act["by"], act["rules"], act["name"], act["reason"])


async def _record(request: Request, call: Call, kind: Recorded, thing: Mapping[str, Any], place: str, places: str) -> Response:
    table = Table.of(request, "record", L_("办理记录"), COLUMNS, has_file=True)
    listed = partial(call.find, actions.record_of, kind, thing["id"])
    if table.is_file:
        return await file_of(table, listed, _cells)
    found = await listed(page=table.page())
    return CONSOLE.draw(
        request,
        "intake/record.html",
        table=table.holding(found),
        record=[entry(act, ACT) for act in found.items],
        thing=thing,
        place=place,
        places=places,
    )


def _cells(act: Mapping[str, Any]) -> Sequence[Cell]:
    return (act["on"], ACT.get(act["what"], act["what"]), act["name"], act["by"], act["reason"], "；".join(act["rules"]))
