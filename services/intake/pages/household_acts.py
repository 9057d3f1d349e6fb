"""What happens to a household, on the console: one form for each act, without a name on the page."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request, Response

from services.intake import actions, labels, store
from services.intake.domain.household import Basis, ToConfirm
from services.intake.domain.person import age_on
from services.intake.pages.frame import CONSOLE
from shared.errors import Malformed, NotFound, Refusal
from shared.http.call import Call, allows
from shared.http.problems import status_of
from shared.sentences import S_
from shared.web.console import Form, see

router = CONSOLE.router()

Recorder = Annotated[Call, allows("clerk", "officer")]
LONGEST: Final = 200


def _departure(kind: str) -> Callable[[Mapping[str, str]], tuple[Any, dict[str, Any]]]:
    return lambda given: (actions.record_departure, {"person_id": _person(given), "kind": kind})


def _relations(given: Mapping[str, str]) -> dict[UUID, str]:
    """Of each member whose relation was said; the others stay where they are."""
    return {UUID(name.removeprefix("relation-")): said for name, said in given.items() if name.startswith("relation-") and said}


ACTS: Final[Mapping[str, Callable[[Mapping[str, str]], tuple[Any, dict[str, Any]]]]] = {
    "died": _departure("died"),
    "left": _departure("left"),
    "restored": _departure("restored"),
    "relocated": lambda given: (actions.relocate, {"division": given.get("division", "").strip()}),
    "headed": lambda given: (actions.change_head, {"relations": _relations(given)}),
    "split": lambda given: (actions.split, {"household_no": given.get("household_no", ""), "relations": _relations(given)}),
    "joined": lambda given: (
        actions.join,
        {"person_id": _person(given), "household_no": given.get("household_no", ""), "relation": given.get("relation", "")},
    ),
    "recategorised": lambda given: (actions.recategorise, {"category": given.get("category", "")}),
}
RELATING: Final = ("restored", "headed", "split", "joined")
"""Acts that make relations: what is unlikely in them is shown before it is kept."""


@router.get("/households/{household_id}/acts/{kind}/")
async def household_act(request: Request, household_id: UUID, kind: str, call: Recorder) -> Response:
    return await _form(request, call, household_id, kind, Form())


@router.post("/households/{household_id}/acts/{kind}/")
async def record_household_act(request: Request, household_id: UUID, kind: str, call: Recorder) -> Response:
    sent = await request.form()
    given = {name: value[:LONGEST] for name, value in sent.items() if isinstance(value, str)}
    key = given.get("key", "")
    try:
        basis = Basis(day_of(given), given.get("reason", "").strip())
        action, terms = ACTS[_known(kind)](given)
        if kind in RELATING:
            terms["confirmed"] = given.get("confirmed") == "yes"
        done = await call.submit(given, action, household_id, basis=basis, **terms)
    except ToConfirm as unlikely:
        return await _form(request, call, household_id, kind, Form(given, key=key), doubts=unlikely.doubts)
    except Refusal as refusal:
        return await _form(request, call, household_id, kind, Form(given, key=key).refused(refusal), status_of(refusal))
    return see("households/" if kind == "relocated" else f"households/{done['household_id']}/")


async def _form(
    request: Request, call: Call, household_id: UUID, kind: str, form: Form, status: int = 200, doubts: Sequence[str] = ()
) -> Response:
    kind = _known(kind)
    household = await call.find(store.household_to_act_on, household_id)
    chosen = [each for each in household["members"] if (each["status"] != "present") == (kind == "restored")]
    return CONSOLE.draw(
        request,
        "intake/household_act.html",
        status,
        form=form,
        kind=kind,
        household=household,
        members=[each | {"age": age_on(each["birth"], call.today)} for each in chosen],
        relations=list(labels.RELATION.items()),
        categories=[(code, name) for code, name in labels.CATEGORY.items() if code != household["category"]],
        doubts=doubts,
        labels=labels,
    )


def _known(kind: str) -> str:
    if kind not in ACTS:
        raise NotFound(S_("没有这一变更"))
    return kind


def day_of(given: Mapping[str, str]) -> date:
    try:
        return date.fromisoformat(given.get("acted_on", ""))
    except ValueError:
        raise Malformed(S_("请填写发生日期"), field="acted_on") from None


def _person(given: Mapping[str, str]) -> UUID:
    try:
        return UUID(given.get("person", ""))
    except ValueError:
        raise Malformed(S_("请选择成员"), field="person") from None
