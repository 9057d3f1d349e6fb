"""What is left when the work is done: the closing dossier, the audit, the price standard that was learnt."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Field

from services.procurement.store.table import Table
from shared.ids import new_id
from shared.store.types import Json


class Dossier(Table, table=True):
    """The closing dossier (结项档案): which papers, kept until when."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_id: UUID = Field(unique=True, index=True)
    acceptance_report: UUID
    documents: list[dict[str, str]] = Json()
    filed_on: date
    filed_by: str
    confirmed_on: date | None = None
    confirmed_by: str = ""
    keep_until: date


class Audit(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_id: UUID = Field(index=True)
    conclusion: str
    findings: int
    summary: str
    document: UUID
    audited_on: date
    audited_by: str
    notice_id: UUID


class PriceStandard(Table, table=True):
    """A version of the local price standard; drafted by finance, issued by the department."""

    __tablename__ = "price_standard"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_id: UUID = Field(index=True)
    division: str = Field(index=True)
    version: int
    items: list[dict[str, Any]] = Json()
    effective_on: date
    document: UUID
    drafted_on: date = Field(index=True)
    drafted_by: str
    issued_on: date | None = None
    issued_by: str = ""
    notice_id: UUID | None = None
