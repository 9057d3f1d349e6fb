"""What is kept of other systems' questions: messages, callbacks and subscriptions; what was asked and answered is sealed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint, case, func, select, update
from sqlmodel import Field, col

from services.intake.store.table import Table
from shared.http.paging import Listing, Page, listing
from shared.ids import new_id
from shared.store.types import Instant, Json
from shared.work import Reader, Work


class PartnerMessage(Table, table=True):
    """A message of a partner; its id is the correlation_id. The sealed request goes once it is answered."""

    __tablename__ = "partner_message"
    __table_args__ = (UniqueConstraint("sender_id", "message_id"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    sender_id: str
    account: str
    message_id: str
    action: str
    transaction_id: str = Field(index=True)
    request_hash: str
    is_sync: bool
    status: str = Field(index=True)
    """rcvd until it is answered, then succ or rjct; dead: it could not be."""
    tries: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    problem: str = Field(default="", sa_column_kwargs={"server_default": ""})
    due_at: datetime | None = Instant(default=None)
    """Not to be tried again before."""
    may_not_be_kept: bool = False
    """Somebody was erased since it came: where it cannot be answered, what it asks is destroyed."""
    items: list[dict[str, Any]] = Json(default_factory=list)
    """Of each request its reference_id, status and reason; nothing of what was asked."""
    callback: str = ""
    received_at: datetime = Instant()
    answered_at: datetime | None = Instant(default=None)
    wrapped_key: bytes | None = None
    wrapped_by: str = Field(default="", index=True, sa_column_kwargs={"server_default": ""})
    sealed: bytes = b""


class PartnerCallback(Table, table=True):
    """What is to be told to a partner, until it has taken it."""

    __tablename__ = "partner_callback"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    message: UUID | None = Field(default=None, index=True)
    """Which message it answers; None for what a subscription told of."""
    subscription: UUID | None = None
    sender_id: str
    action: str
    address: str
    status: str = Field(index=True)
    """waiting, sent, or dead: it could not be delivered."""
    tries: int = 0
    problem: str = ""
    made_at: datetime = Instant()
    due_at: datetime = Instant(index=True)
    """Not to be sent before."""
    ended_at: datetime | None = Instant(default=None)
    may_not_be_kept: bool = False
    """Somebody was erased since it was made: where it cannot be delivered, its content is destroyed."""
    wrapped_key: bytes | None = None
    wrapped_by: str = Field(default="", index=True, sa_column_kwargs={"server_default": ""})
    sealed: bytes = b""


class PartnerSubscription(Table, table=True):
    """Of which changes a partner wants to know; whom they concern is sealed."""

    __tablename__ = "partner_subscription"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    sender_id: str
    account: str
    event: str
    record_type: str
    fingerprint: str
    """Keyed hash of event and filter: the same is not subscribed to twice."""
    reference_id: str
    fields: list[str] = Json(default_factory=list)
    purpose: str
    address: str
    is_active: bool = Field(default=True, index=True)
    starts_at: datetime | None = Instant(default=None)
    ends_at: datetime | None = Instant(default=None)
    made_at: datetime = Instant()
    ended_at: datetime | None = Instant(default=None)
    wrapped_key: bytes | None = None
    wrapped_by: str = Field(default="", index=True, sa_column_kwargs={"server_default": ""})
    sealed: bytes = b""


class RegistrationChange(Table, table=True):
    """That somebody's registration changed and subscribers have not been told yet; kept only while somebody subscribes."""

    __tablename__ = "registration_change"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID
    event: str
    """REGISTER, NewHouseHoldMember, UPDATE or DELETE."""
    at: datetime = Instant()
    subscription_id: UUID | None = None
    """Whom alone it concerns, of somebody who can be found by nothing any more; None: whoever subscribed to such a person."""


def end_subscription(row: PartnerSubscription, at: datetime) -> None:
    """Nobody is told by it any more, and whom it was about is forgotten."""
    row.is_active, row.ended_at, row.fingerprint, row.wrapped_key, row.sealed = False, at, "", None, b""


def partner_messages(*, reader: Reader, page: Page) -> Listing:
    """What was asked by whom and what became of it, the latest first; nothing of people."""
    sort = (PartnerMessage.received_at, PartnerMessage.id)
    return listing(reader, select(PartnerMessage), page, sort=sort, newest_first=True, item=_message)


def partner_subscriptions(*, reader: Reader, page: Page) -> Listing:
    """The latest first; whom they are about is not shown."""
    sort = (PartnerSubscription.made_at, PartnerSubscription.id)
    return listing(reader, select(PartnerSubscription), page, sort=sort, newest_first=True, item=_subscription)


def dead_callbacks(*, reader: Reader, page: Page) -> Listing:
    """Answers and notices that could not be delivered, the latest first."""
    statement = select(PartnerCallback).where(col(PartnerCallback.status) == "dead")
    sort = (PartnerCallback.made_at, PartnerCallback.id)
    return listing(reader, statement, page, sort=sort, newest_first=True, item=_callback)


def count_by_partner(*, reader: Reader) -> dict[str, int]:
    """How many messages each partner sent."""
    counted = select(col(PartnerMessage.sender_id), func.count()).group_by(col(PartnerMessage.sender_id))
    return {sender: count for sender, count in reader.rows(counted)}


def forget_undelivered(work: Work) -> None:
    """Destroy what is kept of messages that were set aside: somebody in one of them was erased, and which one is sealed.

    What is on its way is not kept when it fails. One statement each, so that what is set aside meanwhile is met before or after.
    """
    for model in (PartnerMessage, PartnerCallback):
        is_aside = col(model.status) == "dead"
        destroyed = {
            "wrapped_key": case((is_aside, None), else_=col(model.wrapped_key)),
            "sealed": case((is_aside, b""), else_=col(model.sealed)),
        }
        of_them = (col(model.status).in_(("rcvd", "waiting", "dead")), col(model.wrapped_key).is_not(None))
        work.execute(update(model).where(*of_them).values(may_not_be_kept=True, **destroyed))


def _message(row: PartnerMessage) -> dict[str, Any]:
    counted = {"requests": len(row.items), "rejected": sum(1 for item in row.items if item["status"] == "rjct")}
    told = row.model_dump(include={"id", "sender_id", "action", "transaction_id", "is_sync", "status", "problem", "received_at"})
    return told | counted | {"can_be_retried": _is_set_aside(row)}


def _subscription(row: PartnerSubscription) -> dict[str, Any]:
    return row.model_dump(include={"id", "sender_id", "event", "record_type", "purpose", "is_active", "made_at"})


def _callback(row: PartnerCallback) -> dict[str, Any]:
    told = row.model_dump(include={"id", "sender_id", "action", "address", "tries", "problem", "made_at"})
    return told | {"can_be_retried": _is_set_aside(row)}


def _is_set_aside(row: PartnerMessage | PartnerCallback) -> bool:
    """With its content, so that it can be sent once more."""
    return row.status == "dead" and row.wrapped_key is not None
