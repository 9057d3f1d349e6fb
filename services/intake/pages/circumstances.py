"""Circumstances (特殊情况) on the console: what somebody saw of one person, recorded without a name on the page."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import Form as FormField
from fastapi import Request, Response

from services.intake import actions, labels
from services.intake.domain.circumstance import Circumstances
from services.intake.domain.person import ADULT_FROM, age_on
from services.intake.pages.frame import CONSOLE
from shared.errors import Malformed, Refusal
from shared.http.call import Call, allows
from shared.http.problems import status_of
from shared.sentences import S_
from shared.web.console import Form, see, several
from shared.web.i18n import L_

router = CONSOLE.router()

Text = Annotated[str, FormField()]
Several = Annotated[list[str], FormField()]
RECORDERS: Final = ("clerk", "surveyor", "officer")


@router.get("/persons/{person_id}/circumstances/")
async def circumstances(request: Request, person_id: UUID, call: Annotated[Call, allows(*RECORDERS)]) -> Response:
    return await _form(request, call, person_id, Form())


@router.post("/persons/{person_id}/circumstances/")
async def record_circumstances(
    request: Request,
    person_id: UUID,
    call: Annotated[Call, allows(*RECORDERS)],
    observed_on: Text = "",
    father: Text = "",
    mother: Text = "",
    beyond: Several = [],  # noqa: B006  # FastAPI copies the default of a form field
    has_lost_only_child: Text = "",
    key: Text = "",
) -> Response:
    given = {"observed_on": observed_on, "father": father, "mother": mother, "has_lost_only_child": has_lost_only_child, "key": key}
    given["beyond"] = several(beyond)
    try:
        found = Circumstances(_day(observed_on), father, mother, tuple(beyond), has_lost_only_child == "yes")
        await call.submit(given, actions.record_circumstances, person_id, found=found)
    except Refusal as refusal:
        return await _form(request, call, person_id, Form(given, key=key).refused(refusal), status_of(refusal))
    person = await call.find(actions.circumstances, person_id)
    return see(f"households/{person['household_id']}/" if call.actor.may("clerk", "officer") else f"persons/{person_id}/circumstances/")


async def _form(request: Request, call: Call, person_id: UUID, form: Form, status: int = 200) -> Response:
    person = await call.find(actions.circumstances, person_id)
    return CONSOLE.draw(
        request,
        "intake/circumstances.html",
        status,
        form=form,
        person=person,
        age=(age := age_on(person["birth"], call.today)),
        is_child=age < ADULT_FROM,
        parents=[("", L_("未登记")), *labels.PARENT.items()],
        labels=labels,
    )


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise Malformed(S_("请填写了解情况的日期"), field="observed_on") from None
