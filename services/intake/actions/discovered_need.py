"""Needs that social workers found (发现报告): taken up, answered or refused by a clerk, who reads what was seen from casework."""

import json
from collections.abc import Collection
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import CompoundSelect, and_, or_, select, update
from sqlmodel import col

from services.intake.actions.person import mark
from services.intake.domain.discovered_need import HARMS, OUTCOMES, NeedState, check_may_become
from services.intake.store import Person, Recipient
from services.intake.store.discovered_need import DiscoveredNeed, NeedAct, need_acts, reached_need
from shared.access import Actor
from shared.bus.asking import AskRefused
from shared.errors import Malformed
from shared.events.casework import NeedReportRequest
from shared.events.intake import NeedAnswered, NeedErased
from shared.personal import Erased, Keyring, ReplyKey
from shared.sentences import S_
from shared.service import Runtime
from shared.work import Work

Answer = Literal["included", "referred", "already_helped", "unfounded"]
Refusal = Literal["not_ours", "repeated", "unclear"]


def take_need(need_id: UUID, *, work: Work, today: date, actor: Actor, keyring: Keyring) -> dict[str, Any]:
    """受理: somebody looks after it now, and the worker is told so."""
    found = _act(need_id, "taken", "", "", work, today, actor, keyring)
    found.taken_by = actor.account
    return {"id": need_id, "state": found.state}


def answer_need(
    need_id: UUID, *, outcome: Answer, note: str = "", work: Work, today: date, actor: Actor, keyring: Keyring
) -> dict[str, Any]:
    """办结: what came of it; the note stays here."""
    found = _act(need_id, "answered", outcome, note, work, today, actor, keyring)
    return {"id": need_id, "state": found.state}


def refuse_need(
    need_id: UUID, *, reason: Refusal, note: str = "", work: Work, today: date, actor: Actor, keyring: Keyring
) -> dict[str, Any]:
    """不予受理, with the reason that the worker is told; the note stays here."""
    found = _act(need_id, "refused", reason, note, work, today, actor, keyring)
    return {"id": need_id, "state": found.state}


async def read_need(need_id: UUID, runtime: Runtime, *, actor: Actor, today: date) -> dict[str, Any]:
    """What the worker saw, asked of casework for this reader, and what was noted here; kept nowhere. Raises Busy while casework is away.

    `seen` is None when it was erased there. The reading stands in the record of both services before anything is shown.
    """
    notes = await runtime.run(_open_need, need_id, actor=actor, today=today)
    key = ReplyKey()
    question = NeedReportRequest(report_id=need_id, actor=actor.account, asked_on=today, reply_key=key.public)
    try:
        seen = json.loads(key.open(await runtime.bus.ask(question)))["seen"]
    except AskRefused as refusal:
        if refusal.reason != Erased.code:
            raise
        seen = None
    return {"id": need_id, "seen": seen, "notes": notes}


def forget_needs(records: Collection[UUID], households: CompoundSelect[Any], *, work: Work, today: date) -> None:
    """Destroy what was noted on a person's needs and on those found in the person's households; casework is told what to destroy there.

    `households` selects the ids of those that the person is or was in.
    """
    of_them = select(col(Recipient.id)).where(col(Recipient.person_id).in_(records))
    beside = select(col(Recipient.id)).where(
        col(Recipient.person_id).in_(select(col(Person.id)).where(col(Person.household_id).in_(households)))
    )
    about = or_(
        col(DiscoveredNeed.recipient_id).in_(of_them),
        and_(col(DiscoveredNeed.about) == "household", col(DiscoveredNeed.recipient_id).in_(beside)),
    )
    found = work.select(select(DiscoveredNeed).where(about))
    own = {row[0] for row in work.rows(of_them)}
    for need in found:
        need.wrapped_key = None
        if need.recipient_id not in own:  # RecipientErased says it of the others
            work.emit(NeedErased(report_id=need.id, contract_id=need.contract_id, erased_on=today))


def forget_needs_of_others(contract_id: UUID, work: Work) -> None:
    """Destroy what was noted about people whom nobody has on file: the agency has returned its data, and nobody could ask for it."""
    of_others = (col(DiscoveredNeed.contract_id) == contract_id, col(DiscoveredNeed.about) == "other")
    work.execute(update(DiscoveredNeed).where(*of_others).values(wrapped_key=None))


def _act(need_id: UUID, state: str, outcome: str, note: str, work: Work, today: date, actor: Actor, keyring: Keyring) -> DiscoveredNeed:
    found = reached_need(work, need_id, actor)
    work.about("discovered_need", need_id)
    check_may_become(state, found.state)
    if outcome not in OUTCOMES.get(state, ("",)):
        raise Malformed(S_("请选择办理结果"), field="outcome")
    sealed = b""
    if note:
        if found.wrapped_key is None:
            raise NeedState(S_("有关个人信息已删除，不能再写说明"), field="note")
        sealed = keyring.reseal(need_id, found.wrapped_key, {"note": note})
    found.state = state
    done = NeedAct(need_id=need_id, act=state, outcome=outcome, sealed=sealed, acted_by=actor.account, acted_on=today, acted_at=work.now)
    work.add(done)
    work.emit(NeedAnswered(report_id=need_id, contract_id=found.contract_id, state=state, outcome=outcome, answered_on=today))
    return found


def _open_need(need_id: UUID, *, work: Work, today: date, actor: Actor, keyring: Keyring) -> list[dict[str, Any]]:
    """Leave a mark of the reading; gives the notes. In a person's own log stands only what that person may know without harm:
    not a report of harm, and not one about somebody else in the household."""
    found = reached_need(work, need_id, actor)
    work.add(NeedAct(need_id=need_id, act="read", acted_by=actor.account, acted_on=today, acted_at=work.now))
    recipient = work.find(Recipient, found.recipient_id) if found.about == "recipient" else None
    if recipient is not None and found.kind not in HARMS:
        work.add(mark(recipient.person_id, "need", "service", work, today, actor))
    if found.wrapped_key is None:
        return []
    return [
        {"on": act.acted_on, "act": act.act, "note": keyring.open(need_id, found.wrapped_key, act.sealed)["note"]}
        for act in need_acts(need_id, work)
        if act.sealed
    ]
