"""Verify a milestone against what the other services have reported; refuse with every condition that is not met."""

from datetime import date
from uuid import UUID

from services.procurement.actions.record import Law, contract_of, once
from services.procurement.domain.milestone import check_met
from services.procurement.store import Milestone
from services.procurement.store.measure import progress_of
from shared.access import Actor
from shared.events.procurement import MilestoneVerified
from shared.plugins import Hooks
from shared.rules import Rules
from shared.work import Work


def verify_milestone(milestone_id: UUID, *, work: Work, today: date, actor: Actor, rules: Rules, hooks: Hooks) -> None:
    """Nobody says that a milestone is reached; it is compared."""
    milestone = work.get(Milestone, milestone_id)
    contract, project = contract_of(work, milestone.contract_id)
    once(milestone.verified_on, "该节点已核验")
    terms, scheme = milestone.frozen_terms(), contract.frozen_scheme()
    progress = progress_of(work, contract, today)
    answers = hooks.milestone_objections(terms=terms, progress=progress, scheme=scheme)
    check_met(terms, tuple(message for answer in answers for message in answer), Law(rules, project.division)("pay_by_progress"))
    milestone.verified_on, milestone.verified_by = today, actor.account
    work.emit(
        MilestoneVerified(milestone_id=milestone.id, contract_id=contract.id, project_id=project.id, code=milestone.code, verified_on=today)
    )
