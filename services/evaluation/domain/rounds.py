"""A round (事中、事后): when it may be opened, how it goes on, and when its result counts."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from shared.errors import RuleRefusal, WrongState

RoundKind = Literal["mid", "final"]


class Status(StrEnum):
    OPEN = "open"
    SCORED = "scored"
    NOTIFIED = "notified"
    CONCLUDED = "concluded"


NEXT = {
    Status.OPEN: {Status.SCORED},
    Status.SCORED: {Status.OPEN, Status.NOTIFIED},
    Status.NOTIFIED: {Status.OPEN, Status.CONCLUDED},
    Status.CONCLUDED: {Status.OPEN},
}
"""Back to open leads only an upheld appeal, or from `scored` a correction before anybody was told."""


class RoundRefused(RuleRefusal):
    code = "round"


class RoundNotReady(WrongState):
    code = "round-state"


class AppealWindowOpen(WrongState):
    code = "appeal-window"


class AppealTooLate(RuleRefusal):
    code = "appeal-too-late"


@dataclass(frozen=True, slots=True)
class Term:
    """The contract's term of service."""

    starts_on: date
    ends_on: date


def check_may_open(kind: RoundKind, *, term: Term, opened_on: date, evidence_until: date) -> None:
    """A mid round looks at a service that runs, a final one at a service that has ended."""
    if kind == "mid" and not term.starts_on <= opened_on <= term.ends_on:
        raise RoundRefused(f"事中评价应在服务期内（{term.starts_on} 至 {term.ends_on}）进行", field="kind")
    if kind == "final" and opened_on <= term.ends_on:
        raise RoundRefused(f"事后评价应在服务期满（{term.ends_on}）之后进行", field="kind")
    if evidence_until < opened_on:
        raise RoundRefused("证据截止日不得早于评价开始日", field="evidence_until")


def check_step(now: Status, to: Status) -> None:
    if to not in NEXT[now]:
        raise RoundNotReady(f"本轮评价当前为「{LABELS[now]}」，不能转为「{LABELS[to]}」")


def check_open(now: Status) -> None:
    if now is not Status.OPEN:
        raise RoundNotReady(f"本轮评价当前为「{LABELS[now]}」，不再接收评分表")


def check_may_correct(now: Status) -> None:
    """Until the parties are told, or again after an upheld appeal."""
    if now not in (Status.OPEN, Status.SCORED):
        raise RoundNotReady(f"本轮评价当前为「{LABELS[now]}」，评分表不能再更正；有异议请申诉")


def check_scored(now: Status) -> None:
    if now is Status.OPEN:
        raise RoundNotReady("本轮评价尚未计分")


def check_may_conclude(*, waits_for_appeal: bool, appeal_until: date, undecided: int, today: date) -> None:
    """The last day of the window still belongs to the provider."""
    if undecided:
        raise AppealWindowOpen(f"还有 {undecided} 件申诉未作决定")
    if waits_for_appeal and today <= appeal_until:
        raise AppealWindowOpen(f"申诉期至 {appeal_until}，期满后评价结果才生效")


def check_may_appeal(now: Status, *, appeal_until: date | None, today: date) -> None:
    if appeal_until is None or now not in (Status.NOTIFIED, Status.CONCLUDED):
        raise RoundNotReady("评价结果尚未告知，不能申诉")
    if today > appeal_until:
        raise AppealTooLate(f"申诉期已于 {appeal_until} 届满")


LABELS = {Status.OPEN: "收集评分表", Status.SCORED: "已计分", Status.NOTIFIED: "已告知", Status.CONCLUDED: "已生效"}
