"""What the other services have reported; dates are kept, so that a day in the past sees what was true then."""

from datetime import date
from uuid import UUID

from sqlmodel import Field

from services.procurement.store.table import Table


class Roster(Table, table=True):
    """A roster that intake has accepted: sizes a plan."""

    id: UUID = Field(primary_key=True)
    purpose: str
    reference_on: date
    people: int


class Survey(Table, table=True):
    id: UUID = Field(primary_key=True)
    project_id: UUID = Field(index=True)
    files_due: int
    files_verified: int


class Worker(Table, table=True):
    id: UUID = Field(primary_key=True)
    contract_id: UUID = Field(index=True)
    verified_on: date


class Case(Table, table=True):
    """A case by its dates; who the recipient is, nobody here knows."""

    id: UUID = Field(primary_key=True)
    contract_id: UUID = Field(index=True)
    recipient_id: UUID | None = None
    opened_on: date | None = None
    plan_signed_on: date | None = None
    closed_on: date | None = None


class Session(Table, table=True):
    """A session of a case, `<case>/<number>`: counted on the day it was held."""

    id: str = Field(primary_key=True)
    contract_id: UUID = Field(index=True)
    held_on: date
    version: int = 1
    is_withdrawn: bool = False


class Round(Table, table=True):
    """A round of evaluation; counts once concluded."""

    id: UUID = Field(primary_key=True)
    contract_id: UUID = Field(index=True)
    kind: str
    scheme_hash: str = ""
    composite: str = ""
    satisfaction: str = ""
    verdict: str = ""
    concluded_on: date | None = None


class Finding(Table, table=True):
    id: UUID = Field(primary_key=True)
    round_id: UUID = Field(index=True)
    party: str = ""
    closed_on: date | None = None


class Publication(Table, table=True):
    """Something that everybody can read since a day."""

    id: UUID = Field(primary_key=True)
    project_id: UUID = Field(index=True)
    kind: str
    source_id: UUID = Field(index=True)
    version: int
    published_on: date
