"""Questions about one tender, draw or contract; experts have numbers, not names, until the result is public."""

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from services.procurement.store.contract import Contract, Milestone, Supplement
from services.procurement.store.expert import Draw, Member
from services.procurement.store.measure import is_published, paid_of, progress_of
from services.procurement.store.tender import Bid, OfferKept, TalkKept, Tender
from services.procurement.store.views import acceptance_shown, arguments, reach
from shared.access import Actor
from shared.plugins import Hooks
from shared.work import Reader


def tender(tender_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    """A tender with its bids. Prices only of bids that were opened, and until the report is with the buyer only for who works on it."""
    found = reader.get(Tender, tender_id)
    reach(reader, found.project_id, actor)
    shown = {
        **found.model_dump(exclude={"opinions", "ranking"}),
        "bids": _rows(reader, select(Bid).where(Bid.tender_id == tender_id).order_by(col(Bid.received_at))),
        "arguments": arguments(reader, tender_id),
    }
    if found.delivered_on is None and not actor.may("panel", "supervision", "auditor"):
        return shown
    return shown | {
        "opinions": found.opinions,
        "ranking": found.ranking,
        "offers": _rows(reader, select(OfferKept).where(OfferKept.tender_id == tender_id)),
        "talks": _rows(reader, select(TalkKept).where(TalkKept.tender_id == tender_id).order_by(col(TalkKept.starts_at))),
    }


def draw(draw_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    """The record of a draw: everything needed to repeat it (services/procurement/domain/draw.py says how)."""
    found = reader.get(Draw, draw_id)
    reach(reader, found.project_id, actor)
    is_public = reader.first(select(Tender).where(Tender.project_id == found.project_id, Tender.state == "announced")) is not None
    members = reader.select(select(Member).where(Member.draw_id == draw_id).order_by(col(Member.code)))
    return {
        **found.model_dump(exclude={"leader_account"}),
        "panel": [
            {
                "code": member.code,
                "name": member.name if is_public else None,
                "category": member.category,
                "is_expert": member.is_expert,
                "is_leader": member.is_leader,
            }
            for member in members
        ],
    }


def contract(contract_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    found = reader.get(Contract, contract_id)
    reach(reader, found.project_id, actor)
    return {
        **found.model_dump(),
        "milestones": _rows(reader, select(Milestone).where(Milestone.contract_id == contract_id).order_by(col(Milestone.position))),
        "supplements": _rows(reader, select(Supplement).where(Supplement.contract_id == contract_id)),
        "acceptance": acceptance_shown(reader, contract_id),
        "paid_fen": paid_of(reader, contract_id),
    }


def progress(contract_id: UUID, *, reader: Reader, actor: Actor, today: date, hooks: Hooks) -> dict[str, Any]:
    """What each milestone still lacks today."""
    found = reader.get(Contract, contract_id)
    reach(reader, found.project_id, actor)
    reached = progress_of(reader, found, today)
    milestones = reader.select(select(Milestone).where(Milestone.contract_id == contract_id).order_by(col(Milestone.position)))
    scheme = found.frozen_scheme()
    return {
        **asdict(reached),
        "is_contract_published": is_published(reader, found.notice_id, today),
        "milestones": [
            {
                "id": milestone.id,
                "code": milestone.code,
                "verified_on": milestone.verified_on,
                "unmet": []
                if milestone.verified_on
                else [
                    message
                    for answer in hooks.milestone_objections(terms=milestone.frozen_terms(), progress=reached, scheme=scheme)
                    for message in answer
                ],
            }
            for milestone in milestones
        ],
    }


def _rows(reader: Reader, statement: Any) -> list[dict[str, Any]]:
    return [row.model_dump() for row in reader.select(statement)]
