"""竞争性谈判：逐家谈判、最后报价，完全响应者中报价最低的成交；经批准可以与废标的两家继续谈判（74 号令第二十七条第二款）。"""

from services.procurement.domain.ranking import by_lowest_price
from services.procurement.hooks import MethodTerms, Offer, Ranked
from shared.plugins import hookimpl

METHOD = "competitive_negotiation"


@hookimpl
def method_terms(method: str) -> MethodTerms | None:
    if method != METHOD:
        return None
    return MethodTerms(
        code=METHOD,
        title="竞争性谈判",
        notice="negotiation",
        notice_period_rule="negotiation_notice_period",
        period_rule="response_period",
        panel_rule="panel_negotiation",
        ranking_rule="lowest_price",
        bidders_at_least=3,
        bidders_after_two=2,
        is_negotiated=True,
    )


@hookimpl
def ranking(method: str, offers: tuple[Offer, ...]) -> tuple[Ranked, ...] | None:
    return by_lowest_price(offers) if method == METHOD else None
