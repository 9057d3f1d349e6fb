"""Who may judge."""

from dataclasses import replace

import pytest

from services.evaluation.domain.independence import (
    AssessorRefused,
    CommissionFacts,
    Declaration,
    NotIndependent,
    check_assessor,
    check_commission,
)
from services.evaluation.plugins.independence import objections

INDEPENDENT = Declaration(is_subordinate_to_buyer=False, is_related_to_provider=False, bids_for_buyer_this_year=False)
FACTS = CommissionFacts(
    body="武汉江城社会工作评估中心",
    body_uscc="52420100MJ0003032F",
    provider="黄石市某社会工作服务中心",
    provider_uscc="52420200MJ00000345",
    buyers=("黄石市民政局", "黄石市社会救助局"),
    declaration=INDEPENDENT,
)


def test_an_independent_body_meets_no_objection() -> None:
    assert objections(FACTS) == []
    check_commission(FACTS, [])


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (replace(FACTS, body=FACTS.provider), "自己评价自己"),
        (replace(FACTS, body_uscc=FACTS.provider_uscc), "自己评价自己"),
        (replace(FACTS, body="黄石市社会救助局"), "购买主体或采购人"),
        (replace(FACTS, declaration=replace(INDEPENDENT, is_subordinate_to_buyer=True)), "隶属于购买主体"),
        (replace(FACTS, declaration=replace(INDEPENDENT, is_related_to_provider=True)), "利害关系"),
        (replace(FACTS, declaration=replace(INDEPENDENT, bids_for_buyer_this_year=True)), "投标"),
    ],
)
def test_a_body_that_is_not_independent_is_refused(facts: CommissionFacts, words: str) -> None:
    with pytest.raises(NotIndependent, match=words):
        check_commission(facts, objections(facts))


def test_a_body_has_a_credit_code() -> None:
    with pytest.raises(NotIndependent, match="18 位"):
        check_commission(replace(FACTS, body_uscc="123"), [])


def test_an_expert_who_guided_the_plan_judges_only_in_the_open() -> None:
    who = {"dimension": "D4", "organisation": "湖北师范大学", "body": FACTS.body}

    check_assessor(**who, has_guided_plan=True, disclosure="曾对项目计划书提出论证意见")
    with pytest.raises(AssessorRefused, match="披露"):
        check_assessor(**who, has_guided_plan=True, disclosure=" ")


def test_an_assessor_of_the_third_party_belongs_to_it() -> None:
    with pytest.raises(AssessorRefused, match="应属于受托机构"):
        check_assessor(dimension="D3", organisation="别的机构", body=FACTS.body, has_guided_plan=False, disclosure="")
