"""A case from enrolment to closing, over HTTP, and what refuses on the way."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.casework.app import SERVICE
from shared.events.casework import CaseClosed, CaseOpened, DataReturned, OutcomeRecorded, PlanSigned, SessionCorrected, SessionRecorded
from shared.events.intake import RecipientEnrolled, RecipientWithdrawn
from shared.events.procurement import AcceptanceRecorded, ContractSigned, MilestoneTerms, Scheme
from tests.conftest import HUANGSHI, Desk, Office

CONTRACT, PROJECT = uuid4(), uuid4()
SHIHUIYAO = "420202007001"
SCHEME = Scheme(
    dimensions=(),
    bands=(),
    satisfaction_dimension="D5",
    satisfaction_floor="80",
    pass_at_least="80",
    rectify_at_least="60",
    appeal_working_days=5,
)
SIGNED = ContractSigned(
    contract_id=CONTRACT,
    contract_no="HSSHJZ-2016-01",
    project_id=PROJECT,
    title="黄石市社会救助领域政府购买服务项目",
    division=HUANGSHI,
    provider="黄石市某社会工作服务中心",
    provider_uscc="52420200MJ00000345",
    amount=63_600_000,
    signed_on=date(2016, 9, 1),
    starts_on=date(2016, 10, 1),
    ends_on=date(2017, 9, 30),
    clients_at_least=400,
    workers=15,
    worker_capacity=2,
    scheme=SCHEME,
    scheme_hash="",
    milestones=(MilestoneTerms(code="M1", title="启动", amount=19_080_000),),
)


@dataclass
class Agency:
    office: Office
    director: Desk
    supervisor: Desk
    worker: Desk
    worker_id: str

    def enrol(self, group: str = "G3") -> UUID:
        recipient = uuid4()
        self.office.hear(
            RecipientEnrolled(
                recipient_id=recipient,
                programme_id=uuid4(),
                contract_id=CONTRACT,
                group=group,
                division=SHIHUIYAO + "0" * (12 - len(SHIHUIYAO)),
                enrolled_on=date(2017, 1, 20),
                is_replacement=False,
            ),
            on=date(2017, 1, 20),
        )
        return recipient

    def open(self, *recipients: UUID, on: str = "2017-02-06", expect: int | None = None) -> Any:
        assignments = [{"recipient_id": str(recipient), "worker_id": self.worker_id} for recipient in recipients]
        return self.supervisor.post("/api/v1/cases", {"contract_id": str(CONTRACT), "assignments": assignments}, on=on, expect=expect)

    def serve(self, group: str = "G3") -> str:
        """A case with a signed plan."""
        case = self.open(self.enrol(group))["cases"][0]["case_id"]
        assessment = {"case_id": case, "needs": ["employment"], "risk": "medium", "summary": "愿意工作，缺少信心"}
        self.worker.post("/api/v1/assessments", {"assessments": [assessment]}, on="2017-02-08")
        plan = {"case_id": case, "goals": ["就业"], "sessions_planned": 12, "recipient_signed_on": "2017-02-10", "is_guardian_signed": True}
        plan_id = self.worker.post("/api/v1/plans", {"plans": [plan]}, on="2017-02-10")["plans"][0]["plan_id"]
        self.supervisor.post("/api/v1/plans/approvals", {"plan_ids": [plan_id]}, on="2017-02-10")
        return str(case)

    def record(self, *sessions: dict[str, Any], on: str = "2017-03-01", expect: int | None = None) -> Any:
        return self.worker.post("/api/v1/sessions", {"sessions": list(sessions)}, on=on, expect=expect)


def session(case: str, day: str = "2017-02-20", starts: str = "09:00", ends: str = "10:00") -> dict[str, Any]:
    return {"case_id": case, "held_on": day, "starts_at": starts, "ends_at": ends, "mode": "home_visit", "note": "入户探访"}


@pytest.fixture
def agency(service_client: Callable[..., Office]) -> Agency:
    office = service_client(SERVICE)
    office.hear(SIGNED, on=date(2016, 9, 1))
    people = {
        role: office.as_(role, divisions=(), contracts=(CONTRACT,), account=role) for role in ("director", "supervisor", "caseworker")
    }
    worker = {"contract_id": str(CONTRACT), "account": "caseworker", "name": "李社工", "level": "social_worker"}
    certificate = {"certificate_no": "2015HB4202001", "registered_until": "2018-12-31"}
    worker_id = people["supervisor"].post("/api/v1/workers", worker | certificate, on="2016-09-12")["id"]
    office.as_("buyer", account="buyer").post(f"/api/v1/workers/{worker_id}/verification", {}, on="2016-09-19")
    return Agency(office, people["director"], people["supervisor"], people["caseworker"], worker_id)


def test_a_case_runs_from_enrolment_to_closing_and_return_of_the_data(agency: Agency) -> None:
    case = agency.serve()
    agency.record(session(case), session(case, "2017-02-21"))
    document = agency.worker.upload(b"%PDF-1.4 contract")
    found = {"case_id": case, "kind": "welfare_enterprise", "detail": "city", "achieved_on": "2017-05-02", "document": document}
    agency.worker.post("/api/v1/outcomes", found, on="2017-05-02")
    closing = {"case_id": case, "reason": "goals_met", "goals_met": 1, "satisfaction": 5, "report": "已就业"}
    agency.worker.post("/api/v1/closings", {"closings": [closing]}, on="2017-09-25")
    agency.supervisor.post("/api/v1/closings/approvals", {"case_ids": [case]}, on="2017-09-25")
    agency.office.hear(
        AcceptanceRecorded(
            contract_id=CONTRACT, project_id=PROJECT, accepted_on=date(2017, 11, 17), recipients_present=5, conclusion="passed"
        ),
        on=date(2017, 11, 17),
    )
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
    agency.office.hear(
        RecipientWithdrawn(
            recipient_id=recipient, programme_id=uuid4(), contract_id=CONTRACT, withdrawn_on=date(2017, 1, 25), reason="consent_withdrawn"
        )
    )

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
