"""The first page: what waits for the person who has signed in."""

from typing import Annotated

from fastapi import Request, Response

from services.intake import store
from services.intake.pages.frame import CONSOLE
from shared.divisions import name_of
from shared.http.call import Call, allows

router = CONSOLE.router()


@router.get("/")
async def home(request: Request, call: Annotated[Call, allows()]) -> Response:
    may_accept = call.actor.may("officer")
    return CONSOLE.draw(
        request,
        "intake/home.html",
        to_accept=await call.find(store.rosters_to_accept) if may_accept else 0,
        surveys=await call.find(store.open_surveys) if call.actor.may("clerk", "officer", "surveyor", "auditor") else [],
        duplicates=await call.find(store.count_duplicates) if call.actor.may("clerk", "officer") else 0,
        may_upload=call.actor.may("clerk"),
        may_accept=may_accept,
        division_name=name_of,
    )
