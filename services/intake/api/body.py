"""What the bodies of requests have in common."""

from typing import Annotated, Literal

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, StringConstraints

from shared.http.paging import Page, page

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
DivisionCode = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
Category = Literal[
    "urban_allowance",
    "rural_allowance",
    "urban_destitute",
    "rural_destitute",
    "edge_family",
    "rigid_spending",
    "relapse_watch",
    "temporary",
    "other_low_income",
]
STAFF = ("clerk", "officer", "reviewer", "approver", "surveyor", "auditor")
Paged = Annotated[Page, Depends(page)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GivenReason(Body):
    reason: Line
