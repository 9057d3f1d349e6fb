"""Sessions and activities: what was done, by whom, when. A record is never edited; a correction is a new version of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Literal
from uuid import UUID

from sqlmodel import select

from services.casework.actions.cases import check_own
from services.casework.domain.session import Held, SessionRefused, check_held, check_no_overlap
from services.casework.store import (
    Activity,
    Case,
    Contract,
    Session,
    hold_cases,
    keep_secret,
    reached_case,
    reached_contract,
    sessions_of_days,
)
from shared.access import Actor
from shared.errors import WrongState
from shared.events.casework import ActivityHeld, SessionCorrected, SessionRecorded
from shared.personal import Keyring
from shared.plugins import Hooks
from shared.rules import Rules
from shared.work import Work

Mode = Literal["interview", "home_visit", "phone", "accompany"]


class Superseded(WrongState):
    code = "superseded"


@dataclass(frozen=True, slots=True)
class Recorded:
    case_id: UUID
    held_on: date
    starts_at: time
    ends_at: time
    mode: Mode
    note: str

    @property
    def held(self) -> Held:
        return Held(self.held_on, self.starts_at, self.ends_at)


def record_sessions(
    sessions: Sequence[Recorded], *, work: Work, today: date, actor: Actor, rules: Rules, hooks: Hooks, keyring: Keyring
) -> dict[str, Any]:
    """Enter sessions of one worker, up to a hundred at once; all of them or, with the first refusal named, none."""
    daily_hours = int(rules("session_record").params["daily_hours"])
    hold_cases(work, (given.case_id for given in sessions))
    diary = _diaries(work, sessions)
    kept = []
    for position, given in enumerate(sessions):
        field = f"sessions.{position}.held_on"
        case = reached_case(work, given.case_id, actor)
        term = _contract_of(work, case, actor).term()
        term.check_covers(given.held_on, field=field)
        term.check_covers(today)
        check_own(work, case, actor, field=f"sessions.{position}.case_id")
        check_held(given.held, case.facts(), today=today, field=field)
        others = [known for known in diary[case.worker_id] if known.held_on == given.held_on]
        check_no_overlap(given.held, others, field=field)
        flags = _flags(hooks, given.held, others, daily_hours)
        diary[case.worker_id].append(given.held)
        kept.append(_keep(work, case, given, flags, actor, keyring))
    return {"sessions": [{"id": row.id, "case_id": row.case_id, "number": row.number, "flags": row.flags} for row in kept]}


def correct_session(
    session_id: UUID,
    *,
    reason: str,
    held_on: date,
    starts_at: time,
    ends_at: time,
    mode: Mode,
    note: str,
    is_withdrawn: bool,
    work: Work,
    today: date,
    actor: Actor,
    rules: Rules,
    hooks: Hooks,
    keyring: Keyring,
) -> UUID:
    """Replace a record by a new version with a reason; the old one stays readable."""
    before = work.get(Session, session_id)
    case = reached_case(work, before.case_id, actor)
    work.about("case", case.id)
    _contract_of(work, case, actor).term().check_covers(today)
    check_own(work, case, actor)
    if before.is_withdrawn or work.first(select(Session).where(Session.supersedes == session_id)):
        raise Superseded("该记录已有新版本或已撤销，请更正最新版本")
    held = Held(held_on, starts_at, ends_at)
    check_held(held, case.facts(), today=today, field="held_on")
    others = [known.held() for known in sessions_of_days(work, case.worker_id, held_on, held_on) if known.id != session_id]
    check_no_overlap(held, others, field="starts_at")
    _contract_of(work, case, actor).term().check_covers(held_on, field="held_on")
    row = Session(
        **before.model_dump(include={"case_id", "contract_id", "worker_id", "number"}),
        flags=_flags(hooks, held, others, int(rules("session_record").params["daily_hours"])),
        version=before.version + 1,
        supersedes=session_id,
        held_on=held_on,
        starts_at=starts_at,
        ends_at=ends_at,
        minutes=held.minutes,
        mode=mode,
        is_withdrawn=is_withdrawn,
        correction=reason,
        recorded_by=actor.account,
        recorded_at=work.now,
    )
    work.add(row, keep_secret(case.recipient_id, row.id, reader=work, keyring=keyring, note=note))
    case.sessions -= int(is_withdrawn)
    case.last_session_on = max(held_on, case.last_session_on or held_on)
    work.emit(_corrected(row, case))
    return row.id


def _corrected(row: Session, case: Case) -> SessionCorrected:
    return SessionCorrected(
        case_id=case.id,
        contract_id=case.contract_id,
        number=row.number,
        version=row.version,
        held_on=row.held_on,
        minutes=row.minutes,
        group=case.group,
        is_withdrawn=row.is_withdrawn,
    )


def hold_activity(
    contract_id: UUID,
    *,
    kind: Literal["group", "community"],
    title: str,
    held_on: date,
    minutes: int,
    participants: int,
    division: str,
    work: Work,
    today: date,
    actor: Actor,
) -> UUID:
    """Record a group or community activity; who came is counted, not named."""
    contract = reached_contract(work, contract_id, actor)
    contract.term().check_covers(today)
    contract.term().check_covers(held_on, field="held_on")
    if held_on > today:
        raise SessionRefused(f"活动日期 {held_on} 尚未到来", field="held_on")
    activity = Activity(
        contract_id=contract_id,
        kind=kind,
        title=title,
        held_on=held_on,
        minutes=minutes,
        participants=participants,
        division=division,
        recorded_by=actor.account,
    )
    work.add(activity)
    work.emit(ActivityHeld(activity_id=activity.id, contract_id=contract_id, kind=kind, held_on=held_on, participants=participants))
    return activity.id


def _diaries(work: Work, sessions: Sequence[Recorded]) -> dict[UUID, list[Held]]:
    """What each worker has already done on the days in question."""
    days = [given.held_on for given in sessions]
    workers = {case.worker_id for given in sessions if (case := work.find(Case, given.case_id))}
    return {worker: [known.held() for known in sessions_of_days(work, worker, min(days), max(days))] for worker in workers}


def _flags(hooks: Hooks, held: Held, others: Sequence[Held], daily_hours: int) -> list[str]:
    return [flag for answer in hooks.flags(held=held, others=others, daily_hours=daily_hours) for flag in answer]


def _contract_of(work: Work, case: Case, actor: Actor) -> Contract:
    return reached_contract(work, case.contract_id, actor)


def _keep(work: Work, case: Case, given: Recorded, flags: list[str], actor: Actor, keyring: Keyring) -> Session:
    case.sessions += 1
    case.last_number += 1
    case.last_session_on = max(given.held_on, case.last_session_on or given.held_on)
    row = Session(
        case_id=case.id,
        contract_id=case.contract_id,
        worker_id=case.worker_id,
        number=case.last_number,
        held_on=given.held_on,
        starts_at=given.starts_at,
        ends_at=given.ends_at,
        minutes=given.held.minutes,
        mode=given.mode,
        flags=flags,
        recorded_by=actor.account,
        recorded_at=work.now,
    )
    work.add(row, keep_secret(case.recipient_id, row.id, reader=work, keyring=keyring, note=given.note))
    work.emit(
        SessionRecorded(
            case_id=case.id,
            contract_id=case.contract_id,
            number=row.number,
            held_on=row.held_on,
            minutes=row.minutes,
            mode=given.mode,
            group=case.group,
        )
    )
    return row
