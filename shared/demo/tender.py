"""招标与废标: two bidders, no opening, and the approval to negotiate with the two (2016-06 to 2016-07)."""

from hashlib import sha256
from typing import Final

from shared.demo.stage import Stage

SERVICE_TERM: Final = "2016-10-01 至 2017-09-30"
PLACE: Final = "黄石市招投标中心"
SUPPLIERS: Final = {
    "A": ("黄石市仁和社会工作服务中心（示例）", "52420200MJ0001010X", "service_organisation"),
    "B": ("黄石安心家政服务有限公司（示例）", "91420200MA0002029G", "enterprise"),
}
UNIVERSITY: Final = "湖北师范大学"
ARGUING: Final = ("E05", "E11", "E17")
KIN: Final = "E20"
LEGAL: Final = ("E21", "E22", "E23", "E24")
SURNAMES: Final = "郑钱孙李周吴冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹"


def experts() -> list[dict[str, str]]:
    """The pool of 24: three of the university, four lawyers."""
    pool = []
    for place, surname in enumerate(SURNAMES, start=1):
        number = f"E{place:02}"
        organisation = UNIVERSITY if place <= 3 else f"湖北某{'律师事务所' if number in LEGAL else '社会服务机构'}{place:02}（示例）"
        title = "律师" if number in LEGAL else "高级社会工作师"
        category = "legal" if number in LEGAL else "professional"
        pool.append({"number": number, "name": f"{surname}某", "organisation": organisation, "title": title, "category": category})
    return pool


def invite(stage: Stage) -> None:
    """The notice, and at the deadline two bidders: nothing is opened."""
    agent = stage.desk("procurement", "agent")
    agent.post("/api/v1/experts", {"experts": experts()}, on="2016-06-13")
    for key, (name, uscc, kind) in SUPPLIERS.items():
        supplier = {"name": name, "uscc": uscc, "kind": kind, "address": "黄石市（示例）", "contact": "0714-0000009"}
        stage.ids[f"supplier {key}"] = agent.post("/api/v1/suppliers", supplier, on="2016-06-13")["id"]
    tender = {
        "documents_until": "2016-06-20",
        "deadline": "2016-07-05T09:30:00+08:00",
        "service_term": SERVICE_TERM,
        "price_weight": 10,
        "place": PLACE,
        "document": agent.hand_in("招标文件", on="2016-06-13"),
    }
    stage.ids["tender"] = agent.post(f"/api/v1/projects/{stage.ids['project']}/tenders", tender, on="2016-06-13")["id"]
    stage.tell("2016-06-13", PLACE, "发布招标公告，公布预算，文件提供至 06-20")
    bid(stage, "tender", on="2016-07-05", minute=5)
    closed = agent.post(f"/api/v1/tenders/{stage.ids['tender']}/deadline", {}, on="2016-07-05")
    stage.tell("2016-07-05", PLACE, f"09:30 截止，投标人 {closed['bidders']} 家，不足三家，不予开标，原封退还")


def bid(stage: Stage, tender: str, *, on: str, minute: int) -> None:
    """Both suppliers hand in their sealed bids before the deadline."""
    for key in SUPPLIERS:
        sealed = sha256(f"{tender} {key}".encode()).hexdigest()
        body = {"supplier_id": stage.ids[f"supplier {key}"], "received_at": f"{on}T08:{minute:02}:00+08:00", "sealed_hash": sealed}
        stage.desk("procurement", "agent").post(f"/api/v1/tenders/{stage.ids[tender]}/bids", body, on=on)


def declare_failed(stage: Stage) -> None:
    """废标, and the argument of three experts that the documents were not to blame."""
    agent, path = stage.desk("procurement", "agent"), f"/api/v1/tenders/{stage.ids['tender']}"
    agent.post(f"{path}/failure-notice", {"reason": "投标截止时投标人不足三家"}, on="2016-07-06")
    stage.tell("2016-07-06", PLACE, "废标公告，理由告知两家投标人")
    argument = {
        "experts": list(ARGUING),
        "has_unreasonable_clause": False,
        "summary": "招标文件没有不合理条款，程序合法",
        "document": agent.hand_in("招标文件论证意见", on="2016-07-08"),
    }
    agent.post(f"{path}/argument", argument, on="2016-07-08")
    stage.tell("2016-07-08", "论证专家", "3 名专家论证：招标文件没有不合理条款")


def convert(stage: Stage) -> None:
    """The buyer applies, civil affairs consents, finance approves: nothing starts before that."""
    buyer, department, finance = (stage.desk("procurement", account) for account in ("buyer", "department", "finance"))
    path = f"/api/v1/projects/{stage.ids['project']}/conversion"
    application = {
        "tender_id": stage.ids["tender"],
        "method": "competitive_negotiation",
        "reason": "公开招标只有两家投标人，招标文件没有不合理条款，招标程序符合规定",
        "challenge_statement": "质疑期满，没有供应商提出质疑",
        "document": buyer.hand_in("变更采购方式申请", on="2016-07-18"),
    }
    buyer.post(path, application, on="2016-07-18")
    consent = {"opinion": "同意变更", "document": department.hand_in("主管预算单位意见", on="2016-07-19")}
    department.post(f"{path}/consent", consent, on="2016-07-19")
    stage.tell("2016-07-19", "市民政局", "同意变更采购方式")
    approval = {"document_no": "黄财采〔2016〕8 号（示例）", "document": finance.hand_in("变更采购方式批复", on="2016-07-27")}
    finance.post(f"{path}/approval", approval, on="2016-07-27")
    stage.tell("2016-07-27", "市财政局", "批准与两家竞争性谈判（74 号令第二十七条第二款）")
