"""Works off what was asked asynchronously and brings answers and notices; everything it needs is in the store, so a killed one resumes.

What one partner's message or server does holds up nobody else: an answer that cannot be made is put off, and each partner's
callbacks are brought in a lane of their own.
"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlmodel import SQLModel, col, or_, select

from services.intake.dci.callbacks import AT_ONCE, Parcel, claim, forget, put_off, settle, waiting_partners
from services.intake.dci.messages import answer_later
from services.intake.dci.notices import tell
from services.intake.dci.sending import deliver
from services.intake.dci.signature import Signer
from services.intake.domain.partner import RegistryTerms
from services.intake.store import PartnerCallback, PartnerMessage
from shared.attempt import fault_of
from shared.bus.ending import end, pause
from shared.work import Reader

if TYPE_CHECKING:
    from shared.service import Runtime

SWEEP_SECONDS: Final = 1.0
FORGET_SECONDS: Final = 3600.0
MOST_ANSWERS: Final = 16
"""Answered before callbacks are looked at again."""


async def work_off(runtime: "Runtime") -> None:
    """Runs as long as the service."""
    loop, wake = asyncio.get_running_loop(), asyncio.Event()
    lanes: dict[str, asyncio.Task[None]] = {}
    forget_at = loop.time()

    def nudge() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(wake.set)

    for model in (PartnerMessage, PartnerCallback):
        runtime.store.on_new(_table(model), nudge)
    try:
        while True:
            wake.clear()
            for terms in runtime.hooks.registry():
                await _answer(runtime, terms)
                await fault_of(_tell(runtime, terms), "telling subscribers")
                await _open_lanes(runtime, terms, lanes)
                if loop.time() >= forget_at:
                    forget_at = loop.time() + FORGET_SECONDS
                    await fault_of(runtime.run(forget, terms=terms, bulk=True), "destroying what was set aside long ago")
            await pause(wake, SWEEP_SECONDS)
    finally:
        for lane in lanes.values():  # all of them first: whoever ends this loop does not wait for them one by one
            lane.cancel()
        for lane in lanes.values():
            await end(lane)


async def _answer(runtime: "Runtime", terms: RegistryTerms) -> None:
    for message_id in await runtime.read(_unanswered):
        if fault := await fault_of(runtime.run(answer_later, message_id, terms=terms, bulk=True), f"answering {message_id}"):
            await runtime.run(put_off, message_id, problem=fault, tries=terms.tries, bulk=True)


async def _tell(runtime: "Runtime", terms: RegistryTerms) -> None:
    while await runtime.run(tell, terms=terms, bulk=True):
        pass


async def _open_lanes(runtime: "Runtime", terms: RegistryTerms, lanes: dict[str, "asyncio.Task[None]"]) -> None:
    for sender_id in await runtime.read(waiting_partners):
        lane = lanes.get(sender_id)
        if lane is not None and lane.done():
            await fault_of(lane, f"callbacks of {sender_id}")
        if lane is None or lane.done():
            lanes[sender_id] = asyncio.create_task(_bring_all(runtime, sender_id, terms), name=f"callbacks of {sender_id}")


async def _bring_all(runtime: "Runtime", sender_id: str, terms: RegistryTerms) -> None:
    """With threads of its own: those that wait for a server that does not answer are nobody else's."""
    threads, signer = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="dci"), Signer(runtime.keyring, terms.registry_id)
    try:
        while parcels := await runtime.run(claim, sender_id, terms=terms, bulk=True):
            await asyncio.gather(*(_bring(runtime, parcel, signer, terms, threads) for parcel in parcels))
    finally:
        threads.shutdown(wait=False)


async def _bring(runtime: "Runtime", parcel: Parcel, signer: Signer, terms: RegistryTerms, threads: ThreadPoolExecutor) -> None:
    signature = signer.sign(parcel.header, parcel.message, at=int(time.time()))
    body = {"signature": signature, "header": parcel.header, "message": parcel.message}
    send = partial(deliver, parcel.address, body, may_be_inside=parcel.may_be_inside)
    delivery = await asyncio.get_running_loop().run_in_executor(threads, send)
    await runtime.run(settle, parcel.id, delivery=delivery, tries=terms.tries, bulk=True)


def _unanswered(*, reader: Reader) -> list[UUID]:
    is_due = or_(col(PartnerMessage.due_at).is_(None), col(PartnerMessage.due_at) <= reader.now)
    waiting = select(col(PartnerMessage.id)).where(col(PartnerMessage.status) == "rcvd", is_due)
    return [row[0] for row in reader.rows(waiting.order_by(col(PartnerMessage.received_at)).limit(MOST_ANSWERS))]


def _table(model: type[SQLModel]) -> Any:
    return model.__table__  # type: ignore[attr-defined]  # SQLModel adds it to classes with table=True
