"""Consent, enrolment and withdrawal."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.intake import actions, store
from services.intake.actions.enrolment import Asked
from services.intake.api.body import Body, Line, Paged
from services.intake.domain.enrolment import MOST_AT_ONCE, Answer
from services.intake.domain.guardian import Guardian
from shared.http.call import Call, allows

router = APIRouter()


class ConsentBody(Body):
    candidate_id: UUID
    given: bool
    version: Line
    signed_on: date
    signer: Literal["self", "guardian"]
    guardian_relation: Guardian = ""
    told_no_loss: bool
    document: UUID | None = None


class RecordConsents(Body):
    consents: Annotated[list[ConsentBody], Field(min_length=1, max_length=MOST_AT_ONCE)]


class Enrol(Body):
    candidate_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_AT_ONCE)]


class Withdraw(Body):
    reason: Literal["consent_withdrawn", "moved", "died", "duplicate"]
    """`duplicate` only where the two records of one person are both on the list."""


@router.post("/programmes/{programme_id}/consents", status_code=201)
async def record_consents(programme_id: UUID, body: RecordConsents, call: Annotated[Call, allows("clerk")]) -> Response:
    return await call.act(actions.record_consents, programme_id, consents=[_asked(consent) for consent in body.consents])


@router.post("/programmes/{programme_id}/enrolments", status_code=201)
async def enrol(programme_id: UUID, body: Enrol, call: Annotated[Call, allows("officer")]) -> Response:
    return await call.act(actions.enrol, programme_id, candidate_ids=body.candidate_ids)


@router.post("/programmes/{programme_id}/completion")
async def complete(programme_id: UUID, call: Annotated[Call, allows("officer")]) -> Response:
    return await call.act(actions.complete_enrolment, programme_id)


@router.get("/programmes/{programme_id}/recipients")
async def recipients(
    programme_id: UUID, call: Annotated[Call, allows("clerk", "officer", "auditor")], page: Paged, group: str = ""
) -> Response:
    return await call.read(store.recipients, programme_id, page=page, group=group)


@router.post("/recipients/{recipient_id}/withdrawal")
async def withdraw(recipient_id: UUID, body: Withdraw, call: Annotated[Call, allows("clerk", "officer")]) -> Response:
    return await call.act(actions.withdraw, recipient_id, reason=body.reason)


def _asked(consent: ConsentBody) -> Asked:
    answer = Answer(consent.given, consent.version, consent.signed_on, consent.signer, consent.guardian_relation, consent.told_no_loss)
    return Asked(consent.candidate_id, answer, consent.document)
