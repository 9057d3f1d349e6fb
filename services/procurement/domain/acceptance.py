"""验收: the recipients of a public service are asked, or it is no acceptance (条例 45)."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.errors import RuleRefusal
from shared.rules import Rule


class AcceptanceIncomplete(RuleRefusal):
    code = "acceptance-incomplete"


@dataclass(frozen=True, slots=True)
class RecipientsOpinion:
    """Counts only: who was there stays out of the record (domain rules 6.4)."""

    representatives: int
    satisfied: int
    opinion: str


@dataclass(frozen=True, slots=True)
class RequirementResult:
    """One requirement of the contract and what was found."""

    requirement: str
    result: str


def check_acceptance(recipients: RecipientsOpinion, results: Sequence[RequirementResult], rule: Rule) -> None:
    missing = []
    if recipients.representatives < rule.params["recipients"]:
        missing.append("服务对象代表未参加")
    if not recipients.opinion.strip():
        missing.append("服务对象未出具意见")
    if recipients.satisfied > recipients.representatives:
        missing.append("满意人数多于到场代表")
    if not results:
        missing.append("未逐项列明每项要求的履约情况")
    if missing:
        raise AcceptanceIncomplete(
            f"验收不能成立：{'；'.join(missing)}（{rule.citation}）", rule=rule.id, article=rule.citation, field="representatives"
        )
