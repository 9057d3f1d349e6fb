"""Notices as they were issued; a correction is another row, never a change (decision 19)."""

from datetime import date
from uuid import UUID

from sqlmodel import Field

from services.procurement.store.table import Table
from shared.ids import new_id
from shared.store.types import Json


class Notice(Table, table=True):
    """One version of one notice. `notice_id` stays the same through its versions."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    notice_id: UUID = Field(index=True)
    project_id: UUID = Field(index=True)
    kind: str
    version: int
    title: str
    issued_on: date = Field(index=True)
    closes_on: date | None = None
    fields: list[list[str]] = Json()
    content_hash: str
    reason: str = ""
    issued_by: str
