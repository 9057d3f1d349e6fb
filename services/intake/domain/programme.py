"""The programme (服务计划): who may act on the list, when, and when not any more."""

from collections.abc import Sequence
from datetime import date

from shared.errors import Forbidden, RuleRefusal, WrongState
from shared.rules import Rule
from shared.sentences import S_
from shared.workdays import add_days

SHORTEST_SEED = 8


class SameOfficer(Forbidden):
    """The one who prepares an act never decides it."""

    code = "same-officer"


class OutOfDivision(Forbidden):
    code = "out-of-division"


class WrongStage(WrongState):
    """The programme is not at the stage that this act belongs to."""

    code = "wrong-stage"


class AlreadyScreened(WrongState):
    """What people were judged by is not changed afterwards."""

    code = "already-screened"


class GroupsRefused(RuleRefusal):
    code = "groups-refused"


class AdjustmentRefused(RuleRefusal):
    """A quota is adjusted within its tolerance, with a reason."""

    code = "adjustment-refused"


class ReasonMissing(RuleRefusal):
    code = "reason-missing"


class ObjectionsOpen(WrongState):
    code = "objections-open"


class ObjectionWindowOpen(WrongState):
    code = "objection-window-open"


class ObjectionTooLate(RuleRefusal):
    code = "objection-too-late"


class PlacesOpen(WrongState):
    code = "places-open"


STAGES = {
    "open": S_("已建立"),
    "screening": S_("筛选中"),
    "screened": S_("已筛选"),
    "proposed": S_("异议期"),
    "confirmed": S_("已确认"),
    "completed": S_("入组完成"),
}


def check_stage(stage: str, *allowed: str) -> None:
    """Raises WrongStage."""
    if stage not in allowed:
        raise WrongStage(S_("服务计划目前为“{stage}”，此项办理须在“{allowed}”时进行", stage=STAGES[stage], allowed=_one_of(allowed)))


def _one_of(stages: Sequence[str]) -> str:
    told, *others = (STAGES[each] for each in stages)
    for each in others:
        told = S_("{stages}”或“{stage}", stages=told, stage=each)
    return told


def check_different_officer(account: str, *earlier: str, act: str) -> None:
    """Raises SameOfficer if this person had a hand in what is now to be decided."""
    if account in earlier:
        raise SameOfficer(S_("{act}须由前一环节经办人以外的人员办理", act=act))


def check_adjustment(code: str, quota: int, *, planned: int, tolerance: int, reason: str) -> None:
    """Raises AdjustmentRefused or ReasonMissing (可根据实际情况适量调整)."""
    if quota < 1 or abs(quota - planned) > tolerance:
        raise AdjustmentRefused(
            S_(
                "{code} 的名额为 {planned}，可增减 {tolerance}，不能调整为 {quota}",
                code=code,
                planned=planned,
                tolerance=tolerance,
                quota=quota,
            ),
            field="quota",
        )
    if not reason.strip():
        raise ReasonMissing(S_("调整名额须说明理由"), field="reason")


def objections_until(proposed_on: date, window: Rule) -> date:
    """The last day on which an objection is in time; a last day off moves to the next day worked (T-01)."""
    return add_days(proposed_on, window.params["days"])


def check_objection_in_time(today: date, until: date, window: Rule) -> None:
    """Raises ObjectionTooLate."""
    if today > until:
        raise ObjectionTooLate(S_("异议期已于 {until} 届满", until=until), field="received_on", rule=window.id, article=window.article)


def check_may_confirm(today: date, until: date, open_objections: int) -> None:
    """Raises ObjectionWindowOpen or ObjectionsOpen: a list is confirmed when nobody can object any more and all who did are answered."""
    if today <= until:
        raise ObjectionWindowOpen(S_("异议期至 {until} 届满，其后方可确认名单", until=until))
    if open_objections:
        raise ObjectionsOpen(S_("还有 {count} 件异议没有处理，不能确认名单", count=open_objections))


def check_may_complete(*, places_open: int, reserves_left: int, today: date, top_up_until: date) -> None:
    """Raises PlacesOpen while somebody could still be taken in."""
    if places_open and reserves_left and today <= top_up_until:
        raise PlacesOpen(
            S_(
                "还有 {places} 个名额空缺、{reserves} 名后备人员，且递补期至 {until}，不能结束入组",
                places=places_open,
                reserves=reserves_left,
                until=top_up_until,
            )
        )
