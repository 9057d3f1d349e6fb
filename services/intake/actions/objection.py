"""Objections to a proposed list: taken down by one person, decided by another."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from services.intake.actions.reserve import replace
from services.intake.domain.programme import ReasonMissing, check_different_officer, check_objection_in_time, check_stage
from services.intake.store import Candidate, Objection, reached_programme
from shared.access import Actor
from shared.errors import NotFound, WrongState
from shared.files import require_file
from shared.rules import Rules
from shared.work import Work


class AlreadyDecided(WrongState):
    code = "already-decided"


def object_to_selection(
    programme_id: UUID,
    *,
    kind: Literal["not_entitled", "omitted"],
    candidate_id: UUID | None,
    document: UUID | None,
    work: Work,
    today: date,
    actor: Actor,
    rules: Rules,
) -> UUID:
    """Take down an objection that came in time."""
    programme = reached_programme(work, programme_id, actor)
    work.about("programme", programme_id)
    check_stage(programme.status, "proposed")
    if programme.objections_until is not None:
        check_objection_in_time(today, programme.objections_until, rules("objection_window", division=programme.division))
    if (candidate_id is None) == (kind == "not_entitled"):
        raise ReasonMissing("“不符合条件”须指明人员，“应入选而未入选”不指明", field="candidate_id")
    if candidate_id is not None and work.get(Candidate, candidate_id).programme_id != programme_id:
        raise NotFound("名单中没有该人员")
    if document is not None:
        require_file(work, document)
    objection = Objection(
        programme_id=programme_id, kind=kind, candidate_id=candidate_id, document=document, recorded_by=actor.account, recorded_on=today
    )
    work.add(objection)
    return objection.id


def decide_objection(objection_id: UUID, *, upheld: bool, reason: str, work: Work, today: date, actor: Actor) -> dict[str, Any]:
    """Answer an objection; somebody else than who took it down."""
    objection = work.get(Objection, objection_id)
    programme = reached_programme(work, objection.programme_id, actor)
    work.about("programme", programme.id)
    check_stage(programme.status, "proposed")
    check_different_officer(actor.account, objection.recorded_by, act="异议处理")
    if objection.upheld is not None:
        raise AlreadyDecided("该异议已经处理")
    objection.upheld, objection.reason, objection.decided_by, objection.decided_on = upheld, reason, actor.account, today
    replaced_by = None
    if upheld and objection.candidate_id is not None:
        candidate = work.get(Candidate, objection.candidate_id)
        candidate.state = "removed"
        replaced_by = replace(work, programme, candidate, "objection")
    elif upheld:
        programme.status = "screened"
    return {"id": objection_id, "upheld": upheld, "replaced_by": replaced_by}
