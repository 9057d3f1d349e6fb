"""Routes of the change of method, the expert pool, the draw and the panel."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.procurement import actions
from services.procurement.api.body import Body, Empty, Line, Paragraph, Reason, Sha256, WithDocument
from services.procurement.domain.draw import MIN_SEED_CHARACTERS, PARTIES, Exclusion, Seat
from services.procurement.domain.method import Method
from services.procurement.domain.recusal import PoolExpert
from shared.access import Actor
from shared.errors import Forbidden
from shared.http.call import Call, allows, fields

router = APIRouter()

Parties = Annotated[Call, allows(*PARTIES)]


class NotAParty(Forbidden):
    """Somebody with the roles of several parties cannot speak for one of them."""

    code = "not-a-party"


class ApplyForConversion(WithDocument):
    tender_id: UUID
    method: Method
    reason: Paragraph
    challenge_statement: Paragraph


class Consent(WithDocument):
    opinion: Paragraph


class Approve(WithDocument):
    document_no: Line


class RegisterExperts(Body):
    experts: Annotated[list[PoolExpert], Field(min_length=1, max_length=200)]


class PrepareDraw(Body):
    seats: Annotated[list[Seat], Field(min_length=1, max_length=10)]
    buyer_representatives: Annotated[int, Field(ge=0, le=5)]
    review_on: date
    kin: Annotated[list[Exclusion], Field(default_factory=list, max_length=200)]
    reason: Reason = ""


class CommitSeed(Body):
    commitment: Sha256


class RevealSeed(Body):
    seed: Annotated[str, Field(min_length=MIN_SEED_CHARACTERS, max_length=200)]


class ReplaceExpert(Body):
    number: Line
    reason: Line


class SeatPanel(Body):
    representatives: Annotated[list[Line], Field(max_length=5)]
    leader: Line
    leader_account: Line
    reason: Reason = ""


@router.post("/projects/{project_id}/conversion", status_code=201)
async def apply_for_conversion(project_id: UUID, body: ApplyForConversion, call: Annotated[Call, allows("buyer")]) -> Response:
    return await call.act(actions.apply_for_conversion, project_id, **fields(body))


@router.post("/projects/{project_id}/conversion/consent")
async def consent_to_conversion(project_id: UUID, body: Consent, call: Annotated[Call, allows("department")]) -> Response:
    return await call.act(actions.consent_to_conversion, project_id, **fields(body))


@router.post("/projects/{project_id}/conversion/approval")
async def approve_conversion(project_id: UUID, body: Approve, call: Annotated[Call, allows("finance")]) -> Response:
    return await call.act(actions.approve_conversion, project_id, **fields(body))


@router.post("/experts", status_code=201)
async def register_experts(body: RegisterExperts, call: Annotated[Call, allows("agent")]) -> Response:
    return await call.act(actions.register_experts, **fields(body))


@router.post("/projects/{project_id}/draws", status_code=201)
async def prepare_draw(project_id: UUID, body: PrepareDraw, call: Annotated[Call, allows("agent")]) -> Response:
    return await call.act(actions.prepare_draw, project_id, **fields(body))


@router.post("/draws/{draw_id}/commitments")
async def commit_seed(draw_id: UUID, body: CommitSeed, call: Parties) -> Response:
    return await call.act(actions.commit_seed, draw_id, party=_party(call.actor), **fields(body))


@router.post("/draws/{draw_id}/seeds")
async def reveal_seed(draw_id: UUID, body: RevealSeed, call: Parties) -> Response:
    return await call.act(actions.reveal_seed, draw_id, party=_party(call.actor), **fields(body))


@router.post("/draws/{draw_id}/result")
async def draw_experts(draw_id: UUID, body: Empty, call: Annotated[Call, allows("agent")]) -> Response:
    return await call.act(actions.draw_experts, draw_id)


@router.post("/draws/{draw_id}/replacements")
async def replace_expert(draw_id: UUID, body: ReplaceExpert, call: Annotated[Call, allows("agent")]) -> Response:
    return await call.act(actions.replace_expert, draw_id, **fields(body))


@router.post("/draws/{draw_id}/panel")
async def seat_panel(draw_id: UUID, body: SeatPanel, call: Annotated[Call, allows("agent")]) -> Response:
    return await call.act(actions.seat_panel, draw_id, **fields(body))


def _party(actor: Actor) -> str:
    """The one party the actor speaks for."""
    parties = [party for party in PARTIES if actor.may(party)]
    if len(parties) != 1:
        raise NotAParty("同一账号不能代表抽取的多方")
    return parties[0]
