"""What the law of 2015 and 2016 forbids before a tender is published; nothing of a refused act is kept."""

from collections.abc import Callable
from typing import Any

import pytest

from services.procurement.app import SERVICE
from shared.events.procurement import MethodDecided, NoticeIssued, ProjectOpened
from tests.conftest import Office
from tests.service.procurement.papers import PROVIDER_KINDS
from tests.service.procurement.purchase import Purchase


@pytest.fixture
def purchase(service_client: Callable[..., Office]) -> Purchase:
    return Purchase(service_client(SERVICE))


def test_a_budget_needs_advice_and_both_price_opinions(purchase: Purchase) -> None:
    purchase.ids["project"] = purchase.buyer.post("/api/v1/projects", purchase.plan(), on="2015-10-12")["id"]

    refused = purchase.department.post(purchase.at("project", "/budget"), purchase.budget(), on="2015-11-10", expect=422)

    assert "专家意见、物价部门意见、统计部门意见" in refused["detail"]
    assert refused["errors"][0]["rule"] == "price_opinions"


def test_more_opinions_cannot_be_adopted_than_were_given(purchase: Purchase) -> None:
    purchase.ids["project"] = purchase.buyer.post("/api/v1/projects", purchase.plan(), on="2015-10-12")["id"]
    opinion = purchase.with_paper(kind="expert", body="湖北师范大学", points=5, adopted=6, summary="意见")

    assert purchase.buyer.post(purchase.at("project", "/opinions"), opinion, on="2015-10-20", expect=422)["type"].endswith(
        "more-adopted-than-given"
    )


def test_a_project_without_budget_cannot_be_opened(purchase: Purchase) -> None:
    purchase.until("draw_up")

    refused = purchase.buyer.post(purchase.at("project", "/proposal"), purchase.proposal(), on="2016-05-09", expect=409)

    assert "未列入预算的项目不得实施" in refused["detail"]


def test_budget_lines_must_add_up(purchase: Purchase) -> None:
    purchase.until("draw_up")
    budget = purchase.budget() | {"amount_fen": 68_000_001}

    assert purchase.department.post(purchase.at("project", "/budget"), budget, on="2015-11-10", expect=422)["errors"][0]["field"] == "lines"


def test_a_late_grant_needs_a_reason_and_is_kept_as_a_deviation(purchase: Purchase) -> None:
    purchase.until("draw_up")
    path = purchase.at("project", "/budget")
    purchase.department.post(path, purchase.budget(), on="2015-11-10")
    purchase.finance.post(f"{path}/review", purchase.with_paper(opinion="同意"), on="2015-11-30")
    purchase.finance.post(f"{path}/congress-approval", purchase.with_paper(body="市人大"), on="2016-01-29")
    late = purchase.with_paper(document_no="1号")

    refused = purchase.finance.post(f"{path}/grant", late, on="2016-02-19", expect=422)
    purchase.finance.post(f"{path}/grant", late | {"late_reason": "系统故障"}, on="2016-02-19")

    assert "2016-02-18" in refused["detail"]
    assert [item["rule"] for item in purchase.finance.get(purchase.at("project", "/deviations"))["items"]] == ["budget_approval_days"]


def test_the_second_person_must_be_a_second_person(purchase: Purchase) -> None:
    purchase.until("fund")
    both = purchase.office.as_("buyer", "reviewer", account="both")
    both.post(purchase.at("project", "/proposal"), purchase.proposal(), on="2016-05-09")
    check = {"is_in_catalogue": True, "negative_list": {"N1": False, "N2": False}, "opinion": "相符"}

    refused = both.post(purchase.at("project", "/opening"), check, on="2016-05-09", expect=403)

    assert refused["type"].endswith("same-person")
    assert purchase.office.said(ProjectOpened) == []


@pytest.mark.parametrize(
    ("proposal", "check", "reason"),
    [
        ({"matters": [{"title": "低保审核确认", "description": ""}]}, {}, "应当由政府直接履职"),
        ({}, {"negative_list": {"N1": False, "N2": True}}, "应当由政府直接履职"),
        ({}, {"negative_list": {"N1": False}}, "尚缺 N2"),
        ({}, {"is_in_catalogue": False}, "未列入指导性目录"),
    ],
)
def test_what_government_must_do_itself_is_not_bought(purchase: Purchase, proposal: Any, check: Any, reason: str) -> None:
    purchase.until("fund")
    purchase.buyer.post(purchase.at("project", "/proposal"), purchase.proposal(**proposal), on="2016-05-09")
    body = {"is_in_catalogue": True, "negative_list": {"N1": False, "N2": False}, "opinion": "相符"} | check

    assert reason in purchase.reviewer.post(purchase.at("project", "/opening"), body, on="2016-05-09", expect=422)["detail"]


