"""What procurement (采购) says."""

import hashlib
import json
from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.events.event import Cents, Division, Event, Part

Method = Literal["open_tender", "invited_tender", "competitive_negotiation", "competitive_consultation", "inquiry", "single_source"]
NoticeKind = Literal[
    "budget",
    "catalogue",
    "requirement_opinion",
    "tender",
    "termination",
    "negotiation",
    "award",
    "contract",
    "acceptance",
    "correction",
    "audit",
    "price_standard",
]


class ProjectOpened(Event):
    """A project (项目) has a budget line and passed the catalogue and negative-list check by a second person."""

    subject: ClassVar[str] = "ev.procurement.project.opened.v1"
    aggregate_id: ClassVar[str] = "project_id"
    project_id: UUID
    project_no: str
    title: str
    buyer: str
    """购买主体, OCDS `buyer`."""
    procuring_entity: str
    """采购人, OCDS `procuringEntity`."""
    division: Division
    budget: Cents
    opened_on: date


class MethodDecided(Event):
    """The method (采购方式) and the rule that chose it, or the approval that changed it."""

    subject: ClassVar[str] = "ev.procurement.project.method_decided.v1"
    aggregate_id: ClassVar[str] = "project_id"
    project_id: UUID
    method: Method
    decided_on: date
    rule: str
    article: str
    reason: str
    approved_on: date | None = None
    """Date of the finance approval where the method needs one (法 37), else None."""


class NoticeField(Part):
    label: str
    value: str


class NoticeIssued(Event):
    """A notice (公告) was issued for publication. Holds public text only; a correction is a new version."""

    subject: ClassVar[str] = "ev.procurement.notice.issued.v1"
    aggregate_id: ClassVar[str] = "notice_id"
    notice_id: UUID
    project_id: UUID
    kind: NoticeKind
    version: int
    title: str
    issued_on: date
    closes_on: date | None = None
    fields: tuple[NoticeField, ...]
    content_hash: str


class TenderFailed(Event):
    """废标: fewer than three bidders at the deadline; nothing was opened and the bids went back sealed."""

    subject: ClassVar[str] = "ev.procurement.project.tender_failed.v1"
    aggregate_id: ClassVar[str] = "project_id"
    project_id: UUID
    failed_on: date
    bidders: int
    article: str


class ExpertsDrawn(Event):
    """The expert draw can be repeated by anybody from this record. Experts are named by pool number until the result notice."""

    subject: ClassVar[str] = "ev.procurement.project.experts_drawn.v1"
    aggregate_id: ClassVar[str] = "project_id"
    project_id: UUID
    drawn_on: date
    pool_hash: str
    pool_size: int
    excluded: int
    seed_commitments: tuple[str, ...]
    seeds: tuple[str, ...]
    panel_size: int
    experts: int
    legal_experts: int
    drawn: tuple[str, ...]
    record_hash: str
    pool: tuple[str, ...] = ()
    """One line `number|category` per expert, sorted by number: `pool_hash` is the SHA-256 of these lines."""
    exclusions: tuple[str, ...] = ()
    """One line `number|reason` per excluded expert, sorted by number."""
    seats: tuple[str, ...] = ()
    """One line `category|count`, in the order in which the seats were filled."""


class AwardDecided(Event):
    """The buyer confirmed the lowest final price among the fully responsive (法 38(5))."""

    subject: ClassVar[str] = "ev.procurement.project.award_decided.v1"
    aggregate_id: ClassVar[str] = "project_id"
    project_id: UUID
    awarded_on: date
    provider: str
    provider_uscc: str
    amount: Cents


class SchemeDimension(Part):
    code: str
    """D1 to D6."""
    name: str
    weight: Annotated[int, Field(ge=0, le=100)]
    source: str


class SchemeBand(Part):
    name: str
    at_least: str
    """Decimal as text; bands are judged unrounded."""


class Scheme(Part):
    """The evaluation scheme (评价方案), frozen with the contract by its hash."""

    dimensions: tuple[SchemeDimension, ...]
    bands: tuple[SchemeBand, ...]
    satisfaction_dimension: str
    satisfaction_floor: str
    pass_at_least: str
    rectify_at_least: str
    appeal_working_days: int

    def digest(self) -> str:
        """SHA-256 of the canonical JSON (sorted keys, no spaces, UTF-8): `scheme_hash` of the contract, checked by evaluation."""
        canonical = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


class MilestoneTerms(Part):
    """What must be true before a part of the price is paid (资金拨付与进度挂钩)."""

    code: str
    title: str
    amount: Cents
    files_verified_percent: int = 0
    plans_signed: int = 0
    sessions: int = 0
    cases_opened: int = 0
    closed_percent: int = 0
    workers_verified: int = 0
    evaluation: Literal["", "mid", "final"] = ""
    needs_acceptance: bool = False


class ContractSigned(Event):
    """The contract (合同): who serves, for how much, from when to when, judged by which scheme."""

    subject: ClassVar[str] = "ev.procurement.contract.signed.v1"
    aggregate_id: ClassVar[str] = "contract_id"
    contract_id: UUID
    contract_no: str
    project_id: UUID
    title: str
    division: Division
    provider: str
    provider_uscc: str
    amount: Cents
    signed_on: date
    starts_on: date
    ends_on: date
    clients_at_least: int
    workers: int
    worker_capacity: int
    scheme: Scheme
    scheme_hash: str
    milestones: tuple[MilestoneTerms, ...]


class MilestoneVerified(Event):
    """A milestone (节点) was verified against what the other services reported."""

    subject: ClassVar[str] = "ev.procurement.milestone.verified.v1"
    aggregate_id: ClassVar[str] = "milestone_id"
    milestone_id: UUID
    contract_id: UUID
    project_id: UUID
    code: str
    verified_on: date


class PaymentReleased(Event):
    """Money was paid (拨付) by the third of three different people."""

    subject: ClassVar[str] = "ev.procurement.payment.released.v1"
    aggregate_id: ClassVar[str] = "payment_id"
    payment_id: UUID
    contract_id: UUID
    project_id: UUID
    milestone: str
    amount: Cents
    paid_on: date


class AcceptanceRecorded(Event):
    """Acceptance (验收) with the opinion of recipients' representatives (条例 45)."""

    subject: ClassVar[str] = "ev.procurement.contract.accepted.v1"
    aggregate_id: ClassVar[str] = "contract_id"
    contract_id: UUID
    project_id: UUID
    accepted_on: date
    recipients_present: int
    conclusion: Literal["passed", "failed"]


class ProjectClosed(Event):
    """结项: paid, data returned or deleted, nothing left to do."""

    subject: ClassVar[str] = "ev.procurement.project.closed.v1"
    aggregate_id: ClassVar[str] = "project_id"
    project_id: UUID
    contract_id: UUID
    closed_on: date
    paid: Cents
