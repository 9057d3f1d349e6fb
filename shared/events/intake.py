"""What intake (救助对象) says, and the one question it answers."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import StringConstraints

from shared.events.event import Division, Event, GroupCode, Part, Request

FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]


class RosterAccepted(Event):
    """A roster (名册) was reviewed and its good rows became households and persons."""

    subject: ClassVar[str] = "ev.intake.roster.accepted.v1"
    aggregate_id: ClassVar[str] = "roster_id"
    roster_id: UUID
    purpose: Literal["planning", "survey"]
    reference_on: date
    division: Division
    rows: int
    rejected: int
    people: int
    households: int
    aged_60_plus: int
    disabled: int
    minors: int
    seriously_ill: int


class SurveyProgressed(Event):
    """Household files (一户一档) verified so far in a survey; carries state, older ones are ignored."""

    subject: ClassVar[str] = "ev.intake.survey.progressed.v1"
    aggregate_id: ClassVar[str] = "survey_id"
    survey_id: UUID
    project_id: UUID
    files_due: int
    files_verified: int
    people: int
    is_accepted: bool


class GroupPlan(Part):
    code: GroupCode
    name: str
    quota: int
    reserve: int


class ProgrammeOpened(Event):
    """A programme (服务计划) names its target groups and quotas."""

    subject: ClassVar[str] = "ev.intake.programme.opened.v1"
    aggregate_id: ClassVar[str] = "programme_id"
    programme_id: UUID
    project_id: UUID
    division: Division
    reference_on: date
    groups: tuple[GroupPlan, ...]


class GroupSelection(Part):
    code: GroupCode
    eligible: int
    selected: int
    reserve: int


class CommunityCount(Part):
    """People selected in one community; disclosure suppresses small cells before anybody reads it."""

    division: Division
    code: GroupCode
    selected: int


class SelectionProposed(Event):
    """The screening chose candidates; open to objection. Names stay in intake, the proof is public."""

    subject: ClassVar[str] = "ev.intake.programme.selection_proposed.v1"
    aggregate_id: ClassVar[str] = "programme_id"
    programme_id: UUID
    project_id: UUID
    screened_on: date
    objections_until: date
    seed: str
    inputs_hash: str
    list_hash: str
    distinct_eligible: int
    groups: tuple[GroupSelection, ...]
    communities: tuple[CommunityCount, ...]
    criteria: tuple[str, ...]


class SelectionReopened(Event):
    """A proposed list is withdrawn and will be made again. Why, for whom and by whom it was asked stays in intake."""

    subject: ClassVar[str] = "ev.intake.programme.selection_reopened.v1"
    aggregate_id: ClassVar[str] = "programme_id"
    programme_id: UUID
    project_id: UUID
    reopened_on: date
    reason: Literal["objection"]


class SelectionConfirmed(Event):
    """A second officer confirmed the list after the objections were decided."""

    subject: ClassVar[str] = "ev.intake.programme.selection_confirmed.v1"
    aggregate_id: ClassVar[str] = "programme_id"
    programme_id: UUID
    project_id: UUID
    confirmed_on: date
    objections: int
    objections_upheld: int


class RecipientEnrolled(Event):
    """A chosen person has consented and is waiting for a caseworker."""

    subject: ClassVar[str] = "ev.intake.recipient.enrolled.v1"
    aggregate_id: ClassVar[str] = "recipient_id"
    recipient_id: UUID
    programme_id: UUID
    contract_id: UUID
    group: GroupCode
    division: Division
    enrolled_on: date
    is_replacement: bool


class RecipientWithdrawn(Event):
    """A recipient left the programme; the dossier is closed to casework at once."""

    subject: ClassVar[str] = "ev.intake.recipient.withdrawn.v1"
    aggregate_id: ClassVar[str] = "recipient_id"
    recipient_id: UUID
    programme_id: UUID
    contract_id: UUID
    withdrawn_on: date
    reason: Literal["consent_withdrawn", "moved", "died", "duplicate"]


class RecipientErased(Event):
    """A recipient's personal data were erased; whoever keeps notes about the recipient destroys their key."""

    subject: ClassVar[str] = "ev.intake.recipient.erased.v1"
    aggregate_id: ClassVar[str] = "recipient_id"
    recipient_id: UUID
    contract_id: UUID
    erased_on: date


class NeedAnswered(Event):
    """A need that casework reported was taken up, answered or refused. Notes stay in intake."""

    subject: ClassVar[str] = "ev.intake.need.answered.v1"
    aggregate_id: ClassVar[str] = "report_id"
    report_id: UUID
    contract_id: UUID
    state: Literal["taken", "answered", "refused"]
    outcome: Literal["", "included", "referred", "already_helped", "unfounded", "not_ours", "repeated", "unclear"]
    answered_on: date


class NeedErased(Event):
    """Somebody in a recipient's household was erased: casework destroys what was seen. Of the recipient, `RecipientErased` says it."""

    subject: ClassVar[str] = "ev.intake.need.erased.v1"
    aggregate_id: ClassVar[str] = "report_id"
    report_id: UUID
    contract_id: UUID
    erased_on: date


class EnrolmentCompleted(Event):
    """Every place is filled or no reserve is left: the figures of the enrolment."""

    subject: ClassVar[str] = "ev.intake.programme.enrolment_completed.v1"
    aggregate_id: ClassVar[str] = "programme_id"
    programme_id: UUID
    project_id: UUID
    completed_on: date
    enrolled: int
    refused: int
    replaced: int


class DossierRequest(Request):
    """May this caseworker see this recipient's dossier for this purpose? (decision 18)"""

    subject: ClassVar[str] = "req.intake.dossier.v1"
    answer: ClassVar[str] = "the dossier as JSON, sealed to `reply_key` (libsodium sealed box)"
    recipient_id: UUID
    contract_id: UUID
    case_id: UUID
    worker_id: UUID
    actor: str
    purpose: Literal["open_case", "plan", "visit", "crisis", "review"]
    fields: tuple[FieldName, ...] = ()
    """What of the dossier is asked for; all that the purpose allows where nothing is named. Anything else is refused and logged."""
    asked_on: date
    reply_key: str
    """casework's X25519 public key, base64: the answer is sealed to the key intake has registered; a mismatch is refused."""
