"""The cross-checks of the domain rules that concern procurement, numbered as there."""

from datetime import date, datetime

import pytest

from services.procurement.domain.acceptance import AcceptanceIncomplete, RecipientsOpinion, RequirementResult, check_acceptance
from services.procurement.domain.challenge import notice_ends, window_ends
from services.procurement.domain.contract import Term, TermTooLong, check_term, months
from services.procurement.domain.limit import due_on
from services.procurement.domain.matter import Matter, NegativeFinding, NotPurchasable, check_matters, signalled
from services.procurement.domain.method import MethodNotAllowed, SplitPurchase, check_method, check_not_split, routes_after_failure
from services.procurement.domain.milestone import Progress, unmet
from services.procurement.domain.panel import Composition, PanelNotLawful, check_composition, check_leader, experts_needed
from services.procurement.domain.party import BuyerNotAllowed, ProviderNotAllowed, check_buyer, check_provider
from services.procurement.domain.ranking import (
    LowPriceUnexplained,
    Offer,
    PriceWeightNotAllowed,
    abnormally_low,
    check_low_price_threshold,
    check_low_prices_explained,
    check_price_weight,
)
from services.procurement.domain.talk import offers_needed
from services.procurement.domain.tender import check_deadline, earliest_deadline
from services.procurement.labels import METHODS
from shared.clock import ZONE
from shared.errors import RuleRefusal
from shared.events.procurement import MilestoneTerms, Scheme
from shared.money import Fen
from tests.unit.procurement.law import rule

NOW = "2026-10-15"
THEN = "2016-06-06"
FULL_CHECK = dict.fromkeys(("N1", "N2", "N3", "N4", "N5", "N6"), False)
SCHEME = Scheme(
    dimensions=(),
    bands=(),
    satisfaction_dimension="D5",
    satisfaction_floor="80",
    pass_at_least="80",
    rectify_at_least="60",
    appeal_working_days=5,
)


def yuan(amount: int) -> Fen:
    return Fen(amount * 100)


def test_1_an_institution_with_administrative_functions_may_buy() -> None:
    for day in (THEN, NOW):
        assert check_buyer("administrative_institution", "救助局", rule("buyer_kinds", day)) is None
    with pytest.raises(BuyerNotAllowed):
        check_buyer("public_institution_1", "公益一类", rule("buyer_kinds", NOW))


@pytest.mark.parametrize("kind", ["public_institution_1", "mass_organisation", "public_institution_administrative"])
def test_2_public_institutions_of_the_first_kind_and_the_disabled_federation_may_not_supply(kind: str) -> None:
    with pytest.raises(ProviderNotAllowed, match="第八条"):
        check_provider(kind, "残联", rule("provider_kinds", NOW))


@pytest.mark.parametrize(
    ("title", "category"),
    [("窗口人员派遣 10 人", "N5"), ("低保审核确认", "N2"), ("档案室改造 + 建档服务", "N3")],
)
def test_3_4_5_what_the_negative_list_names_is_refused(title: str, category: str) -> None:
    listed = rule("negative_list", NOW)
    findings = signalled(Matter(title), listed)

    assert [finding.category for finding in findings] == [category]
    with pytest.raises(NotPurchasable, match="第十条"):
        check_matters([Matter(title)], findings, FULL_CHECK, listed)


def test_4_helping_with_household_visits_may_be_bought() -> None:
    listed = rule("negative_list", NOW)

    assert signalled(Matter("入户调查协助"), listed) == signalled(Matter("协助低保审核确认的入户走访"), listed) == []
    assert check_matters([Matter("入户调查协助")], [], FULL_CHECK, listed) is None


def test_in_2016_the_list_warned_and_a_reason_was_kept() -> None:
    listed = rule("negative_list", THEN)
    finding = NegativeFinding("甲", "N2", "审批")

    with pytest.raises(RuleRefusal, match="请书面说明理由"):
        check_matters([Matter("甲")], [finding], {"N1": False, "N2": False}, listed)
    kept = check_matters([Matter("甲")], [finding], {"N1": False, "N2": False}, listed, reason="仅为辅助")
    assert kept is not None
    assert kept.reason == "仅为辅助"


ALL_GROUNDS = frozenset(rule("contract_term", NOW).params["grounds"])


