"""Handing in sheets. They are append-only: who was wrong hands in a new version with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from services.evaluation.domain.rounds import RoundNotReady, Status, check_may_correct, check_open
from services.evaluation.domain.scores import Form, Item, Marks, MarksRefused
from services.evaluation.store import Assessor, Ballot, Contract, Sheet, reached_round
from shared.access import Actor
from shared.errors import Forbidden, NotFound, RuleRefusal, WrongState
from shared.rules import Rule, Rules
from shared.work import Work

SOURCES: Mapping[str, tuple[str, ...]] = {
    "D1": ("buyer",),
    "D2": ("finance",),
    "D3": ("assessor",),
    "D4": ("expert",),
    "D5": ("evaluator",),
    "D6": ("community", "evaluator"),
}
"""Which role hands in the sheets of a dimension. The evaluator enters paper: ballots of D5, community sheets of D6."""

REGISTERED = ("D3", "D4")
"""Where an assessor must be registered with organisation and disclosure."""


class WrongSource(Forbidden):
    code = "wrong-source"


class NotRegistered(Forbidden):
    code = "not-registered"


class NotYourSheet(Forbidden):
    code = "not-your-sheet"


class BallotUnknown(RuleRefusal):
    code = "ballot-unknown"


class SheetExists(WrongState):
    """Each sheet of a dimension comes from another assessor."""

    code = "sheet-exists"


@dataclass(frozen=True, slots=True)
class Given:
    """A sheet as it is handed in; `assessor` is empty where the actor judges under the own account."""

    marks: Marks
    assessor: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    sheets: list[UUID] = field(default_factory=list)


def record_sheets(
    round_id: UUID, *, dimension: str, sheets: Sequence[Given], work: Work, today: date, actor: Actor, rules: Rules
) -> Recorded:
    """Hand in the sheets of one dimension: one's own, or a stack of paper."""
    round_, contract = reached_round(work, round_id, actor)
    check_open(Status(round_.status))
    _check_source(work, contract, dimension, actor)
    form = form_of(rules, dimension, contract)
    for position, sheet in enumerate(sheets):
        form.check(sheet.marks, field=f"sheets.{position}.marks")
    assessors = _assessors(dimension, sheets, actor)
    _check_new(work, round_id, dimension, assessors)
    if dimension == "D5":
        _check_ballots(work, round_id, assessors)
    rows = [
        Sheet(
            round_id=round_id,
            dimension=dimension,
            assessor=assessor,
            marks=_kept(sheet.marks),
            comment=sheet.comment,
            recorded_by=actor.account,
            recorded_on=today,
            recorded_at=work.now,
        )
        for assessor, sheet in zip(assessors, sheets, strict=True)
    ]
    work.add(*rows)
    work.about("sheet", rows[0].id)
    return Recorded([row.id for row in rows])


def correct_sheet(sheet_id: UUID, *, marks: Marks, reason: str, work: Work, today: date, actor: Actor, rules: Rules) -> UUID:
    """Hand in a new version of a sheet; the old one stays to be read, and a score that was computed with it is void."""
    old = work.find(Sheet, sheet_id)
    if old is None:
        raise NotFound("没有找到该评分表")
    round_, contract = reached_round(work, old.round_id, actor)
    check_may_correct(Status(round_.status))
    if old.recorded_by != actor.account:
        raise NotYourSheet("只能由填报人更正自己的评分表")
    if work.first(select(Sheet).where(Sheet.corrects == sheet_id)):
        raise RoundNotReady("该评分表已有更正的版本，请更正最新版本")
    form_of(rules, old.dimension, contract).check(marks)
    new = Sheet(
        round_id=old.round_id,
        dimension=old.dimension,
        assessor=old.assessor,
        version=old.version + 1,
        corrects=old.id,
        reason=reason,
        marks=_kept(marks),
        comment=old.comment,
        recorded_by=actor.account,
        recorded_on=today,
        recorded_at=work.now,
    )
    work.add(new)
    round_.status = Status.OPEN
    work.about("sheet", sheet_id)
    return new.id


def form_of(rules: Rules, dimension: str, contract: Contract) -> Form:
    """The form of the dimension on the day it is used. Raises RuleMissing for a dimension without one."""
    rule: Rule = rules(f"sheet_{dimension.lower()}", division=contract.division)
    params: Mapping[str, Any] = rule.params
    return Form(
        dimension=dimension,
        items=tuple(Item(item["code"], item["name"], int(item["weight"])) for item in params["items"]),
        lowest=Decimal(params["lowest"]),
        highest=Decimal(params["highest"]),
        is_whole=bool(params.get("is_whole", False)),
        sheets_at_least=int(params["sheets_at_least"]),
    )


def _check_source(work: Work, contract: Contract, dimension: str, actor: Actor) -> None:
    if dimension not in {part.code for part in contract.terms().dimensions} or dimension not in SOURCES:
        raise MarksRefused(f"评价方案没有维度 {dimension}", field="dimension")
    if not actor.may(*SOURCES[dimension]):
        raise WrongSource(f"维度 {dimension} 的评分表由其评价主体填报")
    if dimension in REGISTERED:
        registered = select(Assessor).where(
            Assessor.contract_id == contract.id, Assessor.dimension == dimension, Assessor.account == actor.account
        )
        if work.first(registered) is None:
            raise NotRegistered("请先由第三方登记评估员或专家的单位和回避情况")


def _assessors(dimension: str, sheets: Sequence[Given], actor: Actor) -> list[str]:
    """Whose sheets these are. Only the evaluator hands in other people's."""
    enters_paper = actor.may("evaluator") and "evaluator" in SOURCES[dimension]
    assessors = [sheet.assessor.strip() if enters_paper else actor.account for sheet in sheets]
    if not all(assessors):
        raise MarksRefused("请填写每份评分表的问卷编号或评议人编号", field="sheets.assessor")
    return assessors


def _check_new(work: Work, round_id: UUID, dimension: str, assessors: list[str]) -> None:
    same = select(Sheet.assessor).where(Sheet.round_id == round_id, Sheet.dimension == dimension, col(Sheet.assessor).in_(assessors))
    known = {row.assessor for row in work.rows(same)}
    if twice := known | {assessor for assessor in assessors if assessors.count(assessor) > 1}:
        raise SheetExists(f"{'、'.join(sorted(twice))} 已填报过该维度的评分表；有误请更正，不得重复填报", field="sheets")


def _check_ballots(work: Work, round_id: UUID, ballots: list[str]) -> None:
    issued = {row.id for row in work.rows(select(Ballot.id).where(Ballot.round_id == round_id, col(Ballot.id).in_(ballots)))}
    if foreign := set(ballots) - issued:
        raise BallotUnknown(f"有 {len(foreign)} 份问卷的编号不是本轮抽样发出的", field="sheets")


def _kept(marks: Marks) -> dict[str, str]:
    return {item: str(mark) for item, mark in marks.items()}


def counted(sheets: Sequence[Sheet]) -> dict[str, tuple[Marks, ...]]:
    """Marks by dimension, ready to be scored."""
    by_dimension: dict[str, list[Marks]] = {}
    for sheet in sheets:
        by_dimension.setdefault(sheet.dimension, []).append({item: Decimal(mark) for item, mark in sheet.marks.items()})
    return {dimension: tuple(marks) for dimension, marks in by_dimension.items()}
