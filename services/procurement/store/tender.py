"""Suppliers, tenders and negotiations, sealed bids, offers, talks, the way to another method, challenges."""

from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from services.procurement.domain.notice import Office
from services.procurement.domain.ranking import Offer
from services.procurement.domain.talk import Talk
from services.procurement.store.table import Table
from shared.ids import new_id
from shared.money import Fen
from shared.store.types import Amount, Exact, Instant, Json


class Supplier(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str
    uscc: str = Field(index=True)
    """Unified social credit code; "" for an individual."""
    kind: str
    address: str
    contact: str
    registered_on: date = Field(index=True)

    def office(self) -> Office:
        return Office(self.name, self.address, self.contact)


class Tender(Table, table=True):
    """One procurement activity by one method: an open tender, a negotiation. A failed one stays as it ended."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_id: UUID = Field(index=True)
    number: int
    method: str
    state: str
    goes_on_with_two: bool = False
    """Approved to go on with the two bidders of the failed tender (74-27(2))."""
    invited: list[str] = Json(default_factory=list)
    """Supplier ids; empty where everybody may bid."""
    document: UUID
    place: str
    service_term: str
    price_weight: int = 0
    issued_on: date | None = None
    documents_until: date | None = None
    deadline: datetime | None = Instant(default=None)
    notice_id: UUID | None = None
    confirmed_on: date | None = None
    bidders: int | None = None
    failed_on: date | None = None
    failure_reason: str = ""
    failure_notice_id: UUID | None = None
    failure_noticed_on: date | None = None
    opened_on: date | None = None
    opinions: list[dict[str, Any]] = Json(default_factory=list)
    ranking: list[dict[str, Any]] = Json(default_factory=list)
    report_document: UUID | None = None
    reported_on: date | None = None
    delivered_on: date | None = None
    supplier_id: UUID | None = None
    amount_fen: int = Amount(default=0)
    awarded_on: date | None = None
    awarded_by: str = ""
    announced_on: date | None = None
    award_notice_id: UUID | None = None
    challenge_until: date | None = None


class Bid(Table, table=True):
    """Who handed in a sealed envelope, and when. Nothing of what is inside: an unopened price exists nowhere."""

    __table_args__ = (UniqueConstraint("tender_id", "supplier_id"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    tender_id: UUID = Field(index=True)
    supplier_id: UUID
    received_at: datetime = Instant()
    sealed_hash: str
    returned_on: date | None = None
    told: str = ""
    """The reasons of a failed tender as told to this bidder (法 36)."""
    told_on: date | None = None


class OfferKept(Table, table=True):
    """A price of an opened bid: first, and last where it was negotiated."""

    __tablename__ = "offer"
    __table_args__ = (UniqueConstraint("tender_id", "supplier_id"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    tender_id: UUID = Field(index=True)
    supplier_id: UUID
    first_fen: int = Amount()
    final_fen: int | None = Amount(default=None)
    is_responsive: bool
    remark: str = ""
    quality: Decimal = Exact(default=Decimal(0))
    """Points for everything but the price, 0 to 100; 0 where only the price decides."""

    def offer(self) -> Offer:
        price = self.first_fen if self.final_fen is None else self.final_fen
        return Offer(str(self.supplier_id), Fen(price), self.is_responsive, Fraction(self.quality))


class TalkKept(Table, table=True):
    __tablename__ = "talk"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    tender_id: UUID = Field(index=True)
    supplier_id: UUID
    held_on: date
    starts_at: str
    ends_at: str
    members: list[str] = Json()
    changes: str = ""

    def talk(self) -> Talk:
        return Talk(str(self.supplier_id), time.fromisoformat(self.starts_at), time.fromisoformat(self.ends_at), frozenset(self.members))


class Argument(Table, table=True):
    """Three experts on whether the documents of a failed tender had an unreasonable clause (74-28)."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    tender_id: UUID = Field(index=True)
    experts: list[str] = Json()
    has_unreasonable_clause: bool
    summary: str
    document: UUID
    argued_on: date


class Conversion(Table, table=True):
    """The application for another method: applied by the buyer, consented to by its department, approved by finance."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_id: UUID = Field(index=True)
    tender_id: UUID
    method: str
    reason: str
    challenge_statement: str
    document: UUID
    bidders: int
    applied_on: date
    applied_by: str
    consented_on: date | None = None
    consented_by: str = ""
    consent_opinion: str = ""
    consent_document: UUID | None = None
    approved_on: date | None = None
    approved_by: str = ""
    approval_no: str = ""
    approval_document: UUID | None = None


class Challenge(Table, table=True):
    """质疑 and its answer."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_id: UUID = Field(index=True)
    supplier_id: UUID
    stage: str
    matters: str
    document: UUID
    received_on: date = Field(index=True)
    answered_on: date | None = None
    answer: str = ""
    affects_result: bool | None = None
    answer_document: UUID | None = None
