"""JSON routes of casework: input into one call of an action, its outcome into one answer."""

import asyncio
import json
from datetime import date, time
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.casework import actions, store
from services.casework.actions.cases import Assignment, Purpose
from services.casework.actions.closings import Detail, Proposed
from services.casework.actions.contract import Level
from services.casework.actions.plans import Assessed, Need, Planned, Risk
from services.casework.actions.sessions import Mode, Recorded
from services.casework.settings import Settings
from shared.events.casework import ClosingReason, NeedKind, NeedUrgency, OutcomeKind
from shared.events.intake import DossierRequest, FieldName
from shared.http.call import Call, allows, fields
from shared.http.paging import Page, page
from shared.personal import create_key_pair, open_sealed

router = APIRouter(prefix="/api/v1", tags=["casework"])

AT_ONCE = 100
"""Most entries of one command."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
AGENCY = ("caseworker", "supervisor", "director")
READERS = (*AGENCY, "buyer", "auditor")
Paged = Annotated[Page, Depends(page)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RegisterWorker(Body):
    contract_id: UUID
    account: Line
    name: Line
    level: Level
    certificate_no: Line
    registered_until: date


class VerifyWorker(Body):
    document: UUID | None = None


class AssignmentBody(Body):
    recipient_id: UUID
    worker_id: UUID


class OpenCases(Body):
    contract_id: UUID
    assignments: Annotated[list[AssignmentBody], Field(min_length=1, max_length=AT_ONCE)]


class AssessmentBody(Body):
    case_id: UUID
    needs: Annotated[list[Need], Field(min_length=1, max_length=9)]
    risk: Risk
    summary: Paragraph


class Assess(Body):
    assessments: Annotated[list[AssessmentBody], Field(min_length=1, max_length=AT_ONCE)]


class PlanBody(Body):
    case_id: UUID
    goals: Annotated[list[Line], Field(min_length=1, max_length=10)]
    sessions_planned: Annotated[int, Field(ge=1, le=500)]
    recipient_signed_on: date
    is_guardian_signed: bool = False


class SignPlans(Body):
    plans: Annotated[list[PlanBody], Field(min_length=1, max_length=AT_ONCE)]


class ApprovePlans(Body):
    plan_ids: Annotated[list[UUID], Field(min_length=1, max_length=AT_ONCE)]


class SessionBody(Body):
    case_id: UUID
    held_on: date
    starts_at: time
    ends_at: time
    mode: Mode
    note: Paragraph


class RecordSessions(Body):
    sessions: Annotated[list[SessionBody], Field(min_length=1, max_length=AT_ONCE)]


class CorrectSession(Body):
    reason: Line
    held_on: date
    starts_at: time
    ends_at: time
    mode: Mode
    note: Paragraph
    is_withdrawn: bool = False


class HoldActivity(Body):
    contract_id: UUID
    kind: Literal["group", "community"]
    title: Line
    held_on: date
    minutes: Annotated[int, Field(ge=5, le=720)]
    participants: Annotated[int, Field(ge=1, le=5000)]
    division: Annotated[str, StringConstraints(pattern=r"^\d{12}$")]


class RecordOutcome(Body):
    case_id: UUID
    kind: OutcomeKind
    detail: Detail
    achieved_on: date
    document: UUID
    employer: Annotated[str, StringConstraints(max_length=200)] = ""


class ClosingBody(Body):
    case_id: UUID
    reason: ClosingReason
    goals_met: Annotated[int, Field(ge=0, le=10)]
    satisfaction: Annotated[int, Field(ge=1, le=5)] | None = None
    report: Paragraph


class CloseCases(Body):
    closings: Annotated[list[ClosingBody], Field(min_length=1, max_length=AT_ONCE)]


class ApproveClosings(Body):
    case_ids: Annotated[list[UUID], Field(min_length=1, max_length=AT_ONCE)]


class SendBack(Body):
    case_ids: Annotated[list[UUID], Field(min_length=1, max_length=AT_ONCE)]
    reason: Paragraph


class MarkCrisis(Body):
    is_crisis: bool
    note: Paragraph


class ReportNeed(Body):
    about: Literal["recipient", "household"]
    kind: NeedKind
    urgency: NeedUrgency = "normal"
    found_on: date
    seen: Paragraph


class ReportNeedOfAnother(Body):
    division: Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
    kind: NeedKind
    urgency: NeedUrgency = "normal"
    found_on: date
    seen: Paragraph


class AskDossier(Body):
    purpose: Purpose
    fields: Annotated[tuple[FieldName, ...], Field(max_length=40)] = ()
    """All that the purpose allows where nothing is named; less is better."""


class ReturnData(Body):
    document: UUID


@router.post("/agency-key", status_code=201)
async def register_agency_key(call: Annotated[Call, allows("director")]) -> Response:
    public_key = await asyncio.to_thread(create_key_pair, _settings(call).agency_key())
    return await call.act(actions.register_agency_key, public_key=public_key)


@router.post("/workers", status_code=201)
async def register_worker(body: RegisterWorker, call: Annotated[Call, allows("supervisor", "director")]) -> Response:
    return await call.act(actions.register_worker, **fields(body))


@router.post("/workers/{worker_id}/verification")
async def verify_worker(worker_id: UUID, body: VerifyWorker, call: Annotated[Call, allows("buyer", "supervisor")]) -> Response:
    return await call.act(actions.verify_worker, worker_id, document=body.document)


@router.get("/workers")
async def workers(contract_id: UUID, call: Annotated[Call, allows(*READERS)], page: Paged) -> Response:
    return await call.read(store.workers, contract_id, page=page)


@router.get("/workers/{worker_id}/cases")
async def cases_of_worker(worker_id: UUID, call: Annotated[Call, allows(*AGENCY)], page: Paged) -> Response:
    return await call.read(store.cases, page=page, worker_id=worker_id)


@router.post("/cases", status_code=201)
async def open_cases(body: OpenCases, call: Annotated[Call, allows("supervisor")]) -> Response:
    assignments = [Assignment(**fields(each)) for each in body.assignments]
    return await call.act(actions.open_cases, body.contract_id, assignments=assignments)


@router.get("/cases")
async def cases(
    call: Annotated[Call, allows(*READERS)], page: Paged, contract_id: UUID | None = None, state: str = "", worker_id: UUID | None = None
) -> Response:
    return await call.read(store.cases, page=page, contract_id=contract_id, state=state, worker_id=worker_id)


@router.get("/cases/{case_id}")
async def case(case_id: UUID, call: Annotated[Call, allows(*READERS)]) -> Response:
    return await call.read(store.case, case_id)


@router.get("/cases/{case_id}/sessions")
async def sessions(case_id: UUID, call: Annotated[Call, allows(*READERS)], page: Paged) -> Response:
    return await call.read(store.sessions, case_id, page=page)


@router.get("/cases/{case_id}/notes")
async def notes(case_id: UUID, call: Annotated[Call, allows("caseworker", "supervisor")], page: Paged) -> Response:
    return await call.read(store.notes, case_id, page=page)


@router.post("/cases/{case_id}/crisis")
async def mark_crisis(case_id: UUID, body: MarkCrisis, call: Annotated[Call, allows("caseworker", "supervisor")]) -> Response:
    return await call.act(actions.mark_crisis, case_id, **fields(body))


@router.post("/cases/{case_id}/dossier")
async def dossier(case_id: UUID, body: AskDossier, call: Annotated[Call, allows("caseworker", "supervisor")]) -> Response:
    """Recorded here, judged and logged by intake, sealed on its way, kept nowhere (decision 18)."""
    asked = await call.act(actions.ask_dossier, case_id, purpose=body.purpose, fields=body.fields)
    key_file = _settings(call).agency_key()
    reply_key = await asyncio.to_thread(create_key_pair, key_file)
    request = DossierRequest(**json.loads(bytes(asked.body)), reply_key=reply_key)
    sealed = await call.runtime.bus.ask(request)
    return Response(await asyncio.to_thread(open_sealed, key_file, sealed), media_type="application/json")


@router.post("/cases/{case_id}/discovered-needs", status_code=201)
async def report_need(case_id: UUID, body: ReportNeed, call: Annotated[Call, allows("caseworker", "supervisor")]) -> Response:
    """The answer says whom to call at once where a report is not enough."""
    return await call.act(actions.report_need, case_id, **fields(body))


@router.post("/contracts/{contract_id}/discovered-needs", status_code=201)
async def report_need_of_another(
    contract_id: UUID, body: ReportNeedOfAnother, call: Annotated[Call, allows("caseworker", "supervisor")]
) -> Response:
    return await call.act(actions.report_need_of_another, contract_id, **fields(body))


@router.get("/discovered-needs")
async def need_reports(
    call: Annotated[Call, allows("caseworker", "supervisor", "director")], page: Paged, contract_id: UUID | None = None
) -> Response:
    return await call.read(store.need_reports, page=page, contract_id=contract_id)


@router.get("/discovered-needs/{report_id}")
async def need_report(report_id: UUID, call: Annotated[Call, allows("caseworker", "supervisor")]) -> Response:
    return await call.read(store.need_report, report_id)


@router.post("/assessments", status_code=201)
async def assess(body: Assess, call: Annotated[Call, allows("caseworker")]) -> Response:
    return await call.act(actions.assess, [Assessed(**fields(each)) for each in body.assessments])


@router.post("/plans", status_code=201)
async def sign_plans(body: SignPlans, call: Annotated[Call, allows("caseworker")]) -> Response:
    return await call.act(actions.sign_plans, [Planned(**fields(each)) for each in body.plans])


@router.post("/plans/approvals")
async def approve_plans(body: ApprovePlans, call: Annotated[Call, allows("supervisor")]) -> Response:
    return await call.act(actions.approve_plans, body.plan_ids)


@router.post("/sessions", status_code=201)
async def record_sessions(body: RecordSessions, call: Annotated[Call, allows("caseworker")]) -> Response:
    return await call.act(actions.record_sessions, [Recorded(**fields(each)) for each in body.sessions])


@router.post("/sessions/{session_id}/corrections", status_code=201)
async def correct_session(session_id: UUID, body: CorrectSession, call: Annotated[Call, allows("caseworker")]) -> Response:
    return await call.act(actions.correct_session, session_id, **fields(body))


@router.post("/activities", status_code=201)
async def hold_activity(body: HoldActivity, call: Annotated[Call, allows("caseworker", "supervisor")]) -> Response:
    return await call.act(actions.hold_activity, **fields(body))


@router.post("/outcomes", status_code=201)
async def record_outcome(body: RecordOutcome, call: Annotated[Call, allows("caseworker")]) -> Response:
    return await call.act(actions.record_outcome, **fields(body))


@router.get("/activities")
async def activities(contract_id: UUID, call: Annotated[Call, allows(*READERS)], page: Paged) -> Response:
    return await call.read(store.activities, page=page, contract_id=contract_id)


@router.get("/outcomes")
async def outcomes(contract_id: UUID, call: Annotated[Call, allows(*READERS)], page: Paged) -> Response:
    return await call.read(store.outcomes, page=page, contract_id=contract_id)


@router.post("/closings", status_code=201)
async def close_cases(body: CloseCases, call: Annotated[Call, allows("caseworker")]) -> Response:
    return await call.act(actions.close_cases, [Proposed(**fields(each)) for each in body.closings])


@router.post("/closings/approvals")
async def approve_closings(body: ApproveClosings, call: Annotated[Call, allows("supervisor")]) -> Response:
    return await call.act(actions.approve_closings, body.case_ids)


@router.post("/closings/returns")
async def send_back(body: SendBack, call: Annotated[Call, allows("supervisor")]) -> Response:
    return await call.act(actions.send_back, body.case_ids, reason=body.reason)


@router.get("/enrolments")
async def enrolments(
    contract_id: UUID, call: Annotated[Call, allows("supervisor", "director", "buyer")], page: Paged, waiting: bool = False
) -> Response:
    return await call.read(store.enrolments, page=page, contract_id=contract_id, waiting=waiting)


@router.get("/contracts")
async def contracts(call: Annotated[Call, allows(*READERS)], page: Paged) -> Response:
    return await call.read(store.contracts, page=page)


@router.get("/contracts/{contract_id}/summary")
async def summary(contract_id: UUID, call: Annotated[Call, allows(*READERS)]) -> Response:
    return await call.read(store.summary, contract_id)


@router.post("/contracts/{contract_id}/data-return", status_code=201)
async def return_data(contract_id: UUID, body: ReturnData, call: Annotated[Call, allows("director")]) -> Response:
    return await call.act(actions.return_data, contract_id, document=body.document)


def _settings(call: Call) -> Settings:
    settings = call.runtime.settings
    if not isinstance(settings, Settings):
        raise TypeError("casework runs with its own settings")
    return settings
