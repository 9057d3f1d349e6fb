"""Milestones, payments, acceptance, closing: compared with what was reported, done by different people, refused by name."""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest

from services.procurement.app import SERVICE
from shared.events.casework import SessionCorrected, SessionRecorded
from shared.events.evaluation import FindingClosed, FindingIssued
from shared.events.procurement import MilestoneVerified, PaymentReleased, ProjectClosed
from tests.conftest import Office
from tests.service.procurement.purchase import Purchase


@pytest.fixture
def purchase(service_client: Callable[..., Office]) -> Purchase:
    return Purchase(service_client(SERVICE)).until("sign")


def test_a_milestone_names_everything_it_lacks(purchase: Purchase) -> None:
    purchase.workers(1)

    refused = purchase.verify("M1", "2016-09-20", expect=422)

    assert refused["type"].endswith("milestone-unmet")
    assert [error["message"] for error in refused["errors"]] == [
        "合同尚未公告",
        "承接机构的实施方案尚未验收",
        "社工资质核验 1 人，应不少于 2 人",
    ]
    assert purchase.office.said(MilestoneVerified) == []


def test_a_contract_counts_as_public_only_when_disclosure_says_so(purchase: Purchase) -> None:
    purchase.workers()
    notice = purchase.buyer.post(purchase.at("contract", "/publication"), {}, on="2016-09-02")["notice_id"]
    purchase.buyer.post(purchase.at("contract", "/implementation-plan"), purchase.with_paper(), on="2016-09-20")

    purchase.verify("M1", "2016-09-20", expect=422)
    purchase.published("contract", notice, "2016-09-02")
    purchase.verify("M1", "2016-09-20")


def test_a_contract_is_published_and_filed_in_time_or_with_a_reason(purchase: Purchase) -> None:
    purchase.buyer.post(purchase.at("contract", "/publication"), {}, on="2016-09-06", expect=422)
    purchase.buyer.post(purchase.at("contract", "/filing"), purchase.with_paper(), on="2016-09-13", expect=422)
    purchase.buyer.post(purchase.at("contract", "/filing"), purchase.with_paper(late_reason="出差"), on="2016-09-13")


def test_three_people_pay_and_nobody_twice(purchase: Purchase) -> None:
    purchase.make_public()
    purchase.workers()
    purchase.ask("M1", "2016-09-20", expect=422)
    purchase.verify("M1", "2016-09-20")
    everybody = purchase.office.as_("buyer", "department", "treasury", account="everybody")
    asked = everybody.post(f"/api/v1/milestones/{purchase.ids['M1']}/payments", purchase.with_paper(invoice_no="1"), on="2016-09-23")
    path = f"/api/v1/payments/{asked['id']}"
    voucher = purchase.with_paper(voucher_no="1")

    assert everybody.post(f"{path}/approval", {}, on="2016-09-26", expect=403)["type"].endswith("same-person")
    purchase.treasury.post(f"{path}/release", voucher, on="2016-09-26", expect=409)
    purchase.department.post(f"{path}/approval", {}, on="2016-09-26")
    everybody.post(f"{path}/release", voucher, on="2016-09-29", expect=403)
    purchase.treasury.post(f"{path}/release", voucher, on="2016-10-21", expect=422)
    purchase.treasury.post(f"{path}/release", voucher, on="2016-09-29")
    purchase.ask("M1", "2016-09-30", expect=409)
    assert [said.amount for said in purchase.office.said(PaymentReleased)] == [19_080_000]


def test_a_year_pays_no_more_than_its_budget_holds(purchase: Purchase) -> None:
    purchase.make_public()
    purchase.workers()
    purchase.verify("M1", "2016-09-20")
    purchase.serve()
    purchase.conclude("mid", "83.590", on="2016-11-01")
    terms = next(row["terms"] for row in purchase.buyer.get(purchase.at("contract"))["milestones"] if row["code"] == "M2")

    refused = purchase.verify("M2", "2016-11-02", expect=422)

    assert terms["sessions"] == 6
    assert "服务 0 次，应不少于 6 次" in refused["detail"], "what happened in 2017 was not true in 2016"


def test_the_mid_round_opens_the_second_milestone_or_blocks_it(purchase: Purchase) -> None:
    purchase.make_public()
    purchase.workers()
    purchase.serve(verified=18)
    purchase.conclude("mid", "79.999", on="2017-06-20", verdict="rectify")

    refused = purchase.verify("M2", "2017-06-21", expect=422)

    assert [error["message"] for error in refused["errors"]] == [
        "一户一档 18/20，应不少于 95%",
        "事中评价 79.999 分，低于 80 分，整改尚未复核通过",
    ]


def test_below_the_mark_the_milestone_waits_for_every_finding_to_be_closed(purchase: Purchase) -> None:
    purchase.make_public()
    purchase.workers()
    purchase.serve()
    round_id = purchase.conclude("mid", "70", on="2017-06-20", verdict="rectify")
    about = {"finding_id": uuid4(), "round_id": round_id, "contract_id": purchase.contract_id()}
    purchase.office.hear(FindingIssued(**about, party="provider", dimension="D3", issued_on=date(2017, 6, 23)))
    purchase.verify("M2", "2017-06-24", expect=422)

    purchase.office.hear(FindingClosed(**about, closed_on=date(2017, 7, 28)))

    purchase.verify("M2", "2017-07-27", expect=422)
    purchase.verify("M2", "2017-07-28")


