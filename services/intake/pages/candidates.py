"""The people of a list: shown without names, opened for a purpose, told in a letter of their own, and made public as counts."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Form as FormField
from fastapi import Request, Response

from services.intake import actions, labels, store
from services.intake.domain.enrolment import needs_guardian, ways_off
from services.intake.domain.guardian import WORDS
from services.intake.pages.frame import CONSOLE
from services.intake.pages.households import purpose_of, to_purpose
from services.intake.pages.programmes import act, rules_of, spoken_groups
from shared.divisions import name_of
from shared.errors import NotFound
from shared.http.call import Call, allows
from shared.sentences import S_
from shared.web.console import Form
from shared.web.i18n import L_
from shared.web.table_file import Cell, file_of
from shared.web.tables import Column, Table

router = CONSOLE.router()

Text = Annotated[str, FormField()]
READERS: Final = ("clerk", "officer", "reviewer")
VIEWERS: Final = (*READERS, "approver")
CANDIDATES: Final = (
    Column("group", L_("对象类别")),
    Column("list", L_("名单")),
    Column("rank", L_("名次"), is_number=True),
    Column("score", L_("需求分"), is_number=True),
    Column("division", L_("社区")),
    Column("age_band", L_("年龄段")),
    Column("state", L_("状态")),
    Column("person", L_("本人")),
)
CHANGES: Final = (
    Column("changed_on", L_("日期")),
    Column("group", L_("对象类别")),
    Column("reason", L_("原因")),
    Column("left_id", L_("退出的人")),
    Column("moved_up_id", L_("递补的人")),
    Column("changed_by", L_("经办")),
)


@router.get("/programmes/{programme_id}/candidates/")
async def candidates(request: Request, programme_id: UUID, call: Annotated[Call, allows(*VIEWERS)]) -> Response:
    table = Table.of(request, "candidates", L_("名单"), CANDIDATES, keep=("group", "state"), has_file=True)
    programme = await call.find(store.programme, programme_id)
    state = table.chosen("state") if table.chosen("state") in labels.CANDIDATE_STATE else ""
    names = {group["code"]: group["name"] for group in programme["groups"]}
    listed = partial(call.find, store.candidates, programme_id, group=table.chosen("group"), state=state)
    if table.is_file:
        return await file_of(table, listed, partial(_candidate_cells, names))
    found = await listed(page=table.page())
    return CONSOLE.draw(
        request,
        "intake/candidates.html",
        programme=programme,
        table=table.holding(found),
        candidates=found.items,
        names=names,
        labels=labels,
        division_name=name_of,
        may_read=call.actor.may(*READERS),
    )


@router.get("/programmes/{programme_id}/changes/")
async def changes(request: Request, programme_id: UUID, call: Annotated[Call, allows(*VIEWERS, "auditor")]) -> Response:
    """Who left a list, why, and who moved up, by opaque numbers."""
    table = Table.of(request, "changes", L_("名单变动"), CHANGES, has_file=True)
    programme = await call.find(store.programme, programme_id)
    names = {group["code"]: group["name"] for group in programme["groups"]}
    listed = partial(call.find, store.list_changes, programme_id)
    if table.is_file:
        return await file_of(table, listed, partial(_change_cells, names))
    found = await listed(page=table.page())
    return CONSOLE.draw(
        request,
        "intake/changes.html",
        programme=programme,
        table=table.holding(found),
        changes=found.items,
        names=names,
        labels=labels,
    )


@router.get("/programmes/{programme_id}/persons/{person_id}/")
async def person(request: Request, programme_id: UUID, person_id: UUID, call: Annotated[Call, allows(*READERS)]) -> Response:
    """Why in, why out, and what would change it. Who the person is is read from the file, and so logged."""
    return await _told(request, call, programme_id, person_id, "intake/candidate.html")


@router.get("/programmes/{programme_id}/persons/{person_id}/letter/")
async def letter(request: Request, programme_id: UUID, person_id: UUID, call: Annotated[Call, allows(*READERS)]) -> Response:
    """The same as a letter to the person."""
    return await _told(request, call, programme_id, person_id, "intake/letter.html")


@router.post("/programmes/{programme_id}/candidates/{candidate_id}/departure/")
async def strike(
    request: Request,
    programme_id: UUID,
    candidate_id: UUID,
    call: Annotated[Call, allows("clerk", "officer")],
    key: Text = "",
    confirmed: Text = "",
    reason: Text = "",
) -> Response:
    """Somebody on the list does not want to be served, died or moved away, before the service began."""
    if reason not in labels.LEFT:
        raise NotFound(S_("没有这种原因"))
    given = {"key": key, "act": "departure", "confirmed": confirmed, "reason": reason}
    return await act(request, call, programme_id, given, actions.strike, candidate_id, reason=reason)


@router.get("/programmes/{programme_id}/letters/")
async def letters(
    request: Request, programme_id: UUID, call: Annotated[Call, allows("clerk", "officer")], group: str = "", after: str = ""
) -> Response:
    """Forty letters to a page, each of them on a sheet of its own."""
    programme = await call.find(store.programme, programme_id)
    names = {each["code"]: each["name"] for each in programme["groups"]}
    code = group if group in names else next(iter(names))
    start = int(after) if after.isdigit() and len(after) < 7 else 0
    found: Any = await call.runtime.run(actions.letters, programme_id, group=code, after=start, actor=call.actor, today=call.today)
    told = await call.find(actions.told_of, programme_id, [each["person_id"] for each in found["letters"]])
    return CONSOLE.draw(
        request,
        "intake/letters.html",
        programme=programme,
        rules=await call.find(rules_of, programme["division"]),
        group=code,
        names=names,
        found=found,
        told=told,
        start=start,
        today=call.today,
        labels=labels,
        division_name=name_of,
    )


@router.get("/programmes/{programme_id}/notice/")
async def notice(request: Request, programme_id: UUID, call: Annotated[Call, allows(*VIEWERS, "auditor")]) -> Response:
    """What is made public of the list, to be printed and put up."""
    found = await call.find(actions.public_notice, programme_id)
    return CONSOLE.draw(
        request,
        "intake/notice.html",
        notice={**found, "groups": spoken_groups(call, found["groups"])},
        rules=await call.find(rules_of, found["programme"]["division"]),
        programme_id=programme_id,
        today=call.today,
        division_name=name_of,
    )


def _candidate_cells(names: Mapping[str, str], each: Mapping[str, Any]) -> Sequence[Cell]:
    age = S_("{age} 须监护人签署", age=each["age_band"]) if each["needs_guardian"] else each["age_band"]
    state = labels.CANDIDATE_STATE[each["state"]]
    place, number = (labels.LIST[each["list"]], each["rank"], each["score"], name_of(each["division"])), short(each["id"])
    return (
        names.get(each["group"], each["group"]),
        *place,
        age,
        S_("{state} 递补", state=state) if each["is_replacement"] else state,
        number,
    )


def _change_cells(names: Mapping[str, str], each: Mapping[str, Any]) -> Sequence[Cell]:
    moved_up = short(each["moved_up_id"]) if each["moved_up_id"] else S_("无")
    who = (labels.LEFT[each["reason"]], short(each["left_id"]), moved_up, each["changed_by"])
    return (each["changed_on"], names.get(each["group"], each["group"]), *who)


def short(id: UUID) -> str:
    """By which a line of one list is found in another; who it is stands in neither."""
    return str(id)[-6:]


async def _told(request: Request, call: Call, programme_id: UUID, person_id: UUID, template: str) -> Response:
    purpose = purpose_of(request, call)
    if purpose is None:
        return to_purpose(request)
    programme = await call.find(store.programme, programme_id)
    read: Any = await call.runtime.run(actions.read_person_file, person_id, purpose=purpose, actor=call.actor, today=call.today)
    reason = await call.find(actions.explain, programme_id, person_id)
    cited = await call.find(rules_of, programme["division"])
    to = {"name": read["personal"].get("name", ""), "address": read["personal"].get("address", "")}
    letter = to | {"division": read["household"]["division"]}
    return CONSOLE.draw(
        request,
        template,
        programme=programme,
        rules=cited,
        name=to["name"],
        letter=letter | {"for_guardian": needs_guardian(read["birth"], call.today, cited["guardian_signature"])},
        division_name=name_of,
        household_id=read["household"]["id"],
        reason=reason,
        ways_off=[(code, labels.LEFT[code]) for code in ways_off(reason["state"], programme["status"]) if code != "duplicate"],
        consents=await call.find(store.consents_of, programme_id, person_id),
        form=Form(),
        names={each["code"]: each["name"] for each in programme["groups"]},
        purpose=labels.READING_PURPOSE[purpose],
        labels=labels,
        guardians=WORDS,
        today=call.today,
        may=call.actor.may,
    )
