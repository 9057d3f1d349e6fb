"""What waits to be told to partners: taken from the store to be brought, tried again after a growing pause, and in the end set aside."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import or_, update
from sqlmodel import col, select

from services.intake.dci.sending import Delivery
from services.intake.domain.partner import RegistryTerms
from services.intake.store import PartnerCallback, PartnerMessage
from shared.personal import Erased, Keyring, WrongKey
from shared.sentences import S_
from shared.work import Reader, Work

AT_ONCE: Final = 4
"""Deliveries to one partner side by side."""
LONGEST_PAUSE: Final = 3600


@dataclass(frozen=True, slots=True)
class Parcel:
    id: UUID
    address: str
    header: dict[str, Any]
    message: dict[str, Any]
    may_be_inside: bool


def waiting_partners(*, reader: Reader) -> list[str]:
    """Whose callbacks are due."""
    return [row[0] for row in reader.rows(select(col(PartnerCallback.sender_id)).where(*_due(reader.now)).distinct())]


def claim(sender_id: str, *, terms: RegistryTerms, work: Work, keyring: Keyring) -> list[Parcel]:
    """Take a few that are due to one partner; if whoever brings them dies, they are due again when the lease is over."""
    work.alone(f"dci callbacks of {sender_id}")
    mine = select(PartnerCallback).where(col(PartnerCallback.sender_id) == sender_id, *_due(work.now))
    partner, parcels = terms.partner(sender_id), []
    for row in work.select(mine.order_by(col(PartnerCallback.due_at), col(PartnerCallback.id)).limit(AT_ONCE)):
        if partner is None or not partner.may_be_called_at(row.address):
            end(row, "dead", S_("约定的回调地址已不含此地址"), work)
            continue
        try:
            kept = keyring.open(row.id, row.wrapped_key, row.sealed)
        except (Erased, WrongKey):
            end(row, "dead", S_("内容不能用现有密钥打开"), work)
            continue
        if row.tries >= terms.tries:  # whoever brought it the last time never came back to say how it went
            _set_aside(row, row.problem or S_("发送时中断"), work)
            continue
        row.tries, row.due_at = row.tries + 1, work.now + timedelta(seconds=terms.lease_seconds)
        parcels.append(Parcel(row.id, row.address, kept["header"], kept["message"], partner.may_be_inside))
    return parcels


def settle(callback_id: UUID, *, delivery: Delivery, tries: int, work: Work) -> None:
    """Note how a delivery went: done, to be tried again, or set aside for the administrator with its content."""
    row = work.get(PartnerCallback, callback_id)
    if row.status != "waiting":
        return
    if not delivery.problem:
        end(row, "sent", "", work)
    elif delivery.is_final or row.tries >= tries:
        _set_aside(row, delivery.problem, work)
    else:
        row.problem, row.due_at = delivery.problem, work.now + pause_after(row.tries)


def put_off(message_id: UUID, *, problem: str, tries: int, work: Work) -> None:
    """A message could not be answered: it is tried again, or set aside for the administrator with what it asks."""
    row = work.get(PartnerMessage, message_id)
    if row.status != "rcvd":
        return
    row.tries += 1
    if row.tries >= tries:
        _keep_aside(row, problem)
    else:
        row.problem, row.due_at = problem, work.now + pause_after(row.tries)


def forget(*, terms: RegistryTerms, work: Work) -> None:
    """Destroy what was set aside and has waited long enough for somebody to send it once more, or may not be kept."""
    before = work.now - timedelta(days=terms.undelivered_days)
    for model, made in ((PartnerCallback, PartnerCallback.made_at), (PartnerMessage, PartnerMessage.received_at)):
        is_over = or_(col(made) < before, col(model.may_not_be_kept).is_(True))
        of_them = (col(model.status) == "dead", col(model.wrapped_key).is_not(None), is_over)
        work.execute(update(model).where(*of_them).values(wrapped_key=None, sealed=b""))


def pause_after(tries: int) -> timedelta:
    return timedelta(seconds=min(2**tries, LONGEST_PAUSE))


def end(row: PartnerCallback, status: str, problem: str, work: Work) -> None:
    """What was said is forgotten once it is taken, or may not be told any more."""
    row.status, row.problem, row.ended_at, row.wrapped_key, row.sealed = status, problem, work.now, None, b""


def _set_aside(row: PartnerCallback, problem: str, work: Work) -> None:
    row.ended_at = work.now
    _keep_aside(row, problem)


def _keep_aside(row: PartnerCallback | PartnerMessage, problem: str) -> None:
    """With its content, unless somebody was erased since."""
    row.status, row.problem = "dead", problem
    if row.may_not_be_kept:
        row.wrapped_key, row.sealed = None, b""


def _due(now: datetime) -> tuple[Any, ...]:
    return col(PartnerCallback.status) == "waiting", col(PartnerCallback.due_at) <= now
