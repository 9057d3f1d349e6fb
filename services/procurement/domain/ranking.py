"""Who comes first: by the lowest final price, or by points with a price weight; and prices that are too low to be true."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from services.procurement.domain.limit import Deviation, against
from shared.errors import RuleRefusal
from shared.money import Fen
from shared.rules import Rule

FULL_SCORE: Final = 100
"""Points of the lowest price, and the sum of all weights (87-55)."""


class PriceWeightNotAllowed(RuleRefusal):
    code = "price-weight-not-allowed"


class LowPriceUnexplained(RuleRefusal):
    code = "low-price-unexplained"


class NobodyQualifies(RuleRefusal):
    """Too few responsive offers: the activity ends (74-37)."""

    code = "nobody-qualifies"


@dataclass(frozen=True, slots=True)
class Offer:
    """A supplier's last price and, where quality is scored, its points for everything but the price (0 to 100)."""

    supplier: str
    price: Fen
    is_responsive: bool
    quality: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Ranked:
    rank: int
    supplier: str
    price: Fen
    points: Fraction | None
    """None where only the price decides."""


def by_lowest_price(offers: Sequence[Offer]) -> tuple[Ranked, ...]:
    """The responsive offers by final price, low to high (法 38(5), 74-35). Equal prices share a rank."""
    kept = sorted((offer for offer in offers if offer.is_responsive), key=lambda offer: (offer.price, offer.supplier))
    return tuple(Ranked(1 + sum(other.price < offer.price for other in kept), offer.supplier, offer.price, None) for offer in kept)


def by_score(offers: Sequence[Offer], *, price_weight: int) -> tuple[Ranked, ...]:
    """The responsive offers by points, then by lower price (87-55, 57)."""
    kept = [offer for offer in offers if offer.is_responsive]
    lowest = min((offer.price for offer in kept), default=Fen(1))
    weight = Fraction(price_weight, FULL_SCORE)
    points = {offer.supplier: price_score(lowest, offer.price) * weight + offer.quality * (1 - weight) for offer in kept}
    ordered = sorted(kept, key=lambda offer: (-points[offer.supplier], offer.price, offer.supplier))
    return tuple(Ranked(rank, offer.supplier, offer.price, points[offer.supplier]) for rank, offer in enumerate(ordered, start=1))


def price_score(lowest: Fen, price: Fen) -> Fraction:
    """Lowest price / price × 100; neither the highest nor the lowest is dropped."""
    return Fraction(lowest, price) * FULL_SCORE


def check_price_weight(percent: int, rule: Rule, *, reason: str = "") -> Deviation | None:
    """The price's part of the score, in percent."""
    least, most = rule.params["at_least"], rule.params["at_most"]
    if least <= percent <= most:
        return None
    return against(
        rule,
        f"价格权重 {percent}% 不在 {least}%–{most}% 之内（{rule.citation}）",
        PriceWeightNotAllowed,
        field="price_weight",
        reason=reason,
    )


LowPriceGround = Literal["mean", "second", "ceiling"]


def abnormally_low(price: Fen, prices: Sequence[Fen], ceiling: Fen, rule: Rule) -> tuple[LowPriceGround, ...]:
    """Which grounds call for a review of this price; strictly below each limit (财库〔2026〕2号)."""
    grounds: list[LowPriceGround] = []
    ordered = sorted(prices)
    if Fraction(price) < Fraction(sum(prices), len(prices)) * Fraction(rule.params["mean_percent"], 100):
        grounds.append("mean")
    if len(ordered) > 1 and Fraction(price) < ordered[1] * Fraction(rule.params["second_percent"], 100):
        grounds.append("second")
    if Fraction(price) < ceiling * Fraction(rule.params["ceiling_percent"], 100):
        grounds.append("ceiling")
    return tuple(grounds)


def check_low_prices_explained(offers: Sequence[Offer], explained: frozenset[str], ceiling: Fen, rule: Rule) -> None:
    """A price that is too low to be true needs an explanation in the report, or it cannot be ranked."""
    responsive = [offer for offer in offers if offer.is_responsive]
    prices = [offer.price for offer in responsive]
    low = [offer.supplier for offer in responsive if abnormally_low(offer.price, prices, ceiling, rule) and offer.supplier not in explained]
    if low:
        raise LowPriceUnexplained(
            f"{len(low)} 家报价异常偏低，须由供应商说明并记入评审报告（{rule.citation}）",
            rule=rule.id,
            article=rule.citation,
            field="remark",
        )


def check_low_price_threshold(percent: int, rule: Rule) -> None:
    """A buyer may raise the thresholds, up to a limit."""
    if percent > rule.params["at_most_percent"]:
        raise PriceWeightNotAllowed(
            f"异常低价审查阈值最高为 {rule.params['at_most_percent']}%（{rule.citation}）",
            rule=rule.id,
            article=rule.citation,
            field="threshold",
        )
