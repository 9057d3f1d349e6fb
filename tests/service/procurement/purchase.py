"""The Huangshi purchase as its officers enter it, act by act, over HTTP; a test plays it as far as it needs."""

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from tests.conftest import Desk, Office
from tests.service.procurement.others import CITY, Others
from tests.service.procurement.papers import ARGUING, MILESTONES, PROVIDER_KINDS, QUOTES, SCHEME, SEEDS, SUPPLIERS, pool


@dataclass(frozen=True)
class Kept:
    """A purchase as it stood after an act: the store, and what the player knows."""

    store: bytes
    ids: dict[str, str]
    members: list[str]
    paper: str
    headers: list[dict[str, str]]


_played: dict[str, Kept] = {}
"""By the last act played: a long way is played once per test run."""


class Purchase(Others):
    """One purchase and everybody who takes part in it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.buyer, self.reviewer, self.department = (self._desk(role) for role in ("buyer", "reviewer", "department"))
        self.finance, self.treasury, self.supervision = (self._desk(role) for role in ("finance", "treasury", "supervision"))
        self.agent, self.panel, self.auditor = (self._desk(role) for role in ("agent", "panel", "auditor"))
        self.paper = self.buyer.upload(b"%PDF-1.4 paper")
        self.ids: dict[str, str] = {}
        self.members: list[str] = []

    def _desk(self, role: str) -> Desk:
        return self.office.as_(role, account=role)

    def at(self, what: str, path: str = "") -> str:
        """The address of one of the things of this purchase."""
        folders = {"project": "projects", "tender": "tenders", "negotiation": "tenders", "draw": "draws", "contract": "contracts"}
        return f"/api/v1/{folders[what]}/{self.ids[what]}{path}"

    def with_paper(self, **fields: Any) -> dict[str, Any]:
        return {**fields, "document": self.paper}

    def plan(self, **changes: Any) -> dict[str, Any]:
        return {
            "title": "社会救助领域购买服务项目",
            "division": CITY,
            "buyer": {"name": "黄石市民政局", "kind": "state_organ", "address": "甲路", "contact": "0714-1"},
            "procuring_entity": {"name": "黄石市社会救助局", "kind": "administrative_institution", "address": "乙路", "contact": "0714-2"},
            "agent": {"name": "黄石市招投标中心", "address": "丙路", "contact": "0714-3"},
            "summary": "计划",
            "document": self.paper,
        } | changes

    def draw_up(self, **changes: Any) -> None:
        self.ids["project"] = self.buyer.post("/api/v1/projects", self.plan(**changes), on="2015-10-12")["id"]
        for on, kind, body, points, adopted in (
            ("2015-10-20", "expert", "湖北师范大学", 6, 5),
            ("2015-10-26", "price", "物价局", 3, 3),
            ("2015-10-26", "statistics", "统计局", 2, 2),
        ):
            said = self.with_paper(kind=kind, body=body, points=points, adopted=adopted, summary="意见")
            self.buyer.post(self.at("project", "/opinions"), said, on=on)

    def budget(self, amount: int = 68_000_000, item: str = "C05020300") -> dict[str, Any]:
        part = amount * 3 // 10
        return self.with_paper(
            amount_fen=amount,
            lines=[{"title": "服务", "quantity": 1, "unit": "项", "unit_price_fen": amount}],
            years=[{"year": 2016, "amount_fen": part}, {"year": 2017, "amount_fen": amount - part}],
            catalogue_code="A07",
            catalogue_name="社会救助服务",
            item_code=item,
            duty_basis="社会救助暂行办法第五十五条",
            price_basis="外地价格、工资、税费",
        )

    def fund(self, **budget: Any) -> None:
        path = self.at("project", "/budget")
        self.department.post(path, self.budget(**budget), on="2015-11-10")
        self.finance.post(f"{path}/review", self.with_paper(opinion="同意"), on="2015-11-30")
        self.finance.post(f"{path}/congress-approval", self.with_paper(body="黄石市人民代表大会"), on="2016-01-29")
        self.finance.post(f"{path}/grant", self.with_paper(document_no="1号"), on="2016-02-17")
        self.department.post(f"{path}/hand-down", self.with_paper(document_no="2号"), on="2016-02-24")
        self.department.post(f"{path}/publication", {}, on="2016-03-04")

    def proposal(self, **changes: Any) -> dict[str, Any]:
        return {
            "project_no": "HSCG-2016-001",
            "matters": [{"title": "个案服务", "description": "心理慰藉"}],
            "requirement": "十五名社工",
            "provider_kinds": PROVIDER_KINDS,
            "is_specialised": True,
        } | changes

    def open(self) -> None:
        self.buyer.post(self.at("project", "/proposal"), self.proposal(), on="2016-05-09")
        check = {"is_in_catalogue": True, "negative_list": {"N1": False, "N2": False}, "opinion": "相符"}
        self.reviewer.post(self.at("project", "/opening"), check, on="2016-05-09")
        self.buyer.post(self.at("project", "/implementation-plan"), self.with_paper(), on="2016-05-16")
        self.buyer.post(self.at("project", "/requirement"), self.with_paper(closes_on="2016-05-25"), on="2016-05-18")
        answer = self.with_paper(opinions=4, adopted=3, summary="答复")
        self.buyer.post(self.at("project", "/requirement/answer"), answer, on="2016-05-26")

    def decide(self, method: str = "open_tender") -> None:
        self.buyer.post(self.at("project", "/method"), {"method": method, "reason": "超过五十万元"}, on="2016-06-06")

    def tender(self, **changes: Any) -> dict[str, Any]:
        return self.with_paper(
            documents_until="2016-06-20",
            deadline="2016-07-05T09:30:00+08:00",
            service_term="一年",
            price_weight=10,
            place="招投标中心",
        ) | (changes)

    def publish(self) -> None:
        self.agent.post("/api/v1/experts", {"experts": pool()}, on="2016-06-13")
        for key, (name, uscc, kind) in SUPPLIERS.items():
            supplier = {"name": name, "uscc": uscc, "kind": kind, "address": "黄石", "contact": "0714-9"}
            self.ids[key] = self.agent.post("/api/v1/suppliers", supplier, on="2016-06-13")["id"]
        self.ids["tender"] = self.agent.post(self.at("project", "/tenders"), self.tender(), on="2016-06-13")["id"]

    def bid(self, what: str, key: str, at: str, **expect: Any) -> Any:
        sealed = hashlib.sha256(f"{what}{key}".encode()).hexdigest()
        body = {"supplier_id": self.ids[key], "received_at": f"{at}+08:00", "sealed_hash": sealed}
        return self.agent.post(self.at(what, "/bids"), body, on=at[:10], **expect)

    def fail(self) -> None:
        for key in "AB":
            self.bid("tender", key, "2016-07-05T09:05:00")
        self.agent.post(self.at("tender", "/deadline"), {}, on="2016-07-05")
        self.agent.post(self.at("tender", "/failure-notice"), {"reason": "不足三家"}, on="2016-07-06")

    def argue(self) -> None:
        argument = self.with_paper(experts=ARGUING, has_unreasonable_clause=False, summary="没有不合理条款")
        self.agent.post(self.at("tender", "/argument"), argument, on="2016-07-08")

    def application(self) -> dict[str, Any]:
        return self.with_paper(
            tender_id=self.ids["tender"], method="competitive_negotiation", reason="两家投标", challenge_statement="没有质疑"
        )

    def apply(self) -> None:
        self.buyer.post(self.at("project", "/conversion"), self.application(), on="2016-07-18")

    def consent(self) -> None:
        self.department.post(self.at("project", "/conversion/consent"), self.with_paper(opinion="同意"), on="2016-07-19")

    def approve(self) -> None:
        self.finance.post(self.at("project", "/conversion/approval"), self.with_paper(document_no="8号"), on="2016-07-27")

    def drawing(self, **changes: Any) -> dict[str, Any]:
        return {
            "seats": [{"category": "legal", "count": 1}, {"category": "professional", "count": 3}],
            "buyer_representatives": 1,
            "review_on": "2016-08-01",
            "kin": [{"number": "E20", "reason": "近姻亲"}],
        } | changes

    def commit(self) -> None:
        self.ids["draw"] = self.agent.post(self.at("project", "/draws"), self.drawing(), on="2016-07-28")["id"]
        for party, seed in SEEDS.items():
            commitment = {"commitment": hashlib.sha256(seed.encode()).hexdigest()}
            getattr(self, party).post(self.at("draw", "/commitments"), commitment, on="2016-07-28")

    def reveal(self) -> Any:
        for party, seed in SEEDS.items():
            getattr(self, party).post(self.at("draw", "/seeds"), {"seed": seed}, on="2016-07-29")
        return self.agent.post(self.at("draw", "/result"), {}, on="2016-07-29")

    def seat(self) -> None:
        seated = self.agent.get(self.at("draw"))["seated"]
        body = {"representatives": ["代表"], "leader": seated[-1], "leader_account": "panel"}
        panel = self.agent.post(self.at("draw", "/panel"), body, on="2016-07-29")
        self.members = [member["code"] for member in panel["members"]]

    def invite(self) -> None:
        body = self.with_paper(suppliers=[self.ids["A"], self.ids["B"]], service_term="一年", place="招投标中心")
        self.ids["negotiation"] = self.agent.post(self.at("project", "/negotiations"), body, on="2016-07-29")["id"]
        self.panel.post(self.at("negotiation", "/confirmation"), {}, on="2016-08-01")
        self.agent.post(self.at("negotiation", "/issue"), {"deadline": "2016-08-09T09:00:00+08:00"}, on="2016-08-02")

    def negotiate(self) -> None:
        for key in "AB":
            self.bid("negotiation", key, "2016-08-09T08:30:00")
        self.agent.post(self.at("negotiation", "/deadline"), {}, on="2016-08-09")
        for key, (first, _) in QUOTES.items():
            self.offer("offers", key, first, is_responsive=True)
        for key, start, end in (("A", "10:00", "10:40"), ("B", "10:50", "11:30")):
            self.talk(key, start, end)
        for key, (_, final) in QUOTES.items():
            self.offer("final-offers", key, final)

    def offer(self, what: str, key: str, price: int, **more: Any) -> Any:
        expect = {"expect": more.pop("expect")} if "expect" in more else {}
        body = {"supplier_id": self.ids[key], "price_fen": price, **more}
        return self.panel.post(self.at("negotiation", f"/{what}"), body, on="2016-08-09", **expect)

    def talk(self, key: str, start: str, end: str, *, members: list[str] | None = None, **expect: Any) -> Any:
        body = {"supplier_id": self.ids[key], "members": members or self.members, "starts_at": start, "ends_at": end}
        return self.panel.post(self.at("negotiation", "/talks"), body, on="2016-08-09", **expect)

    def report(self) -> Any:
        opinions = [{"member": member, "agrees": True} for member in self.members]
        return self.panel.post(self.at("negotiation", "/report"), self.with_paper(opinions=opinions), on="2016-08-09")

    def award(self) -> None:
        self.agent.post(self.at("negotiation", "/report-delivery"), {}, on="2016-08-10")
        self.buyer.post(self.at("negotiation", "/award"), {"supplier_id": self.ids["A"]}, on="2016-08-12")
        self.agent.post(self.at("negotiation", "/award-notice"), self.with_paper(), on="2016-08-15")

    def agreement(self, **changes: Any) -> dict[str, Any]:
        return self.with_paper(
            contract_no="HSJZ-2016-001",
            starts_on="2016-10-01",
            ends_on="2017-09-30",
            clients_at_least=4,
            workers=2,
            worker_capacity=30,
            payment_workdays=15,
            scheme=SCHEME,
            milestones=MILESTONES,
            data_agreement=self.paper,
            acceptance_plan="邀请服务对象代表",
        ) | (changes)

    def sign(self) -> None:
        signed = self.buyer.post(self.at("project", "/contract"), self.agreement(), on="2016-09-01")
        self.ids["contract"] = signed["id"]
        self.ids |= signed["milestones"]

    def make_public(self) -> None:
        notice = self.buyer.post(self.at("contract", "/publication"), {}, on="2016-09-02")["notice_id"]
        self.buyer.post(self.at("contract", "/filing"), self.with_paper(), on="2016-09-06")
        self.published("contract", notice, "2016-09-02")
        self.buyer.post(self.at("contract", "/implementation-plan"), self.with_paper(), on="2016-09-20")

    def verify(self, code: str, on: str, **expect: Any) -> Any:
        return self.buyer.post(f"/api/v1/milestones/{self.ids[code]}/verification", {}, on=on, **expect)

    def ask(self, code: str, on: str, **expect: Any) -> Any:
        answer = self.buyer.post(f"/api/v1/milestones/{self.ids[code]}/payments", self.with_paper(invoice_no=code), on=on, **expect)
        if "id" in answer:
            self.ids[f"P{code}"] = answer["id"]
        return answer

    def pay(self, code: str, asked: str, approved: str, paid: str) -> None:
        self.ask(code, asked)
        path = f"/api/v1/payments/{self.ids[f'P{code}']}"
        self.department.post(f"{path}/approval", {}, on=approved)
        self.treasury.post(f"{path}/release", self.with_paper(voucher_no=code), on=paid)

    def accept(self) -> None:
        body = self.with_paper(
            members=["成员"],
            representatives=5,
            satisfied=5,
            opinion="满意",
            results=[{"requirement": "服务四人", "result": "完成"}],
            conclusion="passed",
        )
        self.buyer.post(self.at("contract", "/acceptance"), body, on="2017-11-17")
        notice = self.buyer.post(self.at("contract", "/acceptance-publication"), {}, on="2017-11-20")["notice_id"]
        self.published("acceptance", notice, "2017-11-20")

    def file(self) -> None:
        dossier = {"acceptance_report": self.paper, "documents": [{"title": "总结", "file": self.paper}]}
        self.buyer.post(self.at("project", "/dossier"), dossier, on="2017-11-24")
        self.department.post(self.at("project", "/dossier/confirmation"), {}, on="2017-11-24")

    # chapters

    def until(self, last: str) -> "Purchase":
        """Play the acts up to and including `last`, or take over what was played that far before."""
        if last in _played:
            self._take_over(_played[last])
            return self
        for name, act in self.acts().items():
            act()
            if name == last:
                _played[last] = self._kept()
                return self
        raise ValueError(last)

    def _kept(self) -> "Kept":
        with closing(sqlite3.connect(str(self.office.store.path))) as store:
            content = bytearray(store.serialize())
            content[18:20] = b"\x01\x01"  # read and write version: a file in WAL mode cannot be opened in memory
            return Kept(bytes(content), dict(self.ids), list(self.members), self.paper, [desk._headers for desk in self._everybody()])

    def _take_over(self, kept: "Kept") -> None:
        """The store as it was then, with the tokens of everybody who was signed in."""
        with closing(sqlite3.connect(":memory:")) as source, closing(sqlite3.connect(str(self.office.store.path))) as store:
            source.deserialize(kept.store)
            source.backup(store)
        self.ids, self.members, self.paper = dict(kept.ids), list(kept.members), kept.paper
        for desk, headers in zip(self._everybody(), kept.headers, strict=True):
            desk._headers = headers

    def _everybody(self) -> list[Desk]:
        first, second = (self.buyer, self.reviewer, self.department, self.finance), (self.treasury, self.supervision)
        return [*first, *second, self.agent, self.panel, self.auditor]

    def acts(self) -> dict[str, Any]:
        names = (
            *("draw_up", "fund", "open", "decide", "publish", "fail", "argue", "apply", "consent", "approve", "commit", "reveal", "seat"),
            *("invite", "negotiate", "report", "award", "sign", "make_public"),
        )
        return {name: getattr(self, name) for name in names} | {
            "first payment": self._first_payment,
            "second payment": self._second_payment,
            "third payment": self._third_payment,
            "return_data": self.return_data,
            "learn": self._learn,
        }

    def _first_payment(self) -> None:
        self.workers()
        self.verify("M1", "2016-09-20")
        self.pay("M1", "2016-09-23", "2016-09-26", "2016-09-29")

    def _second_payment(self) -> None:
        self.serve()
        self.conclude("mid", "83.590", on="2017-06-20", satisfaction="86.4")
        self.verify("M2", "2017-06-21")
        self.pay("M2", "2017-06-22", "2017-06-26", "2017-06-30")

    def _third_payment(self) -> None:
        self.conclude("final", "91.125", on="2017-11-16")
        self.accept()
        self.file()
        self.verify("M3", "2017-11-27")
        self.pay("M3", "2017-11-27", "2017-11-29", "2017-12-06")

    def _learn(self) -> None:
        audit = self.with_paper(conclusion="合规", findings=0, summary="账实相符")
        self.auditor.post(self.at("project", "/audits"), audit, on="2017-12-18")
        standard = self.with_paper(
            project_id=self.ids["project"], items=[{"title": "个案服务", "unit": "人次", "price_fen": 8_500}], effective_on="2018-02-01"
        )
        drafted = self.finance.post("/api/v1/price-standards", standard, on="2018-01-15")
        self.department.post(f"/api/v1/price-standards/{drafted['id']}/issue", {}, on="2018-01-15")