def test_conditions_may_not_shut_out_a_kind_of_supplier(purchase: Purchase) -> None:
    purchase.until("fund")
    proposal = purchase.proposal(provider_kinds=PROVIDER_KINDS[1:])

    refused = purchase.buyer.post(purchase.at("project", "/proposal"), proposal, on="2016-05-09", expect=422)

    assert refused["errors"][0]["article"].endswith("第二十条第七项")


def test_the_public_has_five_working_days(purchase: Purchase) -> None:
    purchase.until("fund")
    purchase.buyer.post(purchase.at("project", "/proposal"), purchase.proposal(), on="2016-05-09")
    check = {"is_in_catalogue": True, "negative_list": {"N1": False, "N2": False}, "opinion": "相符"}
    purchase.reviewer.post(purchase.at("project", "/opening"), check, on="2016-05-09")
    path = purchase.at("project", "/requirement")

    purchase.buyer.post(path, purchase.with_paper(closes_on="2016-05-24"), on="2016-05-18", expect=422)
    purchase.buyer.post(path, purchase.with_paper(closes_on="2016-05-25"), on="2016-05-18")
    answer = purchase.with_paper(opinions=1, adopted=1, summary="答复")

    assert purchase.buyer.post(f"{path}/answer", answer, on="2016-05-25", expect=409)["type"].endswith("still-consulting")


def test_over_the_threshold_only_an_open_tender_can_be_decided(purchase: Purchase) -> None:
    purchase.until("open")
    path = purchase.at("project", "/method")

    refused = purchase.buyer.post(path, {"method": "competitive_negotiation", "reason": "快"}, on="2016-06-06", expect=422)

    assert "680,000 元，超过 500,000 元限额" in refused["detail"]
    assert "第二十七条" in refused["errors"][0]["article"]
    assert purchase.office.said(MethodDecided) == []


def test_a_service_is_never_bought_by_inquiry(purchase: Purchase) -> None:
    purchase.until("open")

    refused = purchase.buyer.post(purchase.at("project", "/method"), {"method": "inquiry", "reason": "便宜"}, on="2016-06-06", expect=422)

    assert refused["errors"][0]["rule"] == "inquiry_for_goods"


def test_two_small_purchases_of_one_item_are_one_large_one(purchase: Purchase) -> None:
    for n in range(2):
        purchase.draw_up(title=f"项目{n}")
        purchase.fund(amount=30_000_000)
        purchase.open()
        expect: dict[str, Any] = {"expect": 422} if n else {}
        body = {"method": "competitive_negotiation", "reason": "限额以下"}
        decided = purchase.buyer.post(purchase.at("project", "/method"), body, on="2016-06-06", **expect)

    assert decided["type"].endswith("split-purchase")
    assert "600,000" in decided["detail"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"deadline": "2016-07-02T09:30:00+08:00"}, "deadline"),
        ({"documents_until": "2016-06-17"}, "documents_until"),
    ],
)
def test_a_tender_leaves_twenty_days_and_its_documents_five_working_days(purchase: Purchase, changes: Any, field: str) -> None:
    purchase.until("decide")
    said = len(purchase.office.said(NoticeIssued))

    refused = purchase.agent.post(purchase.at("project", "/tenders"), purchase.tender(**changes), on="2016-06-13", expect=422)

    assert refused["errors"][0]["field"] == field
    assert len(purchase.office.said(NoticeIssued)) == said


def test_an_act_cannot_be_dated_before_the_latest_of_its_project(purchase: Purchase) -> None:
    purchase.until("fund")

    refused = purchase.buyer.post(purchase.at("project", "/proposal"), purchase.proposal(), on="2016-03-03", expect=409)

    assert refused["type"].endswith("acted-before-record")


def test_another_citys_officer_finds_nothing(purchase: Purchase) -> None:
    purchase.until("draw_up")
    stranger = purchase.office.as_("buyer", divisions=["420100000000"])

    stranger.get(purchase.at("project"), expect=404)
    stranger.post(purchase.at("project", "/plan-versions"), purchase.with_paper(summary="改", reason="改"), on="2015-10-27", expect=404)
    assert stranger.get("/api/v1/projects")["items"] == []
