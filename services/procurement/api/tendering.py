"""Routes of tenders and negotiations: documents, sealed bids, the deadline, what the panel does, the award."""

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.procurement import actions
from services.procurement.api.body import Body, Empty, Line, MayBeLate, Moment, Paragraph, Reason, Sha256, WithDocument
from services.procurement.domain.party import ProviderKind
from services.procurement.domain.report import Opinion
from shared.http.call import Call, allows, fields
from shared.money import Fen

router = APIRouter()

Price = Annotated[Fen, Field(gt=0, description="分")]


class RegisterSupplier(Body):
    name: Line
    uscc: Annotated[str, Field(max_length=18)] = ""
    kind: ProviderKind
    address: Line
    contact: Line
    reason: Reason = ""


class PublishTender(WithDocument):
    documents_until: date
    deadline: Moment
    service_term: Line
    price_weight: Annotated[int, Field(ge=0, le=100)]
    place: Line
    reason: Reason = ""


class PrepareNegotiation(WithDocument):
    suppliers: Annotated[list[UUID], Field(min_length=1, max_length=50)]
    service_term: Line
    place: Line


class IssueDocuments(Body):
    deadline: Moment


class ClarifyDocuments(WithDocument):
    deadline: Moment
    text: Paragraph


class ReceiveBid(Body):
    """A sealed envelope. There is no field for a price."""

    supplier_id: UUID
    received_at: Moment
    sealed_hash: Sha256


class AnnounceFailure(MayBeLate):
    reason: Paragraph


class RecordArgument(WithDocument):
    experts: Annotated[list[Line], Field(min_length=1, max_length=20)]
    has_unreasonable_clause: bool
    summary: Paragraph


class RecordOffer(Body):
    supplier_id: UUID
    price_fen: Price
    is_responsive: bool
    quality: Annotated[Decimal, Field(ge=0, le=100, max_digits=6, decimal_places=3)] = Decimal(0)
    remark: Reason = ""


class HoldTalk(Body):
    supplier_id: UUID
    members: Annotated[list[Line], Field(min_length=1, max_length=20)]
    starts_at: time
    ends_at: time
    changes: Reason = ""


class FinalOffer(Body):
    supplier_id: UUID
    price_fen: Price


class SignReport(WithDocument):
    opinions: Annotated[list[Opinion], Field(min_length=1, max_length=20)]


class ConfirmAward(MayBeLate):
    supplier_id: UUID


class AnnounceAward(WithDocument, MayBeLate):
    fee_fen: Annotated[Fen, Field(ge=0)] = Fen(0)
    fee_standard: Reason = ""


class ReceiveChallenge(WithDocument):
    supplier_id: UUID
    stage: Literal["documents", "process", "result"]
    matters: Paragraph


class AnswerChallenge(WithDocument, MayBeLate):
    answer: Paragraph
    affects_result: bool


@router.post("/suppliers", status_code=201)
async def register_supplier(body: RegisterSupplier, call: Annotated[Call, allows("agent")]) -> Response:
    return await call.act(actions.register_supplier, **fields(body))


@router.post("/projects/{project_id}/tenders", status_code=201)
async def publish_tender(project_id: UUID, body: PublishTender, call: Annotated[Call, allows("agent")]) -> Response:
    return await call.act(actions.publish_tender, project_id, **fields(body))


@router.post("/projects/{project_id}/negotiations", status_code=201)
async def prepare_negotiation(project_id: UUID, body: PrepareNegotiation, call: Annotated[Call, allows("agent")]) -> Response:
    return await call.act(actions.prepare_negotiation, project_id, **fields(body))


@router.post("/tenders/{tender_id}/confirmation")
async def confirm_documents(tender_id: UUID, body: Empty, call: Annotated[Call, allows("panel")]) -> Response:
    return await call.act(actions.confirm_documents, tender_id)


@router.post("/tenders/{tender_id}/issue")
async def issue_documents(tender_id: UUID, body: IssueDocuments, call: Annotated[Call, allows("agent")]) -> Response:
    return await call.act(actions.issue_documents, tender_id, **fields(body))


@router.post("/tenders/{tender_id}/clarifications", status_code=201)
async def clarify_documents(tender_id: UUID, body: ClarifyDocuments, call: Annotated[Call, allows("agent")]) -> Response:
    return await call.act(actions.clarify_documents, tender_id, **fields(body))


@router.post("/tenders/{tender_id}/bids", status_code=201)
async def receive_bid(tender_id: UUID, body: ReceiveBid, call: Annotated[Call, allows("agent")]) -> Response:
    return await call.act(actions.receive_bid, tender_id, **fields(body))


@router.post("/tenders/{tender_id}/deadline")
async def close_tender(tender_id: UUID, body: Empty, call: Annotated[Call, allows("agent")]) -> Response:
    return await call.act(actions.close_tender, tender_id)


@router.post("/tenders/{tender_id}/failure-notice")
async def announce_failure(tender_id: UUID, body: AnnounceFailure, call: Annotated[Call, allows("agent")]) -> Response:
    return await call.act(actions.announce_failure, tender_id, **fields(body))


@router.post("/tenders/{tender_id}/argument", status_code=201)
async def record_argument(tender_id: UUID, body: RecordArgument, call: Annotated[Call, allows("agent")]) -> Response:
    return await call.act(actions.record_argument, tender_id, **fields(body))


@router.post("/tenders/{tender_id}/offers", status_code=201)
async def record_offer(tender_id: UUID, body: RecordOffer, call: Annotated[Call, allows("panel")]) -> Response:
    return await call.act(actions.record_offer, tender_id, **fields(body))


@router.post("/tenders/{tender_id}/talks", status_code=201)
async def hold_talk(tender_id: UUID, body: HoldTalk, call: Annotated[Call, allows("panel")]) -> Response:
    return await call.act(actions.hold_talk, tender_id, **fields(body))


@router.post("/tenders/{tender_id}/final-offers", status_code=201)
async def record_final_offer(tender_id: UUID, body: FinalOffer, call: Annotated[Call, allows("panel")]) -> Response:
    return await call.act(actions.record_final_offer, tender_id, **fields(body))


@router.post("/tenders/{tender_id}/report")
async def report(tender_id: UUID, body: SignReport, call: Annotated[Call, allows("panel")]) -> Response:
    return await call.act(actions.report, tender_id, **fields(body))


@router.post("/tenders/{tender_id}/report-delivery")
async def deliver_report(tender_id: UUID, body: MayBeLate, call: Annotated[Call, allows("agent")]) -> Response:
    return await call.act(actions.deliver_report, tender_id, **fields(body))


@router.post("/tenders/{tender_id}/award")
async def confirm_award(tender_id: UUID, body: ConfirmAward, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.confirm_award, tender_id, **fields(body))


@router.post("/tenders/{tender_id}/award-notice")
async def announce_award(tender_id: UUID, body: AnnounceAward, call: Annotated[Call, allows("agent")]) -> Response:
    return await call.act(actions.announce_award, tender_id, **fields(body))


@router.post("/projects/{project_id}/challenges", status_code=201)
async def receive_challenge(project_id: UUID, body: ReceiveChallenge, call: Annotated[Call, allows("agent")]) -> Response:
    return await call.act(actions.receive_challenge, project_id, **fields(body))


@router.post("/challenges/{challenge_id}/answer")
async def answer_challenge(challenge_id: UUID, body: AnswerChallenge, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.answer_challenge, challenge_id, **fields(body))
