"""What the panel does: opens first offers, meets the suppliers one by one, takes the last offers, reports."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, time
from decimal import Decimal
from uuid import UUID

from sqlmodel import select

from services.procurement.actions.method import terms_of
from services.procurement.actions.panel import leader_only, members_of
from services.procurement.actions.record import Law, once, require, tender_of
from services.procurement.domain.ranking import NobodyQualifies, Ranked, check_low_prices_explained
from services.procurement.domain.report import Opinion, check_opinions
from services.procurement.domain.talk import OfferNotValid, Talk, check_all_met, check_offer, check_talk, offers_needed
from services.procurement.store import Bid, OfferKept, Project, TalkKept, Tender
from shared.access import Actor
from shared.files import require_file
from shared.money import Fen
from shared.plugins import Hooks
from shared.rules import Rules
from shared.work import Work


def record_offer(
    tender_id: UUID,
    *,
    supplier_id: UUID,
    price_fen: Fen,
    is_responsive: bool,
    quality: Decimal,
    remark: str,
    work: Work,
    actor: Actor,
    rules: Rules,
) -> None:
    """Write down a price out of an opened bid."""
    tender, project = _opened(work, tender_id, actor)
    require(work.first(select(Bid).where(Bid.tender_id == tender_id, Bid.supplier_id == supplier_id)), "该供应商没有递交响应文件")
    once(_offer(work, tender_id, supplier_id), "该供应商的报价已登记")
    check_offer(price_fen, Fen(project.budget_fen), Law(rules, project.division)("offer_within_budget"))
    work.add(
        OfferKept(
            tender_id=tender.id, supplier_id=supplier_id, first_fen=price_fen, is_responsive=is_responsive, quality=quality, remark=remark
        )
    )


def hold_talk(
    tender_id: UUID,
    *,
    supplier_id: UUID,
    members: Sequence[str],
    starts_at: time,
    ends_at: time,
    changes: str,
    work: Work,
    today: date,
    actor: Actor,
    rules: Rules,
    hooks: Hooks,
) -> UUID:
    """One supplier's turn with all members of the panel."""
    tender, project = _opened(work, tender_id, actor)
    _negotiated_only(hooks, tender)
    require(_offer(work, tender_id, supplier_id), "该供应商的首次报价尚未登记")
    panel = frozenset(member.code for member in members_of(work, project.id))
    talk = Talk(str(supplier_id), starts_at, ends_at, frozenset(members))
    same_day = [kept.talk() for kept in _talks(work, tender_id) if kept.held_on == today]
    check_talk(talk, same_day, panel, Law(rules, project.division)("negotiation_one_by_one"))
    kept = TalkKept(
        tender_id=tender.id,
        supplier_id=supplier_id,
        held_on=today,
        starts_at=starts_at.isoformat("minutes"),
        ends_at=ends_at.isoformat("minutes"),
        members=sorted(members),
        changes=changes,
    )
    work.add(kept)
    return kept.id


def record_final_offer(tender_id: UUID, *, supplier_id: UUID, price_fen: Fen, work: Work, actor: Actor, rules: Rules, hooks: Hooks) -> None:
    """A last offer, after everybody had the same turns."""
    tender, project = _opened(work, tender_id, actor)
    _negotiated_only(hooks, tender)
    law = Law(rules, project.division)
    offer = require(_offer(work, tender_id, supplier_id), "该供应商的首次报价尚未登记")
    once(offer.final_fen, "该供应商已提交最后报价")
    suppliers = [str(one.supplier_id) for one in offers_of(work, tender_id) if one.is_responsive]
    check_all_met(suppliers, [kept.talk() for kept in _talks(work, tender_id)], law("negotiation_one_by_one"))
    check_offer(price_fen, Fen(project.budget_fen), law("offer_within_budget"))
    offer.final_fen = price_fen


def report(
    tender_id: UUID, *, opinions: Sequence[Opinion], document: UUID, work: Work, today: date, actor: Actor, rules: Rules, hooks: Hooks
) -> dict[str, object]:
    """Rank the responsive offers and sign the report."""
    tender, project = _opened(work, tender_id, actor)
    law, terms = Law(rules, project.division), terms_of(hooks, tender.method)
    offers = offers_of(work, tender_id)
    if terms.is_negotiated:
        needed = offers_needed(law("final_offers"), bidders=tender.bidders or 0, goes_on_with_two=tender.goes_on_with_two)
        law("panel_negotiation")
        offers = [offer for offer in offers if offer.final_fen is not None]
    else:
        needed = terms.bidders_at_least
    if sum(offer.is_responsive for offer in offers) < needed:
        raise NobodyQualifies(f"完全响应并报价的供应商不足 {needed} 家，应当终止本次采购")
    if low := law.if_in_force("abnormally_low_price"):
        explained = frozenset(str(offer.supplier_id) for offer in offers if offer.remark)
        check_low_prices_explained([offer.offer() for offer in offers], explained, Fen(project.budget_fen), low)
    check_opinions(opinions, [member.code for member in members_of(work, project.id)], law("panel_signatures"))
    law(terms.ranking_rule)
    ranking: Sequence[Ranked] = hooks.ranking(
        method=tender.method, offers=tuple(offer.offer() for offer in offers), price_weight=tender.price_weight
    )[0]
    require_file(work, document)
    tender.ranking = [{"rank": one.rank, "supplier_id": one.supplier, "price_fen": one.price} for one in ranking]
    tender.opinions = [asdict(opinion) for opinion in opinions]
    tender.report_document, tender.reported_on, tender.state = document, today, "reported"
    return {"ranking": tender.ranking}


def offers_of(work: Work, tender_id: UUID) -> list[OfferKept]:
    return work.select(select(OfferKept).where(OfferKept.tender_id == tender_id))


def _opened(work: Work, tender_id: UUID, actor: Actor) -> tuple[Tender, Project]:
    tender, project = tender_of(work, tender_id)
    leader_only(work, project.id, actor)
    require(tender.state == "opened", "响应文件尚未开启或者评审已经结束")
    return tender, project


def _negotiated_only(hooks: Hooks, tender: Tender) -> None:
    """A bid in an open tender is neither talked about nor changed."""
    if not terms_of(hooks, tender.method).is_negotiated:
        raise OfferNotValid("招标的投标文件不得谈判，报价不得更改")


def _offer(work: Work, tender_id: UUID, supplier_id: UUID) -> OfferKept | None:
    return work.first(select(OfferKept).where(OfferKept.tender_id == tender_id, OfferKept.supplier_id == supplier_id))


def _talks(work: Work, tender_id: UUID) -> list[TalkKept]:
    return work.select(select(TalkKept).where(TalkKept.tender_id == tender_id))
