"""What has been kept long enough is asked for in one go, and erased in one go when another officer confirms: long work in chunks.

Each person and each erasure is judged like a single one; who is still needed is left out and counted. Killed, the work goes on where
it stopped: asked for is nobody twice, and what was erased and not yet overwritten on the disk is overwritten first.
"""

import asyncio
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.intake.actions.erasure import StillNeeded, carry_out, check_not_needed, kept_before, records_of
from services.intake.domain.programme import check_different_officer
from services.intake.domain.retention import WHOLE
from services.intake.store import Person
from services.intake.store.erasure import Erasure
from services.intake.store.erasure_batch import (
    ErasureBatch,
    count_people_due,
    count_waiting,
    orphans_of_batch,
    people_due,
    reached_batch,
    waiting_of,
)
from shared.access import Actor
from shared.access.accounts import account_of
from shared.errors import Forbidden, NotFound, WrongState
from shared.personal import Keyring
from shared.rules import Rules
from shared.sentences import S_
from shared.service import Runtime
from shared.work import Reader, Work

PEOPLE: Final = 200
"""Asked about in one unit."""
ERASURES: Final = 50
"""Carried out in one unit."""


class NothingDue(WrongState):
    """Nobody's data have been kept long enough, or their erasure is asked for already."""

    code = "nothing-due"


class BatchState(WrongState):
    code = "erasure-batch-state"


class MayNotAsk(Forbidden):
    code = "may-not-ask"


def asker(account: str, *, reader: Reader) -> Actor:
    """In whose name erasures are asked for at the command line. Raises NotFound or MayNotAsk."""
    actor = account_of(account, reader=reader)
    if actor is None:
        raise NotFound(S_("没有账号“{account}”，或账号已停用", account=account))
    if not actor.may("clerk", "officer"):
        raise MayNotAsk(S_("删除个人信息须由经办人员或业务负责人申请"))
    return actor


def ask_due_erasures(*, work: Work, today: date, actor: Actor, rules: Rules) -> dict[str, Any]:
    """Ask for every erasure that is due in the actor's divisions; what the actor began already goes on. Raises NothingDue."""
    work.alone("erasure_batch")
    mine = (col(ErasureBatch.status) == "asking", col(ErasureBatch.asked_by) == actor.account)
    begun = work.first(select(ErasureBatch).where(*mine))
    if begun is not None:
        work.about("erasure_batch", begun.id)
        return {"id": begun.id}
    before = kept_before(rules, actor, today)
    total = count_people_due(before, reader=work, actor=actor)
    if not total:
        raise NothingDue(S_("没有保存期满而未申请删除的个人信息"))
    days = {scope: day.isoformat() for scope, day in before.items()}
    batch = ErasureBatch(divisions=list(actor.divisions), before=days, asked_by=actor.account, asked_on=today)
    work.add(batch)
    work.about("erasure_batch", batch.id)
    work.start_job("erasures_asked", batch.id, total)
    return {"id": batch.id}


def asking_chunk(batch_id: UUID, position: int, *, work: Work) -> int | None:
    """Ask for what is due of some people."""
    work.alone("erasure_batch")
    batch = work.get(ErasureBatch, batch_id)
    asker = Actor(batch.asked_by, "", divisions=tuple(batch.divisions))
    people = people_due(batch.days(), reader=work, actor=asker, after=batch.after, most=PEOPLE)
    for row in people:
        due = [scope for scope in batch.before if getattr(row, scope)]
        _ask_of(row.person_id, row.division, [WHOLE] if WHOLE in due else due, batch, work)
    if len(people) < PEOPLE:
        batch.status = "proposed" if batch.asked else "done"
        return None
    batch.after = people[-1].person_id
    return position + len(people)


def confirm_due_erasures(batch_id: UUID, *, work: Work, today: date, actor: Actor) -> dict[str, Any]:
    """Let them be carried out. Raises BatchState, and SameOfficer for whoever asked for them."""
    batch = reached_batch(work, batch_id, actor)
    work.about("erasure_batch", batch_id)
    if batch.status != "proposed":
        raise BatchState(S_("这批删除申请还在办理，或已经办理"))
    check_different_officer(actor.account, batch.asked_by, act=S_("个人信息删除"))
    batch.status, batch.after, batch.decided_by, batch.decided_on = "confirming", None, actor.account, today
    work.start_job("erasures_confirmed", batch_id, count_waiting(batch_id, reader=work))
    return {"id": batch_id}


def confirming_chunk(batch_id: UUID, position: int, *, work: Work, keyring: Keyring) -> int | None:
    """Carry some of them out, as `confirm_erasure` does one. The last chunk finds none: by then the disk is overwritten."""
    batch = work.get(ErasureBatch, batch_id)
    waiting = waiting_of(batch_id, reader=work, after=batch.after, most=ERASURES)
    for found in waiting:
        asked = work.get(Erasure, found.id)
        try:
            carry_out(asked, by=batch.decided_by, on=batch.decided_on or work.today, work=work, keyring=keyring)
            batch.erased += 1
        except StillNeeded:
            batch.left += 1
    if not waiting:
        batch.status = "done"
        return None
    batch.after = waiting[-1].id
    return position + len(waiting)


async def overwrite_batch(batch_id: UUID, runtime: Runtime) -> None:
    """What was erased so far goes from the disk too; done twice, it is done once."""
    for sha256 in await runtime.read(orphans_of_batch, batch_id):
        await asyncio.to_thread(runtime.files.destroy, sha256)
    await asyncio.to_thread(runtime.store.overwrite_deleted)


def _ask_of(person_id: UUID, division: str, scopes: list[str], batch: ErasureBatch, work: Work) -> None:
    try:
        check_not_needed(records_of(work.get(Person, person_id), work), division, work)
    except StillNeeded:
        batch.needed += 1
        return
    for scope in scopes:
        asked = Erasure(
            person_id=person_id,
            division=division,
            scope=scope,
            reason="retention",
            batch_id=batch.id,
            proposed_by=batch.asked_by,
            proposed_on=batch.asked_on,
        )
        work.add(asked)
        batch.asked += 1
