"""What the bodies of commands have in common: nothing unknown is taken, texts have lengths, sums are whole fen."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from shared.http.paging import Page, page
from shared.money import Fen

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Amount = Annotated[Fen, Field(gt=0, description="分")]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Moment = AwareDatetime
Paged = Annotated[Page, Depends(page)]
EVERY_ROLE = ("buyer", "reviewer", "department", "finance", "treasury", "supervision", "agent", "panel", "auditor")


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Empty(Body):
    """A command that says nothing but that it is done."""


class WithDocument(Body):
    document: UUID


class MayBeLate(Body):
    late_reason: Reason = ""
    """Why the act comes after its limit; refused without it."""


class DocumentMayBeLate(WithDocument, MayBeLate):
    """A paper, late or not."""
