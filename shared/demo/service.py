"""The agency and its cases: certificates, four hundred cases with signed plans, and at the end the return of the data."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Final

from shared.demo.cast import caseworker
from shared.demo.diary import Meeting
from shared.demo.figures import SESSIONS
from shared.demo.stage import Stage

AT_ONCE: Final = 100
WAVES: Final = (
    ("2017-02-06", "2017-02-08", "2017-02-10"),
    ("2017-02-13", "2017-02-15", "2017-02-17"),
    ("2017-02-20", "2017-02-22", "2017-02-24"),
    ("2017-02-27", "2017-03-01", "2017-03-03"),
    ("2017-03-06", "2017-03-08", "2017-03-10"),
)
"""Cases opened, needs assessed, plans signed; a fifth of the workers in each wave."""
LAST_DAYS: Final = {
    "goals_met": ("2017-08-15", "2017-08-31", "2017-09-15", "2017-09-25", "2017-09-30"),
    "term_ended": ("2017-09-30",),
    "referred": ("2017-07-14", "2017-07-31"),
    "moved": ("2017-07-14", "2017-08-15"),
    "died": ("2017-07-31", "2017-08-31"),
    "declined": ("2017-07-14",),
    "lost_contact": ("2017-08-31",),
}
"""When cases are closed, by reason."""
WORKING_AGE: Final = range(18, 60)
NEEDS: Final = {
    "G1": ("health", "care", "mental"),
    "G2": ("education", "mental"),
    "G3": ("employment", "social"),
    "G4": ("health", "mental", "income"),
}
GOALS: Final = {
    "G1": ("每周有人探访，情绪稳定", "参加社区活动"),
    "G2": ("按时完成学业，亲子沟通改善",),
    "G3": ("提升就业或生活能力", "扩大社会交往"),
    "G4": ("减轻焦虑，用足医疗救助政策",),
}


@dataclass(slots=True)
class Case:
    """A case as its worker knows it."""

    id: str
    group: str
    worker: int
    is_of_working_age: bool = False
    reason: str = ""
    closes_on: str = ""
    meetings: list[Meeting] = field(default_factory=list)


def register_agency(stage: Stage) -> None:
    """The agency's key, and its workers with verified certificates: what the first payment waits for."""
    director, supervisor, buyer = (stage.desk("casework", account) for account in ("director", "supervisor", "buyer"))
    stage.when_known("个案服务得知合同", lambda: director.get(f"/api/v1/contracts/{stage.ids['contract']}/summary"))
    director.post("/api/v1/agency-key", {}, on="2016-09-05")
    for number in range(stage.figures.workers):
        account = caseworker(number)
        worker = {
            "contract_id": stage.ids["contract"],
            "account": account,
            "name": stage.desk("casework", account).name,
            "level": ("social_worker", "assistant", "senior")[number % 3],
            "certificate_no": f"2015HB{4202000 + number}",
            "registered_until": "2018-12-31",
        }
        stage.ids[account] = supervisor.post("/api/v1/workers", worker, on="2016-09-12")["id"]
        buyer.post(f"/api/v1/workers/{stage.ids[account]}/verification", {}, on="2016-09-19")
    stage.tell("2016-09-19", "市社会救助局", f"核验专业社工证书 {stage.figures.workers} 份")


