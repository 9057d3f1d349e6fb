"""Objections to a proposed list: taken down by one person, decided by another."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlmodel import col, select

from services.intake.actions.person import Purpose, mark, names_of
from services.intake.actions.reserve import HOLDING, give_up
from services.intake.domain.naming import check_reason
from services.intake.domain.programme import ReasonMissing, check_different_officer, check_objection_in_time, check_stage
from services.intake.store import IN_FORCE, Candidate, Household, Objection, Person, Programme, check_reach, reached_programme
from shared.access import Actor
from shared.errors import NotFound, WrongState
from shared.events.intake import SelectionReopened
from shared.files import Stored, own_file, require_file
from shared.personal import Keyring
from shared.rules import Rules
from shared.sentences import S_
from shared.work import Reader, Work


class AlreadyDecided(WrongState):
    code = "already-decided"


class HoldsPlace(WrongState):
    """Somebody who was selected has not been left out."""

    code = "holds-place"


def object_to_selection(
    programme_id: UUID,
    *,
    kind: Literal["not_entitled", "omitted"],
    candidate_id: UUID | None,
    person_id: UUID | None,
    document: UUID | None,
    work: Work,
    today: date,
    actor: Actor,
    rules: Rules,
) -> UUID:
    """Take down an objection that came in time: to somebody's place on the list, or of somebody who has none."""
    programme = reached_programme(work, programme_id, actor)
    work.about("programme", programme_id)
    check_stage(programme.status, "proposed")
    if programme.objections_until is not None:
        check_objection_in_time(today, programme.objections_until, rules("objection_window", division=programme.division))
    if kind == "not_entitled":
        person_id = _on_the_list(programme_id, candidate_id, person_id, work)
    else:
        _check_left_out(programme_id, candidate_id, person_id, work, actor)
    if document is not None:
        own_file(work, document, actor)
    objection = Objection(
        programme_id=programme_id,
        kind=kind,
        person_id=person_id,
        candidate_id=candidate_id,
        document=document,
        recorded_by=actor.account,
        recorded_on=today,
    )
    work.add(objection)
    return objection.id


def read_document(programme_id: UUID, objection_id: UUID, *, purpose: Purpose, work: Work, today: date, actor: Actor) -> tuple[Stored, str]:
    """Which file the written objection is, and what to call it; the log of whom it is about tells who read it and why.

    Raises NotFound, also where it went with an erasure, and for one of a version that did not say whom it is about.
    """
    found = work.get(Objection, objection_id)
    reached_programme(work, found.programme_id, actor)
    if found.programme_id != programme_id or found.document is None or found.person_id is None:
        raise NotFound(S_("该异议没有书面材料"))
    stored = require_file(work, found.document)
    work.add(mark(found.person_id, "objection", purpose, work, today, actor))
    return stored, f"objection-{found.recorded_on}"


def decide_objection(
    objection_id: UUID, *, upheld: bool, reason: str, work: Work, today: date, actor: Actor, keyring: Keyring
) -> dict[str, Any]:
    """Answer an objection; somebody else than who took it down.

    Somebody who is not entitled leaves the list, the next reserve moves up, and no later screening of the programme finds the person.
    Where somebody was left out, the list is withdrawn: it is proposed again once a screening has found the person eligible.
    """
    objection = work.get(Objection, objection_id)
    programme = reached_programme(work, objection.programme_id, actor)
    work.about("programme", programme.id)
    check_stage(programme.status, "proposed")
    check_different_officer(actor.account, objection.recorded_by, act=S_("异议处理"))
    if objection.upheld is not None:
        raise AlreadyDecided(S_("该异议已经处理"))
    about = [work.get(Person, objection.person_id)] if objection.person_id is not None else []
    check_reason(reason, names=names_of(about, keyring, reader=work), called=S_("处理理由"))
    objection.upheld, objection.reason, objection.decided_by, objection.decided_on = upheld, reason, actor.account, today
    replaced_by = None
    if upheld and objection.kind == "not_entitled":
        replaced_by = _remove(objection, programme, work)
    elif upheld:
        programme.status = "open"
        work.emit(SelectionReopened(programme_id=programme.id, project_id=programme.project_id, reopened_on=today, reason="objection"))
    return {"id": objection_id, "upheld": upheld, "replaced_by": replaced_by}


def _on_the_list(programme_id: UUID, candidate_id: UUID | None, person_id: UUID | None, reader: Reader) -> UUID:
    """Whose place it is. Raises ReasonMissing, or NotFound for a place of another list."""
    if candidate_id is None or person_id is not None:
        raise ReasonMissing(S_("“不符合条件”须指明名单上的位置"), field="candidate_id")
    candidate = reader.find(Candidate, candidate_id)
    if candidate is None or candidate.programme_id != programme_id:
        raise NotFound(S_("名单中没有该人员"))
    return candidate.person_id


def _check_left_out(programme_id: UUID, candidate_id: UUID | None, person_id: UUID | None, reader: Reader, actor: Actor) -> None:
    """Raises ReasonMissing, NotFound for somebody out of reach, or HoldsPlace."""
    if person_id is None or candidate_id is not None:
        raise ReasonMissing(S_("“应入选而未入选”须指明本人"), field="person_id")
    check_reach(reader.get(Household, reader.get(Person, person_id).household_id).division, actor)
    candidate = _candidate_of(programme_id, person_id, reader)
    if candidate is not None and candidate.state in IN_FORCE:
        raise HoldsPlace(S_("该人员已经入选，不属于“应入选而未入选”"), field="person_id")


def _candidate_of(programme_id: UUID, person_id: UUID, reader: Reader) -> Candidate | None:
    return reader.first(select(Candidate).where(col(Candidate.programme_id) == programme_id, col(Candidate.person_id) == person_id))


def _remove(objection: Objection, programme: Programme, work: Work) -> UUID | None:
    """Take the person off the list of today, which may be a later one than that of the objection."""
    if objection.person_id is None:  # of a version that kept the place alone
        return None
    person = work.get(Person, objection.person_id)
    candidate = _candidate_of(programme.id, person.merged_into or person.id, work)
    if candidate is None or candidate.state not in HOLDING:
        return None
    return give_up(programme, candidate, "objection", work, state="removed")
