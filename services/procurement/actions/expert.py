"""The expert draw: snapshot and exclusions today, three commitments, seeds on a later day, a result anybody can repeat."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from uuid import UUID

from sqlmodel import col, select

from services.procurement.actions.bid import bidders_of
from services.procurement.actions.conversion import argument_of
from services.procurement.actions.method import terms_of
from services.procurement.actions.plan import advisers_of
from services.procurement.actions.record import Law, once, project_of, require
from services.procurement.domain.draw import (
    PARTIES,
    CommitmentBroken,
    Exclusion,
    PoolEntry,
    Seat,
    check_seed,
    draw,
    exclusions_hash,
    pool_hash,
    record_hash,
    replacement,
)
from services.procurement.domain.limit import check_not_before
from services.procurement.domain.method import is_over_threshold
from services.procurement.domain.panel import Composition, check_composition, earliest_draw, members_needed
from services.procurement.domain.recusal import Circumstances, ExpertFacts, PoolExpert
from services.procurement.store import Draw, Expert, Project, Tender
from shared.errors import RuleRefusal
from shared.events.procurement import ExpertsDrawn
from shared.money import Fen
from shared.plugins import Hooks
from shared.rules import Rules
from shared.work import Work

LEGAL = "legal"
"""Category of the pool's legal experts."""


class ExpertUnknown(RuleRefusal):
    code = "expert-unknown"


def register_experts(*, experts: Sequence[PoolExpert], work: Work, today: date) -> dict[str, int]:
    """Copy experts of the provincial pool; who is known already is brought up to date."""
    for expert in experts:
        known = work.find(Expert, expert.number)
        if known is None:
            work.add(Expert(**asdict(expert), registered_on=today))
        else:
            known.name, known.organisation, known.title, known.category = expert.name, expert.organisation, expert.title, expert.category
    work.about("pool", "experts")
    return {"count": len(experts)}


def prepare_draw(
    project_id: UUID,
    *,
    seats: Sequence[Seat],
    buyer_representatives: int,
    review_on: date,
    kin: Sequence[Exclusion],
    reason: str,
    work: Work,
    today: date,
    rules: Rules,
    hooks: Hooks,
) -> dict[str, object]:
    """Freeze pool and exclusions, so that only the seeds can still decide who is drawn."""
    project = project_of(work, project_id)
    once(draw_of(work, project_id), "本项目已安排抽取")
    _nothing_waits_for_approval(work, project)
    law = Law(rules, project.division)
    _check_panel(project, seats, buyer_representatives, review_on, reason, today, law, hooks)
    pool = work.select(select(Expert).order_by(col(Expert.number)))
    known = {expert.number for expert in pool}
    if strangers := [one.number for one in kin if one.number not in known]:
        raise ExpertUnknown(f"专家库中没有：{'、'.join(strangers)}", field="kin")
    excluded = _excluded(work, project, pool, kin, hooks)
    entries = [PoolEntry(expert.number, expert.category) for expert in pool]
    prepared = Draw(
        project_id=project_id,
        review_on=review_on,
        pool=[[entry.number, entry.category] for entry in entries],
        pool_hash=pool_hash(entries),
        exclusions=[[one.number, one.reason] for one in excluded],
        exclusions_hash=exclusions_hash(excluded),
        seats=[[seat.category, seat.count] for seat in seats],
        buyer_representatives=buyer_representatives,
        prepared_on=today,
    )
    work.add(prepared)
    return {
        "id": prepared.id,
        "pool_hash": prepared.pool_hash,
        "pool_size": len(entries),
        "exclusions": [{"number": one.number, "reason": one.reason} for one in excluded],
        "exclusions_hash": prepared.exclusions_hash,
    }


def commit_seed(draw_id: UUID, *, party: str, commitment: str, work: Work, today: date) -> None:
    """One party hands in the SHA-256 of its seed."""
    prepared = _draw(work, draw_id)
    once(party in prepared.commitments, "本方已提交承诺")
    if commitment in prepared.commitments.values():
        raise CommitmentBroken("该承诺与另一方的相同，请更换种子", field="commitment")
    prepared.commitments = {**prepared.commitments, party: commitment}
    if set(prepared.commitments) == set(PARTIES):
        prepared.committed_on, prepared.state = today, "committed"


def reveal_seed(draw_id: UUID, *, party: str, seed: str, work: Work, today: date, rules: Rules) -> None:
    """One party tells its seed, on a later day than the last commitment."""
    prepared = _draw(work, draw_id)
    project = work.get(Project, prepared.project_id)
    committed_on = require(prepared.committed_on, "三方承诺尚未齐全")
    rule = Law(rules, project.division)("draw_commitments")
    once(party in prepared.seeds, "本方已公布种子")
    check_not_before(rule, committed_on + timedelta(days=rule.params["days"]), today, "公布种子", field="seed")
    check_seed(seed, prepared.commitments[party])
    prepared.seeds = {**prepared.seeds, party: seed}


