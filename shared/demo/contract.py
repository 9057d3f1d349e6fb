"""合同与拨付: the contract with its frozen scheme, its three milestones and its three payments."""

from contextlib import suppress
from typing import Any, Final

from shared.demo.cast import agency
from shared.demo.desk import NotAsTold
from shared.demo.figures import BANDS, DIMENSION_NAMES, WEIGHTS
from shared.demo.service import register_agency
from shared.demo.stage import Stage
from shared.demo.tender import SUPPLIERS
from shared.money import Fen, yuan

CONTRACT_NO: Final = "HSJZ-2016-001"
SOURCES: Final = {
    "D1": "市民政局、市社会救助局",
    "D2": "市财政局",
    "D3": "第三方机构",
    "D4": "湖北师范大学",
    "D5": "服务对象",
    "D6": "社区干部",
}


def sign(stage: Stage) -> None:
    """The contract is signed, published and filed; the agency's people get their accounts."""
    buyer, figures = stage.desk("procurement", "buyer"), stage.figures
    contract = {
        "contract_no": CONTRACT_NO,
        "starts_on": "2016-10-01",
        "ends_on": "2017-09-30",
        "clients_at_least": figures.recipients,
        "workers": figures.workers,
        "worker_capacity": 30,
        "payment_workdays": 15,
        "scheme": _scheme(),
        "milestones": _milestones(stage),
        "data_agreement": buyer.hand_in("个人信息保密与使用协议", on="2016-09-01"),
        "acceptance_plan": "采购人组织，邀请 5 名服务对象代表参加，结果公开",
        "document": buyer.hand_in("政府购买服务合同", on="2016-09-01"),
    }
    signed = buyer.post(f"/api/v1/projects/{stage.ids['project']}/contract", contract, on="2016-09-01")
    stage.ids["contract"] = signed["id"]
    stage.ids |= {f"milestone {code}": milestone for code, milestone in signed["milestones"].items()}
    stage.tell("2016-09-01", "市社会救助局", f"与{SUPPLIERS['A'][0]}签订合同，评价方案冻结（{signed['scheme_hash'][:12]}…）")
    buyer.post(f"/api/v1/contracts/{signed['id']}/publication", {}, on="2016-09-02")
    stage.tell("2016-09-02", "市社会救助局", "公告合同")
    filing = {"document": buyer.hand_in("合同副本", on="2016-09-06")}
    buyer.post(f"/api/v1/contracts/{signed['id']}/filing", filing, on="2016-09-06")
    stage.tell("2016-09-06", "市社会救助局", "合同副本报财政备案")
    stage.enrol(agency(figures))


def begin(stage: Stage) -> None:
    """What the first payment waits for, and the first payment."""
    register_agency(stage)
    buyer = stage.desk("procurement", "buyer")
    plan = {"document": buyer.hand_in("机构实施方案", on="2016-09-20")}
    buyer.post(f"/api/v1/contracts/{stage.ids['contract']}/implementation-plan", plan, on="2016-09-20")
    pay(stage, "M1", verified_on="2016-09-20", days=("2016-09-23", "2016-09-26", "2016-09-29"))


def pay(stage: Stage, code: str, *, verified_on: str, days: tuple[str, str, str]) -> None:
    """Verified against what the other services report, then applied for, approved and paid by three people."""
    buyer, department, treasury = (stage.desk("procurement", account) for account in ("buyer", "department", "treasury"))
    milestone = stage.ids[f"milestone {code}"]
    applied_on, approved_on, paid_on = days

    def is_met() -> bool:
        progress = buyer.get(f"/api/v1/contracts/{stage.ids['contract']}/progress", seen_on=verified_on)
        return not next(row["unmet"] for row in progress["milestones"] if row["code"] == code)

    with suppress(NotAsTold):  # what is still missing after the wait is told by the refusal
        stage.until(f"节点 {code} 的条件", is_met)
    buyer.post(f"/api/v1/milestones/{milestone}/verification", {}, on=verified_on)
    stage.tell(verified_on, "市社会救助局", f"核验节点 {code}，条件全部满足")
    application = {"invoice_no": f"FP-{code}", "document": buyer.hand_in(f"{code} 付款申请", on=applied_on)}
    payment = buyer.post(f"/api/v1/milestones/{milestone}/payments", application, on=applied_on)
    department.post(f"/api/v1/payments/{payment['id']}/approval", {}, on=approved_on)
    voucher = {"voucher_no": f"ZF-{code}", "document": treasury.hand_in(f"{code} 支付凭证", on=paid_on)}
    treasury.post(f"/api/v1/payments/{payment['id']}/release", voucher, on=paid_on)
    amount = yuan(Fen(stage.figures.payments_fen[code]))
    stage.tell(paid_on, "市财政局", f"{applied_on} 申请、{approved_on} 审批、今日支付，三人办理：拨付 {amount} 元")


def _scheme() -> dict[str, Any]:
    return {
        "dimensions": [
            {"code": code, "name": DIMENSION_NAMES[code], "weight": weight, "source": SOURCES[code]} for code, weight in WEIGHTS.items()
        ],
        "bands": [{"name": name, "at_least": at_least} for name, at_least in BANDS],
        "satisfaction_dimension": "D5",
        "satisfaction_floor": "80",
        "pass_at_least": "80",
        "rectify_at_least": "60",
        "appeal_working_days": 5,
    }


def _milestones(stage: Stage) -> list[dict[str, Any]]:
    figures, amounts = stage.figures, stage.figures.payments_fen
    first, second = figures.sessions_due
    return [
        {"code": "M1", "title": "合同公告、人员核验、实施方案", "amount": amounts["M1"], "workers_verified": figures.workers},
        {
            "code": "M2",
            "title": "建档、计划与中期评估",
            "amount": amounts["M2"],
            "files_verified_percent": 95,
            "plans_signed": figures.recipients,
            "sessions": first,
            "evaluation": "mid",
        },
        {
            "code": "M3",
            "title": "服务完成、末期评估与验收",
            "amount": amounts["M3"],
            "cases_opened": figures.recipients,
            "sessions": second,
            "closed_percent": 95,
            "evaluation": "final",
            "needs_acceptance": True,
        },
    ]
