"""The two rounds of evaluation, the findings between them, and the context that is told but never scored."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from shared.demo.cast import ASSESSOR_NAMES, EXPERT_NAMES, assessor, evaluators, expert
from shared.demo.figures import ASPECTS, BALLOT_ITEMS, COMMUNITY_SHEETS, FINAL, GROUPS, MID, Sheets
from shared.demo.stage import Stage

THIRD_PARTY: Final = {"body": "武汉江城社会工作评估中心（示例）", "body_uscc": "52420100MJ0003032F"}
FEE_FEN: Final = 3_000_000
GREATEST_MARK: Final = 5
FINDINGS: Final = (
    ("provider", "D3", "部分服务记录过于简略，未写明下一步计划", "已统一记录模板并补充说明", "provider"),
    ("provider", "D6", "个别社区不知晓社工联系方式", "已在社区公示栏张贴联系卡", "provider"),
    ("payer", "D2", "首期资金到账晚于合同约定的提醒日", "已调整支付计划，二期按期拨付", "finance"),
)
"""Party, dimension, text, answer, who answers. A late disbursement is the payer's to mend and costs the agency no mark."""


def commission(stage: Stage) -> None:
    """The third party declares its independence; the university says that it had a hand in the plan."""
    buyer, contract = stage.desk("evaluation", "buyer"), stage.ids["contract"]
    stage.enrol(evaluators())
    declaration = {"is_subordinate_to_buyer": False, "is_related_to_provider": False, "bids_for_buyer_this_year": False}
    document = buyer.hand_in("委托评估协议", on="2017-03-06")
    body = {"contract_id": contract, **THIRD_PARTY, "fee": FEE_FEN, "document": document, "declaration": declaration}
    stage.when_known("评价服务得知合同", lambda: buyer.post("/api/v1/commissions", body, on="2017-03-06"))
    evaluator = stage.desk("evaluation", "evaluator")
    for number, name in enumerate(ASSESSOR_NAMES):
        who = {"account": assessor(number), "name": name, "organisation": THIRD_PARTY["body"]}
        evaluator.post("/api/v1/assessors", {"contract_id": contract, "dimension": "D3", **who}, on="2017-03-06")
    for number, name in enumerate(EXPERT_NAMES):
        who = {"account": expert(number), "name": name, "organisation": "湖北师范大学社会工作系"}
        told = {"has_guided_plan": True, "disclosure": "该系教师曾对项目计划书提出论证意见"} if number == 0 else {}
        evaluator.post("/api/v1/assessors", {"contract_id": contract, "dimension": "D4", **who, **told}, on="2017-03-06")
    stage.tell("2017-03-06", "市民政局", "委托第三方机构评估，费用 30,000 元，声明独立")


def mid_round(stage: Stage) -> None:
    """事中: opened in May, scored in June; its result counts at once."""
    stage.ids["mid"] = _open(stage, "mid", "2017-05-15", "2017-06-15")
    _fill(stage, stage.ids["mid"], MID, on="2017-06-16")
    _score(stage, stage.ids["mid"], "事中", scored_on="2017-06-20", notified_on="2017-06-20")


def findings(stage: Stage) -> None:
    """What the mid round found is answered by whose it is, and looked at again."""
    evaluator = stage.desk("evaluation", "evaluator")
    for party, dimension, text, answer, account in FINDINGS:
        finding = evaluator.post(
            f"/api/v1/rounds/{stage.ids['mid']}/findings", {"party": party, "dimension": dimension, "text": text}, on="2017-06-23"
        )
        stage.ids[f"finding {text}"] = finding["id"]
        stage.desk("evaluation", account).post(f"/api/v1/findings/{finding['id']}/answer", {"text": answer}, on="2017-07-21")
        evaluator.post(f"/api/v1/findings/{finding['id']}/closing", {"text": "现场复核，整改到位"}, on="2017-07-28")
    stage.tell("2017-07-28", "第三方机构", f"发现问题 {len(FINDINGS)} 项，07-21 答复，现已复核销号")


def final_round(stage: Stage) -> None:
    """事后: its result counts when five working days have passed without an appeal."""
    stage.ids["final"] = _open(stage, "final", "2017-10-10", "2017-11-03")
    _fill(stage, stage.ids["final"], FINAL, on="2017-11-03")
    _score(stage, stage.ids["final"], "事后", scored_on="2017-11-08", notified_on="2017-11-09")
    stage.desk("evaluation", "evaluator").post(f"/api/v1/rounds/{stage.ids['final']}/conclusion", {}, on="2017-11-17")
    stage.tell("2017-11-17", "第三方机构", "申诉期满无申诉，结果生效")