def draw_experts(draw_id: UUID, *, work: Work, today: date, rules: Rules) -> dict[str, object]:
    """Draw with the three seeds and publish the record."""
    prepared = _draw(work, draw_id)
    project = work.get(Project, prepared.project_id)
    Law(rules, project.division)("expert_random_draw")
    once(prepared.drawn_on, "已经抽取")
    require(set(prepared.seeds) == set(PARTIES), "三方种子尚未全部公布")
    drawn = draw(prepared.entries(), prepared.excluded(), prepared.seeds, prepared.seats_wanted())
    prepared.lot, prepared.order, prepared.seated = drawn.lot, list(drawn.order), list(drawn.seated)
    prepared.drawn_on, prepared.state = today, "drawn"
    prepared.record_hash = record_hash(drawn, prepared.commitments, prepared.seeds, prepared.seats_wanted())
    categories = {entry.number: entry.category for entry in prepared.entries()}
    work.emit(
        ExpertsDrawn(
            project_id=project.id,
            drawn_on=today,
            pool_hash=drawn.pool_hash,
            pool_size=len(prepared.pool),
            excluded=len(prepared.exclusions),
            seed_commitments=tuple(prepared.commitments[party] for party in PARTIES),
            seeds=tuple(prepared.seeds[party] for party in PARTIES),
            panel_size=prepared.panel_size,
            experts=len(drawn.seated),
            legal_experts=sum(categories[number] == LEGAL for number in drawn.seated),
            drawn=drawn.seated,
            record_hash=prepared.record_hash,
            pool=tuple("|".join(entry) for entry in prepared.pool),
            exclusions=tuple("|".join(one) for one in prepared.exclusions),
            seats=tuple(f"{seat.category}|{seat.count}" for seat in prepared.seats_wanted()),
        )
    )
    return {
        "seated": drawn.seated,
        "order": drawn.order,
        "lot": drawn.lot,
        "pool_hash": drawn.pool_hash,
        "record_hash": prepared.record_hash,
    }


def replace_expert(draw_id: UUID, *, number: str, reason: str, work: Work, today: date) -> dict[str, str]:
    """Who declines or must recuse is replaced by the next in the same order; there is no second draw."""
    prepared = _draw(work, draw_id)
    require(prepared.state == "drawn", "尚未抽取或者小组已经组成")
    require(number in prepared.seated, "该专家不在抽取结果之中")
    categories = {entry.number: entry.category for entry in prepared.entries()}
    order = [PoolEntry(one, categories[one]) for one in prepared.order]
    gone = [*prepared.gone, [number, reason, today.isoformat()]]
    following = replacement(order, prepared.seated, [one[0] for one in gone], categories[number])
    prepared.seated = [following if one == number else one for one in prepared.seated]
    prepared.gone = gone
    return {"number": following}


def draw_of(work: Work, project_id: UUID) -> Draw | None:
    return work.first(select(Draw).where(Draw.project_id == project_id).order_by(col(Draw.prepared_on).desc()))


def _nothing_waits_for_approval(work: Work, project: Project) -> None:
    """After a failed tender nothing starts before the approval of another method, or a new tender (法 37)."""
    if not project.is_approved_exception:
        tenders = work.select(select(Tender).where(Tender.project_id == project.id))
        require(not tenders or any(tender.state != "failed" for tender in tenders), "废标后须先经财政部门批准变更方式，或者重新招标")


def _draw(work: Work, draw_id: UUID) -> Draw:
    prepared = work.get(Draw, draw_id)
    project_of(work, prepared.project_id)
    return prepared


def _check_panel(
    project: Project, seats: Sequence[Seat], representatives: int, review_on: date, reason: str, today: date, law: Law, hooks: Hooks
) -> None:
    """The panel must be lawful before anybody is drawn for it, and not drawn too early."""
    require(project.method, "采购方式尚未确定，不得抽取专家")
    terms = terms_of(hooks, project.method)
    rule, threshold = law(terms.panel_rule), law("open_tender_threshold")
    experts = sum(seat.count for seat in seats)
    least = members_needed(rule, budget=Fen(project.budget_fen), is_over_threshold=is_over_threshold(Fen(project.budget_fen), threshold))
    panel = Composition(experts + representatives, experts, sum(seat.count for seat in seats if seat.category == LEGAL))
    check_composition(panel, rule, least=least, is_specialised=project.is_specialised, reason=reason)
    timing = law.if_in_force("expert_draw_time")
    if timing and project.method not in timing.params["except"]:
        check_not_before(timing, earliest_draw(review_on, timing), today, "抽取专家", field="review_on")


def _excluded(work: Work, project: Project, pool: Sequence[Expert], kin: Sequence[Exclusion], hooks: Hooks) -> list[Exclusion]:
    """What plugins say against an expert, and what was declared; one row per expert with all reasons."""
    circumstances = _circumstances(work, project)
    declared = {one.number: one.reason for one in kin}
    excluded = []
    for expert in pool:
        facts = ExpertFacts(expert.number, expert.organisation)
        reasons = [reason for answer in hooks.recusals(expert=facts, circumstances=circumstances) for reason in answer]
        reasons += [declared[expert.number]] if expert.number in declared else []
        if reasons:
            excluded.append(Exclusion(expert.number, "；".join(reasons)))
    return excluded


def _circumstances(work: Work, project: Project) -> Circumstances:
    tenders = work.select(select(Tender).where(Tender.project_id == project.id))
    arguments = [argument for tender in tenders if (argument := argument_of(work, tender.id))]
    return Circumstances(
        arguing_experts=frozenset(number for argument in arguments for number in argument.experts),
        advising_bodies=advisers_of(work, project.id),
        bidders=frozenset(supplier.name for tender in tenders for supplier in bidders_of(work, tender)),
        procuring_entity=project.entity_name,
    )
