"""The first page: what waits for the person who has signed in."""

from typing import Annotated

from fastapi import Request, Response

from services.intake import labels, store
from services.intake.pages.frame import CONSOLE
from shared.divisions import name_of
from shared.http.call import Call, allows

router = CONSOLE.router()


@router.get("/")
async def home(request: Request, call: Annotated[Call, allows()]) -> Response:
    return CONSOLE.draw(
        request,
        "intake/home.html",
        tasks=await call.find(store.to_do),
        surveys=await call.find(store.open_surveys) if call.actor.may("clerk", "officer", "surveyor", "auditor") else [],
        may_visit=call.actor.may("surveyor"),
        may_upload=call.actor.may("clerk"),
        labels=labels,
        division_name=name_of,
    )
