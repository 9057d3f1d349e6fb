"""Somebody new on the console: a member of a household that is there (新增成员), or the head of a new one (建户).

What was typed is shown once more with what follows from the number, before somebody is filed for good.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request, Response

from services.intake import actions, labels, store
from services.intake.domain.admission import FIELDS
from services.intake.domain.household import Basis, ToConfirm
from services.intake.domain.roster_reading import STREET_DIGITS
from services.intake.pages.frame import CONSOLE
from services.intake.pages.household_acts import LONGEST, day_of
from shared.divisions import level
from shared.errors import Refusal
from shared.http.call import Call, allows
from shared.http.problems import status_of
from shared.web.console import Form, see
from shared.web.i18n import L_

router = CONSOLE.router()

Recorder = Annotated[Call, allows("clerk", "officer")]
CHOOSE: Final = ("", L_("请选择"))


@router.get("/households/new/")
async def new_household(request: Request, call: Recorder) -> Response:
    own = next((code for code in call.actor.divisions if level(code) >= STREET_DIGITS), "")
    return await _form(request, call, None, Form({"cause": "moved_in", "division": own}))


@router.post("/households/new/")
async def found_household(request: Request, call: Recorder) -> Response:
    return await _file(request, call, None)


@router.get("/households/{household_id}/members/new/")
async def new_member(request: Request, household_id: UUID, call: Recorder) -> Response:
    return await _form(request, call, household_id, Form())


@router.post("/households/{household_id}/members/new/")
async def admit(request: Request, household_id: UUID, call: Recorder) -> Response:
    return await _file(request, call, household_id)


async def _file(request: Request, call: Call, household_id: UUID | None) -> Response:
    sent = await request.form()
    given = {name: value[:LONGEST].strip() for name, value in sent.items() if isinstance(value, str)}
    form = Form(given, key=given.get("key", ""))
    if given.get("back") == "yes":
        return await _form(request, call, household_id, form)
    try:
        action, terms = _act(given, household_id)
        done = await call.submit(given, action, basis=Basis(day_of(given), given.get("reason", "")), **terms)
    except ToConfirm as asked:
        return await _form(request, call, household_id, form, asked=asked)
    except Refusal as refusal:
        filed = refusal if isinstance(refusal, actions.FiledAlready) else None
        return await _form(request, call, household_id, form.refused(refusal), status_of(refusal), filed=filed)
    return see(f"households/{done['household_id']}/")


def _act(given: Mapping[str, str], household_id: UUID | None) -> tuple[Any, dict[str, Any]]:
    terms: dict[str, Any] = {
        "newcomer": {field: given.get(field, "") for field in FIELDS},
        "cause": given.get("cause", ""),
        "confirmed": given.get("confirmed") == "yes",
    }
    if household_id is not None:
        return actions.admit, terms | {"household_id": household_id}
    return actions.found_household, terms | {name: given.get(name, "") for name in ("division", "category", "household_no")}


async def _form(
    request: Request,
    call: Call,
    household_id: UUID | None,
    form: Form,
    status: int = 200,
    *,
    asked: ToConfirm | None = None,
    filed: actions.FiledAlready | None = None,
) -> Response:
    household = None if household_id is None else await call.find(store.household_to_act_on, household_id)
    has_head = household is not None and any(each["relation"] == "head" and each["status"] == "present" for each in household["members"])
    return CONSOLE.draw(
        request,
        "intake/admission.html",
        status,
        form=form,
        household=household,
        asked=asked,
        filed=filed,
        causes=[CHOOSE, *labels.ADMISSION.items()],
        relations=[CHOOSE, *((code, name) for code, name in labels.RELATION.items() if (code == "head") is not has_head)],
        categories=[CHOOSE, *labels.CATEGORY.items()],
        labels=labels,
    )
