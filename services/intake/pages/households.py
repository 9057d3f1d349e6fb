"""Household files on the console: found by number, opened for a purpose that is chosen once, and who has read them."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any, Final, get_args
from urllib.parse import quote, unquote, urlencode
from uuid import UUID

from fastapi import Form as FormField
from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.intake import actions, labels, store
from services.intake.actions.export import CODED
from services.intake.actions.person import Purpose
from services.intake.domain.person import NEEDS, age_on
from services.intake.labels.check import CHECK_OCCASION, CHECK_OUTCOME
from services.intake.pages.frame import CONSOLE
from services.intake.pages.why import rules_named
from shared.divisions import children, name_of
from shared.errors import Malformed
from shared.http.call import Call, allows
from shared.http.paging import Page
from shared.sentences import S_
from shared.web.console import Form, address_of, own_page, see
from shared.web.i18n import L_
from shared.web.table_file import Cell, file_of
from shared.web.tables import Column, Table

router = CONSOLE.router()

PER_PAGE: Final = 50
PURPOSE_COOKIE: Final = "qiao_intake_purpose"
"""For what its holder opens files, until the browser is closed. Bound to the account: the next who signs in chooses anew."""
Text = Annotated[str, FormField()]
READERS: Final = ("clerk", "officer", "reviewer")
HOUSEHOLDS: Final = (
    Column("household_no", L_("户编号")),
    Column("category", L_("救助类别")),
    Column("division", L_("地区")),
    Column("people", L_("人数"), is_number=True),
    Column("living_members", L_("实际居住"), is_number=True),
    Column("is_visited", L_("走访")),
)


@router.get("/households/")
async def households(request: Request, call: Annotated[Call, allows(*READERS, "auditor")]) -> Response:
    table = Table.of(request, "households", L_("户档案"), HOUSEHOLDS, keep=("division", "category", "flag"), has_file=True)
    choices, flags = divisions_of(call), actions.known_flags(call.runtime.hooks)
    chosen = next((each for each in flags if each.code == table.chosen("flag")), None)
    asked: dict[str, Any] = {
        "division": table.chosen("division") if table.chosen("division") in dict(choices) else "",
        "category": table.chosen("category") if table.chosen("category") in labels.CATEGORY else "",
        "flag": chosen,
    }
    listed = partial(call.find, store.households, **asked)
    if table.is_file:
        return await file_of(table, listed, _household_cells)
    found = await listed(page=Page(table.page().after, PER_PAGE))
    return CONSOLE.draw(
        request,
        "intake/households.html",
        table=table.holding(found),
        households=found.items,
        total=await call.find(store.count_households, **asked),
        flags={each.code: each.name for each in flags},
        flag=chosen,
        divisions=dict(choices),
        division_name=name_of,
        labels=labels,
        may_read=call.actor.may(*READERS),
        may_check=call.actor.may("clerk", "officer", "auditor"),
        may_decide=call.actor.may("officer", "auditor"),
        may_see_kin=call.actor.may("officer", "reviewer", "auditor"),
        may_record=call.actor.may("clerk", "officer"),
        purpose=purpose_of(request, call),
    )


@router.get("/households/purpose/")
async def choose_purpose(request: Request, call: Annotated[Call, allows(*READERS)], back: str = "") -> Response:
    return _purpose_form(request, Form({"back": own_page(back), "purpose": purpose_of(request, call) or ""}))


@router.post("/households/purpose/")
async def keep_purpose(request: Request, call: Annotated[Call, allows(*READERS)], purpose: Text = "", back: Text = "") -> Response:
    back = own_page(back)
    if purpose not in get_args(Purpose):
        refusal = Malformed(S_("请选择查阅目的"), field="purpose")
        return _purpose_form(request, Form({"back": back}).refused(refusal), 422)
    answer = RedirectResponse(back, status_code=303)
    is_secure = request.url.scheme == "https"
    value = f"{purpose}.{quote(call.actor.account, safe='')}"
    answer.set_cookie(PURPOSE_COOKIE, value, path="/console/", httponly=True, samesite="lax", secure=is_secure)
    return answer


@router.get("/households/{household_id}/")
async def household(request: Request, household_id: UUID, call: Annotated[Call, allows(*READERS)], as_of: str = "") -> Response:
    purpose = purpose_of(request, call)
    if purpose is None:
        return to_purpose(request)
    file: Any = await call.runtime.run(
        actions.read_household_file, household_id, purpose=purpose, as_of=_day(as_of), actor=call.actor, today=call.today
    )
    return CONSOLE.draw(
        request,
        "intake/household.html",
        file=file,
        coded=CODED,
        check_words={"occasion": CHECK_OCCASION, "outcome": CHECK_OUTCOME},
        purpose=labels.READING_PURPOSE[purpose],
        labels=labels,
        needs=list(zip(NEEDS, file["needs"] or (), strict=False)),
        age=lambda birth: age_on(birth, call.today),
        division_name=name_of,
        surveys=await call.find(store.files_of_household, household_id),
        may_visit=call.actor.may("surveyor"),
        may_record=call.actor.may("clerk", "officer"),
        may_copy=call.actor.may("officer"),
        may_see_log=call.actor.may("officer", "auditor"),
    )


@router.get("/persons/{person_id}/readings/")
async def readings(request: Request, person_id: UUID, call: Annotated[Call, allows("officer", "auditor")], after: str = "") -> Response:
    found = await call.find(actions.readings, person_id, page=Page(after or None, PER_PAGE))
    home = await call.find(store.household_of, person_id)
    zone = call.runtime.clock.zone
    return CONSOLE.draw(
        request,
        "intake/readings.html",
        person_id=person_id,
        home=home,
        rule=(await call.find(rules_named, ("own_copy",), home["division"]))["own_copy"],
        readings=[row | {"time": f"{row['read_at'].astimezone(zone):%Y-%m-%d %H:%M}"} for row in found.items],
        more=f"?{urlencode({'after': found.next})}" if found.next else "",
        is_first=not after,
        purposes=labels.READING_PURPOSE | labels.DOSSIER_PURPOSE,
        labels=labels,
        may_read=call.actor.may(*READERS),
    )


def _household_cells(each: dict[str, Any]) -> Sequence[Cell]:
    visited = S_("已走访") if each["is_visited"] else S_("未走访")
    kind, place = labels.CATEGORY[each["category"]], name_of(each["division"])
    return (each["household_no"], kind, place, each["people"], each["living_members"], visited)


def _day(given: str) -> date | None:
    """None: today's file. What is no date is not asked for by a link of ours."""
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise Malformed(S_("日期应为 YYYY-MM-DD"), field="as_of") from None


def purpose_of(request: Request, call: Call) -> Purpose | None:
    """For what the actor has said to open files; None: not said yet, or said by another account."""
    chosen, _, account = request.cookies.get(PURPOSE_COOKIE, "").partition(".")
    is_own = unquote(account) == call.actor.account
    return next((purpose for purpose in get_args(Purpose) if is_own and purpose == chosen), None)


def to_purpose(request: Request) -> Response:
    """The purpose is said first; then the way leads back to the page."""
    back = address_of(request) if request.method == "GET" else ""
    return see(f"households/purpose/?{urlencode({'back': back})}" if back else "households/purpose/")


def divisions_of(call: Call) -> list[tuple[str, str]]:
    """The actor's divisions and those directly below them, by name."""
    own = [(code, name_of(code)) for code in call.actor.divisions]
    below = [(code, f"　{name_of(code)}") for own_code in call.actor.divisions for code in children(own_code)]
    return list(dict.fromkeys(own + below))


def _purpose_form(request: Request, form: Form, status: int = 200) -> Response:
    purposes = [(code, labels.READING_PURPOSE[code]) for code in get_args(Purpose)]
    return CONSOLE.draw(request, "intake/purpose.html", status, form=form, purposes=purposes)
