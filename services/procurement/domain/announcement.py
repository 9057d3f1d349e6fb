"""The fields of each kind of notice (domain rules 3.3): what must be said, in the order in which it is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.procurement.domain.acceptance import RecipientsOpinion, RequirementResult
from services.procurement.domain.budget import Line, YearPart
from services.procurement.domain.notice import Field, Heading, Office, contact_lines, money, spans, zh, zh_moment
from shared.events.procurement import MilestoneTerms
from shared.money import Fen


def budget(heading: Heading, lines: Sequence[Line], years: Sequence[YearPart], *, document_no: str) -> list[Field]:
    return [
        ("预算单位", heading.buyer.name),
        ("实施主体", heading.procuring_entity.name),
        ("项目名称", heading.title),
        ("批复文号", document_no),
        ("购买服务预算", money(heading.budget)),
        *((f"{part.year} 年安排", money(part.amount_fen)) for part in years),
        (
            "测算明细",
            "；".join(
                f"{line.title} {line.quantity:,} {line.unit} × {money(line.unit_price_fen)} = {money(line.amount)}" for line in lines
            ),
        ),
    ]


def catalogue(heading: Heading, *, code: str, name: str, item_code: str, duty_basis: str) -> list[Field]:
    return [
        ("目录编号", code),
        ("目录名称", name),
        ("采购品目", item_code),
        ("项目名称", heading.title),
        ("职责依据", duty_basis),
        ("年度预算", money(heading.budget)),
        ("购买主体", heading.buyer.name),
    ]


def requirement(heading: Heading, text: str, *, closes_on: date, provider_kinds: Sequence[str]) -> list[Field]:
    return [
        *heading.basics(),
        ("预算金额", money(heading.budget)),
        ("采购需求", text),
        ("承接主体范围", "、".join(provider_kinds)),
        ("征求意见截止", zh(closes_on)),
        *heading.contacts(),
    ]


@dataclass(frozen=True, slots=True)
class Invitation:
    """What suppliers are told, by open notice or by documents."""

    requirement: str
    service_term: str
    provider_kinds: Sequence[str]
    documents_until: date
    deadline: datetime
    place: str
    notice_workdays: int


def tender(heading: Heading, invitation: Invitation, *, price_weight: int) -> list[Field]:
    return [
        *heading.basics(),
        ("采购方式", "公开招标"),
        ("预算金额（最高限价）", money(heading.budget)),
        ("采购需求", invitation.requirement),
        ("合同履行期限", invitation.service_term),
        ("是否接受联合体", "否"),
        ("申请人的资格要求", f"符合政府采购法第二十二条规定；{'、'.join(invitation.provider_kinds)}"),
        ("获取招标文件", f"{zh(invitation.documents_until)}前，{invitation.place}，免费"),
        ("提交投标文件截止时间、开标时间和地点", f"{zh_moment(invitation.deadline)}，{invitation.place}"),
        ("评标方法", f"综合评分法，价格权重 {price_weight}%"),
        ("公告期限", f"{invitation.notice_workdays} 个工作日"),
        *contact_lines(heading),
    ]


def negotiation(heading: Heading, invitation: Invitation, *, approved_on: date | None, document_no: str) -> list[Field]:
    approval = [("批准情况", f"{zh(approved_on)}经财政部门批准（{document_no}）")] if approved_on else []
    return [
        *heading.basics(),
        ("采购方式", "竞争性谈判"),
        *approval,
        ("预算金额", money(heading.budget)),
        ("采购需求", invitation.requirement),
        ("合同履行期限", invitation.service_term),
        ("申请人的资格要求", f"符合政府采购法第二十二条规定；{'、'.join(invitation.provider_kinds)}"),
        ("获取采购文件", f"{zh(invitation.documents_until)}起，{invitation.place}，免费"),
        ("响应文件提交", f"{zh_moment(invitation.deadline)}前，{invitation.place}"),
        ("开启", f"{zh_moment(invitation.deadline)}，{invitation.place}"),
        ("公告期限", f"{invitation.notice_workdays} 个工作日"),
        *contact_lines(heading),
    ]


def termination(heading: Heading, *, bidders: int, reason: str, article: str) -> list[Field]:
    return [
        *heading.basics(),
        ("项目终止的原因", f"至投标截止时间，递交投标文件的供应商 {bidders} 家，予以废标（{article}）；{reason}"),
        ("投标文件处理", "未开标，已按原封退还"),
        *contact_lines(heading),
    ]


@dataclass(frozen=True, slots=True)
class Result:
    """The award as the public reads it."""

    provider: Office
    amount: Fen
    requirement: str
    service_term: str
    experts: Sequence[str]
    fee: Fen
    fee_standard: str
    notice_workdays: int
    challenge_until: date


def award(heading: Heading, result: Result, *, method: str) -> list[Field]:
    return [
        *heading.basics(),
        ("采购方式", method),
        ("成交供应商名称", result.provider.name),
        ("成交供应商地址", result.provider.address),
        ("成交金额", money(result.amount)),
        ("主要标的信息", f"{heading.title}；{result.requirement}；服务时间：{result.service_term}"),
        ("评审专家名单", "、".join(result.experts)),
        ("代理服务收费标准及金额", f"{result.fee_standard or '不收费'}；{money(result.fee)}"),
        ("公告期限", f"{result.notice_workdays} 个工作日"),
        ("质疑期截止", zh(result.challenge_until)),
        *contact_lines(heading),
        ("附件", "采购文件"),
    ]


@dataclass(frozen=True, slots=True)
class Agreement:
    """The contract as the public reads it."""

    contract_no: str
    provider: Office
    amount: Fen
    starts_on: date
    ends_on: date
    signed_on: date
    clients_at_least: int
    workers: int
    method: str
    milestones: Sequence[MilestoneTerms]
    scheme_hash: str

    def head(self, heading: Heading) -> list[Field]:
        return [
            ("合同编号", self.contract_no),
            ("合同名称", f"{heading.title}合同"),
            *heading.basics(),
            ("采购人（甲方）", str(heading.procuring_entity)),
            ("供应商（乙方）", str(self.provider)),
        ]


def contract(heading: Heading, agreement: Agreement, *, published_on: date) -> list[Field]:
    parts = "；".join(f"{milestone.code} {milestone.title} {money(Fen(milestone.amount))}" for milestone in agreement.milestones)
    return [
        *agreement.head(heading),
        ("主要标的名称", heading.title),
        ("服务要求", f"服务对象不少于 {agreement.clients_at_least} 人，专业社工 {agreement.workers} 人"),
        ("合同金额", money(agreement.amount)),
        ("付款安排", parts),
        ("履约期限", spans(agreement.starts_on, agreement.ends_on)),
        ("采购方式", agreement.method),
        ("评价方案（SHA-256）", agreement.scheme_hash),
        ("合同签订日期", zh(agreement.signed_on)),
        ("合同公告日期", zh(published_on)),
        ("其他补充事宜", "无"),
        ("附件", "合同文本"),
    ]


def acceptance(
    heading: Heading,
    agreement: Agreement,
    recipients: RecipientsOpinion,
    results: Sequence[RequirementResult],
    *,
    members: Sequence[str],
    accepted_on: date,
    conclusion: str,
) -> list[Field]:
    return [
        *agreement.head(heading),
        ("服务内容及要求", "；".join(f"{one.requirement}：{one.result}" for one in results)),
        ("服务期限", spans(agreement.starts_on, agreement.ends_on)),
        ("验收日期", zh(accepted_on)),
        ("验收组成员", f"{'、'.join(members)}；服务对象代表 {recipients.representatives} 人"),
        ("验收意见", f"{conclusion}；服务对象意见：{recipients.opinion}（满意 {recipients.satisfied} 人）"),
        ("其他补充事宜", "无"),
    ]


def correction(
    heading: Heading, *, title: str, first_issued_on: date, changed: Sequence[Field], reason: str, corrected_on: date
) -> list[Field]:
    return [
        *heading.basics(),
        ("原公告名称", title),
        ("首次公告日期", zh(first_issued_on)),
        ("更正内容", "；".join(f"{label}更正为：{value}" for label, value in changed)),
        ("更正原因", reason),
        ("更正日期", zh(corrected_on)),
        *contact_lines(heading),
    ]


def audit(heading: Heading, *, conclusion: str, findings: int, summary: str, audited_on: date) -> list[Field]:
    return [
        *heading.basics(),
        ("审计结论", conclusion),
        ("发现问题", f"{findings} 项"),
        ("审计情况", summary),
        ("审计日期", zh(audited_on)),
    ]


def price_standard(items: Sequence[tuple[str, str, Fen]], *, version: int, effective_on: date, basis: str) -> list[Field]:
    return [
        ("版本", f"第 {version} 版"),
        ("施行日期", zh(effective_on)),
        *((title, f"{money(price)}/{unit}") for title, unit, price in items),
        ("测算依据", basis),
    ]
