"""The rules are complete for the days they are asked on, and the built-in plugins answer every hook."""

from datetime import date

import pytest

from services.procurement import hooks
from services.procurement.domain.duty import duties
from services.procurement.domain.panel import earliest_draw, members_needed
from services.procurement.domain.recusal import Circumstances, ExpertFacts
from services.procurement.plugins import competitive_negotiation, milestone_conditions, negative_list, open_tender, recusal
from shared.money import Fen
from shared.plugins import hooks_of
from shared.rules import RuleMissing
from tests.unit.procurement.law import BOOK, HUANGSHI, rule

BUILT_IN = {
    "open_tender": open_tender,
    "competitive_negotiation": competitive_negotiation,
    "negative_list": negative_list,
    "recusal": recusal,
    "milestone_conditions": milestone_conditions,
}
DAYS_OF_THE_CASE = (date(2015, 10, 12), date(2018, 1, 15))
LATER = {"intention_notice", "requirement_review", "contract_term", "abnormally_low_price", "expert_draw_time"}


def test_every_rule_that_an_act_asks_for_was_in_force_during_the_whole_case() -> None:
    for id in sorted({row.id for row in BOOK.rows()} - LATER):
        for day in DAYS_OF_THE_CASE:
            assert BOOK.rule(id, on=day, division=HUANGSHI).effective_from <= day


@pytest.mark.parametrize("id", sorted(LATER - {"expert_draw_time"}))
def test_later_duties_are_unknown_in_the_years_of_the_case(id: str) -> None:
    for day in DAYS_OF_THE_CASE:
        with pytest.raises(RuleMissing):
            BOOK.rule(id, on=day, division=HUANGSHI)


def test_versions_of_a_rule_do_not_overlap_in_one_region() -> None:
    rows = BOOK.rows()

    for row in rows:
        others = [other for other in rows if other is not row and (other.id, other.region) == (row.id, row.region)]
        for other in others:
            assert not (other.effective_from <= row.effective_from <= (other.effective_to or date.max)), f"{row.id} {row.version}"


def test_the_huangshi_threshold_gave_way_to_the_provinces() -> None:
    assert rule("open_tender_threshold", "2016-06-06").params["amount_fen"] == 50_000_000
    assert rule("open_tender_threshold", "2026-06-08").params["amount_fen"] == 400_000_000


@pytest.mark.parametrize(
    ("law", "day", "budget", "over", "members"),
    [
        ("panel_negotiation", "2016-07-28", 68_000_000, True, 5),
        ("panel_negotiation", "2016-07-28", 30_000_000, False, 3),
        ("panel_open_tender", "2018-03-01", 68_000_000, True, 5),
        ("panel_open_tender", "2018-03-01", 1_000_000_000, True, 7),
    ],
)
def test_the_least_panel_grows_with_threshold_or_sum(law: str, day: str, budget: int, over: bool, members: int) -> None:
    assert members_needed(rule(law, day), budget=Fen(budget), is_over_threshold=over) == members


def test_an_expert_is_drawn_at_most_two_working_days_before_the_review() -> None:
    assert earliest_draw(date(2017, 10, 10), rule("expert_draw_time", "2017-10-09")) == date(2017, 9, 30)


def test_every_hook_is_answered_by_a_built_in_plugin() -> None:
    answered = {name for plugin in hooks_of(hooks, **BUILT_IN).plugins for name in plugin.hooks}

    assert answered == {"method_terms", "ranking", "recusals", "negative_findings", "milestone_objections"}


def test_each_method_has_one_plugin_and_strangers_none() -> None:
    asked = hooks_of(hooks, **BUILT_IN)

    assert [terms.code for terms in asked.method_terms(method="open_tender")] == ["open_tender"]
    assert [terms.bidders_after_two for terms in asked.method_terms(method="competitive_negotiation")] == [2]
    assert asked.method_terms(method="competitive_consultation") == []


def test_circumstances_exclude_by_several_reasons() -> None:
    circumstances = Circumstances(frozenset({"E05"}), frozenset({"湖北师范大学"}), frozenset({"甲公司"}), "救助局")

    assert recusal.recusals(ExpertFacts("E05", "湖北师范大学"), circumstances) == [
        "参加过本项目招标文件论证",
        "所在单位（湖北师范大学）参与过项目方案指导",
    ]
    assert recusal.recusals(ExpertFacts("E09", "甲公司"), circumstances) == ["与供应商存在劳动关系"]
    assert recusal.recusals(ExpertFacts("E10", "救助局"), circumstances) == ["采购人本单位人员"]
    assert recusal.recusals(ExpertFacts("E06", "乙公司"), circumstances) == []


def test_a_duty_that_the_date_does_not_know_is_said_to_be_none() -> None:
    shown = {duty.rule: duty.is_required for duty in duties(["requirement_review"])}

    assert shown == {"intention_notice": False, "requirement_review": True, "contract_term": False}
