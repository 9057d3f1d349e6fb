"""Who has died or moved away leaves every list and every service at once."""

from datetime import date
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.intake.actions.enrolment import take_out
from services.intake.actions.reserve import HOLDING, give_up
from services.intake.store import Candidate, Programme, Recipient
from shared.work import Work

LISTED: Final = ("proposed", "confirmed", "completed")
"""Stages at which a list exists that people know of; before it the screening, or the proposal, sees that somebody has gone."""


def leave_every_list(person_id: UUID, status: str, *, work: Work, today: date) -> list[UUID]:
    """Give up the person's places; returns the candidates who moved up."""
    reason: Literal["died", "moved"] = "died" if status == "died" else "moved"
    replaced = []
    for candidate in work.select(select(Candidate).where(col(Candidate.person_id) == person_id)):
        programme = work.get(Programme, candidate.programme_id)
        if candidate.state == "enrolled":
            of_candidate = (col(Recipient.candidate_id) == candidate.id, col(Recipient.withdrawn_on).is_(None))
            for recipient in work.select(select(Recipient).where(*of_candidate)):
                replaced.append(take_out(recipient, programme, reason, work=work, today=today))
        elif candidate.state in HOLDING and programme.status in LISTED:
            replaced.append(give_up(programme, candidate, reason, work))
    return [moved_up for moved_up in replaced if moved_up is not None]
