"""Consent on the console: the informed text, what each candidate answered, who is enrolled, and who leaves again."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Form as FormField
from fastapi import Request, Response, UploadFile

from services.intake import actions, labels, store
from services.intake.actions.enrolment import Asked
from services.intake.domain.enrolment import MOST_AT_ONCE, Answer
from services.intake.domain.guardian import CHOICES, WORDS
from services.intake.pages.attachments import hand_out
from services.intake.pages.frame import CONSOLE
from services.intake.pages.households import purpose_of, to_purpose
from services.intake.pages.objections import keep_document
from services.intake.pages.programmes import rules_of
from shared.divisions import name_of
from shared.errors import Fault, Malformed, NotFound, Refusal
from shared.http.call import Call, allows
from shared.http.problems import status_of
from shared.sentences import S_, together
from shared.web.console import Form, must_confirm, see
from shared.web.i18n import L_
from shared.web.table_file import Cell, file_of
from shared.web.tables import Column, Table

router = CONSOLE.router()

Text = Annotated[str, FormField()]
Several = Annotated[list[str], FormField()]
RECIPIENTS: Final = (
    Column("recipient_id", L_("编号")),
    Column("group", L_("对象类别")),
    Column("age_band", L_("年龄段")),
    Column("enrolled_on", L_("入组日期")),
    Column("withdrawn_on", L_("退出服务")),
)


@router.get("/programmes/{programme_id}/consent-form/")
async def consent_form(request: Request, programme_id: UUID, call: Annotated[Call, allows("clerk", "officer", "reviewer")]) -> Response:
    """The informed text with a place to sign, to be printed."""
    programme = await call.find(store.programme, programme_id)
    rules = await call.find(rules_of, programme["division"])
    return CONSOLE.draw(request, "intake/consent_form.html", programme=programme, rules=rules)


@router.get("/programmes/{programme_id}/persons/{person_id}/consent/")
async def ask(request: Request, programme_id: UUID, person_id: UUID, call: Annotated[Call, allows("clerk")]) -> Response:
    return await _ask(request, call, programme_id, person_id, Form({"signed_on": call.today.isoformat()}))


@router.post("/programmes/{programme_id}/persons/{person_id}/consent/")
async def record_consent(
    request: Request,
    programme_id: UUID,
    person_id: UUID,
    call: Annotated[Call, allows("clerk")],
    file: UploadFile | None = None,
    candidate_id: Text = "",
    answer: Text = "",
    version: Text = "",
    signed_on: Text = "",
    signer: Text = "",
    guardian_relation: Text = "",
    told_no_loss: Text = "",
    key: Text = "",
) -> Response:
    given = {"candidate_id": candidate_id[:36], "answer": answer, "version": version[:40], "signed_on": signed_on, "signer": signer}
    given |= {"guardian_relation": guardian_relation.strip()[:40], "told_no_loss": told_no_loss, "key": key}
    try:
        said = _answer(given)
        document = await keep_document(call, key, file)
        asked = Asked(UUID(candidate_id), said, document)
        await call.submit(given | {"document": str(document)}, actions.record_consents, programme_id, consents=[asked])
    except ValueError as error:
        raise NotFound(S_("名单中没有该人员")) from error
    except Refusal as refusal:
        faults = [Fault(each.field.rpartition(".")[2], each.message, each.rule, each.article) for each in refusal.faults]
        form = Form(given, key=key).refused(refusal)
        return await _ask(request, call, programme_id, person_id, Form(given, tuple(faults) or form.faults, key), status_of(refusal))
    return see(f"programmes/{programme_id}/candidates/?state=listed")


@router.get("/programmes/{programme_id}/consents/{consent_id}/document")
async def document(
    request: Request, programme_id: UUID, consent_id: UUID, call: Annotated[Call, allows("clerk", "officer", "reviewer")]
) -> Response:
    return await hand_out(request, call, actions.read_consent_document, programme_id, consent_id)


@router.get("/programmes/{programme_id}/enrolment/")
async def enrolment(request: Request, programme_id: UUID, call: Annotated[Call, allows("officer")]) -> Response:
    return await _enrolment(request, call, programme_id, Form())


@router.post("/programmes/{programme_id}/enrolment/")
async def enrol(
    request: Request,
    programme_id: UUID,
    call: Annotated[Call, allows("officer")],
    candidate_id: Several = [],  # noqa: B006  # FastAPI copies the default of a form field
    confirmed: Text = "",
    key: Text = "",
) -> Response:
    given = {"key": key, "confirmed": confirmed, "candidate_id": ",".join(candidate_id)}
    try:
        must_confirm(confirmed)
        if not 1 <= len(candidate_id) <= MOST_AT_ONCE:
            raise Malformed(S_("请选择要入组的人员"), field="candidate_id")
        await call.submit(given, actions.enrol, programme_id, candidate_ids=[UUID(each) for each in candidate_id])
    except ValueError as error:
        raise NotFound(S_("名单中没有该人员")) from error
    except Refusal as refusal:
        return await _enrolment(request, call, programme_id, Form(given, key=key).refused(refusal), status_of(refusal))
    return see(f"programmes/{programme_id}/recipients/")


@router.get("/programmes/{programme_id}/recipients/")
async def recipients(request: Request, programme_id: UUID, call: Annotated[Call, allows("clerk", "officer", "auditor")]) -> Response:
    table = Table.of(request, "recipients", L_("服务对象"), RECIPIENTS, keep=("group",), has_file=True)
    programme = await call.find(store.programme, programme_id)
    names = {each["code"]: each["name"] for each in programme["groups"]}
    listed = partial(call.find, store.recipients, programme_id, group=table.chosen("group"))
    if table.is_file:
        return await file_of(table, listed, partial(_recipient_cells, names))
    found = await listed(page=table.page())
    return CONSOLE.draw(
        request,
        "intake/recipients.html",
        programme=programme,
        table=table.holding(found),
        recipients=found.items,
        names=names,
        labels=labels,
        may_withdraw=call.actor.may("clerk", "officer"),
    )


@router.get("/programmes/{programme_id}/recipients/{recipient_id}/withdrawal/")
async def leaving(request: Request, programme_id: UUID, recipient_id: UUID, call: Annotated[Call, allows("clerk", "officer")]) -> Response:
    return await _leaving(request, call, programme_id, recipient_id, Form())


@router.post("/programmes/{programme_id}/recipients/{recipient_id}/withdrawal/")
async def withdraw(
    request: Request,
    programme_id: UUID,
    recipient_id: UUID,
    call: Annotated[Call, allows("clerk", "officer")],
    reason: Text = "",
    confirmed: Text = "",
    key: Text = "",
) -> Response:
    given = {"key": key, "confirmed": confirmed, "reason": reason}
    try:
        must_confirm(confirmed)
        if reason not in labels.WITHDRAWAL:
            raise Malformed(S_("请选择原因"), field="reason")
        await call.submit(given, actions.withdraw, recipient_id, reason=reason)
    except Refusal as refusal:
        return await _leaving(request, call, programme_id, recipient_id, Form(given, key=key).refused(refusal), status_of(refusal))
    return see(f"programmes/{programme_id}/changes/")


def _recipient_cells(names: Mapping[str, str], each: Mapping[str, Any]) -> Sequence[Cell]:
    group = names.get(each["group"], each["group"])
    left = f"{each['withdrawn_on']} {labels.LEFT[each['reason']]}" if each["withdrawn_on"] else ""
    number = str(each["recipient_id"])[:8]
    return (number, S_("{group} 递补", group=group) if each["is_replacement"] else group, each["age_band"], each["enrolled_on"], left)


def _answer(given: Mapping[str, str]) -> Answer:
    """What the form says of the answer. Raises Malformed with every field that is missing."""
    faults = []
    try:
        signed_on = date.fromisoformat(given["signed_on"])
    except ValueError:
        signed_on = date.min
        faults.append(Fault("signed_on", S_("请填写签署日期")))
    if given["answer"] not in ("yes", "no"):
        faults.append(Fault("answer", S_("请选择本人的答复")))
    if given["signer"] not in ("self", "guardian"):
        faults.append(Fault("signer", S_("请选择由谁签署")))
    if faults:
        raise Malformed(together(fault.message for fault in faults), faults=faults)
    is_told = given["told_no_loss"] == "yes"
    return Answer(given["answer"] == "yes", given["version"], signed_on, given["signer"], given["guardian_relation"], is_told)


async def _ask(request: Request, call: Call, programme_id: UUID, person_id: UUID, form: Form, status: int = 200) -> Response:
    purpose = purpose_of(request, call)
    if purpose is None:
        return to_purpose(request)
    programme = await call.find(store.programme, programme_id)
    candidate = await call.find(store.candidate_of, programme_id, person_id)
    read: Any = await call.runtime.run(actions.read_person_file, person_id, purpose=purpose, actor=call.actor, today=call.today)
    return CONSOLE.draw(
        request,
        "intake/consent.html",
        status,
        programme=programme,
        rules=await call.find(rules_of, programme["division"]),
        candidate=candidate,
        person_id=person_id,
        name=read["personal"].get("name", ""),
        form=form,
        relations=[("", L_("请选择")), *((code, WORDS[code]) for code in CHOICES)],
    )


async def _enrolment(request: Request, call: Call, programme_id: UUID, form: Form, status: int = 200) -> Response:
    programme = await call.find(store.programme, programme_id)
    table = Table.of(request, "consented", L_("已同意"), ())
    found = await call.find(store.candidates, programme_id, page=table.page(), state="consented")
    return CONSOLE.draw(
        request,
        "intake/enrolment.html",
        status,
        programme=programme,
        table=table.holding(found),
        candidates=found.items,
        names={each["code"]: each["name"] for each in programme["groups"]},
        form=form,
        labels=labels,
        division_name=name_of,
    )


async def _leaving(request: Request, call: Call, programme_id: UUID, recipient_id: UUID, form: Form, status: int = 200) -> Response:
    programme = await call.find(store.programme, programme_id)
    return CONSOLE.draw(
        request,
        "intake/withdrawal.html",
        status,
        programme=programme,
        recipient_id=recipient_id,
        rules=await call.find(rules_of, programme["division"]),
        form=form,
        labels=labels,
    )
