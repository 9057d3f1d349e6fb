"""Visits on the console: an investigator's households, and the form of one of them, without a name on the page."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request, Response

from services.intake import actions, labels, store
from services.intake.actions.visit import Visited
from services.intake.domain.person import NEEDS
from services.intake.domain.survey import MemberReport, VisitReport
from services.intake.domain.survey_form import LONGEST_TEXT, NOTHING, About, Question, Section, SurveyForm
from services.intake.pages.frame import CONSOLE
from services.intake.pages.households import READERS
from services.intake.pages.surveys import FILES, INVESTIGATORS, VIEWERS, file_cells
from services.intake.pages.why import rules_named
from shared.divisions import name_of
from shared.errors import Fault, Malformed, Refusal
from shared.http.call import Call, allows
from shared.http.problems import status_of
from shared.sentences import S_
from shared.web.console import Form, see, several
from shared.web.i18n import L_
from shared.web.table_file import file_of
from shared.web.tables import Table

router = CONSOLE.router()

LONGEST: Final = 400
"""Of a field that is no answer in words: work numbers, dates, codes."""
CALLED_ON: Final = {"called_on": "visited_on"}
HOUSEHOLD_FIELDS: Final = {"living_members": "living-living_members", "housing": "living-housing"}
YES_OR_NO: Final = (("yes", L_("是")), ("no", L_("否")))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a page draws it. `condition`: another question and the answer to it without which this one stays empty."""

    name: str
    question: Question
    choices: tuple[tuple[str, str], ...]
    condition: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A section as a page draws it."""

    title: str
    note: str
    asked: tuple[Asked, ...]


@router.get("/surveys/{survey_id}/mine/")
async def own_files(request: Request, survey_id: UUID, call: Annotated[Call, allows("surveyor")]) -> Response:
    """What the team of the surveyor has to visit; everything where the survey has no teams."""
    table = Table.of(request, "files", L_("我的走访"), FILES, keep=("status", "division"), has_file=True)
    found = await call.find(store.survey, survey_id)
    own = await call.find(store.own_divisions, survey_id, call.actor.account)
    communities = {each["division"]: each["name"] for each in found["communities"] if own is None or each["division"] in own}
    division = table.chosen("division")
    divisions = [code for code in communities if division in ("", code)]
    listed = partial(call.find, store.survey_files, survey_id, status=table.chosen("status"), divisions=divisions)
    if table.is_file:
        return await file_of(table, listed, file_cells)
    shown = await listed(page=table.page())
    return CONSOLE.draw(
        request,
        "intake/survey_files.html",
        survey=found,
        table=table.holding(shown),
        files=shown.items,
        communities=communities,
        teams={},
        labels=labels,
        division_name=name_of,
        is_own=True,
        may_find=True,
    )


@router.get("/visits/{file_id}/")
async def visit(request: Request, file_id: UUID, call: Annotated[Call, allows(*VIEWERS)], again: str = "") -> Response:
    return await _page(request, call, file_id, None, is_again=bool(again))


@router.post("/visits/{file_id}/")
async def record_visit(request: Request, file_id: UUID, call: Annotated[Call, allows("surveyor")]) -> Response:
    """A visit, or a call at a door where nobody was met."""
    sheet = await call.find(actions.visit_sheet, file_id)
    sent = await request.form()
    given = {name: _entered([each for each in sent.getlist(name) if isinstance(each, str)]) for name in sent}
    people = [member["id"] for member in sheet["members"]]
    try:
        if given.get("met") == "yes":
            report = _report(given, sheet["form"], people)
            await call.submit(given, actions.record_visits, sheet["survey"]["id"], visits=[Visited(file_id, report)])
        elif given.get("met") == "no":
            terms = {"called_on": _day(given), "reason": given.get("reason", "")}
            await call.submit(given, actions.record_call, file_id, **terms)
        else:
            raise Malformed(S_("请说明有没有见到本户的人"), field="met")
    except Refusal as refusal:
        form = Form(given, key=given.get("key", "")).refused(refusal)
        shown = replace(form, faults=tuple(_at_its_field(fault, people) for fault in form.faults))
        return await _page(request, call, file_id, shown, status=status_of(refusal))
    return see(f"visits/{file_id}/" if given["met"] == "yes" else f"surveys/{sheet['survey']['id']}/mine/")


async def _page(request: Request, call: Call, file_id: UUID, form: Form | None, *, is_again: bool = False, status: int = 200) -> Response:
    sheet = await call.find(actions.visit_sheet, file_id)
    usual = {
        "investigators": "\n".join(sheet["investigators"]),
        "visited_on": call.today.isoformat(),
        "kind": "home",
        "living-living_members": str(sheet["living_members"]),
    }
    definition = sheet["form"]
    asks = form is not None or is_again or sheet["file"]["status"] != "verified"
    return CONSOLE.draw(
        request,
        "intake/visit.html",
        status,
        **{name: value for name, value in sheet.items() if name != "form"},
        form=form or Form(usual),
        asks=asks and sheet["may_record"],
        why_so_many=(await call.find(rules_named, (INVESTIGATORS,), sheet["survey"]["division"]))[INVESTIGATORS],
        of_household=_parts(definition, "household", ""),
        of_members=[
            (each, parts) for each in sheet["members"] if (parts := _parts(definition, "person", f"{each['id']}-", each["places"]))
        ],
        limit=LONGEST_TEXT,
        division_name=name_of,
        labels=labels,
        may_work=call.actor.may("surveyor"),
        may_find=_may_find(sheet, call),
        may_read=call.actor.may(*READERS),
    )


def _may_find(sheet: Mapping[str, Any], call: Call) -> bool:
    """Whether the list of doors has this household for the actor."""
    is_due = sheet["survey"]["status"] == "open" and sheet["file"]["status"] != "verified"
    return is_due and (sheet["may_record"] or call.actor.may("officer"))


def _parts(form: SurveyForm, about: About, prefix: str, places: Collection[str] | None = None) -> list[Part]:
    """The sections about a household, or about a member of whom only some questions are asked."""
    parts = []
    for section in form.sections:
        asked = [each for each in section.questions if places is None or section.place(each) in places]
        if section.about == about and asked:
            parts.append(Part(section.title, section.note, tuple(_asked(section, question, prefix) for question in asked)))
    return parts


def _parts_of(member: Mapping[str, Any], form: SurveyForm) -> list[Part]:
    return _parts(form, "person", f"{member['id']}-", member["places"])


def _asked(section: Section, question: Question, prefix: str) -> Asked:
    choices = tuple((each.code, each.label) for each in question.choices) or (YES_OR_NO if question.kind == "yes_no" else ())
    if question.none:
        choices += ((NOTHING, question.none),)
    if question.kind in ("one", "yes_no") and not question.is_required:
        choices += (("", L_("不填写")),)
    condition = None
    if question.only_if is not None:
        other = next(each for each in section.questions if each.code == question.only_if[0])
        wanted: Any = question.only_if[1] == "yes" if other.kind == "yes_no" else question.only_if[1]
        condition = (other.label, other.said(wanted))
    return Asked(prefix + section.place(question).replace(".", "-"), question, choices, condition)


def _entered(values: list[str]) -> str:
    return several(values) if len(values) > 1 else "".join(values)[: LONGEST_TEXT * 2]


def _report(given: Mapping[str, str], form: SurveyForm, people: list[UUID]) -> VisitReport:
    """What was entered, as far as it can be read; what is missing or wrong is found by the rules of the form."""
    answers = _answers(given, form, "household", "")
    fixed = {name: answers.pop(f"living.{name}", None) for name in HOUSEHOLD_FIELDS}
    needs = {need: answers.pop(f"needs.{need}", "") for need in NEEDS}
    return VisitReport(
        visited_on=_day(given),
        kind=given.get("kind", ""),
        investigators=tuple(dict.fromkeys(given.get("investigators", "")[:LONGEST].split())),
        living_members=fixed["living_members"] if isinstance(fixed["living_members"], int) else 0,
        housing=fixed["housing"] or "",
        needs={need: int(degree) if degree.isdecimal() else -1 for need, degree in needs.items() if degree},
        answers=answers,
        members=tuple(MemberReport(person_id, _answers(given, form, "person", f"{person_id}-")) for person_id in people),
    )


def _answers(given: Mapping[str, str], form: SurveyForm, about: About, prefix: str) -> dict[str, Any]:
    """Answers by place; nothing of what was left out."""
    found = {}
    for section, question in form.asked(about):
        place = section.place(question)
        answer = _answer(question, given.get(prefix + place.replace(".", "-"), ""))
        if answer is not None:
            found[place] = answer
    return found


def _answer(question: Question, text: str) -> Any:
    """As the form keeps it; what cannot be read stays text, for the form to refuse. None: not answered."""
    if not text.strip():
        return None
    match question.kind:
        case "several":
            chosen = text.split("\n")
            return [] if chosen == [NOTHING] else chosen
        case "number":
            return int(text) if text.strip().isdecimal() and len(text) < 10 else text
        case "yes_no":
            return {"yes": True, "no": False}.get(text, text)
        case _:
            return text.strip()


def _at_its_field(fault: Fault, people: list[UUID]) -> Fault:
    """The fault of an action at the field of the page."""
    field = fault.field.removeprefix("visits.0.").removeprefix("answers.")
    if field.startswith("members."):
        _, position, place = field.split(".", 2)
        place = "daily-beyond" if place == "beyond" else place.removeprefix("answers.")
        field = f"{people[int(position)]}-{place}"
    field = HOUSEHOLD_FIELDS.get(field, CALLED_ON.get(field, field))
    return replace(fault, field=field.replace(".", "-"))


def _day(given: Mapping[str, str]) -> date:
    """A day that the rules refuse where none was entered."""
    try:
        return date.fromisoformat(given.get("visited_on", ""))
    except ValueError:
        return date.min
