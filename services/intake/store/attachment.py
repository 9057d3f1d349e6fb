"""Photos and papers of a household's file; the database refuses to change a row, the file itself lies encrypted beside the store."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Field, col, select

from services.intake.store.household import reached_household
from services.intake.store.table import Table
from shared.access import Actor
from shared.http.paging import Listing, Page, listing
from shared.ids import new_id
from shared.work import Reader


class Attachment(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    household_id: UUID = Field(foreign_key="household.id", index=True)
    file_id: UUID = Field(unique=True)
    kind: str
    """A code of `labels.ATTACHMENT`: no free text, which might name somebody."""
    media_type: str
    size: int
    recorded_by: str
    recorded_on: date


class AttachmentMember(Table, table=True):
    """Who was in the household when the paper came: it may show them, wherever they live later. The database refuses to change a row."""

    __tablename__ = "attachment_member"
    attachment_id: UUID = Field(foreign_key="attachment.id", primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", primary_key=True, index=True)


def attachments(household_id: UUID, *, reader: Reader, actor: Actor, page: Page) -> Listing:
    """What is attached, oldest first; the file itself is had for a purpose only. `is_erased`: it went with a member's data."""
    reached_household(reader, household_id, actor)
    statement: Any = select(Attachment).where(col(Attachment.household_id) == household_id)
    file = reader.kernel.file.c
    kept = {
        row.id for row in reader.rows(select(file.id).join(Attachment, col(Attachment.file_id) == file.id).where(statement.whereclause))
    }

    def item(row: Attachment) -> dict[str, Any]:
        return row.model_dump(exclude={"file_id", "household_id"}) | {"is_erased": row.file_id not in kept}

    return listing(reader, statement, page, sort=(Attachment.recorded_on, Attachment.id), item=item)


def reached_attachment(reader: Reader, attachment_id: UUID, actor: Actor) -> Attachment:
    """Raises NotFound, also for one of a household outside the actor's divisions."""
    found = reader.get(Attachment, attachment_id)
    reached_household(reader, found.household_id, actor)
    return found
