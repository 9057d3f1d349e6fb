"""A person's file put right on the console: what is left empty stays as it is, and nothing that the file says is on the page."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import Request, Response

from services.intake import actions, labels
from services.intake.domain.correction import CHOICES, FIELDS
from services.intake.domain.household import Basis
from services.intake.domain.person import age_on
from services.intake.pages.frame import CONSOLE
from services.intake.pages.why import rules_named
from shared.errors import Malformed, Refusal
from shared.http.call import Call, allows
from shared.http.problems import status_of
from shared.sentences import S_
from shared.web.console import Form, see
from shared.web.i18n import L_

router = CONSOLE.router()

Recorder = Annotated[Call, allows("clerk", "officer")]
LONGEST: Final = 200
NONE: Final = "无"


@router.get("/persons/{person_id}/correction/")
async def correction(request: Request, person_id: UUID, call: Recorder) -> Response:
    return await _form(request, call, person_id, Form())


@router.post("/persons/{person_id}/correction/")
async def correct_person(request: Request, person_id: UUID, call: Recorder) -> Response:
    sent = await request.form()
    given = {name: value[:LONGEST].strip() for name, value in sent.items() if isinstance(value, str)}
    key = given.get("key", "")
    try:
        basis = Basis(_day(given.get("acted_on", "")), given.get("reason", ""))
        said = {field: given[field] for field in FIELDS if given.get(field)}
        done = await call.submit(given, actions.correct_person, person_id, given=said, basis=basis)
    except Refusal as refusal:
        return await _form(request, call, person_id, Form(given, key=key).refused(refusal), status_of(refusal))
    return see(f"households/{done['household_id']}/")


async def _form(request: Request, call: Call, person_id: UUID, form: Form, status: int = 200) -> Response:
    person = await call.find(actions.person_to_correct, person_id)
    return CONSOLE.draw(
        request,
        "intake/correction.html",
        status,
        form=form,
        person=person,
        rule=(await call.find(rules_named, ("correction",)))["correction"],
        age=age_on(person["birth"], call.today),
        fields=[(field, (labels.FIELD | labels.PERSONAL)[field]) for field in FIELDS],
        choices={field: [("", L_("不更正")), *codes.items(), (NONE, L_("无"))] for field, codes in CHOICES.items()},
        labels=labels,
    )


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise Malformed(S_("请填写核实日期"), field="acted_on") from None
