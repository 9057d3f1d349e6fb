"""制定方案与预算: from the first roster to a project that may be bought (2015-10 to 2016-06)."""

from functools import partial
from typing import Any, Final

from shared.demo.desk import Desk
from shared.demo.stage import CITY, Stage

TITLE: Final = "黄石市社会救助领域政府购买服务项目"
PROJECT_NO: Final = "HSCG-2016-001"
BUYER: Final = {"name": "黄石市民政局", "kind": "state_organ", "address": "黄石市杭州西路（示例）", "contact": "0714-0000001"}
PROCURING_ENTITY: Final = {
    "name": "黄石市社会救助局",
    "kind": "administrative_institution",
    "address": "黄石市杭州西路（示例）",
    "contact": "0714-0000002",
}
AGENT: Final = {"name": "黄石市招投标中心", "address": "黄石市广会路（示例）", "contact": "0714-0000003"}
LINES: Final = (
    ("入户调查与建档", "户", 9_155, 15),
    ("个案服务（400 人 × 12 次）", "人次", 4_800, 85),
    ("小组与社区活动", "场", 24, 2_000),
    ("督导与培训", "项", 1, 36_000),
    ("管理、保险与税费", "项", 1, 50_675),
)
"""Title, unit, quantity, unit price in yuan."""
YEARS: Final = ((2016, 204_000), (2017, 476_000))
MATTERS: Final = (
    ("入户调查与一户一档", "对城区低保户、农村低保户、农村五保户全面调查，逐户建立服务档案"),
    ("个案服务", "独居老人、单亲未成年学生、残疾人、重病患者各 100 名，社工介入个案服务"),
    ("小组与社区活动", "心理慰藉、能力提升、社会融入"),
)
PROVIDER_KINDS: Final = ("enterprise", "association", "service_organisation", "foundation", "public_institution_2")
YUAN: Final = 100


def design(stage: Stage) -> None:
    """The plan, the university's advice and the opinions on price."""
    buyer = stage.desk("procurement", "buyer")
    document = buyer.hand_in("项目计划书（第一稿）", on="2015-10-12")
    plan = {
        "title": TITLE,
        "division": CITY,
        "buyer": BUYER,
        "procuring_entity": PROCURING_ENTITY,
        "agent": AGENT,
        "summary": "外地考察学习后编制：全面调查、一户一档、四类对象各 100 名、累计服务不少于 400 人",
        "document": document,
        "roster_id": stage.ids["roster"],
    }
    opened = stage.when_known("采购服务得知名册", partial(buyer.post, "/api/v1/projects", plan, on="2015-10-12"))
    stage.ids["project"] = opened["id"]
    stage.tell("2015-10-12", "市社会救助局", "考察学习后编制项目计划书")
    opinions = (
        ("2015-10-20", "expert", "湖北师范大学", 6, 5, "对象筛选、个案方法、评估指标等 6 条意见"),
        ("2015-10-26", "price", "黄石市物价局", 3, 3, "参考外地同类服务价格，人工与税费合理"),
        ("2015-10-26", "statistics", "黄石市统计局", 2, 2, "工资水平与服务人次口径"),
    )
    for on, kind, body, points, adopted, summary in opinions:
        opinion = {"kind": kind, "body": body, "points": points, "adopted": adopted, "summary": summary}
        buyer.post(_path(stage, "opinions"), opinion | {"document": buyer.hand_in(f"{body}意见", on=on)}, on=on)
        stage.tell(on, body, f"提出意见 {points} 条，采纳 {adopted} 条")


