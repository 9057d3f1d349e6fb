"""Who may judge: independent of the provider and of the buyer, and what is not independent is disclosed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.errors import RuleRefusal

_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")


class NotIndependent(RuleRefusal):
    code = "not-independent"


class AssessorRefused(RuleRefusal):
    code = "assessor"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the body declares in writing before it is commissioned."""

    is_subordinate_to_buyer: bool
    is_related_to_provider: bool
    bids_for_buyer_this_year: bool


@dataclass(frozen=True, slots=True)
class CommissionFacts:
    """A third party that is about to be commissioned, and those it will judge."""

    body: str
    body_uscc: str
    provider: str
    provider_uscc: str
    buyers: tuple[str, ...]
    """购买主体 and 采购人, by name."""
    declaration: Declaration


def check_commission(facts: CommissionFacts, objections: Sequence[str]) -> None:
    """Raises NotIndependent with every objection."""
    if not _USCC.fullmatch(facts.body_uscc):
        raise NotIndependent("统一社会信用代码应为 18 位", field="body_uscc")
    if objections:
        raise NotIndependent("；".join(objections), field="body")


def check_assessor(*, dimension: str, organisation: str, body: str, has_guided_plan: bool, disclosure: str) -> None:
    """An assessor of D3 belongs to the commissioned body; an expert who guided the plan may judge only in the open."""
    if dimension == "D3" and organisation != body:
        raise AssessorRefused(f"第三方评估员应属于受托机构「{body}」", field="organisation")
    if has_guided_plan and not disclosure.strip():
        raise AssessorRefused("参与过本项目指导的专家须书面披露，披露内容随评价结果公开", field="disclosure")
