"""An agency under a contract, with one worker who may carry two cases, for the tests of casework."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

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
                division=SHIHUIYAO,
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
        case = str(self.open(self.enrol(group))["cases"][0]["case_id"])
        plan_id = self.plan(case)
        self.supervisor.post("/api/v1/plans/approvals", {"plan_ids": [plan_id]}, on="2017-02-10")
        return case

    def plan(self, case: str) -> str:
        """An assessed case with a plan that the supervisor has not signed yet."""
        assessment = {"case_id": case, "needs": ["employment"], "risk": "medium", "summary": "愿意工作，缺少信心"}
        self.worker.post("/api/v1/assessments", {"assessments": [assessment]}, on="2017-02-08")
        plan = {"case_id": case, "goals": ["就业"], "sessions_planned": 12, "recipient_signed_on": "2017-02-10", "is_guardian_signed": True}
        return str(self.worker.post("/api/v1/plans", {"plans": [plan]}, on="2017-02-10")["plans"][0]["plan_id"])

    def record(self, *sessions: dict[str, Any], on: str = "2017-03-01", expect: int | None = None) -> Any:
        return self.worker.post("/api/v1/sessions", {"sessions": list(sessions)}, on=on, expect=expect)

    def propose(
        self, case: str, reason: str = "goals_met", *, goals_met: int = 0, on: str = "2017-09-25", expect: int | None = None
    ) -> Any:
        closing = {"case_id": case, "reason": reason, "goals_met": goals_met, "report": "结案报告"}
        return self.worker.post("/api/v1/closings", {"closings": [closing]}, on=on, expect=expect)

    def close(self, case: str, reason: str = "referred", *, on: str = "2017-09-25") -> None:
        self.propose(case, reason, on=on)
        self.supervisor.post("/api/v1/closings/approvals", {"case_ids": [case]}, on=on)

    def withdraw(self, recipient: UUID, on: date) -> None:
        told = RecipientWithdrawn(
            recipient_id=recipient, programme_id=uuid4(), contract_id=CONTRACT, withdrawn_on=on, reason="consent_withdrawn"
        )
        self.office.hear(told, on=on)

    def accepted(self) -> None:
        day = date(2017, 11, 17)
        told = AcceptanceRecorded(contract_id=CONTRACT, project_id=PROJECT, accepted_on=day, recipients_present=5, conclusion="passed")
        self.office.hear(told, on=day)


def session(case: str, day: str = "2017-02-20", starts: str = "09:00", ends: str = "10:00") -> dict[str, Any]:
    return {"case_id": case, "held_on": day, "starts_at": starts, "ends_at": ends, "mode": "home_visit", "note": "入户探访"}


def begin(office: Office) -> Agency:
    """The contract is signed and the one worker's certificate verified."""
    office.hear(SIGNED, on=date(2016, 9, 1))
    people = {
        role: office.as_(role, divisions=(), contracts=(CONTRACT,), account=role) for role in ("director", "supervisor", "caseworker")
    }
    worker = {"contract_id": str(CONTRACT), "account": "caseworker", "name": "李社工", "level": "social_worker"}
    certificate = {"certificate_no": "2015HB4202001", "registered_until": "2018-12-31"}
    worker_id = people["supervisor"].post("/api/v1/workers", worker | certificate, on="2016-09-12")["id"]
    office.as_("buyer", account="buyer").post(f"/api/v1/workers/{worker_id}/verification", {}, on="2016-09-19")
    return Agency(office, people["director"], people["supervisor"], people["caseworker"], worker_id)
