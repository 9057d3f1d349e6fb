"""The Huangshi purchase from the first plan to the price standard, over HTTP, judged by the law of its days."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from services.procurement.app import SERVICE
from shared.events.procurement import (
    AwardDecided,
    ContractSigned,
    ExpertsDrawn,
    MethodDecided,
    NoticeIssued,
    PaymentReleased,
    ProjectClosed,
    ProjectOpened,
    TenderFailed,
)
from shared.rules import RuleBook
from shared.work import Reader
from tests.conftest import Office
from tests.service.procurement.purchase import Purchase

LATER_LAW = (
    "第102号",
    "第87号",
    "第101号",
    "第94号",
    "〔2016〕198号",
    "〔2019〕38号",
    "〔2020〕",
    "〔2021〕",
    "〔2026〕",
    "个人信息保护法",
)
"""Instruments that came into force after 2018-01, or after the act that they would govern (198号: after the draw)."""


@pytest.fixture
def played(service_client: Callable[..., Office]) -> Purchase:
    return Purchase(service_client(SERVICE)).until("learn")


def test_the_case_ends_with_the_figures_of_the_seed(played: Purchase) -> None:
    summary = played.auditor.get(played.at("project", "/summary"))

    assert (summary["buyer"], summary["procuring_entity"], summary["state"]) == ("黄石市民政局", "黄石市社会救助局", "closed")
    assert summary["closed_on"] == "2017-12-08"
    assert summary["procurement"] == {
        "methods": ["open_tender", "competitive_negotiation"],
        "failed_bids": 1,
        "bidders_at_deadline": 2,
        "conversion_approved_on": "2016-07-27",
        "panel": {"size": 5, "experts": 4, "legal": 1},
        "amount_fen": 63_600_000,
        "payments_fen": [19_080_000, 25_440_000, 19_080_000],
        "payments_by_year_fen": {"2016": 19_080_000, "2017": 44_520_000},
    }
    assert played.auditor.get(played.at("project", "/deviations"))["items"] == [], "nothing was late and no rule was bent"


def test_everybody_else_is_told(played: Purchase) -> None:
    office = played.office

    assert office.said(ProjectOpened)[0].budget == 68_000_000
    assert [(said.method, said.approved_on) for said in office.said(MethodDecided)] == [
        ("open_tender", None),
        ("competitive_negotiation", date(2016, 7, 27)),
    ]
    assert office.said(TenderFailed)[0].bidders == 2
    assert [(said.pool_size, said.excluded, said.panel_size, said.experts) for said in office.said(ExpertsDrawn)] == [(24, 7, 5, 4)]
    assert office.said(AwardDecided)[0].amount == 63_600_000
    assert office.said(ContractSigned)[0].scheme_hash == office.said(ContractSigned)[0].scheme.digest()
    assert [said.amount for said in office.said(PaymentReleased)] == [19_080_000, 25_440_000, 19_080_000]
    assert office.said(ProjectClosed)[0].paid == 63_600_000
    assert [said.kind for said in office.said(NoticeIssued)] == [
        *("budget", "catalogue", "requirement_opinion", "tender", "termination", "negotiation", "award", "contract", "acceptance"),
        *("audit", "price_standard"),
    ]


def test_no_act_cites_a_rule_that_was_not_in_force(played: Purchase) -> None:
    acts = _acts(played.office)
    rows = {(rule.id, rule.version): rule for rule in RuleBook.load(SERVICE.folder / "rules").rows()}
    cited = [(acted_on, rule) for acted_on, rules in acts for rule in rules]

    assert len(acts) > 55
    assert len(cited) > 60
    for acted_on, name in cited:
        candidates = [rule for (id, version), rule in rows.items() if f"{id}@{version}" == name]
        assert any(rule.is_in_force(acted_on, "420200000000") for rule in candidates), f"{acted_on}: {name}"
        assert all(rule.effective_from <= acted_on for rule in candidates), f"{acted_on}: {name}"


def test_nothing_published_or_kept_names_later_law(played: Purchase) -> None:
    told = "".join(said.model_dump_json() for said in played.office.everything_said())
    kept = played.auditor.get(played.at("project"))

    assert [law for law in LATER_LAW if law in told + str(kept)] == []
    assert {(duty["rule"], duty["is_required"], duty["note"]) for duty in kept["duties"]} == {
        (rule, False, "当时无此规定，不作要求") for rule in ("intention_notice", "requirement_review", "contract_term")
    }


def test_the_award_notice_names_experts_and_ends_the_time_to_challenge(played: Purchase) -> None:
    notices = played.buyer.get(played.at("project", "/notices"))["items"]
    award = next(notice for notice in notices if notice["kind"] == "award")
    fields = {field["label"]: field["value"] for field in award["fields"]}

    assert fields["评审专家名单"].count("专家") == 4
    assert fields["质疑期截止"] == "2016年08月25日"
    assert fields["成交金额"] == "636,000 元"


def _acts(office: Office) -> list[tuple[date, list[str]]]:
    def query(reader: Reader) -> list[tuple[date, list[str]]]:
        act = reader.kernel.act.c
        return [(row.acted_on, row.rules) for row in reader.rows(select(act.acted_on, act.rules).order_by(act.seq))]

    return office.store.read_now(query)