def budget(stage: Stage) -> None:
    """The budget line, from its submission to its publication."""
    department, finance = stage.desk("procurement", "department"), stage.desk("procurement", "finance")
    asked = {
        "amount_fen": stage.figures.budget_fen,
        "lines": [
            {"title": title, "unit": unit, "quantity": quantity, "unit_price_fen": price * YUAN} for title, unit, quantity, price in LINES
        ],
        "years": [{"year": year, "amount_fen": amount * YUAN} for year, amount in YEARS],
        "catalogue_code": "A07",
        "catalogue_name": "社会救助服务",
        "item_code": "C05020300",
        "duty_basis": "《社会救助暂行办法》第五十五条",
        "price_basis": "综合物价、工资、税费等因素，参考外地同类服务价格",
    }
    _act(stage, department, "budget", asked, "2015-11-10", paper="政府购买服务项目表")
    stage.tell("2015-11-10", "市民政局", "申报预算 680,000 元及购买服务项目表")
    _act(stage, finance, "budget/review", {"opinion": "内容、标准合理"}, "2015-11-30", paper="预算审核意见")
    stage.tell("2015-11-30", "市财政局", "审核购买内容与标准，同意列入部门预算")
    _act(stage, finance, "budget/congress-approval", {"body": "黄石市人民代表大会"}, "2016-01-29", paper="人大批准预算的决议")
    stage.tell("2016-01-29", "市人大", "批准年度预算")
    _act(stage, finance, "budget/grant", {"document_no": "黄财预〔2016〕1 号（示例）"}, "2016-02-17", paper="部门预算批复")
    stage.tell("2016-02-17", "市财政局", "批复部门预算，一并下达购买服务项目表")
    _act(stage, department, "budget/hand-down", {"document_no": "黄民〔2016〕2 号（示例）"}, "2016-02-24", paper="预算下达通知")
    stage.tell("2016-02-24", "市民政局", "预算下达市社会救助局")
    department.post(_path(stage, "budget/publication"), {}, on="2016-03-04")
    stage.tell("2016-03-04", "市民政局", "预算与购买服务目录向社会公开")


def open_project(stage: Stage) -> None:
    """The check by a second person, the implementation plan, the public's opinion, the method."""
    buyer, reviewer = stage.desk("procurement", "buyer"), stage.desk("procurement", "reviewer")
    proposal = {
        "project_no": PROJECT_NO,
        "matters": [{"title": title, "description": description} for title, description in MATTERS],
        "requirement": "15 名持证社工，服务期一年，个案服务不少于 4,800 次，接受六方评价",
        "provider_kinds": list(PROVIDER_KINDS),
        "is_specialised": True,
    }
    buyer.post(_path(stage, "proposal"), proposal, on="2016-05-09")
    check = {"is_in_catalogue": True, "negative_list": {"N1": False, "N2": False}, "opinion": "属于目录内事项，不含应由政府直接履职的事项"}
    reviewer.post(_path(stage, "opening"), check, on="2016-05-09")
    stage.tell("2016-05-09", "市社会救助局", "立项：目录与负面清单由第二人审查通过")
    _act(stage, buyer, "implementation-plan", {}, "2016-05-16", paper="政府采购实施计划")
    stage.tell("2016-05-16", "市社会救助局", "政府采购实施计划报财政备案")
    _act(stage, buyer, "requirement", {"closes_on": "2016-05-25"}, "2016-05-18", paper="采购需求征求意见稿")
    answer = {"opinions": 4, "adopted": 3, "summary": "增加夜间电话值守，明确结案标准"}
    _act(stage, buyer, "requirement/answer", answer, "2016-05-26", paper="采购需求意见答复")
    stage.tell("2016-05-26", "市社会救助局", "采购需求征求社会公众意见，4 条采纳 3 条")
    decided = buyer.post(_path(stage, "method"), {"method": "open_tender", "reason": "预算超过 50 万元"}, on="2016-06-06")
    stage.tell("2016-06-06", "市社会救助局", f"预算 68 万元，超过 50 万元，采用公开招标（{decided['rule']}）")


def _path(stage: Stage, act: str) -> str:
    return f"/api/v1/projects/{stage.ids['project']}/{act}"


def _act(stage: Stage, desk: Desk, act: str, body: dict[str, Any], on: str, *, paper: str) -> Any:
    """An act on the project with its paper."""
    return desk.post(_path(stage, act), {**body, "document": desk.hand_in(paper, on=on)}, on=on)
