"""From the tender to the contract: the failed tender, its conversion, the draw, the negotiation, the award."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from services.procurement.app import SERVICE
from services.procurement.domain.draw import PARTIES, Exclusion, PoolEntry, Seat, draw
from shared.events.procurement import ExpertsDrawn, NoticeIssued, TenderFailed
from shared.work import Reader
from tests.conftest import Office
from tests.service.procurement.papers import MILESTONES, SCHEME, SEEDS
from tests.service.procurement.purchase import Purchase


@pytest.fixture
def purchase(service_client: Callable[..., Office]) -> Purchase:
    return Purchase(service_client(SERVICE))


def test_two_bids_are_returned_unopened_and_their_prices_exist_nowhere(purchase: Purchase) -> None:
    purchase.until("publish")
    priced = {
        "supplier_id": purchase.ids["A"],
        "received_at": "2016-07-05T09:00:00+08:00",
        "sealed_hash": "a" * 64,
        "price_fen": 66_800_000,
    }
    purchase.agent.post(purchase.at("tender", "/bids"), priced, on="2016-07-05", expect=400)
    purchase.bid("tender", "A", "2016-07-05T09:30:01", expect=422)
    purchase.fail()

    tender = purchase.auditor.get(purchase.at("tender"))

    assert tender["state"] == "failed"
    assert tender["opened_on"] is None
    assert tender["offers"] == []
    assert [bid["returned_on"] for bid in tender["bids"]] == ["2016-07-05"] * 2
    assert all("不足三家" in bid["told"] for bid in tender["bids"])
    assert purchase.office.said(TenderFailed)[0].article.endswith("第三十六条")
    assert "66800000" not in _whole_store(purchase.office)


def test_who_helped_to_design_the_project_does_not_bid(purchase: Purchase) -> None:
    purchase.until("publish")
    adviser = {"name": "湖北师范大学", "uscc": "12420200MB00000273", "kind": "public_institution_2", "address": "黄石", "contact": "0714-9"}
    purchase.ids["U"] = purchase.agent.post("/api/v1/suppliers", adviser, on="2016-06-14")["id"]

    assert purchase.bid("tender", "U", "2016-07-05T09:00:00", expect=422)["errors"][0]["article"].endswith("第十八条")


def test_prices_are_for_the_panel_until_its_report_is_with_the_buyer(purchase: Purchase) -> None:
    purchase.until("report")

    before = purchase.buyer.get(purchase.at("negotiation"))
    purchase.agent.post(purchase.at("negotiation", "/report-delivery"), {}, on="2016-08-10")
    after = purchase.buyer.get(purchase.at("negotiation"))

    assert {"offers", "ranking", "talks"} & set(before) == set()
    assert sorted(offer["final_fen"] for offer in after["offers"]) == [63_600_000, 64_800_000]
    assert len(purchase.panel.get(purchase.at("negotiation"))["offers"]) == 2


def test_three_bids_are_opened(purchase: Purchase) -> None:
    purchase.until("publish")
    for key in "ABC":
        purchase.bid("tender", key, "2016-07-05T09:00:00")

    assert purchase.agent.post(purchase.at("tender", "/deadline"), {}, on="2016-07-05") == {"bidders": 3, "outcome": "opened"}
    assert purchase.office.said(TenderFailed) == []


def test_the_deadline_is_not_closed_before_its_day(purchase: Purchase) -> None:
    purchase.until("publish")

    assert purchase.agent.post(purchase.at("tender", "/deadline"), {}, on="2016-07-04", expect=409)["type"].endswith("deadline-not-reached")


def test_the_method_changes_only_in_the_order_of_the_law(purchase: Purchase) -> None:
    purchase.until("fail")
    conversion = purchase.at("project", "/conversion")
    consent, approval = purchase.with_paper(opinion="同意"), purchase.with_paper(document_no="8号")

    without_argument = purchase.buyer.post(conversion, purchase.application(), on="2016-07-08", expect=422)
    purchase.argue()
    too_early = purchase.buyer.post(conversion, purchase.application(), on="2016-07-15", expect=422)
    purchase.apply()
    without_consent = purchase.finance.post(f"{conversion}/approval", approval, on="2016-07-18", expect=409)
    purchase.agent.post(purchase.at("project", "/draws"), purchase.drawing(), on="2016-07-18", expect=409)
    purchase.department.post(f"{conversion}/consent", consent, on="2016-07-19")
    suppliers = purchase.with_paper(suppliers=[purchase.ids["A"], purchase.ids["B"]], service_term="一年", place="中心")
    before_approval = purchase.agent.post(purchase.at("project", "/negotiations"), suppliers, on="2016-07-20", expect=422)

    assert "专家论证意见" in without_argument["detail"]
    assert too_early["type"].endswith("challenge-pending")
    assert without_consent["type"].endswith("step-missing")
    assert before_approval["type"].endswith("method-not-allowed")


def test_an_unreasonable_clause_leads_back_to_a_tender(purchase: Purchase) -> None:
    purchase.until("fail")
    argument = purchase.with_paper(experts=["E05", "E11", "E17"], has_unreasonable_clause=True, summary="资格条件过高")
    purchase.agent.post(purchase.at("tender", "/argument"), argument, on="2016-07-08")

    purchase.buyer.post(purchase.at("project", "/conversion"), purchase.application(), on="2016-07-18", expect=422)
    again = purchase.agent.post(
        purchase.at("project", "/tenders"),
        purchase.tender(documents_until="2016-07-25", deadline="2016-08-10T09:30:00+08:00"),
        on="2016-07-18",
    )

    assert again["notice_id"]


def test_anybody_can_repeat_the_draw_from_what_was_said(purchase: Purchase) -> None:
    purchase.until("reveal")
    record, said = purchase.auditor.get(purchase.at("draw")), purchase.office.said(ExpertsDrawn)[0]

    again = draw(
        [PoolEntry(*line.split("|")) for line in said.pool],
        [Exclusion(*line.split("|")) for line in said.exclusions],
        dict(zip(PARTIES, said.seeds, strict=True)),
        [Seat(category, int(count)) for category, count in (line.split("|") for line in said.seats)],
    )

    assert list(again.seated) == record["seated"] == list(said.drawn)
    assert (again.pool_hash, again.lot) == (said.pool_hash, record["lot"])
    assert hashlib.sha256("\n".join(said.pool).encode()).hexdigest() == said.pool_hash
    assert [line[:3] for line in said.exclusions] == ["E01", "E02", "E03", "E05", "E11", "E17", "E20"]
    assert "专家05" not in str(record) + said.model_dump_json(), "numbers only until the result notice"


def test_seeds_come_after_all_commitments_on_a_later_day_and_must_fit(purchase: Purchase) -> None:
    purchase.until("commit")
    path = purchase.at("draw", "/seeds")

    same_day = purchase.buyer.post(path, {"seed": SEEDS["buyer"]}, on="2016-07-28", expect=422)
    another = purchase.buyer.post(path, {"seed": "another-seed-0123456789"}, on="2016-07-29", expect=422)
    early = purchase.agent.post(purchase.at("draw", "/result"), {}, on="2016-07-29", expect=409)

    assert (same_day["type"].split(":")[-1], another["type"].split(":")[-1]) == ("too-early", "commitment-broken")
    assert "尚未全部公布" in early["detail"]


def test_nobody_commits_to_anothers_seed(purchase: Purchase) -> None:
    purchase.until("approve")
    purchase.ids["draw"] = purchase.agent.post(purchase.at("project", "/draws"), purchase.drawing(), on="2016-07-28")["id"]
    commitment = {"commitment": hashlib.sha256(b"the same seed").hexdigest()}
    purchase.buyer.post(purchase.at("draw", "/commitments"), commitment, on="2016-07-28")

    purchase.finance.post(purchase.at("draw", "/commitments"), commitment, on="2016-07-28", expect=422)


@pytest.mark.parametrize(
    ("seats", "representatives"),
    [
        ([{"category": "legal", "count": 1}, {"category": "professional", "count": 2}], 1),
        ([{"category": "legal", "count": 1}, {"category": "professional", "count": 2}], 2),
        ([{"category": "professional", "count": 4}], 1),
        ([{"category": "legal", "count": 1}, {"category": "professional", "count": 1}], 1),
    ],
)
def test_a_panel_that_is_not_lawful_is_not_drawn(purchase: Purchase, seats: Any, representatives: int) -> None:
    purchase.until("approve")
    drawing = purchase.drawing(seats=seats, buyer_representatives=representatives)

    assert purchase.agent.post(purchase.at("project", "/draws"), drawing, on="2016-07-28", expect=422)["type"].endswith("panel-not-lawful")


def test_who_declines_is_replaced_by_the_next_in_the_same_order(purchase: Purchase) -> None:
    purchase.until("reveal")
    record = purchase.auditor.get(purchase.at("draw"))
    gone = record["seated"][-1]
    waiting = [number for number in record["order"] if number not in record["seated"] and int(number[1:]) <= 20]

    replaced = purchase.agent.post(purchase.at("draw", "/replacements"), {"number": gone, "reason": "出差"}, on="2016-07-29")

    assert replaced["number"] == waiting[0]


def test_the_negotiation_is_with_the_same_two_and_no_others(purchase: Purchase) -> None:
    purchase.until("seat")
    body = purchase.with_paper(suppliers=[purchase.ids["A"], purchase.ids["C"]], service_term="一年", place="中心")

    refused = purchase.agent.post(purchase.at("project", "/negotiations"), body, on="2016-07-29", expect=422)

    assert refused["errors"][0]["rule"] == "negotiation_with_two"


def test_responses_have_three_working_days(purchase: Purchase) -> None:
    purchase.until("seat")
    body = purchase.with_paper(suppliers=[purchase.ids["A"], purchase.ids["B"]], service_term="一年", place="中心")
    purchase.ids["negotiation"] = purchase.agent.post(purchase.at("project", "/negotiations"), body, on="2016-07-29")["id"]
    issue = purchase.at("negotiation", "/issue")

    unconfirmed = purchase.agent.post(issue, {"deadline": "2016-08-09T09:00:00+08:00"}, on="2016-07-29", expect=409)
    purchase.panel.post(purchase.at("negotiation", "/confirmation"), {}, on="2016-08-01")
    purchase.agent.post(issue, {"deadline": "2016-08-04T09:00:00+08:00"}, on="2016-08-02", expect=422)
    purchase.agent.post(issue, {"deadline": "2016-08-05T09:00:00+08:00"}, on="2016-08-02")

    assert "尚未经谈判小组确认" in unconfirmed["detail"]


def test_suppliers_are_met_one_by_one_by_the_whole_panel_before_last_offers(purchase: Purchase) -> None:
    purchase.until("invite")
    for key in "AB":
        purchase.bid("negotiation", key, "2016-08-09T08:30:00")
    purchase.agent.post(purchase.at("negotiation", "/deadline"), {}, on="2016-08-09")
    for key, price in (("A", 66_800_000), ("B", 67_200_000)):
        purchase.offer("offers", key, price, is_responsive=True)

    purchase.talk("A", "10:00", "10:40", members=purchase.members[:-1], expect=422)
    purchase.talk("A", "10:00", "10:40")
    purchase.talk("B", "10:30", "11:00", expect=422)
    purchase.offer("final-offers", "A", 63_600_000, expect=422)
    purchase.talk("B", "10:50", "11:30")
    over_budget = purchase.offer("final-offers", "A", 68_000_001, expect=422)
    stranger = purchase.office.as_("panel", account="another-leader")
    report = purchase.with_paper(opinions=[{"member": member, "agrees": True} for member in purchase.members])

    assert over_budget["errors"][0]["rule"] == "offer_within_budget"
    assert stranger.post(purchase.at("negotiation", "/report"), report, on="2016-08-09", expect=403)["type"].endswith("not-the-leader")


def test_the_buyer_confirms_the_lowest_price_and_no_other(purchase: Purchase) -> None:
    purchase.until("report")
    purchase.agent.post(purchase.at("negotiation", "/report-delivery"), {}, on="2016-08-10")

    refused = purchase.buyer.post(purchase.at("negotiation", "/award"), {"supplier_id": purchase.ids["B"]}, on="2016-08-12", expect=422)

    assert refused["errors"][0]["article"].endswith("第三十八条第五项")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"milestones": [*MILESTONES[:2], {**MILESTONES[2], "amount": 19_080_001}]}, "contract-deviates"),
        ({"scheme": {**SCHEME, "satisfaction_dimension": "D9"}}, "scheme-fault"),
        ({"scheme": {**SCHEME, "bands": SCHEME["bands"][:3]}}, "scheme-fault"),  # type: ignore[index]  # a list, as written in purchase.py
        ({"ends_on": "2016-10-01"}, "term-too-long"),
    ],
)
def test_the_contract_says_what_was_awarded(purchase: Purchase, changes: Any, code: str) -> None:
    purchase.until("award")

    refused = purchase.buyer.post(purchase.at("project", "/contract"), purchase.agreement(**changes), on="2016-09-01", expect=422)

    assert refused["type"].endswith(code)


def test_nobody_signs_while_a_challenge_can_come_or_is_open(purchase: Purchase) -> None:
    purchase.until("award")
    contract = purchase.at("project", "/contract")

    purchase.buyer.post(contract, purchase.agreement(), on="2016-08-25", expect=422)
    body = purchase.with_paper(supplier_id=purchase.ids["B"], stage="result", matters="报价")
    challenge = purchase.agent.post(purchase.at("project", "/challenges"), body, on="2016-08-25")["id"]
    open_one = purchase.buyer.post(contract, purchase.agreement(), on="2016-08-26", expect=422)
    answer = purchase.with_paper(answer="不成立", affects_result=False)
    purchase.buyer.post(f"/api/v1/challenges/{challenge}/answer", answer, on="2016-08-29")
    purchase.agent.post(purchase.at("project", "/challenges"), body, on="2016-08-29", expect=422)
    late = purchase.buyer.post(contract, purchase.agreement(), on="2016-09-18", expect=422)

    assert "1 件质疑" in open_one["detail"]
    assert late["type"].endswith("overdue")
    assert purchase.buyer.post(contract, purchase.agreement(), on="2016-09-01")["scheme_hash"]


def test_a_correction_is_a_new_version_with_a_reason(purchase: Purchase) -> None:
    purchase.until("publish")
    tender = purchase.agent.get(purchase.at("tender"))
    path = f"/api/v1/notices/{tender['notice_id']}/corrections"

    purchase.agent.post(path, {"fields": [{"label": "没有的栏目", "value": "甲"}], "reason": "笔误"}, on="2016-06-14", expect=422)
    corrected = purchase.agent.post(path, {"fields": [{"label": "合同履行期限", "value": "十二个月"}], "reason": "笔误"}, on="2016-06-14")
    said = [notice for notice in purchase.office.said(NoticeIssued) if notice.kind in ("tender", "correction")]

    assert corrected["version"] == 2
    assert [(notice.kind, notice.version) for notice in said] == [("tender", 1), ("tender", 2), ("correction", 1)]
    assert said[0].notice_id == said[1].notice_id
    assert said[0].content_hash != said[1].content_hash
    assert {field.label: field.value for field in said[2].fields}["更正内容"] == "合同履行期限更正为：十二个月"


def _whole_store(office: Office) -> str:
    """Every value of every table, as text."""

    def query(reader: Reader) -> str:
        tables = office.runtime.service.table.metadata.sorted_tables
        return "\n".join(str(tuple(row)) for table in tables for row in reader.rows(text(f'select * from "{table.name}"')))

    return office.store.read_now(query)
