"""Everybody who judges the contract of the Huangshi case, and the sheets of its §7, for the tests of evaluation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from services.evaluation.store import Recipient
from shared.events.casework import CaseClosed, CaseOpened, ClosingReason
from shared.events.procurement import ContractSigned, MilestoneTerms, ProjectOpened, Scheme, SchemeBand, SchemeDimension
from shared.work import Work
from tests.conftest import HUANGSHI, Desk, Office

CONTRACT, PROJECT = uuid4(), uuid4()
BODY = "武汉江城社会工作评估中心"
SCHEME = Scheme(
    dimensions=tuple(
        SchemeDimension(code=code, name=name, weight=weight, source=name)
        for code, name, weight in (
            ("D1", "主体监管", 20),
            ("D2", "财政检查", 5),
            ("D3", "第三方评价", 30),
            ("D4", "专家鉴定", 10),
            ("D5", "服务对象评价", 25),
            ("D6", "社区评议", 10),
        )
    ),
    bands=tuple(SchemeBand(name=name, at_least=line) for name, line in (("优", "90"), ("良", "80"), ("中", "60"), ("差", "0"))),
    satisfaction_dimension="D5",
    satisfaction_floor="80",
    pass_at_least="80",
    rectify_at_least="60",
    appeal_working_days=5,
)
OPENED = ProjectOpened(
    project_id=PROJECT,
    project_no="HSSHJZ-2016-01",
    title="社会救助服务",
    buyer="黄石市民政局",
    procuring_entity="黄石市社会救助局",
    division=HUANGSHI,
    budget=68_000_000,
    opened_on=date(2016, 5, 9),
)
SIGNED = ContractSigned(
    contract_id=CONTRACT,
    contract_no="HSSHJZ-2016-01",
    project_id=PROJECT,
    title="社会救助服务",
    division=HUANGSHI,
    provider="黄石市某社会工作服务中心",
    provider_uscc="52420200MJ00000345",
    amount=63_600_000,
    signed_on=date(2016, 9, 1),
    starts_on=date(2016, 10, 1),
    ends_on=date(2017, 9, 30),
    clients_at_least=400,
    workers=15,
    worker_capacity=30,
    scheme=SCHEME,
    scheme_hash=SCHEME.digest(),
    milestones=(MilestoneTerms(code="M1", title="启动", amount=19_080_000),),
)
INDEPENDENT = {"is_subordinate_to_buyer": False, "is_related_to_provider": False, "bids_for_buyer_this_year": False}
COMMISSION = {
    "contract_id": str(CONTRACT),
    "body": BODY,
    "body_uscc": "52420100MJ0003032F",
    "fee": 3_000_000,
    "declaration": INDEPENDENT,
}
ASPECTS = ("normative", "professional", "effective", "exemplary")
QUESTIONS = ("competence", "duration", "effect")


@dataclass(frozen=True)
class Marks:
    """The sheets of one round."""

    subject: str
    finance: str
    aspects: Sequence[Sequence[int]]
    experts: Sequence[int]
    sums: Sequence[int]
    community: int


MID = Marks("84.50", "90", ((83, 84, 85), (78, 80, 82), (79, 80, 81), (80, 82, 84)), (78, 80, 82, 79, 81), (443, 412, 441), 82)
FINAL = Marks("91", "95", ((91, 92, 93), (89, 90, 91), (90, 91, 92), (85, 86, 87)), (86, 88, 90, 87, 89), (472, 455, 471), 90)


class Panel:
    """Everybody who has a part in judging the contract."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.buyer, self.finance = office.as_("buyer", account="buyer"), office.as_("finance", account="finance")
        self.evaluator, self.provider = self._bound("evaluator"), self._bound("provider")
        self.assessors = [self._bound("assessor", number) for number in range(3)]
        self.experts = [self._bound("expert", number) for number in range(5)]

    def _bound(self, role: str, number: int | str = "") -> Desk:
        return self.office.as_(role, divisions=(), contracts=(CONTRACT,), account=f"{role}{number}")

    def commission(self) -> None:
        self.buyer.post("/api/v1/commissions", COMMISSION, on="2017-03-06")
        for dimension, role, count, organisation in (("D3", "assessor", 3, BODY), ("D4", "expert", 5, "湖北师范大学")):
            for number in range(count):
                guided = {"has_guided_plan": True, "disclosure": "曾对项目计划书提出论证意见"} if (role, number) == ("expert", 0) else {}
                body = {"contract_id": str(CONTRACT), "dimension": dimension, "account": f"{role}{number}", "name": f"评{number}"}
                self.evaluator.post("/api/v1/assessors", body | {"organisation": organisation} | guided, on="2017-03-06")

    def open(self, kind: str = "mid", on: str = "2017-05-15", until: str = "2017-06-15") -> str:
        body = {"contract_id": str(CONTRACT), "kind": kind, "evidence_until": until}
        round_id = str(self.evaluator.post("/api/v1/rounds", body, on=on)["id"])
        self.buyer.post(f"/api/v1/rounds/{round_id}/sample", {"seed": f"黄石 {kind} {on}"}, on=on)
        return round_id

    def give(self, desk: Desk, round_id: str, dimension: str, *sheets: dict[str, Any], on: str = "2017-06-16", **more: Any) -> Any:
        return desk.post(f"/api/v1/rounds/{round_id}/sheets", {"dimension": dimension, "sheets": list(sheets)}, on=on, **more)

    def fill(self, round_id: str, marks: Marks, *, on: str = "2017-06-16", leave_out: str = "") -> None:
        """All sheets of a round, but for one dimension that may be left out."""
        given: dict[str, Callable[[], Any]] = {
            "D1": lambda: self.give(self.buyer, round_id, "D1", {"marks": {"total": marks.subject}}, on=on),
            "D2": lambda: self.give(self.finance, round_id, "D2", {"marks": {"total": marks.finance}}, on=on),
            "D3": lambda: [self.give(desk, round_id, "D3", aspects(marks, number), on=on) for number, desk in enumerate(self.assessors)],
            "D4": lambda: [
                self.give(desk, round_id, "D4", total(mark), on=on) for desk, mark in zip(self.experts, marks.experts, strict=True)
            ],
            "D5": lambda: self.give(self.evaluator, round_id, "D5", *self.questionnaires(round_id, marks.sums), on=on),
            "D6": lambda: self.give(
                self.evaluator, round_id, "D6", *[total(marks.community) | {"assessor": f"社区{number}"} for number in range(20)], on=on
            ),
        }
        for dimension, hand_in in given.items():
            if dimension != leave_out:
                hand_in()

    def questionnaires(self, round_id: str, sums: Sequence[int]) -> list[dict[str, Any]]:
        """25 of each group answer; the marks of a question add up to its sum."""
        ballots = self.evaluator.get(f"/api/v1/rounds/{round_id}/ballots")["ballots"]
        answering = [ballot for group in sorted(ballots) for ballot in ballots[group][:25]]
        return [
            {
                "assessor": ballot,
                "marks": {question: total // 100 + (place < total % 100) for question, total in zip(QUESTIONS, sums, strict=True)},
            }
            for place, ballot in enumerate(answering)
        ]

    def score(self, round_id: str, *, on: str = "2017-06-20", expect: int | None = None) -> Any:
        return self.evaluator.post(f"/api/v1/rounds/{round_id}/score", on=on, expect=expect)

    def tell(self, round_id: str, *, on: str = "2017-06-20") -> Any:
        return self.evaluator.post(f"/api/v1/rounds/{round_id}/notification", on=on)

    def scored_final(self, marks: Marks = FINAL) -> str:
        round_id = self.open("final", "2017-10-10", "2017-11-03")
        self.fill(round_id, marks, on="2017-11-03")
        self.score(round_id, on="2017-11-08")
        return round_id


def total(mark: int) -> dict[str, Any]:
    return {"marks": {"total": mark}}


def aspects(marks: Marks, assessor: int) -> dict[str, Any]:
    return {"marks": {aspect: row[assessor] for aspect, row in zip(ASPECTS, marks.aspects, strict=True)}}


def serve(office: Office, group: str, *, closed: ClosingReason | None = None) -> None:
    """A recipient of whom casework has told."""
    case, recipient = uuid4(), uuid4()
    opened = CaseOpened(
        case_id=case,
        recipient_id=recipient,
        contract_id=CONTRACT,
        worker_id=uuid4(),
        group=group,
        division=HUANGSHI,
        opened_on=date(2017, 2, 6),
    )
    office.hear(opened, on=date(2017, 2, 6))
    if closed:
        told = CaseClosed(
            case_id=case, recipient_id=recipient, contract_id=CONTRACT, group=group, reason=closed, closed_on=date(2017, 4, 10)
        )
        office.hear(told, on=date(2017, 4, 10))


def everybody_is_served(work: Work) -> None:
    """35 recipients of each group, in one unit."""
    work.add(*(Recipient(id=uuid4(), contract_id=CONTRACT, group=group) for group in ("G1", "G2", "G3", "G4") for _ in range(35)))


def round_body(kind: str) -> dict[str, str]:
    return {"contract_id": str(CONTRACT), "kind": kind, "evidence_until": "2017-12-01"}


def begin(office: Office) -> Office:
    """Project and contract are known, and 35 recipients of each group are served."""
    office.hear(OPENED, on=date(2016, 5, 9))
    office.hear(SIGNED, on=date(2016, 9, 1))
    office.store.run_now(everybody_is_served, today=date(2017, 2, 6))
    return office
