"""Records that may be of one person: the queue without names, two of them side by side, and what is decided."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic_core import to_json

from services.intake import actions, store
from services.intake.actions.person import Purpose
from services.intake.api.body import Body, GivenReason, Line, Paged
from shared.http.call import Call, allows

router = APIRouter(prefix="/duplicates")


class Proposal(Body):
    keep: UUID
    reason: Line


@router.get("")
async def duplicates(
    call: Annotated[Call, allows("clerk", "officer", "auditor")],
    page: Paged,
    status: Literal["open", "proposed", "merged", "different"] | None = None,
) -> Response:
    return await call.read(store.duplicates, page=page, status=status or "")


@router.get("/{pair_id}/comparison")
async def comparison(pair_id: UUID, purpose: Purpose, call: Annotated[Call, allows("clerk", "officer")], whole: bool = False) -> Response:
    """A reading is recorded, so it is a unit; it is no act that a repeat would double."""
    read: Any = await call.runtime.run(
        actions.compare_records, pair_id, purpose=purpose, is_whole=whole, actor=call.actor, today=call.today
    )
    return Response(to_json(read), media_type="application/json")


@router.post("/{pair_id}/proposal")
async def propose(pair_id: UUID, body: Proposal, call: Annotated[Call, allows("clerk", "officer")]) -> Response:
    """They are of one person; an officer merges."""
    return await call.act(actions.propose_merge, pair_id, keep=body.keep, reason=body.reason)


@router.post("/{pair_id}/merge")
async def merge(pair_id: UUID, body: GivenReason, call: Annotated[Call, allows("officer")]) -> Response:
    return await call.act(actions.merge, pair_id, reason=body.reason)


@router.post("/{pair_id}/difference")
async def tell_apart(pair_id: UUID, body: GivenReason, call: Annotated[Call, allows("clerk", "officer")]) -> Response:
    """They are of two people."""
    return await call.act(actions.tell_apart, pair_id, reason=body.reason)


@router.post("/{pair_id}/undoing")
async def undo(pair_id: UUID, body: GivenReason, call: Annotated[Call, allows("officer")]) -> Response:
    """The merge is taken back."""
    return await call.act(actions.undo_merge, pair_id, reason=body.reason)


@router.post("/{pair_id}/reopening")
async def reopen(pair_id: UUID, body: GivenReason, call: Annotated[Call, allows("officer")]) -> Response:
    """It was said that they are of two people; look once more."""
    return await call.act(actions.reopen_pair, pair_id, reason=body.reason)
