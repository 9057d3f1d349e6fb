"""The list of doors (入户清单) of an open survey, to be printed and taken along: for the team that goes there, and for officers."""

from dataclasses import replace
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request, Response

from services.intake import actions, labels, store
from services.intake.actions.doors import DOORS_AT_ONCE
from services.intake.pages.frame import CONSOLE
from shared.divisions import name_of
from shared.http.call import Call, allows
from shared.web.i18n import L_
from shared.web.tables import Column, Table

router = CONSOLE.router()

DOORS: Final = (
    Column("household_no", L_("户编号")),
    Column("name", L_("户主")),
    Column("address", L_("住址")),
    Column("phone", L_("联系电话")),
    Column("members", L_("成员")),
)


@router.get("/surveys/{survey_id}/doors/")
async def doors(request: Request, survey_id: UUID, call: Annotated[Call, allows("surveyor", "officer")]) -> Response:
    """Forty households to a page. `file` narrows it to the one whose form is open; its name and address stand here and not there."""
    asked = Table.of(request, "doors", L_("入户清单"), DOORS, keep=("division", "team", "file"))
    table = replace(asked, per_page=DOORS_AT_ONCE)
    survey = await call.find(store.survey, survey_id)
    is_own = not call.actor.may("officer")
    own = await call.find(store.own_divisions, survey_id, call.actor.account) if is_own else None
    teams = {} if is_own else {str(team["id"]): team["name"] for team in await call.find(store.teams, survey_id)}
    file_id = _id(table.chosen("file"))
    found: Any = await call.runtime.run(
        actions.door_list,
        survey_id,
        division=table.chosen("division"),
        team_id=_id(table.chosen("team")),
        file_id=file_id,
        after=table.page().after,
        actor=call.actor,
        today=call.today,
    )
    return CONSOLE.draw(
        request,
        "intake/doors.html",
        survey=survey,
        table=table.holding(found),
        doors=found.items,
        file_id=file_id,
        communities={each["division"]: each["name"] for each in survey["communities"] if own is None or each["division"] in own},
        teams=teams,
        labels=labels,
        division_name=name_of,
        is_own=is_own,
        account=call.actor.account,
        today=call.today,
    )


def _id(given: str) -> UUID | None:
    """None, as if nothing had been asked for, where no link of ours leads."""
    try:
        return UUID(given) if given else None
    except ValueError:
        return None