@pytest.mark.parametrize(
    ("ends_on", "grounds", "allowed"),
    [
        (date(2027, 10, 31), frozenset(), True),
        (date(2028, 10, 31), ALL_GROUNDS - {"价格变化幅度小"}, False),
        (date(2029, 10, 31), ALL_GROUNDS, True),
        (date(2029, 11, 30), ALL_GROUNDS, False),
    ],
)
def test_7_a_contract_lasts_a_year_or_three_with_five_grounds(ends_on: date, grounds: frozenset[str], allowed: bool) -> None:
    term, limit = Term(date(2026, 11, 1), ends_on), rule("contract_term", NOW)

    if allowed:
        check_term(term, date(2026, 10, 15), limit=limit, grounds=grounds)
    else:
        with pytest.raises(TermTooLong):
            check_term(term, date(2026, 10, 15), limit=limit, grounds=grounds)


def test_7_in_2016_nothing_limited_the_term() -> None:
    with pytest.raises(RuleRefusal):
        rule("contract_term", THEN)
    check_term(Term(date(2016, 10, 1), date(2019, 12, 31)), date(2016, 9, 1), limit=None)
    assert months(Term(date(2016, 10, 1), date(2017, 9, 30))) == 12
    assert months(Term(date(2016, 10, 1), date(2017, 10, 1))) == 13


def method(name: str, budget: Fen, *, item: str = "C05020300", on: str = THEN) -> None:
    check_method(
        name,
        budget=budget,
        item_code=item,
        threshold=rule("open_tender_threshold", on),
        approval=rule("other_method_approval", on),
        inquiry=rule("inquiry_for_goods", on),
        names=METHODS,
    )


def test_8_over_the_threshold_negotiation_needs_approval_and_the_threshold_is_strict() -> None:
    with pytest.raises(MethodNotAllowed, match="第二十七条"):
        method("competitive_negotiation", yuan(600_000))
    with pytest.raises(MethodNotAllowed):
        method("competitive_negotiation", Fen(50_000_001))
    method("competitive_negotiation", yuan(500_000))
    method("open_tender", yuan(600_000))


def test_9_the_same_item_twice_in_a_year_is_a_split_purchase() -> None:
    limit = {"threshold": rule("open_tender_threshold", THEN), "rule": rule("no_splitting", THEN)}

    with pytest.raises(SplitPurchase, match="第二十八条"):
        check_not_split([yuan(300_000)], yuan(300_000), **limit)
    check_not_split([yuan(200_000)], yuan(300_000), **limit)
    check_not_split([], yuan(500_000), **limit)


def test_10_nineteen_days_are_too_short_for_a_tender_and_twenty_are_enough() -> None:
    period, issued = rule("tender_period", "2016-03-01"), date(2016, 3, 1)

    assert earliest_deadline(issued, period) == date(2016, 3, 21)
    with pytest.raises(RuleRefusal, match="2016-03-21"):
        check_deadline(issued, moment(2016, 3, 20), period)
    check_deadline(issued, moment(2016, 3, 21), period)


def test_11_two_bidders_and_clean_documents_lead_to_a_negotiation_with_the_two() -> None:
    assert routes_after_failure(bidders=2, documents_faulty=False) == ("retender", "negotiate_with_two")
    assert routes_after_failure(bidders=2, documents_faulty=True) == ("correct_and_retender",)
    assert routes_after_failure(bidders=0, documents_faulty=False) == ("retender", "negotiate_with_three")
    assert routes_after_failure(bidders=1, documents_faulty=False) == ("retender", "single_source_if_only_one")
    assert routes_after_failure(bidders=2, documents_faulty=False, retender_failed=True) == ("retender", "negotiate_with_three")
    assert earliest_deadline(date(2017, 8, 1), rule("response_period", "2017-08-01")) == date(2017, 8, 4)
    final = rule("final_offers", "2017-08-01")
    assert offers_needed(final, bidders=2, goes_on_with_two=True) == 2
    assert offers_needed(final, bidders=2, goes_on_with_two=False) == 3


