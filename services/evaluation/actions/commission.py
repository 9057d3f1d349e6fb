"""Commissioning the third party, and registering who judges."""

from dataclasses import asdict
from datetime import date
from uuid import UUID

from services.evaluation.domain.independence import CommissionFacts, Declaration, check_assessor, check_commission
from services.evaluation.store import Assessor, Commission, Project, commission_of, reached_contract
from shared.access import Actor
from shared.errors import WrongState
from shared.events.evaluation import EvaluatorCommissioned
from shared.files import require_file
from shared.plugins import Hooks
from shared.rules import Rules
from shared.work import Work


class AlreadyCommissioned(WrongState):
    code = "already-commissioned"


class NotCommissioned(WrongState):
    code = "not-commissioned"


class ProjectUnknown(WrongState):
    code = "project-unknown"


def commission_evaluator(
    contract_id: UUID,
    *,
    body: str,
    body_uscc: str,
    fee: int,
    declaration: Declaration,
    document: UUID | None,
    work: Work,
    today: date,
    actor: Actor,
    rules: Rules,
    hooks: Hooks,
) -> UUID:
    """Commission an independent body as third party; one per contract."""
    contract = reached_contract(work, contract_id, actor)
    if commission_of(work, contract_id):
        raise AlreadyCommissioned("该合同已委托第三方机构")
    project = work.find(Project, contract.project_id)
    if project is None:
        raise ProjectUnknown("尚未收到项目立项的消息，无法核对购买主体，请稍后再试")
    buyers = (project.buyer, project.procuring_entity)
    facts = CommissionFacts(body, body_uscc, contract.provider, contract.provider_uscc, buyers, declaration)
    rules("third_party", division=contract.division)
    check_commission(facts, [sentence for answer in hooks.objections(commission=facts) for sentence in answer])
    if document is not None:
        require_file(work, document)
    commission = Commission(
        contract_id=contract_id,
        body=body,
        body_uscc=body_uscc,
        fee=fee,
        declaration=asdict(declaration),
        document=document,
        commissioned_on=today,
        commissioned_by=actor.account,
    )
    work.add(commission)
    work.emit(
        EvaluatorCommissioned(
            commission_id=commission.id, contract_id=contract_id, body=body, body_uscc=body_uscc, fee=fee, commissioned_on=today
        )
    )
    return commission.id


def register_assessor(
    contract_id: UUID,
    *,
    dimension: str,
    account: str,
    name: str,
    organisation: str,
    has_guided_plan: bool,
    disclosure: str,
    work: Work,
    today: date,
    actor: Actor,
) -> UUID:
    """Register who judges in a dimension under an own account."""
    contract = reached_contract(work, contract_id, actor)
    commission = commission_of(work, contract_id)
    if commission is None:
        raise NotCommissioned("尚未委托第三方机构")
    check_assessor(
        dimension=dimension, organisation=organisation, body=commission.body, has_guided_plan=has_guided_plan, disclosure=disclosure
    )
    assessor = Assessor(
        contract_id=contract.id,
        dimension=dimension,
        account=account,
        name=name,
        organisation=organisation,
        has_guided_plan=has_guided_plan,
        disclosure=disclosure.strip(),
        registered_on=today,
    )
    work.add(assessor)
    work.about("contract", contract.id)
    return assessor.id
