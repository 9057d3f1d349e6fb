"""A payment by three people: applied for by the buyer, approved by the department, paid by the treasury."""

from datetime import date
from uuid import UUID

from sqlmodel import select

from services.procurement.actions.budget import budget_of
from services.procurement.actions.closing import close_if_finished
from services.procurement.actions.record import Law, contract_of, keep_deviations, once, require
from services.procurement.domain.limit import check_not_after
from services.procurement.domain.payment import ContractPosition, check_different, check_payable, check_within_year, due_on
from services.procurement.store import Milestone, Payment
from services.procurement.store.measure import committed_of, is_published, paid_in_year, supplements_of
from shared.access import Actor
from shared.events.procurement import PaymentReleased
from shared.files import require_file
from shared.money import Fen
from shared.rules import Rules
from shared.work import Work


def apply_for_payment(milestone_id: UUID, *, invoice_no: str, document: UUID, work: Work, today: date, actor: Actor, rules: Rules) -> UUID:
    """Apply for the sum of a verified milestone."""
    milestone = work.get(Milestone, milestone_id)
    contract, project = contract_of(work, milestone.contract_id)
    once(work.first(select(Payment).where(Payment.milestone_id == milestone_id)), "该节点已申请拨付")
    law = Law(rules, project.division)
    amount = Fen(milestone.frozen_terms().amount)
    position = ContractPosition(
        amount=Fen(contract.amount_fen),
        supplements=supplements_of(work, contract.id),
        committed=committed_of(work, contract.id),
        is_published=is_published(work, contract.notice_id, today),
    )
    check_payable(
        amount,
        position,
        is_verified=milestone.verified_on is not None,
        by_progress=law("pay_by_progress"),
        published=law("pay_after_publication"),
    )
    require_file(work, document)
    payment = Payment(
        contract_id=contract.id,
        project_id=project.id,
        milestone_id=milestone.id,
        milestone=milestone.code,
        amount_fen=amount,
        invoice_no=invoice_no,
        invoice_document=document,
        due_on=due_on(today, law("payment_period"), contract_workdays=contract.payment_workdays),
        applied_on=today,
        applied_by=actor.account,
    )
    work.add(payment)
    return payment.id


def approve_payment(payment_id: UUID, *, work: Work, today: date, actor: Actor, rules: Rules) -> None:
    payment = work.get(Payment, payment_id)
    _, project = contract_of(work, payment.contract_id)
    once(payment.approved_on, "该笔拨付已审批")
    check_different(actor.account, [payment.applied_by], Law(rules, project.division)("three_actors"))
    payment.approved_on, payment.approved_by, payment.state = today, actor.account, "approved"


def release_payment(
    payment_id: UUID, *, voucher_no: str, document: UUID, late_reason: str, work: Work, today: date, actor: Actor, rules: Rules
) -> None:
    """Pay; late is recorded against the payer, never against the agency."""
    payment = work.get(Payment, payment_id)
    _, project = contract_of(work, payment.contract_id)
    require(payment.approved_on, "该笔拨付尚未审批")
    once(payment.paid_on, "该笔拨付已支付")
    law = Law(rules, project.division)
    check_different(actor.account, [payment.applied_by, payment.approved_by], law("three_actors"))
    years = budget_of(work, project.id).years_kept()
    spent = paid_in_year(work, project.id, today.year)
    check_within_year(Fen(payment.amount_fen), today, years, spent, law("budget_before_spending"))
    late = check_not_after(law("payment_period"), payment.due_on, today, "支付", reason=late_reason)
    require_file(work, document)
    payment.paid_on, payment.paid_by, payment.state = today, actor.account, "paid"
    payment.voucher_no, payment.voucher_document = voucher_no, document
    keep_deviations(work, project.id, late)
    work.emit(
        PaymentReleased(
            payment_id=payment.id,
            contract_id=payment.contract_id,
            project_id=project.id,
            milestone=payment.milestone,
            amount=payment.amount_fen,
            paid_on=today,
        )
    )
    close_if_finished(work, project, today)
