"""Consent, enrolment with replacement from the reserve, withdrawal, and the end of the enrolment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlmodel import col, or_, select

from services.intake.actions.person import Purpose, mark
from services.intake.actions.reserve import replace
from services.intake.domain.enrolment import (
    Answer,
    ConsentRefused,
    ContractUnknown,
    NotConsented,
    NotEligible,
    check_contract_term,
    check_top_up,
    consent_faults,
)
from services.intake.domain.programme import check_may_complete, check_stage
from services.intake.store import (
    IN_FORCE,
    Candidate,
    Consent,
    Contract,
    DuplicatePair,
    Household,
    Person,
    Programme,
    Recipient,
    counted,
    groups_of,
    note_change,
    reached_programme,
)
from shared.access import Actor
from shared.errors import Fault, NotFound, WrongState
from shared.events.intake import EnrolmentCompleted, RecipientEnrolled, RecipientWithdrawn
from shared.files import Stored, own_file, require_file
from shared.plugins import Hooks
from shared.rules import Rules
from shared.sentences import S_, together
from shared.work import Work

Withdrawal = Literal["consent_withdrawn", "moved", "died", "duplicate"]
LEAVES = {"moved": "moved", "died": "died"}
"""Withdrawals after which the person is no longer here at all."""
STREET_DIGITS = 9


class NotListed(WrongState):
    code = "not-listed"


class AlreadyWithdrawn(WrongState):
    code = "already-withdrawn"


class NotTwice(WrongState):
    """The list does not name the person twice, by another record."""

    code = "not-twice"


@dataclass(frozen=True, slots=True)
class Asked:
    """One candidate's answer."""

    candidate_id: UUID
    answer: Answer
    document: UUID | None


def record_consents(
    programme_id: UUID, *, consents: Sequence[Asked], work: Work, today: date, actor: Actor, rules: Rules
) -> dict[str, Any]:
    """Enter what candidates answered. Who refuses loses nothing and is replaced from the reserve."""
    programme = reached_programme(work, programme_id, actor)
    work.about("programme", programme_id)
    check_stage(programme.status, "confirmed")
    notice, guardian_age = rules("consent_notice", division=programme.division), rules("guardian_signature", division=programme.division)
    refused, replacements = 0, []
    for position, asked in enumerate(consents):
        candidate = _listed(work, programme_id, asked.candidate_id, f"consents.{position}.candidate_id")
        confirmed_on = programme.confirmed_on or today
        faults = consent_faults(
            asked.answer, birth=candidate.birth, confirmed_on=confirmed_on, today=today, notice=notice, guardian_age=guardian_age
        )
        if faults:
            named = [Fault(f"consents.{position}.{fault.field}", fault.message, fault.rule, fault.article) for fault in faults]
            raise ConsentRefused(named[0].message, faults=named)
        if asked.document is not None:
            own_file(work, asked.document, actor)
        work.add(_consent(asked, str(notice.params["purpose"]), actor, today))
        candidate.state = "consented" if asked.answer.is_given else "refused"
        if not asked.answer.is_given:
            refused += 1
            if (moved := replace(work, programme, candidate, "refused")) is not None:
                replacements.append(moved)
    return {"given": len(consents) - refused, "refused": refused, "replacements": replacements}


def read_consent_document(
    programme_id: UUID, consent_id: UUID, *, purpose: Purpose, work: Work, today: date, actor: Actor
) -> tuple[Stored, str]:
    """Which file the signed form is, and what to call it; the person's log tells who read it and why.

    Raises NotFound, also where it went with an erasure.
    """
    consent = work.get(Consent, consent_id)
    candidate = work.get(Candidate, consent.candidate_id)
    reached_programme(work, candidate.programme_id, actor)
    if candidate.programme_id != programme_id or consent.document is None:
        raise NotFound(S_("没有签署的知情同意书"))
    stored = require_file(work, consent.document)
    work.add(mark(candidate.person_id, "consent", purpose, work, today, actor))
    return stored, f"consent-{consent.signed_on}"


def enrol(programme_id: UUID, *, candidate_ids: Sequence[UUID], work: Work, today: date, actor: Actor, hooks: Hooks) -> dict[str, Any]:
    """Enrol chosen and consenting candidates, and tell the other services; each gets an id that says nothing about the person."""
    programme = reached_programme(work, programme_id, actor)
    work.about("programme", programme_id)
    check_stage(programme.status, "confirmed")
    check_top_up(today, programme.top_up_until)
    contract = work.first(select(Contract).where(Contract.project_id == programme.project_id))
    if contract is None:
        raise ContractUnknown(S_("尚未收到合同签订的消息，不能入组"))
    check_contract_term(today, signed_on=contract.signed_on, ends_on=contract.ends_on)
    enrolled = []
    for position, candidate_id in enumerate(candidate_ids):
        candidate = work.find(Candidate, candidate_id)
        if candidate is None or candidate.programme_id != programme_id or candidate.state != "consented":
            raise NotConsented(S_("该人员没有登记有效的知情同意"), field=f"candidate_ids.{position}")
        person = work.get(Person, candidate.person_id)
        facts = person.facts(work.get(Household, person.household_id))
        if objections := [sentence for answer in hooks.objections(person=facts) for sentence in answer]:
            raise NotEligible(together(objections), field=f"candidate_ids.{position}")
        enrolled.append(_enrol(work, candidate, contract.id, today))
    return {"recipients": enrolled}


