"""Who is chosen to be served: screening, objections, confirmation, consent, enrolment."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from shared.demo.figures import GROUPS
from shared.demo.stage import CITY, Stage

AT_ONCE: Final = 200
SEED: Final = "黄石社会救助服务 2016-12-22"


def screen(stage: Stage) -> None:
    """The programme with its four groups, and the screening with its fairness view and its repeated proof."""
    officer, figures = stage.desk("intake", "officer"), stage.figures
    groups: list[dict[str, Any]] = [{"code": code, "quota": figures.quota, "reserve": figures.reserve} for code in GROUPS]
    groups[GROUPS.index("G3")]["band"] = {"from_age": 18, "to_age": 59, "minimum": figures.adults_in_g3}
    programme = officer.post(
        "/api/v1/programmes",
        {
            "project_id": stage.ids["project"],
            "survey_id": stage.ids["survey"],
            "name": "困难群众社会工作服务计划",
            "division": CITY,
            "reference_on": "2017-01-01",
            "top_up_until": "2017-03-31",
            "seed": SEED,
            "groups": groups,
        },
        on="2016-12-22",
    )
    stage.ids["programme"] = programme["id"]
    screening = officer.post(f"{_path(stage)}/screening", {}, on="2016-12-22")
    stage.job(officer, screening["job_id"], "按标准筛选服务对象")
    found = officer.get(_path(stage))
    officer.get(f"{_path(stage)}/fairness")
    proof = officer.get(f"{_path(stage)}/proof")
    chosen = "、".join(f"{group['name']} {group['eligible']:,} 选 {group['selected']}" for group in found["groups"])
    stage.tell("2016-12-22", "市社会救助局", f"筛选：{chosen}；重算一致：{'是' if proof['matches'] else '否'}")


def hear_objections(stage: Stage) -> None:
    """Seven days for objections, decided by a reviewer; the list is confirmed by an officer who did not make it."""
    clerk, officer = stage.desk("intake", "clerk"), stage.desk("intake", "officer")
    proposed = officer.post(f"{_path(stage)}/proposal", {}, on="2016-12-26")
    stage.tell("2016-12-26", "市社会救助局", f"名单按组征求异议，至 {proposed['objections_until']}（本人单独告知，不公布姓名）")
    listed = officer.every(f"{_path(stage)}/candidates")
    candidate = next(item for item in listed if item["group"] == "G4" and item["list"] == "selected")
    left_out = next(item for item in listed if item["list"] == "reserve")
    objections = [
        clerk.post(f"{_path(stage)}/objections", {"kind": "not_entitled", "candidate_id": candidate["id"]}, on="2016-12-28")["id"],
        clerk.post(f"{_path(stage)}/objections", {"kind": "omitted", "person_id": left_out["person_id"]}, on="2016-12-30")["id"],
    ]
    reasons = ("经核实，诊断证明有效，符合条件", "经核实，需求分核算无误，按顺序列为后备，已书面说明")
    for objection, reason in zip(objections, reasons, strict=True):
        decision = {"upheld": False, "reason": reason}
        stage.desk("intake", "reviewer").post(f"/api/v1/objections/{objection}/decision", decision, on="2017-01-06")
    stage.tell("2017-01-06", "复核人员", f"处理异议 {len(objections)} 件，均不成立")
    approver = stage.desk("intake", "approver")
    approver.post(f"{_path(stage)}/confirmation", {"reason": "程序完整，名单无误"}, on="2017-01-09")
    stage.tell("2017-01-09", "分管领导", "确认名单（与筛选人员不是同一人）")


def enrol(stage: Stage) -> None:
    """Informed consent; those who do not want the service are replaced from the reserve, without losing anything."""
    officer, figures = stage.desk("intake", "officer"), stage.figures
    asked = [_ask(stage, _listed(stage, code), refusals=figures.refusals[code], on="2017-01-16") for code in GROUPS]
    for code in GROUPS:
        _ask(stage, _listed(stage, code), refusals=0, on="2017-01-20")
    refused = sum(answer["refused"] for answer in asked)
    stage.tell("2017-01-20", "市社会救助局", f"征得知情同意，{refused} 人不愿意，由候补依次递补，不影响其救助待遇")
    consented = [item["id"] for code in GROUPS for item in officer.every(f"{_path(stage)}/candidates", group=code, state="consented")]
    with stage.bar("入组") as show:
        for portion in stage.portions(consented, AT_ONCE):
            admit = partial(officer.post, f"{_path(stage)}/enrolments", {"candidate_ids": list(portion)}, on="2017-01-24")
            stage.when_known("救助对象服务得知合同", admit)
            show(len(portion), len(consented))
    done = officer.post(f"{_path(stage)}/completion", {}, on="2017-01-24")
    stage.tell("2017-01-24", "市社会救助局", f"入组 {done['enrolled']} 人，递补 {done['replaced']} 人")


def _path(stage: Stage) -> str:
    return f"/api/v1/programmes/{stage.ids['programme']}"


def _listed(stage: Stage, code: str) -> list[dict[str, Any]]:
    """Chosen people of a group who have not been asked yet."""
    return list(stage.desk("intake", "clerk").every(f"{_path(stage)}/candidates", group=code, state="listed"))


def _ask(stage: Stage, candidates: Sequence[dict[str, Any]], *, refusals: int, on: str) -> dict[str, int]:
    """Ask people for their consent; the first `refusals` of them say no."""
    consents = [_consent(candidate, given=number >= refusals, on=on) for number, candidate in enumerate(candidates)]
    answers = [
        stage.desk("intake", "clerk").post(f"{_path(stage)}/consents", {"consents": list(portion)}, on=on)
        for portion in stage.portions(consents, AT_ONCE)
    ]
    return {"given": sum(answer["given"] for answer in answers), "refused": sum(answer["refused"] for answer in answers)}


def _consent(candidate: dict[str, Any], *, given: bool, on: str) -> dict[str, Any]:
    signer = {"signer": "guardian", "guardian_relation": "mother"} if candidate["needs_guardian"] else {"signer": "self"}
    return {"candidate_id": candidate["id"], "given": given, "version": "2016-12", "signed_on": on, "told_no_loss": True, **signer}