def test_a_withdrawn_session_no_longer_counts(purchase: Purchase) -> None:
    case_id = uuid4()
    about = {
        "case_id": case_id,
        "contract_id": purchase.contract_id(),
        "number": 1,
        "held_on": date(2017, 4, 5),
        "minutes": 60,
        "group": "G1",
    }
    purchase.office.hear(SessionCorrected(**about, version=2, is_withdrawn=True))
    purchase.office.hear(SessionRecorded(**about, mode="interview"))

    assert purchase.buyer.get(purchase.at("contract", "/progress"))["sessions"] == 0


def test_the_last_milestone_needs_final_evaluation_satisfaction_and_a_published_acceptance(purchase: Purchase) -> None:
    purchase.make_public()
    purchase.workers()
    purchase.serve()

    without = purchase.verify("M3", "2017-11-27", expect=422)
    purchase.conclude("final", "91.125", on="2017-11-16", satisfaction="79.99")
    unsatisfied = purchase.verify("M3", "2017-11-27", expect=422)

    assert [error["message"] for error in without["errors"]] == ["验收结果尚未公告", "事后评价结果尚未生效"]
    assert "服务对象满意度 79.99 分，低于 80 分" in unsatisfied["detail"]


@pytest.mark.parametrize(
    "changes",
    [{"representatives": 0, "satisfied": 0}, {"opinion": ""}, {"results": []}, {"satisfied": 6}],
)
def test_acceptance_without_the_recipients_is_none(purchase: Purchase, changes: dict[str, object]) -> None:
    body = purchase.with_paper(
        members=["成员"],
        representatives=5,
        satisfied=5,
        opinion="满意",
        results=[{"requirement": "甲", "result": "乙"}],
        conclusion="passed",
    )

    purchase.buyer.post(purchase.at("contract", "/acceptance"), body, on="2017-09-30", expect=409)
    refused = purchase.buyer.post(purchase.at("contract", "/acceptance"), body | changes, on="2017-11-17", expect=422)

    assert refused["errors"][0]["article"].endswith("第四十五条")


def test_a_project_closes_by_the_last_thing_that_was_missing(purchase: Purchase) -> None:
    purchase.make_public()
    for chapter in ("first payment", "second payment"):
        purchase.acts()[chapter]()
    refused = purchase.buyer.post(purchase.at("project", "/closing"), {}, on="2017-09-30", expect=422)
    purchase.return_data()
    assert purchase.office.said(ProjectClosed) == []

    purchase.acts()["third payment"]()

    assert [error["message"] for error in refused["errors"]] == [
        "尚有 190,800 元未付",
        "验收尚未通过",
        "结项档案尚未确认",
        "服务对象资料尚未返还或者删除",
    ]
    assert [said.closed_on for said in purchase.office.said(ProjectClosed)] == [date(2017, 12, 6)]


def test_the_dossier_is_confirmed_by_another_and_kept_fifteen_years(purchase: Purchase) -> None:
    purchase.accept()
    both = purchase.office.as_("buyer", "department", account="both")
    dossier = {"acceptance_report": purchase.paper, "documents": []}
    both.post(purchase.at("project", "/dossier"), dossier, on="2017-11-24")

    both.post(purchase.at("project", "/dossier/confirmation"), {}, on="2017-11-24", expect=403)
    purchase.department.post(purchase.at("project", "/dossier/confirmation"), {}, on="2017-11-24")

    assert purchase.buyer.get(purchase.at("project"))["dossier"]["keep_until"] == "2032-12-31"


def test_supplements_together_stay_within_a_tenth(purchase: Purchase) -> None:
    path = purchase.at("contract", "/supplements")
    purchase.buyer.post(path, purchase.with_paper(amount_fen=6_000_000, reason="增加服务"), on="2017-01-10")

    refused = purchase.buyer.post(path, purchase.with_paper(amount_fen=360_001, reason="再增加"), on="2017-02-10", expect=422)
    purchase.buyer.post(path, purchase.with_paper(amount_fen=360_000, reason="再增加"), on="2017-02-10")

    assert "第四十九条" in refused["errors"][0]["article"]


def test_another_project_is_not_audited_before_it_is_closed(purchase: Purchase) -> None:
    audit = purchase.with_paper(conclusion="合规", findings=0, summary="相符")

    purchase.auditor.post(purchase.at("project", "/audits"), audit, on="2017-12-18", expect=409)


def test_a_command_sent_twice_is_done_once(purchase: Purchase) -> None:
    path, key = purchase.at("contract", "/publication"), str(uuid4())
    first = purchase.buyer.post(path, {}, on="2016-09-02", key=key)
    second = purchase.buyer.post(path, {}, on="2016-09-02", key=key)

    assert first == second
    assert UUID(first["notice_id"])
