"""A message taken in and answered: at once (sync), or kept first and answered by the worker through a callback (async)."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlmodel import col, select

from services.intake.dci.address import callback_address
from services.intake.dci.envelope import CALLBACKS, Envelope, NotAccepted
from services.intake.dci.search import Desk, answer_item
from services.intake.dci.status import transaction_status
from services.intake.dci.subscription import subscribe_item, unsubscribe
from services.intake.domain.partner import Partner, RegistryTerms
from services.intake.store import PartnerCallback, PartnerMessage
from shared.access import Actor, account_of
from shared.ids import new_id
from shared.personal import Keyring
from shared.work import Work

Body = tuple[dict[str, Any], dict[str, Any]]
"""Header and message, to be signed."""
ANSWERS: Final = {"search": "search_response", "subscribe": "subscribe_response"}
REJECTED: Final = "rjct"


def take(envelope: Envelope, *, partner: Partner, work: Work, actor: Actor, keyring: Keyring) -> UUID:
    """Keep a message to be answered later; returns its correlation_id. The same message again is the same. Raises NotAccepted."""
    address = callback_address(envelope.header.get("sender_uri"), CALLBACKS[envelope.action], partner)
    row = _known(envelope, work)
    if row is None:
        row = _row(envelope, work, actor, is_sync=False)
        row.callback = address
        sealed = keyring.seal(row.id, {"header": envelope.header, "message": envelope.message})
        row.wrapped_key, row.wrapped_by, row.sealed = sealed.wrapped_key, sealed.wrapped_by, sealed.sealed
        work.add(row)
    return row.id


def answer(envelope: Envelope, *, partner: Partner, terms: RegistryTerms, work: Work, actor: Actor, keyring: Keyring) -> Body:
    """Answer a message at once. Raises NotAccepted."""
    row = _known(envelope, work)
    if row is None:
        row = _row(envelope, work, actor, is_sync=True)
        work.add(row)
    return _answered(envelope, row, Desk(actor, partner, terms, work, keyring))


def answer_later(message_id: UUID, *, terms: RegistryTerms, work: Work, keyring: Keyring) -> None:
    """Answer a kept message, and forget what was asked. A partner that may ask no longer is not answered."""
    row = work.get(PartnerMessage, message_id)
    if row.status != "rcvd":
        return
    partner, actor = terms.partner(row.sender_id), account_of(row.account, reader=work)
    if partner is None or actor is None or not actor.may("partner"):
        row.status = REJECTED
    else:
        kept = keyring.open(row.id, row.wrapped_key, row.sealed)
        envelope = Envelope(kept["header"], kept["message"], "", row.action)
        try:
            header, message = _answered(envelope, row, Desk(actor, partner, terms, work, keyring))
            post(header, message, row.callback, partner, work, keyring, about=row.id)
        except NotAccepted:  # the terms have changed since
            row.status = REJECTED
    row.problem, row.wrapped_key, row.sealed, row.answered_at = "", None, b"", work.now


def post(
    header: dict[str, Any],
    message: dict[str, Any],
    address: str,
    partner: Partner,
    work: Work,
    keyring: Keyring,
    *,
    about: UUID | None = None,
    subscription: UUID | None = None,
) -> None:
    """Put something into the post; the worker brings it."""
    callback = PartnerCallback(
        id=UUID(header["message_id"]),
        message=about,
        subscription=subscription,
        sender_id=partner.sender_id,
        action=header["action"],
        address=address,
        status="waiting",
        made_at=work.now,
        due_at=work.now,
    )
    sealed = keyring.seal(callback.id, {"header": header, "message": message})
    callback.wrapped_key, callback.wrapped_by, callback.sealed = sealed.wrapped_key, sealed.wrapped_by, sealed.sealed
    work.add(callback)


def header_of(action: str, status: str, total: int, completed: int, desk: Desk) -> dict[str, Any]:
    return {
        "version": "1.0.0",
        "message_id": str(new_id()),
        "message_ts": desk.now,
        "action": action,
        "status": status,
        "total_count": total,
        "completed_count": completed,
        "sender_id": desk.terms.registry_id,
        "receiver_id": desk.partner.sender_id,
        "is_msg_encrypted": False,
    }


def _known(envelope: Envelope, work: Work) -> PartnerMessage | None:
    """The message, if it came before. Raises NotAccepted for another one under its id."""
    work.alone(f"dci {envelope.sender_id} {envelope.message_id}")
    same = (col(PartnerMessage.sender_id) == envelope.sender_id, col(PartnerMessage.message_id) == envelope.message_id)
    found = work.first(select(PartnerMessage).where(*same))
    if found is not None and found.request_hash != envelope.hash:
        raise NotAccepted("rjct.message_id.duplicate", "message_id 已用于另一条消息")
    return found


def _row(envelope: Envelope, work: Work, actor: Actor, *, is_sync: bool) -> PartnerMessage:
    return PartnerMessage(
        id=new_id(),
        sender_id=envelope.sender_id,
        account=actor.account,
        message_id=envelope.message_id,
        action=envelope.action,
        transaction_id=envelope.transaction_id,
        request_hash=envelope.hash,
        is_sync=is_sync,
        status="rcvd",
        received_at=work.now,
    )


def _answered(envelope: Envelope, row: PartnerMessage, desk: Desk) -> Body:
    """The answer; the row keeps which requests were answered and which rejected, and nothing else of it."""
    seen: set[str] = set()
    told: dict[str, Any] = {"transaction_id": envelope.transaction_id, "correlation_id": str(row.id)}
    match envelope.action:
        case "search":
            items = [answer_item(item, seen, desk) for item in envelope.requests]
        case "subscribe":
            items = [subscribe_item(item, seen, envelope, desk) for item in envelope.requests]
        case "unsubscribe":
            ended = unsubscribe(envelope, desk)
            told, items = told | ended, [{"reference_id": "", **ended}]
        case _:
            status, found = transaction_status(envelope, desk)
            told, items = told | {"txnstatus_response": found}, [{"reference_id": "", "timestamp": desk.now, "status": status}]
    if envelope.action in ANSWERS:
        told[ANSWERS[envelope.action]] = items
    row.items = [_kept(item) for item in items]
    row.status = REJECTED if all(item["status"] == REJECTED for item in items) else "succ"
    row.answered_at = desk.work.now
    return header_of(CALLBACKS[envelope.action], row.status, len(envelope.requests), len(items), desk), told


def _kept(item: Mapping[str, Any]) -> dict[str, Any]:
    names = ("reference_id", "timestamp", "status", "status_reason_code", "status_reason_message")
    return {name: item[name] for name in names if name in item}
