"""Changing the method after a failed tender: argument of three experts, application, consent, approval, in this order."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.procurement.domain.method import MethodNotAllowed, routes_after_failure
from shared.errors import RuleRefusal
from shared.rules import Rule


class DossierIncomplete(RuleRefusal):
    code = "dossier-incomplete"


class ChallengePending(RuleRefusal):
    """A challenge (质疑) is open or its time has not run out."""

    code = "challenge-pending"


@dataclass(frozen=True, slots=True)
class FailedTender:
    """What the application rests on (74-28)."""

    bidders: int
    is_notice_published: bool
    arguing_experts: int
    has_unreasonable_clause: bool | None
    """None until the experts have given their argument."""
    open_challenges: int


def check_argument(experts: Sequence[str], rule: Rule) -> None:
    """Three or more different experts of the pool."""
    if len(set(experts)) < int(rule.params["experts"]):
        raise DossierIncomplete(
            f"论证意见须由 {rule.params['experts']} 名以上评审专家出具（{rule.citation}）",
            rule=rule.id,
            article=rule.citation,
            field="experts",
        )


def check_application(tender: FailedTender, method: str, *, dossier: Rule, with_two: Rule) -> None:
    """The dossier must be complete and the method one that the failure allows."""
    missing = []
    if not tender.is_notice_published:
        missing.append("招标公告证明")
    if tender.has_unreasonable_clause is None or tender.arguing_experts < int(dossier.params["experts"]):
        missing.append("专家论证意见")
    if missing:
        raise DossierIncomplete(
            f"申请材料尚缺：{'、'.join(missing)}（{dossier.citation}）", rule=dossier.id, article=dossier.citation, field="tender_id"
        )
    if tender.open_challenges:
        raise ChallengePending(
            f"尚有 {tender.open_challenges} 件质疑未答复（{dossier.citation}）", rule=dossier.id, article=dossier.citation
        )
    allowed = routes_after_failure(bidders=tender.bidders, documents_faulty=bool(tender.has_unreasonable_clause))
    if method != "competitive_negotiation" or not {"negotiate_with_two", "negotiate_with_three"} & set(allowed):
        raise MethodNotAllowed(
            f"投标人 {tender.bidders} 家的废标不能申请该方式（{with_two.citation}）",
            rule=with_two.id,
            article=with_two.citation,
            field="method",
        )
