"""The budget item with its project table (购买服务项目表), step by step from submission to publication."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Field

from services.procurement.domain.budget import Line, YearPart
from services.procurement.store.table import Table
from shared.ids import new_id
from shared.money import Fen
from shared.store.types import Amount, Json


class Budget(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_id: UUID = Field(unique=True, index=True)
    amount_fen: int = Amount()
    lines: list[dict[str, Any]] = Json()
    years: list[dict[str, int]] = Json()
    catalogue_code: str
    catalogue_name: str
    item_code: str
    duty_basis: str
    price_basis: str
    document: UUID
    submitted_on: date
    submitted_by: str
    reviewed_on: date | None = None
    reviewed_by: str = ""
    review_opinion: str = ""
    review_document: UUID | None = None
    approved_on: date | None = None
    approved_body: str = ""
    """The people's congress whose decision was received."""
    approval_document: UUID | None = None
    granted_on: date | None = None
    grant_no: str = ""
    grant_document: UUID | None = None
    handed_down_on: date | None = None
    hand_down_no: str = ""
    hand_down_document: UUID | None = None
    published_on: date | None = None

    def lines_kept(self) -> list[Line]:
        return [Line(line["title"], line["quantity"], line["unit"], Fen(line["unit_price_fen"])) for line in self.lines]

    def years_kept(self) -> list[YearPart]:
        return [YearPart(part["year"], Fen(part["amount_fen"])) for part in self.years]
