"""Opening a round and drawing whom it asks."""

import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import select

from services.evaluation.actions.commission import NotCommissioned
from services.evaluation.domain.rounds import RoundKind, Status, check_may_open, check_open
from services.evaluation.domain.sample import draw, proof
from services.evaluation.domain.scores import SchemeFault
from services.evaluation.store import Ballot, Round, Sampled, commission_of, reached_contract, reached_round, sampling_frame
from shared.access import Actor
from shared.errors import WrongState
from shared.events.evaluation import RoundOpened
from shared.rules import Rules
from shared.work import Work

BALLOT_BYTES = 6


class RoundExists(WrongState):
    code = "round-exists"


class AlreadyDrawn(WrongState):
    """A second draw would let somebody choose among samples."""

    code = "already-drawn"


@dataclass(frozen=True, slots=True)
class SampleDrawn:
    drawn: int
    frame: dict[str, int]
    groups: dict[str, int]
    proof: str


def open_round(contract_id: UUID, *, kind: RoundKind, evidence_until: date, work: Work, today: date, actor: Actor) -> UUID:
    """Begin to collect the sheets of a round by the scheme that was signed."""
    contract = reached_contract(work, contract_id, actor)
    if commission_of(work, contract_id) is None:
        raise NotCommissioned("尚未委托第三方机构，不能开始评价")
    if not contract.is_scheme_intact:
        raise SchemeFault("收到的评价方案与合同签订时的摘要不一致，不能据此评价；请购买主体核对合同")
    contract.terms()
    check_may_open(kind, term=contract.term(), opened_on=today, evidence_until=evidence_until)
    if work.first(select(Round).where(Round.contract_id == contract_id, Round.kind == kind)):
        raise RoundExists("该合同的本轮评价已经开始")
    round_ = Round(
        contract_id=contract_id,
        project_id=contract.project_id,
        kind=kind,
        status=Status.OPEN,
        opened_on=today,
        opened_by=actor.account,
        evidence_until=evidence_until,
    )
    work.add(round_)
    work.emit(RoundOpened(round_id=round_.id, contract_id=contract_id, kind=kind, opened_on=today, evidence_until=evidence_until))
    return round_.id


def draw_sample(round_id: UUID, *, seed: str, per_group: int | None, work: Work, actor: Actor, rules: Rules) -> SampleDrawn:
    """Draw whom the survey asks, once, and issue as many ballots that nobody can trace to them."""
    round_, contract = reached_round(work, round_id, actor)
    check_open(Status(round_.status))
    if round_.sampled:
        raise AlreadyDrawn("本轮样本已经抽取，不得重抽")
    rule = rules("survey_sample", division=contract.division)
    frame = sampling_frame(work, contract.id, list(rule.params["left_out"]))
    drawn = draw(frame, per_group=per_group or int(rule.params["per_group"]), seed=seed)
    work.add(*(Sampled(round_id=round_id, recipient_id=one.recipient_id, group=one.group, position=one.position) for one in drawn))
    work.add(*(Ballot(id=secrets.token_hex(BALLOT_BYTES), round_id=round_id, group=one.group) for one in drawn))
    round_.sample_seed = seed
    round_.sample_proof = proof(drawn, seed)
    round_.sampled = len(drawn)
    work.about("round", round_id)
    sizes = {group: len(recipients) for group, recipients in sorted(frame.items())}
    return SampleDrawn(len(drawn), sizes, dict(Counter(one.group for one in drawn)), round_.sample_proof)
