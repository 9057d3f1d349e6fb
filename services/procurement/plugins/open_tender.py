"""公开招标：不少于二十日，三家以上开标，综合评分法排序。"""

from services.procurement.domain.ranking import by_score
from services.procurement.hooks import MethodTerms, Offer, Ranked
from shared.plugins import hookimpl

METHOD = "open_tender"


@hookimpl
def method_terms(method: str) -> MethodTerms | None:
    if method != METHOD:
        return None
    return MethodTerms(
        code=METHOD,
        title="公开招标",
        notice="tender",
        notice_period_rule="tender_notice_period",
        period_rule="tender_period",
        panel_rule="panel_open_tender",
        ranking_rule="score_ranking",
        bidders_at_least=3,
        bidders_after_two=3,
        is_negotiated=False,
    )


@hookimpl
def ranking(method: str, offers: tuple[Offer, ...], price_weight: int) -> tuple[Ranked, ...] | None:
    return by_score(offers, price_weight=price_weight) if method == METHOD else None