@pytest.mark.parametrize(
    ("panel", "lawful"),
    [(Composition(4, 3, 1), False), (Composition(5, 3, 1), False), (Composition(5, 4, 1), True), (Composition(3, 2, 1), False)],
)
def test_12_a_panel_is_odd_large_enough_and_two_thirds_experts(panel: Composition, lawful: bool) -> None:
    seven = rule("panel_negotiation", "2016-07-28")

    if lawful:
        assert check_composition(panel, seven, least=5, is_specialised=True) is None
    else:
        with pytest.raises(PanelNotLawful):
            check_composition(panel, seven, least=5, is_specialised=True)


def test_12_two_thirds_are_rounded_up() -> None:
    assert [experts_needed(members) for members in (3, 5, 7, 9)] == [2, 4, 5, 6]


def test_13_the_buyers_representative_does_not_lead() -> None:
    with pytest.raises(PanelNotLawful, match="第四十五条"):
        check_leader("R1", ["E01"], rule("panel_leader", "2018-01-02"))
    with pytest.raises(RuleRefusal):
        check_leader("R1", ["E01"], rule("panel_leader", "2016-07-29"))


@pytest.mark.parametrize(
    ("percent", "law", "lawful"),
    [(8, "price_weight_open_tender", False), (35, "price_weight_consultation", False), (40, "price_weight_open_tender", True)],
)
def test_14_the_price_weight_has_its_bounds_by_method(percent: int, law: str, lawful: bool) -> None:
    if lawful:
        check_price_weight(percent, rule(law, NOW))
    else:
        with pytest.raises(PriceWeightNotAllowed):
            check_price_weight(percent, rule(law, NOW))


def test_15_a_service_cannot_be_bought_by_inquiry() -> None:
    with pytest.raises(MethodNotAllowed, match="第三十二条"):
        method("inquiry", yuan(1), on=NOW)
    method("inquiry", yuan(1), item="A02010100", on=NOW)


def test_16_the_low_price_is_reviewed_by_the_ceiling_rule_only() -> None:
    low = rule("abnormally_low_price", NOW)
    prices = [yuan(price) for price in (41, 78, 80, 89)]

    assert abnormally_low(yuan(41), prices, yuan(100), low) == ("ceiling",)
    assert abnormally_low(yuan(45), prices, yuan(100), low) == ()
    offers = [Offer(str(price), price, is_responsive=True) for price in prices]
    with pytest.raises(LowPriceUnexplained, match="1 家"):
        check_low_prices_explained(offers, frozenset(), yuan(100), low)
    check_low_prices_explained(offers, frozenset({str(yuan(41))}), yuan(100), low)
    check_low_price_threshold(65, low)
    with pytest.raises(PriceWeightNotAllowed):
        check_low_price_threshold(70, low)


def test_17_to_20_limits_end_on_the_right_day() -> None:
    assert due_on(date(2026, 9, 18), rule("award_notice", NOW)) == date(2026, 9, 21)
    assert due_on(date(2026, 9, 30), rule("contract_publication", NOW)) == date(2026, 10, 9)
    assert due_on(date(2026, 2, 1), rule("contract_signing", NOW)) == date(2026, 3, 3)
    assert window_ends(date(2026, 3, 2), rule("challenge_window", NOW)) == date(2026, 3, 11)


def test_20_the_time_to_challenge_the_huangshi_award_ended_on_the_25th() -> None:
    notice = notice_ends(date(2016, 8, 15), rule("award_notice_period", "2016-08-15"))

    assert window_ends(notice, rule("challenge_window", "2016-08-15")) == date(2016, 8, 25)


def test_21_there_is_no_acceptance_without_the_recipients_opinion() -> None:
    done = [RequirementResult("甲", "完成")]

    for recipients in (RecipientsOpinion(0, 0, "满意"), RecipientsOpinion(5, 5, " ")):
        with pytest.raises(AcceptanceIncomplete, match="第四十五条"):
            check_acceptance(recipients, done, rule("acceptance_by_recipients", "2017-11-17"))
    check_acceptance(RecipientsOpinion(5, 4, "满意"), done, rule("acceptance_by_recipients", "2017-11-17"))


def test_22_the_last_milestone_waits_for_the_final_evaluation() -> None:
    terms = MilestoneTerms(code="M3", title="末期", amount=1, evaluation="final")
    done = Progress(date(2017, 11, 27), is_contract_published=True, is_plan_accepted=True)

    assert unmet(terms, done, SCHEME) == ("事后评价结果尚未生效",)


def moment(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 9, 30, tzinfo=ZONE)
