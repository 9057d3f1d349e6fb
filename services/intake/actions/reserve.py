"""Who moves up when a place comes free, and the record of why it did."""

from typing import Final, Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from services.intake.domain.enrolment import ways_off
from services.intake.domain.programme import check_stage
from services.intake.domain.selection import next_reserve
from services.intake.store import IN_FORCE, Candidate, ListChange, Person, Programme, ProgrammeGroup, note_change, reached_programme
from shared.access import Actor
from shared.errors import WrongState
from shared.sentences import S_
from shared.work import Work

Reason = Literal["refused", "objection", "consent_withdrawn", "moved", "died", "duplicate"]
Gone = Literal["refused", "consent_withdrawn", "moved", "died", "duplicate"]
GONE: dict[str, str] = {"moved": "moved", "died": "died"}
NOT_THIS_WAY: Final = {
    "refused": S_("已经同意的，请办理撤回同意；名单确认后轮到征求意见的，请登记本人的答复"),
    "consent_withdrawn": S_("该人员没有登记过同意，无需撤回"),
}
HOLDING: Final = ("listed", "consented", "waiting")
"""States of somebody who is on a list and not served yet."""


class NotHolding(WrongState):
    """The candidate holds no place that could come free."""

    code = "not-holding"


def strike(programme_id: UUID, candidate_id: UUID, *, reason: Gone, work: Work, actor: Actor) -> dict[str, UUID | None]:
    """Somebody leaves the list before the service began; a place that was held goes to the next reserve.

    Who does not want to be served, or no longer, loses nothing else. Raises NotHolding.
    """
    programme = reached_programme(work, programme_id, actor)
    work.about("programme", programme_id)
    check_stage(programme.status, "proposed", "confirmed")
    candidate = work.find(Candidate, candidate_id)
    if candidate is None or candidate.programme_id != programme_id or candidate.state not in HOLDING:
        raise NotHolding(S_("该人员不在名单上，或已入组：已入组的请办理退出"))
    if reason not in ways_off(candidate.state, programme.status):
        raise NotHolding(NOT_THIS_WAY[reason], field="reason")
    if reason in GONE:
        work.get(Person, candidate.person_id).status = GONE[reason]
        note_change(candidate.person_id, "DELETE", work)
    state = "refused" if reason == "refused" else "withdrawn"
    return {"replaced_by": give_up(programme, candidate, reason, work, state=state)}


def give_up(programme: Programme, candidate: Candidate, reason: Reason, work: Work, *, state: str = "withdrawn") -> UUID | None:
    """Take somebody off a list; a place that was held goes to the next reserve."""
    held = candidate.state != "waiting"
    candidate.state = state
    if held:
        return replace(work, programme, candidate, reason)
    work.add(_change(work, programme.id, candidate, reason, None))
    return None


def replace(work: Work, programme: Programme, left: Candidate, reason: Reason) -> UUID | None:
    """Fill the place that `left` has given up, until the last day of the top-up; the change is recorded with its reason."""
    moved_up = move_up(work, programme.id, left.group) if work.today <= programme.top_up_until else None
    work.add(_change(work, programme.id, left, reason, moved_up))
    return moved_up


def _change(work: Work, programme_id: UUID, left: Candidate, reason: Reason, moved_up: UUID | None) -> ListChange:
    return ListChange(
        programme_id=programme_id,
        group=left.group,
        left_id=left.id,
        reason=reason,
        moved_up_id=moved_up,
        changed_on=work.today,
        changed_by=work.actor.account,
    )


def move_up(work: Work, programme_id: UUID, code: str) -> UUID | None:
    """The next reserve of the group takes a place that has come free; None when nobody waits."""
    of_group = (col(Candidate.programme_id) == programme_id, col(Candidate.group) == code)
    group = work.select(select(ProgrammeGroup).where(col(ProgrammeGroup.programme_id) == programme_id, col(ProgrammeGroup.code) == code))[0]
    waiting = work.select(select(Candidate).where(*of_group, col(Candidate.state) == "waiting").order_by(col(Candidate.rank)))
    held = select(func.count()).select_from(Candidate).where(*of_group, col(Candidate.state).in_(IN_FORCE), col(Candidate.is_banded))
    chosen = next_reserve(
        [(candidate.id.hex, candidate.is_banded) for candidate in waiting], in_band=int(work.scalar(held)), minimum=group.band_minimum or 0
    )
    if chosen is None:
        return None
    candidate = work.get(Candidate, UUID(chosen))
    candidate.state, candidate.is_replacement = "listed", True
    return candidate.id
