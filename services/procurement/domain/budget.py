"""The budget item and its 购买服务项目表: built up from lines, spread over years, backed by opinions."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from services.procurement.domain.limit import Deviation, against
from shared.errors import RuleRefusal
from shared.money import Fen, yuan
from shared.rules import Rule


class BudgetUnbalanced(RuleRefusal):
    code = "budget-unbalanced"


class OpinionsMissing(RuleRefusal):
    code = "opinions-missing"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the project table: quantity × unit price, or a lump sum where the quantity is 1."""

    title: str
    quantity: int
    unit: str
    unit_price_fen: Fen

    @property
    def amount(self) -> Fen:
        return Fen(self.quantity * self.unit_price_fen)


@dataclass(frozen=True, slots=True)
class YearPart:
    """What one budget year carries."""

    year: int
    amount_fen: Fen


def check_balanced(amount: Fen, lines: Sequence[Line], years: Sequence[YearPart]) -> None:
    """Lines and years must both add up to the amount."""
    if amount <= 0 or any(line.amount <= 0 for line in lines) or any(part.amount_fen <= 0 for part in years):
        raise BudgetUnbalanced("金额应大于 0", field="amount_fen")
    if (total := sum(line.amount for line in lines)) != amount:
        raise BudgetUnbalanced(f"项目表合计 {yuan(Fen(total))} 元，与申报金额 {yuan(amount)} 元不符", field="lines")
    if (total := sum(part.amount_fen for part in years)) != amount:
        raise BudgetUnbalanced(f"分年安排合计 {yuan(Fen(total))} 元，与申报金额 {yuan(amount)} 元不符", field="years")
    if len({part.year for part in years}) != len(years):
        raise BudgetUnbalanced("分年安排中有重复的年度", field="years")


def check_opinions(kinds: Sequence[str], names: dict[str, str], rule: Rule, *, reason: str = "") -> Deviation | None:
    """The opinions a budget rests on: expert advice, price and statistics departments."""
    have = Counter(kinds)
    missing = [names[kind] for kind, count in rule.params.items() if have[kind] < count]
    if not missing:
        return None
    return against(rule, f"测算预算前尚缺：{'、'.join(missing)}（{rule.citation}）", OpinionsMissing, field="amount_fen", reason=reason)
