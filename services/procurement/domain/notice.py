"""Public notices: the fields of each kind in the order of the official formats, and the hash that says what was published.

Text only: no person but officials, experts after the award, and members of an acceptance; recipients are a number.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from shared.clock import ZONE
from shared.money import Fen, yuan

KIND_TITLES: Final = {
    "budget": "部门预算公开",
    "catalogue": "政府购买服务项目目录公开",
    "requirement_opinion": "采购需求征求意见公告",
    "tender": "公开招标公告",
    "termination": "废标（终止）公告",
    "negotiation": "竞争性谈判公告",
    "award": "成交结果公告",
    "contract": "合同公告",
    "acceptance": "公共服务项目验收结果公告",
    "correction": "更正公告",
    "audit": "项目审计结果公告",
    "price_standard": "政府购买服务价格标准公告",
}

Field = tuple[str, str]
"""Label and text."""


@dataclass(frozen=True, slots=True)
class Office:
    """A party as notices name it: `联系方式` needs all three."""

    name: str
    address: str
    contact: str

    def __str__(self) -> str:
        return "；".join(part for part in (self.name, self.address, self.contact) if part)


@dataclass(frozen=True, slots=True)
class Heading:
    """What every notice of a project says about it."""

    project_no: str
    title: str
    buyer: Office
    procuring_entity: Office
    agent: Office
    budget: Fen

    def basics(self) -> list[Field]:
        return [("项目编号", self.project_no), ("项目名称", self.title)]

    def contacts(self) -> list[Field]:
        return [("采购人信息", str(self.procuring_entity)), ("采购代理机构信息", str(self.agent)), ("主管部门", str(self.buyer))]


def content_hash(kind: str, version: int, title: str, issued_on: date, fields: Sequence[Field]) -> str:
    """SHA-256 of the canonical JSON of what the public reads."""
    content = {
        "kind": kind,
        "version": version,
        "title": title,
        "issued_on": issued_on.isoformat(),
        "fields": [list(field) for field in fields],
    }
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def title_of(kind: str, project: str) -> str:
    return f"{project}{KIND_TITLES[kind]}"


def zh(day: date) -> str:
    """A date as documents write it."""
    return f"{day.year}年{day.month:02}月{day.day:02}日"


def zh_moment(moment: datetime) -> str:
    local = moment.astimezone(ZONE)
    return f"{zh(local.date())}{local:%H:%M}（北京时间）"


def money(amount: Fen) -> str:
    return f"{yuan(amount)} 元"


def spans(starts_on: date, ends_on: date) -> str:
    return f"{zh(starts_on)}至{zh(ends_on)}"


def contact_lines(heading: Heading) -> list[Field]:
    return [("其他补充事宜", "无"), *heading.contacts()]
