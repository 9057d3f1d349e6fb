"""验收与结项: acceptance with the recipients' opinion, the closing dossier, and what follows after the end (2017-11 to 2018-01)."""

from shared.demo.contract import pay
from shared.demo.figures import FINAL
from shared.demo.service import return_data
from shared.demo.stage import Stage


def accept(stage: Stage) -> None:
    """Five recipients' representatives give their opinion; the acceptance is published without their names."""
    buyer, figures, path = stage.desk("procurement", "buyer"), stage.figures, f"/api/v1/contracts/{stage.ids['contract']}"
    acceptance = {
        "members": ["余建平", "田立新", "秦海"],
        "representatives": 5,
        "satisfied": 5,
        "opinion": "服务对象代表认为社工有耐心、解决了实际困难",
        "results": [
            {"requirement": "入户调查与一户一档", "result": f"{figures.census.files:,} 份，抽查合格"},
            {"requirement": f"服务对象不少于 {figures.recipients} 人", "result": f"{figures.recipients} 个个案全部建立并结案"},
            {"requirement": f"服务不少于 {figures.sessions_due[1]:,} 次", "result": f"累计 {figures.sessions:,} 次"},
            {"requirement": "末期评价不低于 80 分", "result": f"{figures.composite(FINAL)} 分，{figures.band(FINAL)}"},
        ],
        "conclusion": "passed",
        "document": buyer.hand_in("验收书", on="2017-11-17"),
    }
    buyer.post(f"{path}/acceptance", acceptance, on="2017-11-17")
    stage.tell("2017-11-17", "市社会救助局", "验收合格，服务对象代表 5 人参加并发表意见")
    buyer.post(f"{path}/acceptance-publication", {}, on="2017-11-20")
    stage.tell("2017-11-20", "市社会救助局", "公告验收结果（服务对象代表只公布人数）")


def close(stage: Stage) -> None:
    """The dossier, the last payment, the return of the data: then the project is closed."""
    buyer, department = stage.desk("procurement", "buyer"), stage.desk("procurement", "department")
    path = f"/api/v1/projects/{stage.ids['project']}"
    dossier = {
        "acceptance_report": buyer.hand_in("验收报告", on="2017-11-24"),
        "documents": [{"title": "项目总结报告", "file": buyer.hand_in("项目总结报告", on="2017-11-24")}],
    }
    buyer.post(f"{path}/dossier", dossier, on="2017-11-24")
    department.post(f"{path}/dossier/confirmation", {}, on="2017-11-24")
    stage.tell("2017-11-24", "市社会救助局、市民政局", "验收报告与结项档案归档")
    pay(stage, "M3", verified_on="2017-11-27", days=("2017-11-27", "2017-11-29", "2017-12-06"))
    return_data(stage)
    stage.until("项目结项", lambda: buyer.get(f"{path}/summary")["closed_on"])
    stage.tell("2017-12-08", "采购服务", "款项付清、资料返还，项目结项")


def audit(stage: Stage) -> None:
    """The auditor looks at the whole."""
    auditor, path = stage.desk("procurement", "auditor"), f"/api/v1/projects/{stage.ids['project']}/audits"
    audited = {
        "conclusion": "资金使用合规，程序完整",
        "findings": 0,
        "summary": "核对预算、合同、支付凭证与服务记录，账实相符",
        "document": auditor.hand_in("项目审计报告", on="2017-12-18"),
    }
    auditor.post(path, audited, on="2017-12-18")
    stage.tell("2017-12-18", "审计人员", "完成项目审计")


def set_price(stage: Stage) -> None:
    """What was learnt becomes the city's own price standard."""
    finance, department = stage.desk("procurement", "finance"), stage.desk("procurement", "department")
    standard = {
        "project_id": stage.ids["project"],
        "items": [
            {"title": "个案服务", "unit": "人次", "price_fen": 8_500},
            {"title": "入户调查与建档", "unit": "户", "price_fen": 1_500},
            {"title": "小组与社区活动", "unit": "场", "price_fen": 200_000},
        ],
        "effective_on": "2018-02-01",
        "document": finance.hand_in("社会救助领域购买服务价格标准", on="2018-01-15"),
    }
    drafted = finance.post("/api/v1/price-standards", standard, on="2018-01-15")
    department.post(f"/api/v1/price-standards/{drafted['id']}/issue", {}, on="2018-01-15")
    stage.tell("2018-01-15", "市财政局、市民政局", "结合审计与物价、统计意见，发布本市价格标准第一版")
