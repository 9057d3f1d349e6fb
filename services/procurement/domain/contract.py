"""The contract: what was awarded and nothing else, a term of lawful length, a price in milestones, a frozen scheme."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Final

from shared.errors import RuleRefusal
from shared.events.procurement import MilestoneTerms, Scheme
from shared.money import Fen, yuan
from shared.rules import Rule

FULL_WEIGHT: Final = 100
MONTHS_OF_A_YEAR: Final = 12


class ContractDeviates(RuleRefusal):
    """The contract says something else than the award."""

    code = "contract-deviates"


class TermTooLong(RuleRefusal):
    code = "term-too-long"


class SchemeFault(RuleRefusal):
    """The evaluation scheme cannot be applied as it stands."""

    code = "scheme-fault"


class SupplementTooLarge(RuleRefusal):
    code = "supplement-too-large"


@dataclass(frozen=True, slots=True)
class Term:
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class ContractTerms:
    """What the two parties have agreed; price and provider are the award's."""

    contract_no: str
    starts_on: date
    ends_on: date
    clients_at_least: int
    workers: int
    worker_capacity: int
    payment_workdays: int
    scheme: Scheme
    milestones: tuple[MilestoneTerms, ...]
    acceptance_plan: str
    term_grounds: frozenset[str] = frozenset()


def months(term: Term) -> int:
    """Begun months from the first to the last day: 2016-10-01..2017-09-30 is 12."""
    following = term.ends_on + timedelta(days=1)
    whole = (following.year - term.starts_on.year) * MONTHS_OF_A_YEAR + following.month - term.starts_on.month
    return whole + (following.day > term.starts_on.day)


def check_price(awarded: Fen, milestones: Sequence[MilestoneTerms], rule: Rule) -> None:
    """The milestones share out exactly the award: the contract's price is nobody's to change (法 46)."""
    if (total := Fen(sum(milestone.amount for milestone in milestones))) != awarded:
        raise ContractDeviates(
            f"各节点金额合计 {yuan(total)} 元，与成交金额 {yuan(awarded)} 元不一致（{rule.citation}）",
            rule=rule.id,
            article=rule.citation,
            field="milestones",
        )
    if len({milestone.code for milestone in milestones}) != len(milestones):
        raise ContractDeviates("节点编号重复", field="milestones")


def check_term(term: Term, signed_on: date, *, limit: Rule | None, grounds: frozenset[str] = frozenset()) -> None:
    """A year, or three with all five grounds. `limit` is None on dates when no rule limited it."""
    if term.ends_on <= term.starts_on or term.starts_on < signed_on:
        raise TermTooLong("服务期限的起止日期有误", field="ends_on")
    if limit is None:
        return
    length, most = months(term), limit.params["months"]
    missing = [ground for ground in limit.params["grounds"] if ground not in grounds]
    if length > most and missing:
        raise TermTooLong(
            f"合同期限 {length} 个月，超过 {most} 个月，尚缺理由：{'、'.join(missing)}（{limit.citation}）", rule=limit.id, field="ends_on"
        )
    if length > limit.params["months_with_grounds"]:
        raise TermTooLong(
            f"合同期限 {length} 个月，最长 {limit.params['months_with_grounds']} 个月（{limit.citation}）", rule=limit.id, field="ends_on"
        )


def check_scheme(scheme: Scheme, rule: Rule) -> None:
    """Weights sum to 100, bands fall from the top to zero, the satisfaction dimension is one of the scheme's."""
    faults = []
    codes = [dimension.code for dimension in scheme.dimensions]
    if sum(dimension.weight for dimension in scheme.dimensions) != FULL_WEIGHT:
        faults.append("各维度权重之和应为 100")
    if len(set(codes)) != len(codes):
        faults.append("维度编号重复")
    if scheme.satisfaction_dimension not in codes:
        faults.append("满意度维度不在方案之中")
    faults += _band_faults(scheme)
    if faults:
        raise SchemeFault(f"评价方案有误：{'；'.join(faults)}（{rule.citation}）", rule=rule.id, article=rule.citation, field="scheme")


def _band_faults(scheme: Scheme) -> list[str]:
    try:
        floors = [Decimal(band.at_least) for band in scheme.bands]
        passes, rectifies, _ = (Decimal(text) for text in (scheme.pass_at_least, scheme.rectify_at_least, scheme.satisfaction_floor))
    except InvalidOperation:
        return ["分数线应为数字"]
    faults = []
    if not floors or floors != sorted(set(floors), reverse=True) or floors[-1] != 0:
        faults.append("档次应由高到低排列并以 0 分收尾")
    if not rectifies <= passes:
        faults.append("整改线不得高于合格线")
    return faults


def check_supplement(amount: Fen, earlier: Sequence[Fen], original: Fen, rule: Rule) -> None:
    """All supplements together at most ten per cent of the original (法 49)."""
    total = sum(earlier) + amount
    if Fraction(total, original) > Fraction(rule.params["percent"], 100):
        raise SupplementTooLarge(
            f"补充合同累计 {yuan(Fen(total))} 元，超过原合同金额的 {rule.params['percent']}%（{rule.citation}）",
            rule=rule.id,
            article=rule.citation,
            field="amount_fen",
        )
