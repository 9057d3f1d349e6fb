"""Searching for people on the console: by POST alone, since what is searched for says who somebody is."""

from typing import Annotated, Any

from fastapi import Form as FormField
from fastapi import Request, Response

from services.intake import actions, labels
from services.intake.pages.frame import CONSOLE
from services.intake.pages.households import READERS, divisions_of, purpose_of, to_purpose
from shared.divisions import name_of
from shared.errors import Refusal
from shared.http.call import Call, allows
from shared.http.problems import status_of
from shared.web.console import Form
from shared.web.i18n import L_

router = CONSOLE.router()
Text = Annotated[str, FormField()]


@router.get("/search/")
async def search_form(request: Request, call: Annotated[Call, allows(*READERS)]) -> Response:
    return to_purpose(request) if purpose_of(request, call) is None else _draw(request, call, Form())


@router.post("/search/")
async def search(request: Request, call: Annotated[Call, allows(*READERS)], text: Text = "", division: Text = "") -> Response:
    """What is found is answered at once: an address to come back to would have to say what was searched for."""
    purpose = purpose_of(request, call)
    if purpose is None:
        return to_purpose(request)
    given = {"text": text, "division": division if division in dict(divisions_of(call)) else ""}
    try:
        found: Any = await call.runtime.run(
            actions.search_people, text, purpose=purpose, division=given["division"], actor=call.actor, today=call.today
        )
    except Refusal as refusal:
        return _draw(request, call, Form(given).refused(refusal), status=status_of(refusal))
    return _draw(request, call, Form(given), found=found)


def _draw(request: Request, call: Call, form: Form, *, found: Any = None, status: int = 200) -> Response:
    purpose = purpose_of(request, call)
    return CONSOLE.draw(
        request,
        "intake/search.html",
        status,
        form=form,
        found=found,
        purpose=labels.READING_PURPOSE[purpose] if purpose else "",
        divisions=[("", L_("全部")), *divisions_of(call)],
        division_name=name_of,
        labels=labels,
    )