def complete_enrolment(programme_id: UUID, *, work: Work, today: date, actor: Actor) -> dict[str, int]:
    """Close the enrolment when every place is filled or nobody is left to fill it."""
    programme = reached_programme(work, programme_id, actor)
    work.about("programme", programme_id)
    check_stage(programme.status, "confirmed")
    states = counted(work, programme_id, Candidate.state)
    places = sum(group.quota for group in groups_of(work, programme_id))
    enrolled = states.get("enrolled", 0)
    waiting = states.get("waiting", 0) + states.get("listed", 0) + states.get("consented", 0)
    check_may_complete(places_open=places - enrolled, reserves_left=waiting, today=today, top_up_until=programme.top_up_until)
    programme.status, programme.completed_on = "completed", today
    replaced = counted(work, programme_id, Candidate.is_replacement, Candidate.state).get((True, "enrolled"), 0)
    refused = states.get("refused", 0)
    work.emit(
        EnrolmentCompleted(
            programme_id=programme_id,
            project_id=programme.project_id,
            completed_on=today,
            enrolled=enrolled,
            refused=refused,
            replaced=replaced,
        )
    )
    return {"enrolled": enrolled, "refused": refused, "replaced": replaced}


def withdraw(recipient_id: UUID, *, reason: Withdrawal, work: Work, today: date, actor: Actor) -> dict[str, Any]:
    """A recipient leaves: the dossier is closed at once, and while the top-up lasts the next reserve is asked."""
    recipient = work.get(Recipient, recipient_id)
    programme = reached_programme(work, recipient.programme_id, actor)
    work.about("recipient", recipient_id)
    if recipient.withdrawn_on is not None:
        raise AlreadyWithdrawn(S_("已于 {day} 退出", day=recipient.withdrawn_on))
    if reason == "duplicate":
        _check_named_twice(recipient, work)
    if reason in LEAVES:
        work.get(Person, recipient.person_id).status = LEAVES[reason]
        note_change(recipient.person_id, "DELETE", work)
    return {"recipient_id": recipient_id, "replaced_by": take_out(recipient, programme, reason, work=work, today=today)}


def take_out(recipient: Recipient, programme: Programme, reason: Withdrawal, *, work: Work, today: date) -> UUID | None:
    """End somebody's service, tell the other services, and ask the next reserve."""
    recipient.withdrawn_on, recipient.reason = today, reason
    candidate = work.get(Candidate, recipient.candidate_id)
    candidate.state = "withdrawn"
    work.emit(
        RecipientWithdrawn(
            recipient_id=recipient.id,
            programme_id=recipient.programme_id,
            contract_id=recipient.contract_id,
            withdrawn_on=today,
            reason=reason,
        )
    )
    return _replaced(work, programme, candidate, reason)


def _check_named_twice(recipient: Recipient, work: Work) -> None:
    """Raises NotTwice: a place is given up as a duplicate only where a merge is proposed with another record that holds one."""
    of_pair = or_(col(DuplicatePair.first_id) == recipient.person_id, col(DuplicatePair.second_id) == recipient.person_id)
    pairs = work.select(select(DuplicatePair).where(col(DuplicatePair.status) == "proposed", of_pair))
    others = {person for pair in pairs for person in (pair.first_id, pair.second_id)} - {recipient.person_id}
    holding = (
        col(Candidate.programme_id) == recipient.programme_id,
        col(Candidate.person_id).in_(others),
        col(Candidate.state).in_(IN_FORCE),
    )
    if work.first(select(Candidate).where(*holding)) is None:
        raise NotTwice(S_("该人员没有另一份待合并的档案在本名单上占有名额，不能以重复档案为由退出"), field="reason")


def _replaced(work: Work, programme: Programme, left: Candidate, reason: Withdrawal) -> UUID | None:
    if work.today <= programme.top_up_until and programme.status == "completed":
        programme.status = "confirmed"
    return replace(work, programme, left, reason)


def _listed(work: Work, programme_id: UUID, candidate_id: UUID, field: str) -> Candidate:
    candidate = work.find(Candidate, candidate_id)
    if candidate is None or candidate.programme_id != programme_id or candidate.state != "listed":
        raise NotListed(S_("该人员不在待征求意见的名单上"), field=field)
    return candidate


def _consent(asked: Asked, purpose: str, actor: Actor, today: date) -> Consent:
    return Consent(
        candidate_id=asked.candidate_id,
        is_given=asked.answer.is_given,
        purpose=purpose,
        version=asked.answer.version,
        signed_on=asked.answer.signed_on,
        signer=asked.answer.signer,
        guardian_relation=asked.answer.guardian_relation if asked.answer.signer == "guardian" else "",
        document=asked.document,
        recorded_by=actor.account,
        recorded_on=today,
    )


def _enrol(work: Work, candidate: Candidate, contract_id: UUID, today: date) -> dict[str, Any]:
    recipient = Recipient(
        programme_id=candidate.programme_id,
        candidate_id=candidate.id,
        person_id=candidate.person_id,
        contract_id=contract_id,
        group=candidate.group,
        division=candidate.division,
        enrolled_on=today,
        is_replacement=candidate.is_replacement,
    )
    candidate.state = "enrolled"
    work.add(recipient)
    work.emit(
        RecipientEnrolled(
            recipient_id=recipient.id,
            programme_id=candidate.programme_id,
            contract_id=contract_id,
            group=candidate.group,
            division=candidate.division[:STREET_DIGITS].ljust(12, "0"),
            enrolled_on=today,
            is_replacement=candidate.is_replacement,
        )
    )
    return {"candidate_id": candidate.id, "recipient_id": recipient.id, "group": candidate.group}
