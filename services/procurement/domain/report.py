"""The panel's report: everybody signs, or says in writing why not; silence counts as agreement."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.errors import RuleRefusal
from shared.rules import Rule


class ReportNotSigned(RuleRefusal):
    code = "report-not-signed"


class NotFirstInRank(RuleRefusal):
    """The buyer confirms in the order of the report and no other."""

    code = "not-first-in-rank"


@dataclass(frozen=True, slots=True)
class Opinion:
    """A member's word on the report. `dissent` is empty for one who agrees, or who refuses without a reason and so agrees too."""

    member: str
    agrees: bool
    dissent: str = ""


def check_opinions(opinions: Sequence[Opinion], members: Sequence[str], rule: Rule) -> None:
    """One opinion of each member, and a majority that agrees (条例 41; 87-61)."""
    if sorted(one.member for one in opinions) != sorted(members):
        raise ReportNotSigned(f"评审报告须由全体成员逐一签署意见（{rule.citation}）", rule=rule.id, article=rule.citation, field="opinions")
    if 2 * sum(agrees(one) for one in opinions) <= len(members):
        raise ReportNotSigned(f"评审意见未达成多数（{rule.citation}）", rule=rule.id, article=rule.citation, field="opinions")


def agrees(opinion: Opinion) -> bool:
    """Who does not agree must say why in writing, else is taken to agree."""
    return opinion.agrees or not opinion.dissent.strip()


def check_first(supplier: str, first: Sequence[str], rule: Rule) -> None:
    """`first`: suppliers of rank 1; several where prices are equal."""
    if supplier not in first:
        raise NotFirstInRank(
            f"应当按评审报告的排序确定，报价最低且完全响应的为成交供应商（{rule.citation}）",
            rule=rule.id,
            article=rule.citation,
            field="supplier_id",
        )
