"""Ranking, talks, milestones and payments as functions of values."""

from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.procurement.domain.budget import BudgetUnbalanced, Line, YearPart, check_balanced
from services.procurement.domain.contract import ContractDeviates, SupplementTooLarge, check_price, check_supplement
from services.procurement.domain.limit import Overdue, check_within
from services.procurement.domain.milestone import Progress, RoundResult, unmet
from services.procurement.domain.notice import content_hash
from services.procurement.domain.party import CreditCodeMismatch, check_credit_code
from services.procurement.domain.payment import (
    ContractPosition,
    PaymentRefused,
    SamePerson,
    check_different,
    check_payable,
    check_within_year,
    due_on,
)
from services.procurement.domain.ranking import Offer, by_lowest_price, by_score, price_score
from services.procurement.domain.report import Opinion, ReportNotSigned, check_opinions
from services.procurement.domain.talk import Talk, TalkNotEqual, check_all_met, check_talk
from shared.errors import RuleRefusal
from shared.events.procurement import MilestoneTerms
from shared.money import Fen
from tests.unit.procurement.law import rule
from tests.unit.procurement.test_cases_of_the_law import SCHEME

TERMS = MilestoneTerms(code="M2", title="中期", amount=1, files_verified_percent=95, evaluation="mid")
PANEL = frozenset({"E1", "E2", "R1"})
offers = st.lists(
    st.builds(Offer, st.text(max_size=5), st.integers(1, 10**9).map(Fen), st.booleans()), max_size=8, unique_by=lambda offer: offer.supplier
)


def reached(**changes: Any) -> Progress:
    known: dict[str, Any] = {
        "is_contract_published": True,
        "is_plan_accepted": True,
        "files_due": 9_155,
        "files_verified": 9_155,
        "mid": result("83.590"),
    }
    return Progress(date(2017, 6, 22), **(known | changes))


def result(composite: str, verdict: str = "passed", *, findings: int = 0, open_findings: int = 0, frozen: bool = True) -> RoundResult:
    return RoundResult(Decimal(composite), Decimal(90), verdict, open_findings, findings, frozen)


def test_the_lowest_final_price_of_the_responsive_wins() -> None:
    ranked = by_lowest_price([Offer("A", Fen(636), True), Offer("B", Fen(648), True), Offer("C", Fen(500), False)])

    assert [(one.rank, one.supplier) for one in ranked] == [(1, "A"), (2, "B")]


@given(offers)
def test_nobody_ranks_before_a_cheaper_responsive_supplier(offered: list[Offer]) -> None:
    ranked = by_lowest_price(offered)

    assert [one.price for one in ranked] == sorted(offer.price for offer in offered if offer.is_responsive)
    assert all(one.rank == 1 for one in ranked if one.price == ranked[0].price)


def test_the_price_scores_of_the_worked_example() -> None:
    prices = [Fen(480_000), Fen(504_000), Fen(520_000)]

    assert [f"{float(price_score(prices[0], price)):.2f}" for price in prices] == ["100.00", "95.24", "92.31"]
    best = by_score([Offer("A", prices[0], True, Fraction(80)), Offer("B", prices[2], True, Fraction(82))], price_weight=10)
    assert [one.supplier for one in best] == ["B", "A"]


def test_every_file_counts_and_ninety_five_percent_is_not_rounded() -> None:
    assert unmet(TERMS, reached(files_verified=8_698), SCHEME) == ()
    assert unmet(TERMS, reached(files_verified=8_697), SCHEME) == ("一户一档 8697/9155，应不少于 95%",)
    assert unmet(TERMS, reached(files_due=0, files_verified=0), SCHEME) != ()


@pytest.mark.parametrize(
    ("mid", "is_met"),
    [
        (result("80"), True),
        (result("79.999", "passed"), True),
        (result("79.999", "rectify", findings=3, open_findings=1), False),
        (result("79.999", "rectify", findings=3), True),
        (result("79.999", "rectify"), False),
        (result("60", "rectify", findings=1), True),
        (result("59.999", "failed", findings=1), False),
        (result("90", frozen=False), False),
    ],
)
def test_a_round_opens_the_milestone_unrounded_or_after_rectification(mid: RoundResult, is_met: bool) -> None:
    assert (unmet(TERMS, reached(mid=mid), SCHEME) == ()) is is_met


def test_a_payment_stays_within_contract_year_and_law() -> None:
    by_progress, published = rule("pay_by_progress", "2016-09-23"), rule("pay_after_publication", "2016-09-23")
    position = ContractPosition(Fen(100), Fen(10), Fen(60), is_published=True)

    check_payable(Fen(50), position, is_verified=True, by_progress=by_progress, published=published)
    for amount, where, verified in (
        (51, position, True),
        (1, position, False),
        (1, ContractPosition(Fen(100), Fen(0), Fen(0), is_published=False), True),
    ):
        with pytest.raises(PaymentRefused):
            check_payable(Fen(amount), where, is_verified=verified, by_progress=by_progress, published=published)
    years = [YearPart(2016, Fen(204)), YearPart(2017, Fen(476))]
    check_within_year(Fen(4), date(2016, 12, 30), years, Fen(200), rule("budget_before_spending", "2016-12-30"))
    with pytest.raises(PaymentRefused, match="第十三条"):
        check_within_year(Fen(5), date(2016, 12, 30), years, Fen(200), rule("budget_before_spending", "2016-12-30"))