def petitions(stage: Stage) -> None:
    """City-wide context, printed with its qualifiers."""
    buyer = stage.desk("evaluation", "buyer")
    for year, cases, people, qualifier in ((2016, 120, 200, "近"), (2017, 50, 87, "")):
        figures = [
            {"name": "cases", "value": cases, "qualifier": "", "unit": "件"},
            {"name": "people", "value": people, "qualifier": qualifier, "unit": "人次"},
        ]
        body = {"project_id": stage.ids["project"], "topic": "petitions", "year": year, "figures": figures, "source": "市民政局信访统计"}
        stage.when_known("评价服务得知项目", partial(buyer.post, "/api/v1/contexts", body, on="2018-01-10"))
    stage.tell("2018-01-10", "市民政局", "城区信访背景：2016 年 120 件近 200 人次，2017 年 50 件 87 人次（仅作背景，不计分）")


def _open(stage: Stage, kind: str, on: str, until: str) -> str:
    """Open a round and draw the sample of recipients who will be asked."""
    body = {"contract_id": stage.ids["contract"], "kind": kind, "evidence_until": until}
    opened = stage.desk("evaluation", "evaluator").post("/api/v1/rounds", body, on=on)
    draw = {"seed": f"黄石社会救助服务 {kind} {on}", "per_group": stage.figures.sample_per_group}
    sample = stage.desk("evaluation", "buyer").post(f"/api/v1/rounds/{opened['id']}/sample", draw, on=on)
    stage.tell(on, "六方评价", f"开始{'事中' if kind == 'mid' else '事后'}评估，随机抽取服务对象 {sample['drawn']} 人")
    return str(opened["id"])


def _fill(stage: Stage, round_id: str, sheets: Sheets, *, on: str) -> None:
    """Every source hands in its sheets."""

    def give(account: str, dimension: str, rows: Sequence[dict[str, Any]]) -> None:
        for portion in stage.portions(rows, 100):
            body = {"dimension": dimension, "sheets": list(portion)}
            stage.desk("evaluation", account).post(f"/api/v1/rounds/{round_id}/sheets", body, on=on)

    give("buyer", "D1", [{"marks": {"total": sheets.subject}}])
    give("finance", "D2", [{"marks": {"total": sheets.finance}}])
    for number in range(len(ASSESSOR_NAMES)):
        give(assessor(number), "D3", [{"marks": {aspect: sheets.assessors[aspect][number] for aspect in ASPECTS}}])
    for number, mark in enumerate(sheets.experts):
        give(expert(number), "D4", [{"marks": {"total": mark}}])
    ballots = stage.desk("evaluation", "evaluator").get(f"/api/v1/rounds/{round_id}/ballots")["ballots"]
    answered = [ballot for code in GROUPS for ballot in ballots[code][: stage.figures.answered_per_group]]
    give("evaluator", "D5", _ballots(answered, stage.figures.ballot_sums(sheets)))
    give("evaluator", "D6", _community_sheets(sheets.communities))


def _ballots(answered: Sequence[str], sums: Sequence[int]) -> list[dict[str, Any]]:
    """Answers of 1 to 5 that add up to the sums, as even as whole marks can be."""
    rows = []
    for place, ballot in enumerate(answered):
        marks = {}
        for item, total in zip(BALLOT_ITEMS, sums, strict=True):
            mark, more = divmod(total, len(answered))
            marks[item] = mark + (place < more)
        rows.append({"assessor": ballot, "marks": marks})
    return rows


def _community_sheets(total: int) -> list[dict[str, Any]]:
    """Twenty sheets around their mean."""
    mean = total // COMMUNITY_SHEETS
    marks = [mean + (-1) ** number * (number // 2 % GREATEST_MARK) for number in range(COMMUNITY_SHEETS)]
    return [{"assessor": f"社区{number + 1:02}", "marks": {"total": mark}} for number, mark in enumerate(marks)]


def _score(stage: Stage, round_id: str, name: str, *, scored_on: str, notified_on: str) -> None:
    evaluator = stage.desk("evaluation", "evaluator")
    scored = evaluator.post(f"/api/v1/rounds/{round_id}/score", {}, on=scored_on)
    evaluator.post(f"/api/v1/rounds/{round_id}/notification", {}, on=notified_on)
    by_dimension = "，".join(f"{row['code']} {row['score']}" for row in scored["dimensions"])
    stage.tell(notified_on, "第三方机构", f"{name}评估综合得分 [bold]{scored['composite']} {scored['band']}[/]（{by_dimension}）")
