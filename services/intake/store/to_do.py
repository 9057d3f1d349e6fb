"""What waits for somebody (待办): counted over the lists on which their role may act, inside their divisions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlmodel import col

from services.intake.domain.discovered_need import WAITING
from services.intake.store.discovered_need import DiscoveredNeed, count_needs
from services.intake.store.duplicates import count_duplicates
from services.intake.store.erasure import erasures_to_confirm
from services.intake.store.objection import Objection
from services.intake.store.programme import Candidate, Programme
from services.intake.store.roster import in_divisions, rosters_to_accept
from shared.access import Actor
from shared.work import Reader

UNDER_WAY = ("open", "screened", "proposed", "confirmed")


@dataclass(frozen=True, slots=True)
class Task:
    """So many things of a kind wait; `path` below /console/ leads to them, `of` names the programme that they belong to."""

    kind: str
    count: int
    path: str
    of: str = ""


def to_do(*, reader: Reader, actor: Actor, today: date) -> list[Task]:
    return [task for task in _tasks(reader, actor, today) if task.count]


def _tasks(reader: Reader, actor: Actor, today: date) -> Iterator[Task]:
    if actor.may("clerk", "officer"):
        waiting, urgent = col(DiscoveredNeed.state).in_(WAITING), col(DiscoveredNeed.urgency) == "urgent"
        yield Task("need_urgent", count_needs(waiting, urgent, reader=reader, actor=actor), "needs/?urgency=urgent")
        yield Task("need", count_needs(waiting, ~urgent, reader=reader, actor=actor), "needs/")
    if actor.may("officer"):
        yield Task("roster", rosters_to_accept(reader=reader, actor=actor), "rosters/?status=reviewed")
        yield Task("erasure", erasures_to_confirm(reader=reader, actor=actor), "erasures/?status=proposed")
    if actor.may("clerk", "officer"):
        yield Task("duplicate", count_duplicates(reader=reader, actor=actor), "duplicates/")
    if actor.may("clerk", "officer", "reviewer", "approver"):
        of_programmes = select(Programme).where(col(Programme.status).in_(UNDER_WAY), in_divisions(col(Programme.division), actor))
        for programme in reader.select(of_programmes.order_by(col(Programme.opened_on), col(Programme.id))):
            yield from _of_programme(programme, reader, actor, today)


def _of_programme(programme: Programme, reader: Reader, actor: Actor, today: date) -> Iterator[Task]:
    """The next act on a programme, for whoever may do it."""
    here = f"programmes/{programme.id}/"
    if programme.status in ("open", "screened") and actor.may("officer"):
        yield Task("screen" if programme.status == "open" else "propose", 1, here, programme.name)
    elif programme.status == "proposed":
        undecided = (col(Objection.programme_id) == programme.id, col(Objection.upheld).is_(None))
        waiting = int(reader.scalar(select(func.count()).select_from(Objection).where(*undecided)))
        if actor.may("reviewer"):
            yield Task("objection", waiting, f"{here}objections/", programme.name)
        is_over = programme.objections_until is not None and today > programme.objections_until
        is_another = actor.account not in (programme.screened_by, programme.proposed_by)
        if actor.may("approver") and is_over and is_another and not waiting:
            yield Task("confirm", 1, here, programme.name)
    elif programme.status == "confirmed":
        if actor.may("clerk"):
            yield Task("consent", _candidates(programme, "listed", reader), f"{here}candidates/?state=listed", programme.name)
        if actor.may("officer"):
            yield Task("enrol", _candidates(programme, "consented", reader), f"{here}enrolment/", programme.name)


def _candidates(programme: Programme, state: str, reader: Reader) -> int:
    held = (col(Candidate.programme_id) == programme.id, col(Candidate.state) == state)
    return int(reader.scalar(select(func.count()).select_from(Candidate).where(*held)))
