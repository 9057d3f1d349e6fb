"""Objections on the console: taken down in the person's own case, decided and answered by somebody else."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Form as FormField
from fastapi import Request, Response, UploadFile

from services.intake import actions, labels, store
from services.intake.pages.attachments import hand_out
from services.intake.pages.frame import CONSOLE
from services.intake.pages.programmes import rules_of
from services.intake.pages.record_words import OBJECTION
from services.intake.pages.records import entry
from shared.divisions import name_of
from shared.errors import Malformed, NotFound, Refusal
from shared.files import keep_file
from shared.http.call import Call, allows
from shared.http.problems import status_of
from shared.sentences import S_
from shared.web.console import Form, see
from shared.web.i18n import L_
from shared.web.table_file import Cell, file_of
from shared.web.tables import Column, Table

router = CONSOLE.router()

Text = Annotated[str, FormField()]
READERS: Final = ("clerk", "officer", "reviewer")
VIEWERS: Final = (*READERS, "approver")
OBJECTIONS: Final = (
    Column("recorded_on", L_("登记日期")),
    Column("kind", L_("异议")),
    Column("recorded_by", L_("登记人")),
    Column("upheld", L_("处理结果")),
    Column("decided_on", L_("处理日期")),
)


@router.get("/programmes/{programme_id}/objections/")
async def objections(request: Request, programme_id: UUID, call: Annotated[Call, allows(*VIEWERS)]) -> Response:
    table = Table.of(request, "objections", L_("异议"), OBJECTIONS, has_file=True)
    if table.is_file:
        return await file_of(table, partial(call.find, store.objections, programme_id), _cells)
    programme = await call.find(store.programme, programme_id)
    found = await call.find(store.objections, programme_id, page=table.page())
    return CONSOLE.draw(
        request,
        "intake/objections.html",
        programme=programme,
        rules=await call.find(rules_of, programme["division"]),
        table=table.holding(found),
        objections=found.items,
        labels=labels,
        may_read=call.actor.may(*READERS),
        may_record=programme["status"] == "proposed" and call.actor.may("clerk"),
    )


@router.get("/programmes/{programme_id}/objections/new/")
async def new_objection(
    request: Request, programme_id: UUID, call: Annotated[Call, allows("clerk")], candidate: str = "", person: str = ""
) -> Response:
    kind = "not_entitled" if candidate else "omitted"
    return await _form(request, call, programme_id, Form({"candidate_id": candidate[:36], "person_id": person[:36], "kind": kind}))


@router.post("/programmes/{programme_id}/objections/person/")
async def find_person(request: Request, programme_id: UUID, call: Annotated[Call, allows("clerk")], text: Text = "") -> Response:
    """Who says to have been left out. What is looked for says who somebody is, and so is posted; whoever is shown is logged."""
    form = Form({"text": text.strip()[:100], "kind": "omitted"})
    try:
        found = await call.runtime.run(actions.search_people, form.value("text"), purpose="objection", actor=call.actor, today=call.today)
    except Refusal as refusal:
        return await _form(request, call, programme_id, form.refused(refusal), status_of(refusal))
    return await _form(request, call, programme_id, form, found=found)


@router.post("/programmes/{programme_id}/objections/new/")
async def record_objection(
    request: Request,
    programme_id: UUID,
    call: Annotated[Call, allows("clerk")],
    file: UploadFile | None = None,
    candidate_id: Text = "",
    person_id: Text = "",
    kind: Text = "",
    key: Text = "",
) -> Response:
    given = {"candidate_id": candidate_id[:36], "person_id": person_id[:36], "kind": kind, "key": key}
    try:
        if kind not in labels.OBJECTION_KIND:
            raise Malformed(S_("请选择异议的种类"), field="kind")
        about = {name: UUID(given[name]) if given[name] else None for name in ("candidate_id", "person_id")}
        document = await keep_document(call, key, file)
        arguments = {"kind": kind, "document": document, **about}
        await call.submit(given | {"document": str(document)}, actions.object_to_selection, programme_id, **arguments)
    except ValueError:
        return await _form(request, call, programme_id, Form(given, key=key).refused(Malformed(S_("名单中没有该人员"))), 400)
    except Refusal as refusal:
        return await _form(request, call, programme_id, Form(given, key=key).refused(refusal), status_of(refusal))
    return see(f"programmes/{programme_id}/objections/")


@router.get("/programmes/{programme_id}/objections/{objection_id}/")
async def objection(request: Request, programme_id: UUID, objection_id: UUID, call: Annotated[Call, allows(*VIEWERS)]) -> Response:
    return await _one(request, call, programme_id, objection_id, Form())


@router.post("/programmes/{programme_id}/objections/{objection_id}/decision/")
async def decide_objection(
    request: Request,
    programme_id: UUID,
    objection_id: UUID,
    call: Annotated[Call, allows("reviewer")],
    upheld: Text = "",
    reason: Text = "",
    key: Text = "",
) -> Response:
    given = {"upheld": upheld, "reason": reason.strip()[:500], "key": key}
    try:
        if upheld not in ("yes", "no"):
            raise Malformed(S_("请选择异议是否成立"), field="upheld")
        if not given["reason"]:
            raise Malformed(S_("请写明理由，答复本人"), field="reason")
        await call.submit(given, actions.decide_objection, objection_id, upheld=upheld == "yes", reason=given["reason"])
    except Refusal as refusal:
        return await _one(request, call, programme_id, objection_id, Form(given, key=key).refused(refusal), status_of(refusal))
    return see(f"programmes/{programme_id}/objections/{objection_id}/")


@router.get("/programmes/{programme_id}/objections/{objection_id}/document")
async def document(request: Request, programme_id: UUID, objection_id: UUID, call: Annotated[Call, allows(*READERS)]) -> Response:
    return await hand_out(request, call, actions.read_document, programme_id, objection_id)


@router.get("/programmes/{programme_id}/objections/{objection_id}/answer/")
async def answer(request: Request, programme_id: UUID, objection_id: UUID, call: Annotated[Call, allows(*READERS)]) -> Response:
    """The answer as a letter: to who was left out, or to who has lost a place. Whose name stands on it is logged as read."""
    programme = await call.find(store.programme, programme_id)
    found = await call.find(store.objection, objection_id)
    is_told = found["upheld"] or (found["kind"] == "omitted" and found["upheld"] is not None)
    if found["programme_id"] != programme_id or found["person_id"] is None or not is_told:
        raise NotFound(S_("没有要答复本人的异议"))
    read: Any = await call.runtime.run(
        actions.read_person_file, found["person_id"], purpose="objection", actor=call.actor, today=call.today
    )
    return CONSOLE.draw(
        request,
        "intake/objection_answer.html",
        programme=programme,
        objection=found,
        name=read["personal"].get("name", ""),
        today=call.today,
    )


def _cells(each: Mapping[str, Any]) -> Sequence[Cell]:
    verdict = S_("待处理") if each["upheld"] is None else f"{S_('成立') if each['upheld'] else S_('不成立')} {each['reason']}"
    decided = f"{each['decided_on']} {each['decided_by']}" if each["decided_on"] else ""
    return (each["recorded_on"], labels.OBJECTION_KIND[each["kind"]], each["recorded_by"], verdict, decided)


async def keep_document(call: Call, key: str, file: UploadFile | None) -> UUID | None:
    """The signed paper, kept before the act by a key of its own; None where none was handed in."""
    content = await file.read() if file is not None else b""
    if not content:
        return None
    stored = await asyncio.to_thread(call.runtime.files.put, content)
    kept = await call.submit({"key": f"{key}-file", "sha256": stored.sha256}, keep_file, stored)
    call.content = None
    return UUID(kept["id"])


async def _one(request: Request, call: Call, programme_id: UUID, objection_id: UUID, form: Form, status: int = 200) -> Response:
    """One objection with what was done about it; decided here by somebody else than who took it down."""
    programme = await call.find(store.programme, programme_id)
    record = await call.find(actions.record_of_objection, programme_id, objection_id)
    found = await call.find(store.objection, objection_id)
    is_open = found["upheld"] is None and programme["status"] == "proposed" and call.actor.may("reviewer")
    return CONSOLE.draw(
        request,
        "intake/objection.html",
        status,
        programme=programme,
        objection=found,
        record=[entry(act, OBJECTION) for act in record],
        rules=await call.find(rules_of, programme["division"]),
        form=form,
        labels=labels,
        may_read=call.actor.may(*READERS),
        may_decide=is_open and found["recorded_by"] != call.actor.account,
        must_be_another=is_open and found["recorded_by"] == call.actor.account,
    )


async def _form(request: Request, call: Call, programme_id: UUID, form: Form, status: int = 200, *, found: Any = None) -> Response:
    """The form about somebody, beside the explanation that the person has been told; a search where nobody was chosen yet."""
    programme = await call.find(store.programme, programme_id)
    return CONSOLE.draw(
        request,
        "intake/objection_new.html",
        status,
        programme=programme,
        rules=await call.find(rules_of, programme["division"]),
        form=form,
        found=found,
        told=await _told(call, programme_id, form.value("person_id")),
        division_name=name_of,
        labels=labels,
    )


async def _told(call: Call, programme_id: UUID, person_id: str) -> list[str]:
    if not person_id:
        return []
    try:
        about = UUID(person_id)
    except ValueError:
        raise NotFound(S_("没有该人员")) from None
    await call.runtime.run(actions.note_explanation, programme_id, about, purpose="objection", actor=call.actor, today=call.today)
    told: list[str] = (await call.find(actions.explain, programme_id, about))["told"]
    return told
