"""抽取专家与谈判: a draw that anybody can repeat, two suppliers met one by one, the lowest final price (2016-07 to 2016-08)."""

from hashlib import sha256
from typing import Any, Final

from shared.demo.stage import Person, Stage
from shared.demo.tender import KIN, PLACE, SERVICE_TERM, SUPPLIERS, bid, experts
from shared.money import Fen, yuan

SEEDS: Final = {
    "buyer": "磁湖今天的水位是三尺七寸 0728",
    "finance": "东方山的台阶一共有九百级 0728",
    "supervision": "西塞山前白鹭飞 桃花流水 0728",
}
TALKS: Final = {"A": ("10:00", "10:40"), "B": ("10:50", "11:30")}


def draw(stage: Stage) -> None:
    """Pool and seeds are committed one day, revealed and drawn the next."""
    agent, project = stage.desk("procurement", "agent"), stage.ids["project"]
    drawing = agent.post(
        f"/api/v1/projects/{project}/draws",
        {
            "seats": [{"category": "legal", "count": 1}, {"category": "professional", "count": 3}],
            "buyer_representatives": 1,
            "review_on": "2016-08-01",
            "kin": [{"number": KIN, "reason": "与供应商负责人有近姻亲关系"}],
        },
        on="2016-07-28",
    )
    stage.ids["draw"], path = drawing["id"], f"/api/v1/draws/{drawing['id']}"
    for party, seed in SEEDS.items():
        stage.desk("procurement", party).post(f"{path}/commitments", {"commitment": sha256(seed.encode()).hexdigest()}, on="2016-07-28")
    stage.tell(
        "2016-07-28", "采购人、财政、监督", f"专家库 {drawing['pool_size']} 人，回避 {len(drawing['exclusions'])} 人，三方各自承诺一个种子"
    )
    for party, seed in SEEDS.items():
        stage.desk("procurement", party).post(f"{path}/seeds", {"seed": seed}, on="2016-07-29")
    result = agent.post(f"{path}/result", {}, on="2016-07-29")
    _seat(stage, result["seated"])
    stage.tell("2016-07-29", PLACE, f"公开种子并抽取专家 {len(result['seated'])} 人，任何人可以复算（{result['record_hash'][:12]}…）")


def negotiate(stage: Stage) -> None:
    """Documents confirmed by the panel, both suppliers invited, met, and asked for a final price."""
    agent, panel = stage.desk("procurement", "agent"), stage.desk("procurement", "panel")
    invitation = {
        "suppliers": [stage.ids[f"supplier {key}"] for key in SUPPLIERS],
        "service_term": SERVICE_TERM,
        "place": PLACE,
        "document": agent.hand_in("竞争性谈判文件", on="2016-07-29"),
    }
    opened = agent.post(f"/api/v1/projects/{stage.ids['project']}/negotiations", invitation, on="2016-07-29")
    stage.ids["negotiation"], path = opened["id"], f"/api/v1/tenders/{opened['id']}"
    panel.post(f"{path}/confirmation", {}, on="2016-08-01")
    stage.tell("2016-08-01", "谈判小组", "确认谈判文件")
    agent.post(f"{path}/issue", {"deadline": "2016-08-09T09:00:00+08:00"}, on="2016-08-02")
    stage.tell("2016-08-02", PLACE, "谈判文件发给两家供应商")
    bid(stage, "negotiation", on="2016-08-09", minute=40)
    agent.post(f"{path}/deadline", {}, on="2016-08-09")
    members = stage.ids["panel codes"].split()
    quotes = stage.figures.quotes_fen
    for key, (first, _) in quotes.items():
        panel.post(f"{path}/offers", _offer(stage, key, first) | {"is_responsive": True}, on="2016-08-09")
    for key, (starts_at, ends_at) in TALKS.items():
        talk = {"supplier_id": stage.ids[f"supplier {key}"], "members": members, "starts_at": starts_at, "ends_at": ends_at}
        panel.post(f"{path}/talks", talk, on="2016-08-09")
    for key, (_, final) in quotes.items():
        panel.post(f"{path}/final-offers", _offer(stage, key, final), on="2016-08-09")
    report = {
        "opinions": [{"member": member, "agrees": True} for member in members],
        "document": panel.hand_in("谈判报告", on="2016-08-09"),
    }
    panel.post(f"{path}/report", report, on="2016-08-09")
    offers = "，".join(f"{key} {yuan(Fen(first))} → {yuan(Fen(final))}" for key, (first, final) in quotes.items())
    stage.tell("2016-08-09", "谈判小组", f"逐一谈判，最后报价 {offers} 元")


def award(stage: Stage) -> None:
    """The lowest final price of the two who meet every demand; the notice names the experts."""
    agent, buyer, path = (
        stage.desk("procurement", "agent"),
        stage.desk("procurement", "buyer"),
        f"/api/v1/tenders/{stage.ids['negotiation']}",
    )
    agent.post(f"{path}/report-delivery", {}, on="2016-08-10")
    stage.tell("2016-08-10", PLACE, "谈判报告送采购人")
    awarded = buyer.post(f"{path}/award", {"supplier_id": stage.ids["supplier A"]}, on="2016-08-12")
    stage.tell("2016-08-12", "市社会救助局", f"确认最后报价最低者成交：{SUPPLIERS['A'][0]}，{yuan(Fen(awarded['amount_fen']))} 元")
    notice = {"fee_fen": 0, "fee_standard": "不收取", "document": agent.hand_in("成交结果公告附件：谈判文件", on="2016-08-15")}
    issued = agent.post(f"{path}/award-notice", notice, on="2016-08-15")
    stage.tell("2016-08-15", PLACE, f"公告成交结果与专家名单，发出成交通知书；质疑期至 {issued['challenge_until']}")


def _seat(stage: Stage, seated: list[str]) -> None:
    """The panel: four experts, one of them the leader, and the buyer's representative. The leader gets an account."""
    leader = seated[-1]
    name = next(expert["name"] for expert in experts() if expert["number"] == leader)
    stage.enrol([Person("procurement", "panel", name, ("panel",))])
    panel = stage.desk("procurement", "agent").post(
        f"/api/v1/draws/{stage.ids['draw']}/panel",
        {"representatives": ["余建平"], "leader": leader, "leader_account": "panel"},
        on="2016-07-29",
    )
    stage.ids["panel codes"] = " ".join(member["code"] for member in panel["members"])


def _offer(stage: Stage, key: str, price: int) -> dict[str, Any]:
    return {"supplier_id": stage.ids[f"supplier {key}"], "price_fen": price}
