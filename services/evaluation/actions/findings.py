"""Findings (问题清单): issued after a round, answered by whom they concern, closed by who re-checked."""

from datetime import date
from uuid import UUID

from services.evaluation.domain.findings import FindingStatus, Party, check_may_answer, check_may_close
from services.evaluation.domain.rounds import Status, check_scored
from services.evaluation.domain.scores import MarksRefused
from services.evaluation.store import Finding, reached_contract, reached_round
from shared.access import Actor
from shared.errors import NotFound
from shared.events.evaluation import FindingClosed, FindingIssued
from shared.work import Work


def issue_finding(round_id: UUID, *, party: Party, dimension: str, text: str, work: Work, today: date, actor: Actor) -> UUID:
    """Hold a party to mend something. The scores are what the sheets say; a finding takes nothing from them."""
    round_, contract = reached_round(work, round_id, actor)
    check_scored(Status(round_.status))
    if dimension not in {part.code for part in contract.terms().dimensions}:
        raise MarksRefused(f"评价方案没有维度 {dimension}", field="dimension")
    finding = Finding(
        round_id=round_id,
        contract_id=contract.id,
        party=party,
        dimension=dimension,
        text=text,
        status=FindingStatus.ISSUED,
        issued_on=today,
        issued_by=actor.account,
    )
    work.add(finding)
    work.emit(
        FindingIssued(finding_id=finding.id, round_id=round_id, contract_id=contract.id, party=party, dimension=dimension, issued_on=today)
    )
    return finding.id


def answer_finding(finding_id: UUID, *, text: str, work: Work, today: date, actor: Actor) -> UUID:
    """Answer for one's own party; a later answer replaces one that was not yet re-checked."""
    finding = _reached(work, finding_id, actor)
    check_may_answer(FindingStatus(finding.status), finding.party, actor.roles)
    finding.status = FindingStatus.ANSWERED
    finding.answer = text
    finding.answered_on = today
    finding.answered_by = actor.account
    work.about("finding", finding_id)
    return finding_id


def close_finding(finding_id: UUID, *, text: str, work: Work, today: date, actor: Actor) -> UUID:
    """Close after the answer was re-checked."""
    finding = _reached(work, finding_id, actor)
    check_may_close(FindingStatus(finding.status), answered_by=finding.answered_by, account=actor.account)
    finding.status = FindingStatus.CLOSED
    finding.closing = text
    finding.closed_on = today
    finding.closed_by = actor.account
    work.emit(FindingClosed(finding_id=finding_id, round_id=finding.round_id, contract_id=finding.contract_id, closed_on=today))
    return finding_id


def _reached(work: Work, finding_id: UUID, actor: Actor) -> Finding:
    finding = work.find(Finding, finding_id)
    if finding is None:
        raise NotFound("没有找到该问题")
    reached_contract(work, finding.contract_id, actor)
    return finding
