"""What procurement does out of the box, asked as it asks: through its hooks."""

from datetime import date
from fractions import Fraction

import pytest

from services.procurement import hooks
from services.procurement.domain.matter import Matter
from services.procurement.domain.milestone import Progress
from services.procurement.domain.ranking import Offer
from services.procurement.plugins import competitive_negotiation, milestone_conditions, negative_list, open_tender
from shared.events.procurement import MilestoneTerms
from shared.money import Fen
from shared.plugins import hooks_of
from tests.unit.procurement.law import rule
from tests.unit.procurement.test_cases_of_the_law import SCHEME

ASKED = hooks_of(
    hooks,
    open_tender=open_tender,
    competitive_negotiation=competitive_negotiation,
    negative_list=negative_list,
    milestone_conditions=milestone_conditions,
)
OFFERS = (
    Offer("甲", Fen(63_600_000), is_responsive=True, quality=Fraction(60)),
    Offer("乙", Fen(66_000_000), is_responsive=True, quality=Fraction(85)),
    Offer("丙", Fen(50_000_000), is_responsive=False, quality=Fraction(90)),
)


@pytest.mark.parametrize(("method", "order"), [("competitive_negotiation", ["甲", "乙"]), ("open_tender", ["乙", "甲"])])
def test_method_decides_what_wins_and_who_does_not_respond_is_out(method: str, order: list[str]) -> None:
    ((first, *others),) = ASKED.ranking(method=method, offers=OFFERS, price_weight=10)

    assert [ranked.supplier for ranked in (first, *others)] == order
    assert [ranked.rank for ranked in (first, *others)] == [1, 2]


def test_unknown_method_ranks_nobody() -> None:
    assert ASKED.ranking(method="lottery", offers=OFFERS, price_weight=10) == []


@pytest.mark.parametrize(
    ("title", "is_suspect"), [("独居老人上门服务", False), ("行政许可的审批", True), ("协助行政许可的材料整理", False)]
)
def test_act_of_government_cannot_be_bought_but_help_with_it_can(title: str, is_suspect: bool) -> None:
    (found,) = ASKED.negative_findings(matter=Matter(title), rule=rule("negative_list", "2026-06-08"))

    assert bool(found) is is_suspect


def test_milestone_names_every_condition_that_is_not_met() -> None:
    terms = MilestoneTerms(code="M1", title="启动", amount=1, sessions=10)

    (missing,) = ASKED.milestone_objections(terms=terms, progress=Progress(date(2016, 10, 1)), scheme=SCHEME)

    assert missing[:2] == ["合同尚未公告", "承接机构的实施方案尚未验收"]
    assert any("服务" in condition for condition in missing[2:])
