"""What evaluation (评价) says."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from shared.events.event import Cents, Event, Part

RoundKind = Literal["mid", "final"]


class EvaluatorCommissioned(Event):
    """A third party (第三方机构) was commissioned and declared its independence."""

    subject: ClassVar[str] = "ev.evaluation.commission.made.v1"
    aggregate_id: ClassVar[str] = "commission_id"
    commission_id: UUID
    contract_id: UUID
    body: str
    body_uscc: str
    fee: Cents
    commissioned_on: date


class RoundOpened(Event):
    """A round of evaluation (事中、事后) collects its sheets."""

    subject: ClassVar[str] = "ev.evaluation.round.opened.v1"
    aggregate_id: ClassVar[str] = "round_id"
    round_id: UUID
    contract_id: UUID
    kind: RoundKind
    opened_on: date
    evidence_until: date


class DimensionScore(Part):
    code: str
    name: str
    score: str
    """Decimal as text, all digits."""
    weight: int
    weighted: str
    sheets: int


class RoundScored(Event):
    """The composite (综合得分) and its band, unrounded. A final round takes effect when its appeal window has closed."""

    subject: ClassVar[str] = "ev.evaluation.round.scored.v1"
    aggregate_id: ClassVar[str] = "round_id"
    round_id: UUID
    contract_id: UUID
    project_id: UUID
    kind: RoundKind
    scored_on: date
    dimensions: tuple[DimensionScore, ...]
    composite: str
    band: str
    satisfaction: str
    sampled: int
    answered: int
    scheme_hash: str
    appeal_until: date


class RoundConcluded(Event):
    """No appeal is open: the result counts for payment and closing. `passed` opens the milestone, else it blocks it."""

    subject: ClassVar[str] = "ev.evaluation.round.concluded.v1"
    aggregate_id: ClassVar[str] = "round_id"
    round_id: UUID
    contract_id: UUID
    project_id: UUID
    kind: RoundKind
    concluded_on: date
    composite: str
    band: str
    satisfaction: str
    verdict: Literal["passed", "rectify", "failed"]


class FindingIssued(Event):
    """A finding (问题) that must be answered. `party` is who has to mend it."""

    subject: ClassVar[str] = "ev.evaluation.finding.issued.v1"
    aggregate_id: ClassVar[str] = "finding_id"
    finding_id: UUID
    round_id: UUID
    contract_id: UUID
    party: Literal["provider", "payer", "buyer"]
    dimension: str
    issued_on: date


class FindingClosed(Event):
    """A finding was answered and re-checked."""

    subject: ClassVar[str] = "ev.evaluation.finding.closed.v1"
    aggregate_id: ClassVar[str] = "finding_id"
    finding_id: UUID
    round_id: UUID
    contract_id: UUID
    closed_on: date


class ContextFigure(Part):
    """A figure with its qualifier as printed: 约, 近 or none."""

    name: str
    value: int
    qualifier: Literal["", "约", "近", "余"] = ""
    unit: str


class ContextRecorded(Event):
    """City-wide context (e.g. petitions 信访): printed with qualifiers, never scored, never called caused."""

    subject: ClassVar[str] = "ev.evaluation.context.recorded.v1"
    aggregate_id: ClassVar[str] = "context_id"
    context_id: UUID
    project_id: UUID
    topic: Literal["petitions"]
    year: int
    figures: tuple[ContextFigure, ...]
    source: str
    recorded_on: date
