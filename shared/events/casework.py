"""What casework (个案服务) says."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from shared.events.event import Division, Event, GroupCode, Request

ClosingReason = Literal["goals_met", "term_ended", "referred", "moved", "died", "declined", "lost_contact"]
OutcomeKind = Literal["welfare_enterprise", "self_employed"]
NeedKind = Literal[
    "economy",
    "health",
    "education",
    "housing",
    "employment",
    "guardianship",
    "inclusion",
    "harm_to_minor",
    "danger_to_life",
]
"""The seven needs of the survey, and two harms: to a minor, done or suspected, and to anybody's life."""
NeedUrgency = Literal["normal", "soon", "urgent"]
NeedAbout = Literal["recipient", "household", "other"]


class WorkerVerified(Event):
    """A social worker's certificate was checked; the worker may carry cases under the contract."""

    subject: ClassVar[str] = "ev.casework.worker.verified.v1"
    aggregate_id: ClassVar[str] = "worker_id"
    worker_id: UUID
    contract_id: UUID
    level: Literal["assistant", "social_worker", "senior"]
    capacity: int
    verified_on: date


class AgencyKeyRegistered(Event):
    """casework's public key (X25519, base64): intake seals dossiers to it (decision 18)."""

    subject: ClassVar[str] = "ev.casework.agency.key_registered.v1"
    aggregate_id: ClassVar[str] = "agency_id"
    agency_id: UUID
    public_key: str


class CaseOpened(Event):
    """A recipient has a caseworker."""

    subject: ClassVar[str] = "ev.casework.case.opened.v1"
    aggregate_id: ClassVar[str] = "case_id"
    case_id: UUID
    recipient_id: UUID
    contract_id: UUID
    worker_id: UUID
    group: GroupCode
    division: Division
    opened_on: date


class PlanSigned(Event):
    """The service plan (服务计划) was signed by recipient, worker and supervisor."""

    subject: ClassVar[str] = "ev.casework.case.plan_signed.v1"
    aggregate_id: ClassVar[str] = "case_id"
    case_id: UUID
    contract_id: UUID
    signed_on: date


class SessionRecorded(Event):
    """One session (服务) of a case was held."""

    subject: ClassVar[str] = "ev.casework.case.session_recorded.v1"
    aggregate_id: ClassVar[str] = "case_id"
    case_id: UUID
    contract_id: UUID
    number: int
    held_on: date
    minutes: int
    mode: Literal["interview", "home_visit", "phone", "accompany"]
    group: GroupCode


class SessionCorrected(Event):
    """A session's record was replaced by a new version with a reason; a withdrawn session no longer counts."""

    subject: ClassVar[str] = "ev.casework.case.session_corrected.v1"
    aggregate_id: ClassVar[str] = "case_id"
    case_id: UUID
    contract_id: UUID
    number: int
    version: int
    held_on: date
    minutes: int
    group: GroupCode
    is_withdrawn: bool


class ActivityHeld(Event):
    """A group or community activity (小组、社区活动) was held."""

    subject: ClassVar[str] = "ev.casework.activity.held.v1"
    aggregate_id: ClassVar[str] = "activity_id"
    activity_id: UUID
    contract_id: UUID
    kind: Literal["group", "community"]
    held_on: date
    participants: int


class OutcomeRecorded(Event):
    """Something changed for good: a job in a welfare enterprise (福利企业), self-employment (自谋职业)."""

    subject: ClassVar[str] = "ev.casework.case.outcome_recorded.v1"
    aggregate_id: ClassVar[str] = "case_id"
    case_id: UUID
    contract_id: UUID
    outcome_id: UUID
    kind: OutcomeKind
    detail: Literal["city", "county", "shop", "repair", "housekeeping"]
    group: GroupCode
    achieved_on: date


class CaseClosed(Event):
    """A case was closed after its evaluation, signed by a supervisor."""

    subject: ClassVar[str] = "ev.casework.case.closed.v1"
    aggregate_id: ClassVar[str] = "case_id"
    case_id: UUID
    recipient_id: UUID
    contract_id: UUID
    group: GroupCode
    reason: ClosingReason
    closed_on: date


class NeedDiscovered(Event):
    """A social worker has found a need (发现报告), of a recipient, of somebody in the recipient's household, or of somebody else.

    What was seen stays in casework, and intake asks for it. Of somebody else there is no id: `recipient_id` is null.
    """

    subject: ClassVar[str] = "ev.casework.need.discovered.v1"
    aggregate_id: ClassVar[str] = "report_id"
    report_id: UUID
    contract_id: UUID
    recipient_id: UUID | None
    about: NeedAbout
    kind: NeedKind
    urgency: NeedUrgency
    division: Division
    found_on: date
    reported_on: date


class DataReturned(Event):
    """Recipients' data was returned and the copies deleted, with a certificate."""

    subject: ClassVar[str] = "ev.casework.contract.data_returned.v1"
    aggregate_id: ClassVar[str] = "contract_id"
    contract_id: UUID
    returned_on: date
    certificate_hash: str


class NeedReportRequest(Request):
    """What did the worker see who made this report? Casework writes down who asks."""

    subject: ClassVar[str] = "req.casework.need_report.v1"
    answer: ClassVar[str] = "`seen` as JSON, sealed to `reply_key` (libsodium sealed box)"
    report_id: UUID
    actor: str
    asked_on: date
    reply_key: str
    """An X25519 public key, base64, that intake has made for this question alone."""
