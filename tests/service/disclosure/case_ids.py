"""The names, days and ids that every event of the case shares."""

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import NAMESPACE_OID, UUID, uuid5

from shared.events.event import Event

CITY = "420200000000"
GROUPS = {"G1": "独居老人", "G2": "单亲未成年学生", "G3": "残疾人", "G4": "重病患者"}
DIMENSIONS = (
    ("D1", "主体监管", 20, "84.50", "16.900", "91.00", "18.200", 1),
    ("D2", "财政检查", 5, "90.00", "4.500", "95.00", "4.750", 1),
    ("D3", "第三方评估", 30, "81.30", "24.390", "90.25", "27.075", 12),
    ("D4", "专家鉴定", 10, "80.00", "8.000", "88.00", "8.800", 5),
    ("D5", "服务对象评价", 25, "86.40", "21.600", "93.20", "23.300", 100),
    ("D6", "社区评议", 10, "82.00", "8.200", "90.00", "9.000", 20),
)
BANDS = (("优", "90"), ("良", "80"), ("中", "60"), ("差", "0"))
YUAN = 100
TITLE = "黄石市社会救助领域政府购买服务项目"
PROVIDER = "黄石市磁湖社会工作服务中心"

Told = tuple[date, Event]
"""An event and its business date."""


def day(text: str) -> date:
    return date.fromisoformat(text)


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Ids:
    """Who is who in one telling of the case. Another `name` gives other ids; `scale` divides cases and what follows from them."""

    name: str = "黄石"
    project_no: str = "HSZFCG-2016-0105"
    title: str = TITLE
    scale: int = 1

    def id(self, what: str) -> UUID:
        return uuid5(NAMESPACE_OID, f"{self.name}/{what}")

    @cached_property
    def project(self) -> UUID:
        return self.id("project")

    @cached_property
    def contract(self) -> UUID:
        return self.id("contract")

    @cached_property
    def programme(self) -> UUID:
        return self.id("programme")
