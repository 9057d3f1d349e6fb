"""Paying: three different people, never more than the contract, never before what was promised, never beyond the year's budget."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.procurement.domain.budget import YearPart
from services.procurement.domain.limit import due_on as period_ends
from shared.errors import Forbidden, RuleRefusal
from shared.money import Fen, yuan
from shared.rules import Rule
from shared.workdays import add_workdays


class PaymentRefused(RuleRefusal):
    code = "payment-refused"


class SamePerson(Forbidden):
    """Who applied may not approve, and who did either may not pay."""

    code = "same-person"


@dataclass(frozen=True, slots=True)
class ContractPosition:
    """What the contract owes at this moment."""

    amount: Fen
    supplements: Fen
    committed: Fen
    """Applied for, approved or paid already."""
    is_published: bool


def check_payable(amount: Fen, position: ContractPosition, *, is_verified: bool, by_progress: Rule, published: Rule) -> None:
    """Before an application: contract public, milestone verified, sum within the contract."""
    if not position.is_published:
        raise PaymentRefused(f"合同尚未公告，不办理拨付（{published.citation}）", rule=published.id, article=published.citation)
    if not is_verified:
        raise PaymentRefused(f"节点尚未核验，不办理拨付（{by_progress.citation}）", rule=by_progress.id, article=by_progress.citation)
    limit = Fen(position.amount + position.supplements)
    if position.committed + amount > limit:
        raise PaymentRefused(
            f"累计 {yuan(Fen(position.committed + amount))} 元将超过合同金额 {yuan(limit)} 元（{by_progress.citation}）",
            rule=by_progress.id,
            article=by_progress.citation,
        )


def check_within_year(amount: Fen, paid_on: date, years: Sequence[YearPart], paid_this_year: Fen, rule: Rule) -> None:
    """A year pays what its budget holds (预算法 13)."""
    budget = next((part.amount_fen for part in years if part.year == paid_on.year), Fen(0))
    if paid_this_year + amount > budget:
        raise PaymentRefused(
            f"{paid_on.year} 年预算 {yuan(budget)} 元，累计支付将达 {yuan(Fen(paid_this_year + amount))} 元（{rule.citation}）",
            rule=rule.id,
            article=rule.citation,
        )


def check_different(account: str, earlier: Sequence[str], rule: Rule) -> None:
    if account in earlier:
        raise SamePerson(f"申请、审批、支付应由不同人员办理（{rule.citation}）", rule=rule.id, article=rule.citation)


def due_on(applied_on: date, rule: Rule, *, contract_workdays: int) -> date:
    """Last day to pay: the law's period where there is one, else the contract's."""
    return period_ends(applied_on, rule) if rule.params else add_workdays(applied_on, contract_workdays)
