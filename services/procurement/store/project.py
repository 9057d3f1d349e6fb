"""The project from plan to closing, what was advised, and where it deviated from a limit."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Field

from services.procurement.domain.matter import Matter
from services.procurement.domain.notice import Heading, Office
from services.procurement.store.table import Table
from shared.ids import new_id
from shared.money import Fen
from shared.store.types import Amount, Json


class Project(Table, table=True):
    """One purchase. The id exists from the first plan; the official number (项目编号) comes with the proposal."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_no: str = ""
    title: str
    division: str = Field(index=True)
    state: str = Field(default="planned", index=True)
    buyer: dict[str, str] = Json()
    procuring_entity: dict[str, str] = Json()
    agent: dict[str, str] = Json()
    entity_name: str = Field(index=True)
    """采购人, once more as a column: purchases of one buyer are summed to find a split one."""
    plan_version: int = 1
    roster_id: UUID | None = None
    people_planned: int | None = None
    """People of the roster that sized the plan; None where none was named."""
    planned_on: date
    budget_fen: int = Amount(default=0)
    item_code: str = Field(default="", index=True)
    fiscal_year: int = Field(default=0, index=True)
    requirement: str = ""
    matters: list[dict[str, str]] = Json(default_factory=list)
    provider_kinds: list[str] = Json(default_factory=list)
    is_specialised: bool = False
    proposed_by: str = ""
    proposed_on: date | None = None
    proposal_reason: str = ""
    opened_by: str = ""
    opened_on: date | None = None
    duties: list[dict[str, Any]] = Json(default_factory=list)
    """What the law of the opening day asked for and what it did not know yet."""
    plan_filed_on: date | None = None
    plan_document: UUID | None = None
    method: str = ""
    is_approved_exception: bool = False
    closed_on: date | None = None

    def heading(self) -> Heading:
        return Heading(
            project_no=self.project_no,
            title=self.title,
            buyer=office(self.buyer),
            procuring_entity=office(self.procuring_entity),
            agent=office(self.agent),
            budget=Fen(self.budget_fen),
        )

    def matters_named(self) -> list[Matter]:
        return [Matter(**matter) for matter in self.matters]


def office(fields: dict[str, str]) -> Office:
    return Office(name=fields["name"], address=fields.get("address", ""), contact=fields.get("contact", ""))


class Plan(Table, table=True):
    """A version of the project plan (项目计划书); a new one never replaces an old one."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_id: UUID = Field(index=True)
    version: int
    summary: str
    reason: str = ""
    document: UUID
    made_on: date
    made_by: str


class Opinion(Table, table=True):
    """What an expert body, the price or the statistics department said, recorded with its paper by the officer who received it."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_id: UUID = Field(index=True)
    kind: str
    body: str
    points: int
    adopted: int
    summary: str
    document: UUID
    received_on: date
    recorded_by: str


class Screening(Table, table=True):
    """The second person's check against catalogue and negative list."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_id: UUID = Field(index=True)
    is_in_catalogue: bool
    negative_list: dict[str, bool] = Json()
    opinion: str
    checked_on: date
    checked_by: str


class Consultation(Table, table=True):
    """Public opinion on the requirement (条例 15)."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_id: UUID = Field(index=True)
    notice_id: UUID
    document: UUID
    opened_on: date
    closes_on: date
    answered_on: date | None = None
    received: int = 0
    adopted: int = 0
    answer: str = ""
    answer_document: UUID | None = None


class MethodDecision(Table, table=True):
    """Which method, by which rule; a later row replaces an earlier one."""

    __tablename__ = "method_decision"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_id: UUID = Field(index=True)
    number: int
    method: str
    rule: str
    article: str
    reason: str
    approved_on: date | None = None
    decided_on: date
    decided_by: str


class DeviationKept(Table, table=True):
    """An act that was late or went against a soft rule, with the reason given."""

    __tablename__ = "deviation"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_id: UUID = Field(index=True)
    rule: str
    citation: str
    message: str
    reason: str
    acted_on: date = Field(index=True)
    account: str
