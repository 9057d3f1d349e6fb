"""A case from enrolment to closing, over HTTP, and what refuses on the way."""

from datetime import date
from uuid import uuid4

import pytest

from shared.events.casework import CaseClosed, CaseOpened, DataReturned, OutcomeRecorded, PlanSigned, SessionCorrected, SessionRecorded
from tests.service.casework.agency import CONTRACT, Agency, session


def test_a_case_runs_from_enrolment_to_closing_and_return_of_the_data(agency: Agency) -> None:
    case = agency.serve()
    agency.record(session(case), session(case, "2017-02-21"))
    document = agency.worker.upload(b"%PDF-1.4 contract")
    found = {"case_id": case, "kind": "welfare_enterprise", "detail": "city", "achieved_on": "2017-05-02", "document": document}
    agency.worker.post("/api/v1/outcomes", found, on="2017-05-02")
    closing = {"case_id": case, "reason": "goals_met", "goals_met": 1, "satisfaction": 5, "report": "已就业"}
    agency.worker.post("/api/v1/closings", {"closings": [closing]}, on="2017-09-25")
    agency.supervisor.post("/api/v1/closings/approvals", {"case_ids": [case]}, on="2017-09-25")
    agency.accepted()
    returned = agency.director.post(
        f"/api/v1/contracts/{CONTRACT}/data-return", {"document": agency.director.upload(b"%PDF-1.4 deleted")}, on="2017-12-08"
    )

    summary = agency.supervisor.get(f"/api/v1/contracts/{CONTRACT}/summary")
    assert (summary["cases"], summary["workers"], summary["sessions"], summary["plans_signed"]) == (1, 1, 2, 1)
    assert summary["outcomes"] == {"welfare_enterprise": 1, "self_employed": 0}
    assert summary["closings"] == {"goals_met": 1}
    assert returned["keys_erased"] == 1
    for kind in (CaseOpened, PlanSigned, SessionRecorded, OutcomeRecorded, CaseClosed, DataReturned):
        assert agency.office.said(kind), kind


def test_a_worker_takes_no_more_cases_than_the_contract_allows(agency: Agency) -> None:
    agency.open(agency.enrol(), agency.enrol())

    refused = agency.open(agency.enrol(), expect=422)

    assert refused["errors"][0]["field"] == "assignments.0.worker_id"
    assert "上限 2" in refused["detail"]


def test_one_refused_assignment_opens_no_case_at_all(agency: Agency) -> None:
    agency.open(agency.enrol(), agency.enrol(), uuid4(), expect=422)

    assert agency.office.said(CaseOpened) == []
    assert agency.supervisor.get("/api/v1/cases")["items"] == []


@pytest.mark.parametrize(("on", "word"), [("2017-04-05", "截止"), ("2016-09-30", "尚未开始"), ("2017-10-09", "届满")])
def test_no_case_is_opened_outside_the_time_for_it(agency: Agency, on: str, word: str) -> None:
    refused = agency.open(agency.enrol(), on=on, expect=422)

    assert word in refused["detail"]


def test_who_withdrew_is_not_served(agency: Agency) -> None:
    recipient = agency.enrol()
    agency.withdraw(recipient, date(2017, 1, 25))

    refused = agency.open(recipient, expect=422)

    assert "退出" in refused["detail"]


def test_a_session_needs_a_signed_plan(agency: Agency) -> None:
    case = agency.open(agency.enrol())["cases"][0]["case_id"]

    refused = agency.record(session(case), expect=409)

    assert "签署服务计划" in refused["detail"]


def test_a_worker_is_not_in_two_places_at_once(agency: Agency) -> None:
    one, other = agency.serve(), agency.serve()
    agency.record(session(one, starts="09:00", ends="10:00"))

    refused = agency.record(session(other, starts="10:00", ends="11:00"), session(one, starts="10:30", ends="11:30"), expect=422)

    assert refused["errors"][0]["field"] == "sessions.1.held_on"
    assert len(agency.office.said(SessionRecorded)) == 1


def test_a_long_day_is_flagged_and_kept(agency: Agency) -> None:
    case = agency.serve()

    kept = agency.record(session(case, starts="08:00", ends="12:00"), session(case, starts="13:00", ends="18:00"))

    assert [entry["flags"] for entry in kept["sessions"]] == [[], ["long_day", "long_session"]]


def test_a_correction_supersedes_and_never_edits(agency: Agency) -> None:
    case = agency.serve()
    first = agency.record(session(case))["sessions"][0]["id"]
    correction = {"reason": "时间有误", **{key: value for key, value in session(case, ends="11:00").items() if key != "case_id"}}
    agency.worker.post(f"/api/v1/sessions/{first}/corrections", correction, on="2017-03-02")

    versions = agency.worker.get(f"/api/v1/cases/{case}/sessions")["items"]
    assert [(entry["version"], entry["minutes"]) for entry in versions] == [(1, 60), (2, 120)]
    assert agency.supervisor.get(f"/api/v1/contracts/{CONTRACT}/summary")["sessions"] == 1
    assert len(agency.office.said(SessionCorrected)) == 1
    agency.worker.post(f"/api/v1/sessions/{first}/corrections", correction, on="2017-03-02", expect=409)


def test_no_work_is_recorded_for_minors(agency: Agency) -> None:
    case = agency.serve("G2")
    document = agency.worker.upload(b"%PDF-1.4 contract")
    found = {"case_id": case, "kind": "self_employed", "detail": "shop", "achieved_on": "2017-05-02", "document": document}

    refused = agency.worker.post("/api/v1/outcomes", found, on="2017-05-02", expect=422)

    assert "未成年人" in refused["detail"]


def test_who_wrote_the_closing_does_not_sign_it(agency: Agency) -> None:
    case = agency.serve()
    agency.record(session(case))
    closing = {"case_id": case, "reason": "goals_met", "goals_met": 1, "report": "达成"}
    agency.worker.post("/api/v1/closings", {"closings": [closing]}, on="2017-08-01")
    both = agency.office.as_("caseworker", "supervisor", divisions=(), contracts=(CONTRACT,), account="caseworker")

    both.post("/api/v1/closings/approvals", {"case_ids": [case]}, on="2017-08-01", expect=403)


def test_another_agency_finds_nothing(agency: Agency) -> None:
    case = agency.serve()
    stranger = agency.office.as_("supervisor", divisions=(), contracts=(uuid4(),))

    stranger.get(f"/api/v1/cases/{case}", expect=404)
    stranger.get(f"/api/v1/contracts/{CONTRACT}/summary", expect=404)
    assert stranger.get("/api/v1/cases")["items"] == []


def test_a_dossier_without_the_bus_is_a_clear_503(agency: Agency) -> None:
    case = agency.serve()

    told = agency.worker.post(f"/api/v1/cases/{case}/dossier", {"purpose": "visit"}, on="2017-03-01", expect=503)

    assert "消息总线" in told["detail"]


def test_the_record_shows_who_asked_for_a_dossier(agency: Agency) -> None:
    case = agency.serve()
    agency.worker.post(f"/api/v1/cases/{case}/dossier", {"purpose": "visit"}, on="2017-03-01", expect=503)

    acts = agency.supervisor.get("/api/v1/acts", entity="case", id=case)["items"]

    assert ("ask_dossier", "caseworker") in [(act["name"], act["account"]) for act in acts]
