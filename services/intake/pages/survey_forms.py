"""Forms that a department brings for its surveys (XLSForm), on the console: handed in, listed version by version, withdrawn."""

import asyncio
from hashlib import sha256
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Form as FormField
from fastapi import Request, Response, UploadFile

from services.intake import actions, labels, store
from services.intake.domain.xlsform import LARGEST, read_xlsform
from services.intake.pages.frame import CONSOLE
from services.intake.pages.households import divisions_of
from services.intake.pages.surveys import VIEWERS
from shared.divisions import is_known, name_of
from shared.errors import Malformed, Refusal
from shared.http.call import Call, allows
from shared.http.paging import Page
from shared.http.problems import status_of
from shared.sentences import S_
from shared.web.console import Form, must_confirm, see

router = CONSOLE.router()

PER_PAGE: Final = 20
Text = Annotated[str, FormField()]


@router.get("/survey-forms/")
async def survey_forms(request: Request, call: Annotated[Call, allows(*VIEWERS)], after: str = "") -> Response:
    return await _page(request, call, Form(), after=after)


@router.post("/survey-forms/")
async def import_form(
    request: Request, call: Annotated[Call, allows("officer")], file: UploadFile | None = None, division: Text = "", key: Text = ""
) -> Response:
    given = {"division": division, "key": key}
    try:
        if not is_known(division):
            raise Malformed(S_("请选择地区"), field="division")
        content = await file.read(LARGEST + 1) if file is not None else b""
        form = await asyncio.to_thread(read_xlsform, content)
        await call.submit(given | {"sha256": sha256(content).hexdigest()}, actions.import_form, form, division=division)
    except Refusal as refusal:
        return await _page(request, call, Form(given, key=key).refused(refusal), status=status_of(refusal))
    return see("survey-forms/")


@router.post("/survey-forms/{form_id}/withdrawal/")
async def withdraw_form(
    request: Request, form_id: UUID, call: Annotated[Call, allows("officer")], key: Text = "", confirmed: Text = ""
) -> Response:
    given = {"key": key, "confirmed": confirmed}
    try:
        must_confirm(confirmed)
        await call.submit(given, actions.withdraw_form, form_id)
    except Refusal as refusal:
        return await _page(request, call, Form(given, key=key).refused(refusal), status=status_of(refusal))
    return see("survey-forms/")


async def _page(request: Request, call: Call, form: Form, *, after: str = "", status: int = 200) -> Response:
    found = await call.find(store.imported_forms, page=Page(after or None, PER_PAGE))
    return CONSOLE.draw(
        request,
        "intake/survey_forms.html",
        status,
        form=form,
        forms=found.items,
        more=f"?{urlencode({'after': found.next})}" if found.next else "",
        first="?" if after else "",
        divisions=divisions_of(call),
        division_name=name_of,
        labels=labels,
        may_import=call.actor.may("officer"),
    )
