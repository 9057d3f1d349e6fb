"""Who moves up when a place comes free."""

from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from services.intake.domain.selection import next_reserve
from services.intake.store import IN_FORCE, Candidate, ProgrammeGroup
from shared.work import Work


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
