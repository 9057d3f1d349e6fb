"""The year of service: sessions, activities, outcomes, closings."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from shared.demo.cast import caseworker
from shared.demo.desk import Desk
from shared.demo.diary import Meeting, diary
from shared.demo.figures import SESSIONS
from shared.demo.service import AT_ONCE, GOALS, Case
from shared.demo.stage import CITY, Stage

FIRST_HALF: Final = ("2017-03-12", "2017-03-31", "2017-04-28", "2017-05-26", "2017-06-15")
SECOND_HALF: Final = ("2017-06-15", "2017-07-14", "2017-07-31", "2017-08-15", "2017-08-31", "2017-09-15", "2017-09-25", "2017-09-30")
"""After the first, the days on which workers enter what they did since the one before."""
LAST_MEETING: Final = date(2017, 9, 29)
ONE_DAY: Final = timedelta(days=1)
MODES: Final = ("home_visit", "home_visit", "interview", "phone", "accompany")
NOTES: Final = {
    "G1": "探访陪伴，测量血压，倾听近况",
    "G2": "学业辅导与亲子沟通练习",
    "G3": "能力评估，链接就业与康复资源",
    "G4": "情绪疏导，协助办理医疗救助",
}
REPORTS: Final = {
    "goals_met": "目标达成，服务对象同意结案",
    "term_ended": "服务期满，交接社区继续关注",
    "referred": "转介至专业机构，已确认接收",
    "moved": "迁出本市，已告知迁入地民政部门",
    "died": "服务对象去世，已慰问家属",
    "declined": "服务对象要求结束服务",
    "lost_contact": "多次联系未果，已报告社区与救助局",
}

Outcomes = dict[str, tuple[str, str]]
"""(kind, detail) by case."""


def first_half(stage: Stage, cases: Sequence[Case]) -> None:
    """Sessions until the evidence of the mid round is closed."""
    _serve(stage, cases, FIRST_HALF, half=0, outcomes={})
    stage.tell("2017-06-15", "承接机构", f"中期累计服务 {_summary(stage)['sessions']:,} 次")


def second_half(stage: Stage, cases: Sequence[Case]) -> None:
    """The rest of the sessions, what they achieved, and the closing of every case."""
    _serve(stage, cases, SECOND_HALF, half=1, outcomes=_outcomes(stage, cases))
    summary = _summary(stage)
    found = summary["outcomes"]
    stage.tell("2017-09-30", "承接机构", f"累计服务 {summary['sessions']:,} 次，{summary['cases']} 个个案全部结案")
    stage.tell("2017-09-30", "承接机构", f"{found['welfare_enterprise']} 名残疾人到市县福利企业就业，{found['self_employed']} 人自谋职业")


def _serve(stage: Stage, cases: Sequence[Case], entries: Sequence[str], *, half: int, outcomes: Outcomes) -> None:
    """Every worker plans the half-year's meetings, and enters them day of entry by day of entry."""
    first, *_, last = (date.fromisoformat(entry) for entry in entries)
    by_worker: dict[int, list[Case]] = defaultdict(list)
    for case in cases:
        by_worker[case.worker].append(case)
    for mine in by_worker.values():
        wanted = {case.id: (SESSIONS[case.group][half], min(date.fromisoformat(case.closes_on), last, LAST_MEETING)) for case in mine}
        meetings = diary(wanted, first + ONE_DAY)
        for case in mine:
            case.meetings = meetings[case.id]
    activities = _activities(stage, entries[1:], half)
    with stage.bar("个案服务") as show:
        for number, (since, until) in enumerate(pairwise(entries), start=1):
            _enter(stage, by_worker, since, until, outcomes, activities.count(until))
            show(number, len(entries) - 1)


def _enter(stage: Stage, by_worker: dict[int, list[Case]], since: str, until: str, outcomes: Outcomes, activities: int) -> None:
    """What every worker has to enter on that day, then what the supervisor signs."""
    first, last = date.fromisoformat(since) + ONE_DAY, date.fromisoformat(until)

    def enter(worker: int) -> list[str]:
        desk, mine = stage.desk("casework", caseworker(worker)), by_worker[worker]
        held = sorted((meeting, case.id, case.group) for case in mine for meeting in case.meetings if first <= meeting.day <= last)
        for portion in stage.portions([_session(*each) for each in held], AT_ONCE):
            desk.post("/api/v1/sessions", {"sessions": list(portion)}, on=until)
        closing = [case for case in mine if case.closes_on == until]
        for case in closing:
            if case.id in outcomes:
                _record_outcome(desk, case, outcomes[case.id], on=until)
        if closing:
            desk.post("/api/v1/closings", {"closings": [_closing(case) for case in closing]}, on=until)
        return [case.id for case in closing]

    closed = [case_id for ids in stage.together(enter, by_worker) for case_id in ids]
    supervisor = stage.desk("casework", "supervisor")
    for portion in stage.portions(closed, AT_ONCE):
        supervisor.post("/api/v1/closings/approvals", {"case_ids": list(portion)}, on=until)
    for number in range(activities):
        supervisor.post("/api/v1/activities", _activity(stage, number, until), on=until)


def _session(meeting: Meeting, case_id: str, group: str) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "held_on": meeting.day.isoformat(),
        "starts_at": meeting.starts_at,
        "ends_at": meeting.ends_at,
        "mode": MODES[meeting.day.toordinal() % len(MODES)],
        "note": NOTES[group],
    }


def _closing(case: Case) -> dict[str, Any]:
    is_met = case.reason == "goals_met"
    answers = {"satisfaction": 5 if is_met else 4} if case.reason not in ("died", "lost_contact") else {}
    return {
        "case_id": case.id,
        "reason": case.reason,
        "goals_met": len(GOALS[case.group]) if is_met else 0,
        "report": REPORTS[case.reason],
        **answers,
    }


def _outcomes(stage: Stage, cases: Sequence[Case]) -> Outcomes:
    """Who found work: people of working age whose cases end with their goals met."""
    able = {
        group: [case for case in cases if case.group == group and case.is_of_working_age and case.reason == "goals_met"]
        for group in ("G3", "G4")
    }
    found: Outcomes = {}
    for (kind, detail, group), count in stage.figures.outcomes.items():
        found |= {able[group].pop().id: (kind, detail) for _ in range(count)}
    return found


def _record_outcome(desk: Desk, case: Case, found: tuple[str, str], *, on: str) -> None:
    """With the paper that shows it."""
    kind, detail = found
    title = "劳动合同" if kind == "welfare_enterprise" else "营业执照"
    document = desk.hand_in(title, on=on)
    body = {"case_id": case.id, "kind": kind, "detail": detail, "achieved_on": on, "document": document}
    desk.post("/api/v1/outcomes", body, on=on)


def _activities(stage: Stage, entries: Sequence[str], half: int) -> list[str]:
    """The days of group and community activities, half of them in each half of the year."""
    count = stage.figures.activities // 2 + (stage.figures.activities % 2 if half else 0)
    return [entries[number % len(entries)] for number in range(count)]


def _activity(stage: Stage, number: int, on: str) -> dict[str, Any]:
    kind, title = (("group", "支持小组"), ("community", "社区融入活动"))[number % 2]
    return {
        "contract_id": stage.ids["contract"],
        "kind": kind,
        "title": title,
        "held_on": on,
        "minutes": 90,
        "participants": 18 + number,
        "division": CITY,
    }


def _summary(stage: Stage) -> dict[str, Any]:
    summary: dict[str, Any] = stage.desk("casework", "supervisor").get(f"/api/v1/contracts/{stage.ids['contract']}/summary")
    return summary