def test_the_contract_says_when_to_pay_until_the_law_does() -> None:
    assert due_on(date(2016, 9, 23), rule("payment_period", "2016-09-23"), contract_workdays=15) == date(2016, 10, 19)
    assert due_on(date(2026, 9, 1), rule("payment_period", "2026-09-01"), contract_workdays=15) == date(2026, 10, 8)


def test_nobody_acts_twice_on_one_payment() -> None:
    with pytest.raises(SamePerson):
        check_different("甲", ["甲", "乙"], rule("three_actors", "2016-09-23"))
    check_different("丙", ["甲", "乙"], rule("three_actors", "2016-09-23"))


def test_a_late_act_is_done_with_a_reason() -> None:
    period = rule("contract_publication", "2016-09-01")

    assert check_within(period, date(2016, 9, 1), date(2016, 9, 5), "合同公告") is None
    with pytest.raises(Overdue, match="2016-09-05"):
        check_within(period, date(2016, 9, 1), date(2016, 9, 6), "合同公告", reason=" ")
    late = check_within(period, date(2016, 9, 1), date(2016, 9, 6), "合同公告", reason="系统故障")
    assert late is not None
    assert late.rule == "contract_publication"


@pytest.mark.parametrize(
    ("start", "end", "members"),
    [(time(10, 30), time(11), PANEL), (time(11), time(11), PANEL), (time(11), time(12), frozenset({"E1"}))],
)
def test_talks_do_not_overlap_and_need_everybody(start: time, end: time, members: frozenset[str]) -> None:
    before = [Talk("A", time(10), time(10, 40), PANEL)]

    with pytest.raises(TalkNotEqual):
        check_talk(Talk("B", start, end, members), before, PANEL, rule("negotiation_one_by_one", "2016-08-09"))


def test_everybody_has_the_same_turns_before_the_last_offer() -> None:
    fair, law = [Talk("A", time(10), time(11), PANEL), Talk("B", time(11), time(12), PANEL)], rule("negotiation_one_by_one", "2016-08-09")

    check_all_met(["A", "B"], fair, law)
    for talks in (fair[:1], [*fair, Talk("A", time(13), time(14), PANEL)], []):
        with pytest.raises(TalkNotEqual):
            check_all_met(["A", "B"], talks, law)


def test_dissent_needs_words_and_silence_agrees() -> None:
    law, members = rule("panel_signatures", "2016-08-09"), ["E1", "E2", "R1"]

    check_opinions([Opinion("E1", True), Opinion("E2", False), Opinion("R1", False, "价格不合理")], members, law)
    for opinions in (
        [Opinion("E1", True), Opinion("E2", True)],
        [Opinion("E1", True), Opinion("E2", False, "不同意"), Opinion("R1", False, "不同意")],
    ):
        with pytest.raises(ReportNotSigned):
            check_opinions(opinions, members, law)


def test_a_contract_shares_out_exactly_the_award() -> None:
    parts = [MilestoneTerms(code=code, title=code, amount=amount) for code, amount in (("M1", 30), ("M2", 70))]

    check_price(Fen(100), parts, rule("contract_follows_award", "2016-09-01"))
    for wrong in (parts[:1], [parts[0], parts[0].model_copy(update={"amount": 70})]):
        with pytest.raises(ContractDeviates):
            check_price(Fen(100), wrong, rule("contract_follows_award", "2016-09-01"))


def test_supplements_reach_a_tenth_and_no_more() -> None:
    check_supplement(Fen(10), [], Fen(100), rule("supplement_limit", "2017-01-03"))
    with pytest.raises(SupplementTooLarge):
        check_supplement(Fen(1), [Fen(10)], Fen(100), rule("supplement_limit", "2017-01-03"))


def test_a_budget_adds_up_by_line_and_by_year() -> None:
    lines, years = [Line("甲", 2, "项", Fen(50))], [YearPart(2016, Fen(30)), YearPart(2017, Fen(70))]

    check_balanced(Fen(100), lines, years)
    for wrong in (
        (Fen(99), lines, years),
        (Fen(100), lines, years[:1]),
        (Fen(100), lines, [YearPart(2016, Fen(50))] * 2),
        (Fen(0), [], []),
    ):
        with pytest.raises(BudgetUnbalanced):
            check_balanced(*wrong)


def test_a_credit_code_must_be_right_and_of_its_kind() -> None:
    assert check_credit_code(" 52420200mj00000345 ", "service_organisation") == "52420200MJ00000345"
    assert check_credit_code("N2420222MF00000802", "rural_collective")
    with pytest.raises(CreditCodeMismatch):
        check_credit_code("52420200MJ00000345", "enterprise")
    with pytest.raises(RuleRefusal):
        check_credit_code("52420200MJ00000346", "service_organisation")


def test_a_notice_is_known_by_the_hash_of_what_is_read() -> None:
    first = content_hash("tender", 1, "甲", date(2016, 6, 13), [("标题", "内容")])

    assert first == content_hash("tender", 1, "甲", date(2016, 6, 13), [("标题", "内容")])
    assert (
        len(
            {
                first,
                content_hash("tender", 2, "甲", date(2016, 6, 13), [("标题", "内容")]),
                content_hash("tender", 1, "甲", date(2016, 6, 13), []),
            }
        )
        == 3
    )
