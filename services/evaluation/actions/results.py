"""What the sheets come to, when it counts, and what may be said against it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.evaluation.actions.sheets import counted, form_of
from services.evaluation.domain.rounds import (
    RoundNotReady,
    Status,
    check_may_appeal,
    check_may_conclude,
    check_scored,
    check_step,
)
from services.evaluation.domain.scores import DimensionSheets, Result, Terms, Verdict, check_enough, judge, score_of, verdict_of, written
from services.evaluation.store import (
    Appeal,
    Contract,
    Round,
    Scoring,
    open_findings,
    reached_round,
    sheets_that_count,
    undecided_appeals,
)
from shared.access import Actor
from shared.errors import Forbidden, NotFound, WrongState
from shared.events.evaluation import DimensionScore, RoundConcluded, RoundScored
from shared.plugins import Hooks
from shared.rules import Rules
from shared.work import Reader, Work
from shared.workdays import add_workdays

SCORE_DECIMALS = 2
COMPOSITE_DECIMALS = 3


class FindingsOpen(WrongState):
    code = "findings-open"


class AppealDecided(WrongState):
    code = "appeal-decided"


class DecidesOwnAppeal(Forbidden):
    code = "own-appeal"


@dataclass(frozen=True, slots=True)
class Scored:
    version: int
    composite: str
    band: str
    satisfaction: str
    sampled: int
    answered: int
    dimensions: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Notified:
    appeal_until: date
    verdict: Verdict | None
    """None while the result waits for its appeal window."""


@dataclass(frozen=True, slots=True)
class Concluded:
    verdict: Verdict


def score_round(round_id: UUID, *, work: Work, today: date, actor: Actor, rules: Rules, hooks: Hooks) -> Scored:
    """Compute composite and band from the sheets that count. Raises DimensionMissing rather than leave a dimension out."""
    round_, contract = reached_round(work, round_id, actor)
    check_step(Status(round_.status), Status.SCORED)
    terms = contract.terms()
    sheets = _sheets_by_dimension(work, round_, contract, terms, rules)
    result = judge(terms, {code: score_of(given, hooks.score(sheets=given)) for code, given in sheets.items()})
    round_.status = Status.SCORED
    round_.version += 1
    round_.scored_on = today
    round_.composite = written(result.composite, decimals=COMPOSITE_DECIMALS)
    round_.band = result.band
    round_.satisfaction = written(result.satisfaction, decimals=SCORE_DECIMALS)
    round_.answered = len(sheets[terms.satisfaction_dimension].marks)
    round_.dimensions = _dimensions(terms, result, sheets)
    work.add(_scoring(round_, today, actor))
    work.about("round", round_id)
    return Scored(round_.version, round_.composite, round_.band, round_.satisfaction, round_.sampled, round_.answered, round_.dimensions)


def notify_round(round_id: UUID, *, work: Work, today: date, actor: Actor, rules: Rules) -> Notified:
    """Tell the parties. From here the appeal window runs; a result that need not wait for it counts at once."""
    round_, contract = reached_round(work, round_id, actor)
    check_step(Status(round_.status), Status.NOTIFIED)
    scheme = contract.frozen_scheme()
    round_.status = Status.NOTIFIED
    round_.notified_on = today
    round_.appeal_until = add_workdays(today, scheme.appeal_working_days)
    work.emit(
        RoundScored(
            round_id=round_id,
            contract_id=contract.id,
            project_id=contract.project_id,
            kind=round_.kind,
            scored_on=round_.scored_on,
            dimensions=tuple(DimensionScore.model_validate(part) for part in round_.dimensions),
            composite=round_.composite,
            band=round_.band,
            satisfaction=round_.satisfaction,
            sampled=round_.sampled,
            answered=round_.answered,
            scheme_hash=contract.scheme_hash,
            appeal_until=round_.appeal_until,
        )
    )
    waits = _waits_for_appeal(rules, contract, round_)
    return Notified(round_.appeal_until, None if waits else _conclude(round_, contract, work, today))


def conclude_round(round_id: UUID, *, work: Work, today: date, actor: Actor, rules: Rules) -> Concluded:
    """Let the result take effect for payment and closing."""
    round_, contract = reached_round(work, round_id, actor)
    check_step(Status(round_.status), Status.CONCLUDED)
    check_may_conclude(
        waits_for_appeal=_waits_for_appeal(rules, contract, round_),
        appeal_until=round_.appeal_until or today,
        undecided=undecided_appeals(work, round_id),
        today=today,
    )
    return Concluded(_conclude(round_, contract, work, today))


def accept_rectification(round_id: UUID, *, work: Work, today: date, actor: Actor) -> Concluded:
    """Open the milestone after all that the provider had to mend was mended; the score stays what it was."""
    round_, contract = reached_round(work, round_id, actor)
    if round_.status != Status.CONCLUDED or round_.verdict != "rectify":
        raise RoundNotReady("只有结论为「限期整改」的评价可以认定整改")
    if left := open_findings(work, round_id, "provider"):
        raise FindingsOpen(f"承接主体还有 {left} 个问题未销号")
    round_.verdict = "passed"
    work.emit(_concluded(round_, contract, today))
    return Concluded("passed")


def file_appeal(round_id: UUID, *, text: str, work: Work, today: date, actor: Actor) -> UUID:
    """Appeal against the result within the window of the scheme."""
    round_, contract = reached_round(work, round_id, actor)
    check_may_appeal(Status(round_.status), appeal_until=round_.appeal_until, today=today)
    appeal = Appeal(round_id=round_id, contract_id=contract.id, text=text, filed_on=today, filed_by=actor.account)
    work.add(appeal)
    work.about("round", round_id)
    return appeal.id


def decide_appeal(appeal_id: UUID, *, is_upheld: bool, reason: str, work: Work, today: date, actor: Actor) -> UUID:
    """Decide as buyer; an upheld appeal opens the round again, so that sheets can be corrected and scored anew."""
    appeal = work.find(Appeal, appeal_id)
    if appeal is None:
        raise NotFound("没有找到该申诉")
    round_, _ = reached_round(work, appeal.round_id, actor)
    if appeal.is_upheld is not None:
        raise AppealDecided("该申诉已作决定")
    if appeal.filed_by == actor.account:
        raise DecidesOwnAppeal("申诉人不得自行决定申诉")
    appeal.is_upheld = is_upheld
    appeal.reason = reason
    appeal.decided_on = today
    appeal.decided_by = actor.account
    if is_upheld and round_.status != Status.OPEN:
        check_step(Status(round_.status), Status.OPEN)
        round_.status = Status.OPEN
    work.about("round", round_.id)
    return appeal_id


def sensitivity(round_id: UUID, *, weights: list[int], reader: Reader, actor: Actor, rules: Rules, hooks: Hooks) -> dict[str, Any]:
    """What the same sheets would come to with other weights; changes nothing."""
    round_, contract = reached_round(reader, round_id, actor)
    check_scored(Status(round_.status))
    terms = contract.terms().with_weights(weights)
    sheets = _sheets_by_dimension(reader, round_, contract, terms, rules)
    result = judge(terms, {code: score_of(given, hooks.score(sheets=given)) for code, given in sheets.items()})
    return {
        "composite": written(result.composite, decimals=COMPOSITE_DECIMALS),
        "band": result.band,
        "weights": {dimension.code: dimension.weight for dimension in terms.dimensions},
    }


def _sheets_by_dimension(reader: Reader, round_: Round, contract: Contract, terms: Terms, rules: Rules) -> dict[str, DimensionSheets]:
    marks = counted(sheets_that_count(reader, round_.id))
    sheets = {
        dimension.code: DimensionSheets(form_of(rules, dimension.code, contract), marks.get(dimension.code, ()))
        for dimension in terms.dimensions
    }
    for dimension in terms.dimensions:
        check_enough(sheets[dimension.code], dimension)
    return sheets


def _dimensions(terms: Terms, result: Result, sheets: dict[str, DimensionSheets]) -> list[dict[str, Any]]:
    return [
        {
            "code": dimension.code,
            "name": dimension.name,
            "score": written(result.scores[dimension.code], decimals=SCORE_DECIMALS),
            "weight": dimension.weight,
            "weighted": written(result.scores[dimension.code] * dimension.weight / 100, decimals=COMPOSITE_DECIMALS),
            "sheets": len(sheets[dimension.code].marks),
        }
        for dimension in terms.dimensions
    ]


def _scoring(round_: Round, today: date, actor: Actor) -> Scoring:
    return Scoring(
        round_id=round_.id,
        version=round_.version,
        scored_on=today,
        scored_by=actor.account,
        composite=round_.composite,
        band=round_.band,
        dimensions=round_.dimensions,
    )


def _waits_for_appeal(rules: Rules, contract: Contract, round_: Round) -> bool:
    return round_.kind in rules("round_takes_effect", division=contract.division).params["waits_for_appeal"]


def _conclude(round_: Round, contract: Contract, work: Work, today: date) -> Verdict:
    verdict = verdict_of(Decimal(round_.composite), Decimal(round_.satisfaction), contract.terms())
    round_.status = Status.CONCLUDED
    round_.concluded_on = today
    round_.verdict = verdict
    work.emit(_concluded(round_, contract, today))
    return verdict


def _concluded(round_: Round, contract: Contract, today: date) -> RoundConcluded:
    return RoundConcluded(
        round_id=round_.id,
        contract_id=contract.id,
        project_id=contract.project_id,
        kind=round_.kind,
        concluded_on=today,
        composite=round_.composite,
        band=round_.band,
        satisfaction=round_.satisfaction,
        verdict=round_.verdict,
    )
