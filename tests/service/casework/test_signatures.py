"""Two pairs of eyes: certificates, plans and closings are signed by another person than who wrote them."""

from datetime import date

import pytest

from shared.events.casework import CaseClosed, PlanSigned, WorkerVerified
from tests.service.casework.agency import CONTRACT, Agency, session


def certificate(account: str, number: str = "2015HB4202002") -> dict[str, str]:
    return {
        "contract_id": str(CONTRACT),
        "account": account,
        "name": "王社工",
        "level": "assistant",
        "certificate_no": number,
        "registered_until": "2018-12-31",
    }


def test_who_registers_a_worker_does_not_verify_the_certificate(agency: Agency) -> None:
    worker = agency.supervisor.post("/api/v1/workers", certificate("second"), on="2016-09-12")["id"]

    agency.supervisor.post(f"/api/v1/workers/{worker}/verification", {}, on="2016-09-19", expect=403)
    agency.office.as_("buyer").post(f"/api/v1/workers/{worker}/verification", {}, on="2016-09-19")
    agency.office.as_("buyer").post(f"/api/v1/workers/{worker}/verification", {}, on="2016-09-20", expect=409)

    assert [event.verified_on for event in agency.office.said(WorkerVerified)] == [date(2016, 9, 19)] * 2


def test_a_worker_is_registered_once_and_with_a_valid_certificate(agency: Agency) -> None:
    agency.supervisor.post("/api/v1/workers", certificate("caseworker"), on="2016-09-13", expect=409)
    agency.supervisor.post("/api/v1/workers", certificate("late") | {"registered_until": "2016-09-12"}, on="2016-09-13", expect=422)


@pytest.mark.parametrize("verify", [False, True])
def test_only_a_verified_and_valid_certificate_carries_cases(agency: Agency, verify: bool) -> None:
    short = certificate("short") | {"registered_until": "2017-01-31"}
    agency.worker_id = agency.supervisor.post("/api/v1/workers", short, on="2016-09-12")["id"]
    if verify:
        agency.office.as_("buyer").post(f"/api/v1/workers/{agency.worker_id}/verification", {}, on="2016-09-19")

    refused = agency.open(agency.enrol(), expect=422)

    assert ("届满" if verify else "尚未核验") in refused["detail"]


def test_who_wrote_a_plan_does_not_sign_it_as_supervisor(agency: Agency) -> None:
    case = agency.open(agency.enrol())["cases"][0]["case_id"]
    plan = agency.plan(case)
    both = agency.office.as_("caseworker", "supervisor", divisions=(), contracts=(CONTRACT,), account="caseworker")

    both.post("/api/v1/plans/approvals", {"plan_ids": [plan]}, on="2017-02-10", expect=403)
    agency.supervisor.post("/api/v1/plans/approvals", {"plan_ids": [plan]}, on="2017-02-10")
    agency.supervisor.post("/api/v1/plans/approvals", {"plan_ids": [plan]}, on="2017-02-11", expect=409)

    assert len(agency.office.said(PlanSigned)) == 1


def test_the_plan_of_a_pupil_needs_the_guardian(agency: Agency) -> None:
    case = agency.open(agency.enrol("G2"))["cases"][0]["case_id"]
    assessment = {"case_id": case, "needs": ["education"], "risk": "low", "summary": "学习吃力"}
    agency.worker.post("/api/v1/assessments", {"assessments": [assessment]}, on="2017-02-08")
    plan = {"case_id": case, "goals": ["完成学业"], "sessions_planned": 12, "recipient_signed_on": "2017-02-10"}

    refused = agency.worker.post("/api/v1/plans", {"plans": [plan]}, on="2017-02-10", expect=422)

    assert refused["errors"][0]["rule"] == "guardian_signature"
    agency.worker.post("/api/v1/plans", {"plans": [plan | {"is_guardian_signed": True}]}, on="2017-02-10")


def test_a_closing_that_is_sent_back_is_proposed_anew_and_then_signed(agency: Agency) -> None:
    case = agency.serve()
    agency.record(session(case))
    agency.propose(case, "referred", on="2017-07-14")

    agency.supervisor.post("/api/v1/closings/returns", {"case_ids": [case], "reason": "转介回执缺失"}, on="2017-07-17")
    agency.supervisor.post("/api/v1/closings/approvals", {"case_ids": [case]}, on="2017-07-17", expect=409)
    agency.record(session(case, "2017-07-18"), on="2017-07-18")
    agency.propose(case, "goals_met", goals_met=1, on="2017-09-25")
    agency.supervisor.post("/api/v1/closings/approvals", {"case_ids": [case]}, on="2017-09-25")

    closed = agency.office.said(CaseClosed)
    assert [(event.reason, event.closed_on) for event in closed] == [("goals_met", date(2017, 9, 25))]
    assert agency.supervisor.get(f"/api/v1/contracts/{CONTRACT}/summary")["closings"] == {"goals_met": 1}


def test_a_case_may_end_before_it_has_a_plan(agency: Agency) -> None:
    case = agency.open(agency.enrol())["cases"][0]["case_id"]

    agency.close(case, "declined", on="2017-02-20")

    assert agency.office.said(CaseClosed)[0].reason == "declined"


def test_who_was_withdrawn_by_intake_may_leave_before_the_top_up_ends(agency: Agency) -> None:
    recipient = agency.enrol()
    case = agency.open(recipient)["cases"][0]["case_id"]
    agency.propose(case, "moved", on="2017-03-01", expect=422)
    agency.withdraw(recipient, date(2017, 3, 2))

    agency.close(case, "moved", on="2017-03-03")

    assert agency.office.said(CaseClosed)[0].reason == "moved"


def test_the_record_names_rule_and_plugin_of_an_assignment(agency: Agency) -> None:
    agency.open(agency.enrol())

    acts = agency.supervisor.get("/api/v1/acts", entity="contract", id=CONTRACT)["items"]

    opened = next(act for act in acts if act["name"] == "open_cases")
    assert {"case_method@2015-01-01", "top_up@2015-01-01"} <= set(opened["rules"])
    assert any(plugin.startswith("capacity@") for plugin in opened["plugins"])
