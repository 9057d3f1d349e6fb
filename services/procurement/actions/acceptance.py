"""验收 with the recipients' representatives, and its publication."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

from sqlmodel import select

from services.procurement.actions.contract import terms_of_milestones
from services.procurement.actions.notice import issue
from services.procurement.actions.record import Law, contract_of, keep_deviations, once, require
from services.procurement.domain import announcement
from services.procurement.domain.acceptance import RecipientsOpinion, RequirementResult, check_acceptance
from services.procurement.domain.limit import check_within
from services.procurement.labels import CONCLUSIONS, METHODS
from services.procurement.store import Acceptance
from shared.access import Actor
from shared.errors import WrongState
from shared.events.procurement import AcceptanceRecorded
from shared.files import require_file
from shared.rules import Rules
from shared.work import Work


class TermNotEnded(WrongState):
    """The service is still being rendered."""

    code = "term-not-ended"


def record_acceptance(
    contract_id: UUID,
    *,
    members: Sequence[str],
    representatives: int,
    satisfied: int,
    opinion: str,
    results: Sequence[RequirementResult],
    conclusion: str,
    document: UUID,
    work: Work,
    today: date,
    actor: Actor,
    rules: Rules,
) -> UUID:
    """Record what was found, requirement by requirement, and what the recipients said."""
    contract, project = contract_of(work, contract_id)
    earlier = acceptance_of(work, contract_id)
    once(earlier, "验收已登记")
    if today <= contract.ends_on:
        raise TermNotEnded(f"服务期限至 {contract.ends_on}，期满后验收")
    check_acceptance(
        RecipientsOpinion(representatives, satisfied, opinion), results, Law(rules, project.division)("acceptance_by_recipients")
    )
    require_file(work, document)
    acceptance = Acceptance(
        contract_id=contract_id,
        members=list(members),
        representatives=representatives,
        satisfied=satisfied,
        opinion=opinion,
        results=[asdict(result) for result in results],
        conclusion=conclusion,
        document=document,
        accepted_on=today,
        recorded_by=actor.account,
    )
    work.add(acceptance)
    work.emit(
        AcceptanceRecorded.model_validate(
            {
                "contract_id": contract_id,
                "project_id": project.id,
                "accepted_on": today,
                "recipients_present": representatives,
                "conclusion": conclusion,
            }
        )
    )
    return acceptance.id


def publish_acceptance(contract_id: UUID, *, late_reason: str, work: Work, today: date, rules: Rules) -> dict[str, UUID]:
    """Publish the result of the acceptance (条例 45)."""
    contract, project = contract_of(work, contract_id)
    acceptance = require(acceptance_of(work, contract_id), "尚未验收")
    once(acceptance.notice_id, "验收结果已公告")
    law = Law(rules, project.division)
    law("acceptance_by_recipients")
    late = check_within(law("acceptance_notice"), acceptance.accepted_on, today, "验收结果公告", reason=late_reason)
    told = announcement.acceptance(
        project.heading(),
        contract.agreement(terms_of_milestones(work, contract_id), METHODS[contract.method]),
        acceptance.recipients(),
        acceptance.results_kept(),
        members=acceptance.members,
        accepted_on=acceptance.accepted_on,
        conclusion=CONCLUSIONS[acceptance.conclusion],
    )
    acceptance.notice_id, acceptance.published_on = issue(work, project, "acceptance", told), today
    keep_deviations(work, project.id, late)
    return {"notice_id": acceptance.notice_id}


def acceptance_of(work: Work, contract_id: UUID) -> Acceptance | None:
    return work.first(select(Acceptance).where(Acceptance.contract_id == contract_id))
