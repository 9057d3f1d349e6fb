"""Works off what was asked asynchronously and brings answers and notices; everything it needs is in the store, so a killed one resumes."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlmodel import SQLModel, col, select

from services.intake.dci.messages import answer_later
from services.intake.dci.notices import tell
from services.intake.dci.sending import Delivery, deliver
from services.intake.dci.signature import Signer
from services.intake.domain.partner import RegistryTerms
from services.intake.store import PartnerCallback, PartnerMessage
from shared.bus.ending import pause
from shared.personal import Keyring
from shared.work import Reader, Work

if TYPE_CHECKING:
    from shared.service import Runtime

SWEEP_SECONDS: Final = 1.0
AT_ONCE: Final = 16
LONGEST_PAUSE: Final = 3600


@dataclass(frozen=True, slots=True)
class Parcel:
    id: UUID
    address: str
    header: dict[str, Any]
    message: dict[str, Any]
    may_be_inside: bool


async def work_off(runtime: "Runtime") -> None:
    """Runs as long as the service."""
    loop, wake = asyncio.get_running_loop(), asyncio.Event()

    def nudge() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(wake.set)

    for model in (PartnerMessage, PartnerCallback):
        runtime.store.on_new(_table(model), nudge)
    while True:
        wake.clear()
        for terms in runtime.hooks.registry():
            await _round(runtime, terms)
        await pause(wake, SWEEP_SECONDS)


async def _round(runtime: "Runtime", terms: RegistryTerms) -> None:
    for message_id in await runtime.read(_unanswered):
        await runtime.run(answer_later, message_id, terms=terms, bulk=True)
    while await runtime.run(tell, terms=terms, bulk=True):
        pass
    while parcels := await runtime.run(claim, terms=terms, bulk=True):
        signer = Signer(runtime.keyring, terms.registry_id)
        await asyncio.gather(*(_bring(runtime, parcel, signer, terms) for parcel in parcels))


async def _bring(runtime: "Runtime", parcel: Parcel, signer: Signer, terms: RegistryTerms) -> None:
    signature = signer.sign(parcel.header, parcel.message, at=int(time.time()))
    body = {"signature": signature, "header": parcel.header, "message": parcel.message}
    delivery = await asyncio.to_thread(partial(deliver, parcel.address, body, may_be_inside=parcel.may_be_inside))
    await runtime.run(settle, parcel.id, delivery=delivery, tries=terms.tries, bulk=True)


def claim(*, terms: RegistryTerms, work: Work, keyring: Keyring) -> list[Parcel]:
    """Take what is due; if its bringer dies, it is due again when the lease is over."""
    work.alone("dci callbacks")
    due = (col(PartnerCallback.status) == "waiting", col(PartnerCallback.due_at) <= work.now)
    parcels = []
    for row in work.select(select(PartnerCallback).where(*due).order_by(col(PartnerCallback.due_at)).limit(AT_ONCE)):
        partner = terms.partner(row.sender_id)
        if partner is None or not partner.may_be_called_at(row.address):
            _end(row, "dead", "约定的回调地址已不含此地址", work)
            continue
        row.tries, row.due_at = row.tries + 1, work.now + timedelta(seconds=terms.lease_seconds)
        kept = keyring.open(row.id, row.wrapped_key, row.sealed)
        parcels.append(Parcel(row.id, row.address, kept["header"], kept["message"], partner.may_be_inside))
    return parcels


def settle(callback_id: UUID, *, delivery: Delivery, tries: int, work: Work) -> None:
    """Note how a delivery went: done, to be tried again after a growing pause, or given up."""
    row = work.get(PartnerCallback, callback_id)
    if row.status != "waiting":
        return
    if not delivery.problem:
        _end(row, "sent", "", work)
    elif delivery.is_final or row.tries >= tries:
        _end(row, "dead", delivery.problem, work)
    else:
        row.problem, row.due_at = delivery.problem, work.now + timedelta(seconds=min(2**row.tries, LONGEST_PAUSE))


def _end(row: PartnerCallback, status: str, problem: str, work: Work) -> None:
    """What was said is forgotten once it is taken; what could not be delivered waits no longer than the administrator's list names it."""
    row.status, row.problem, row.ended_at, row.wrapped_key, row.sealed = status, problem, work.now, None, b""


def _unanswered(reader: Reader) -> list[UUID]:
    waiting = select(col(PartnerMessage.id)).where(col(PartnerMessage.status) == "rcvd").order_by(col(PartnerMessage.received_at))
    return [row[0] for row in reader.rows(waiting.limit(AT_ONCE))]


def _table(model: type[SQLModel]) -> Any:
    return model.__table__  # type: ignore[attr-defined]  # SQLModel adds it to classes with table=True