def open_cases(stage: Stage) -> list[Case]:
    """Everybody enrolled gets a worker, an assessment and a signed plan."""
    supervisor, workers = stage.desk("casework", "supervisor"), stage.figures.workers

    def waiting() -> list[dict[str, Any]] | None:
        enrolled = list(supervisor.every("/api/v1/enrolments", contract_id=stage.ids["contract"], waiting="true"))
        return enrolled if len(enrolled) == stage.figures.recipients else None

    enrolled = sorted(
        stage.until("入组名单到达承接机构", waiting), key=lambda item: (item["group"], item["division"], item["recipient_id"])
    )
    cases: list[Case] = []
    for wave, days in enumerate(WAVES):
        team = [worker for worker in range(workers) if worker * len(WAVES) // workers == wave]
        people = {worker: enrolled[worker::workers] for worker in team}
        cases += _open_wave(stage, people, days) if team else []
    stage.tell("2017-03-10", "承接机构", f"{len(cases)} 个个案全部建立，服务计划由本人（或监护人）、社工、督导签字")
    _plan_endings(stage, cases)
    return cases


def return_data(stage: Stage) -> None:
    """Recipients' data goes back, the copies and their keys are destroyed."""
    director = stage.desk("casework", "director")
    document = director.hand_in("数据返还与删除证明", on="2017-12-08")
    path = f"/api/v1/contracts/{stage.ids['contract']}/data-return"
    done = stage.when_known("个案服务得知验收", lambda: director.post(path, {"document": document}, on="2017-12-08"))
    stage.tell("2017-12-08", "承接机构", f"返还并删除服务对象资料，销毁密钥 {done['keys_erased']} 把，出具证明")


def _open_wave(stage: Stage, people: Mapping[int, Sequence[dict[str, Any]]], days: tuple[str, str, str]) -> list[Case]:
    """The cases of some workers: opened on the first day, assessed on the second, planned and approved on the third."""
    opened_on, assessed_on, signed_on = days
    supervisor, contract = stage.desk("casework", "supervisor"), stage.ids["contract"]
    assignments = [
        {"recipient_id": item["recipient_id"], "worker_id": stage.ids[caseworker(worker)]}
        for worker, items in people.items()
        for item in items
    ]
    case_of: dict[str, str] = {}
    for portion in stage.portions(assignments, AT_ONCE):
        opened = supervisor.post("/api/v1/cases", {"contract_id": contract, "assignments": list(portion)}, on=opened_on)
        case_of |= {row["recipient_id"]: row["case_id"] for row in opened["cases"]}
    mine = {worker: [Case(case_of[item["recipient_id"]], item["group"], worker) for item in items] for worker, items in people.items()}
    stage.in_turn(f"{opened_on} 建立个案", lambda worker: _begin(stage, worker, mine[worker], assessed_on, signed_on), list(people))
    return [case for cases in mine.values() for case in cases]


def _begin(stage: Stage, worker: int, cases: Sequence[Case], assessed_on: str, signed_on: str) -> None:
    """A worker reads the dossiers, assesses and plans; the supervisor approves the plans."""
    desk, supervisor = stage.desk("casework", caseworker(worker)), stage.desk("casework", "supervisor")
    for case in cases:
        read = partial(desk.post, f"/api/v1/cases/{case.id}/dossier", {"purpose": "open_case"}, on=assessed_on)
        dossier = stage.when_known("救助对象服务得知个案", read)
        case.is_of_working_age = _age(dossier) in WORKING_AGE
    assessed = [
        {"case_id": case.id, "needs": NEEDS[case.group], "risk": "medium", "summary": "入户预估，与本人共同确定需求"} for case in cases
    ]
    desk.post("/api/v1/assessments", {"assessments": assessed}, on=assessed_on)
    planned = desk.post("/api/v1/plans", {"plans": [_plan(case, signed_on) for case in cases]}, on=signed_on)["plans"]
    supervisor.post("/api/v1/plans/approvals", {"plan_ids": [plan["plan_id"] for plan in planned]}, on=signed_on)


def _plan(case: Case, signed_on: str) -> dict[str, Any]:
    return {
        "case_id": case.id,
        "goals": GOALS[case.group],
        "sessions_planned": sum(SESSIONS[case.group]),
        "recipient_signed_on": signed_on,
        "is_guardian_signed": case.group == "G2",
    }


def _age(dossier: dict[str, Any]) -> int:
    """Full years on the first of January 2017; nobody is born on that day of a year that would matter."""
    return 2016 - date.fromisoformat(dossier["birth"]).year


def _plan_endings(stage: Stage, cases: Sequence[Case]) -> None:
    """Which case ends how and when. Those who may find work come first and so end with their goals met, the first of the reasons."""
    reasons = [reason for reason, count in stage.figures.closings.items() for _ in range(count)]
    by_chance = sorted(cases, key=lambda case: (not (case.is_of_working_age and case.group in ("G3", "G4")), case.id))
    seen: Counter[str] = Counter()
    for case, reason in zip(by_chance, reasons, strict=True):
        days = LAST_DAYS[reason]
        case.reason, case.closes_on = reason, days[seen[reason] % len(days)]
        seen[reason] += 1
