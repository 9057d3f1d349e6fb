"""The expert pool's local copy, the draw with everything needed to repeat it, and the panel."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Field

from services.procurement.domain.draw import Exclusion, PoolEntry, Seat
from services.procurement.store.table import Table
from shared.ids import new_id
from shared.store.types import Json


class Expert(Table, table=True):
    number: str = Field(primary_key=True)
    name: str
    organisation: str
    title: str
    category: str
    registered_on: date


class Draw(Table, table=True):
    """One draw: snapshot and exclusions frozen the day before, three commitments, three seeds, the order."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_id: UUID = Field(index=True)
    state: str = "prepared"
    review_on: date
    pool: list[list[str]] = Json()
    pool_hash: str
    exclusions: list[list[str]] = Json()
    exclusions_hash: str
    seats: list[list[Any]] = Json()
    buyer_representatives: int
    prepared_on: date
    commitments: dict[str, str] = Json(default_factory=dict)
    committed_on: date | None = None
    """Day of the last of the three commitments."""
    seeds: dict[str, str] = Json(default_factory=dict)
    lot: str = ""
    order: list[str] = Json(default_factory=list)
    seated: list[str] = Json(default_factory=list)
    gone: list[list[str]] = Json(default_factory=list)
    record_hash: str = ""
    drawn_on: date | None = None
    leader_account: str = ""

    def entries(self) -> list[PoolEntry]:
        return [PoolEntry(number, category) for number, category in self.pool]

    def excluded(self) -> list[Exclusion]:
        return [Exclusion(number, reason) for number, reason in self.exclusions]

    def seats_wanted(self) -> list[Seat]:
        return [Seat(category, count) for category, count in self.seats]

    @property
    def panel_size(self) -> int:
        return sum(seat.count for seat in self.seats_wanted()) + self.buyer_representatives


class Member(Table, table=True):
    """Who sits on the panel: an expert by pool number, or a representative of the buyer (R1, R2 …)."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_id: UUID = Field(index=True)
    draw_id: UUID = Field(index=True)
    code: str
    name: str
    organisation: str
    category: str
    is_expert: bool
    is_leader: bool
