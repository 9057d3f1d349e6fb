"""The envelope of a message, `{signature, header, message}`: read and checked before anything in it is looked at."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from services.intake.dci.signature import SignatureWrong, canonical, check
from services.intake.domain.partner import Partner, RegistryTerms
from shared.access import Actor

VERSIONS: Final = ("1.0.0", "1.0")
LONGEST_ID: Final = 99
DEEPEST: Final = 64
"""Far more than a message of the standard has. Python's own limit depends on who asks: what could be read could not always be signed."""
LISTS: Final = {"search": "search_request", "subscribe": "subscribe_request", "unsubscribe": "subscription_codes", "txn-status": ""}
"""Action → the list of requests in its message; a question after a transaction is one request."""
CALLBACKS: Final = {"search": "on-search", "subscribe": "on-subscribe", "unsubscribe": "on-unsubscribe", "txn-status": "txn-on-status"}
"""Action → the action of its answer."""


class NotAccepted(Exception):
    """A message is refused as a whole, with a code of the standard (`err.…`, or `rjct.…` for a fault of the header)."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True, slots=True)
class Envelope:
    header: Mapping[str, Any]
    message: Mapping[str, Any]
    signature: str
    action: str

    @property
    def message_id(self) -> str:
        return str(self.header["message_id"])

    @property
    def transaction_id(self) -> str:
        return str(self.message["transaction_id"])

    @property
    def sender_id(self) -> str:
        return str(self.header["sender_id"])

    @property
    def requests(self) -> list[Any]:
        name = LISTS[self.action]
        return list(self.message[name]) if name else [self.message["txnstatus_request"]]

    @property
    def hash(self) -> str:
        """What makes two messages of one id the same."""
        return sha256(canonical(self.header, self.message)).hexdigest()


def read(body: bytes, action: str) -> Envelope:
    """The parts of a message, each of its type. Raises NotAccepted."""
    try:
        parsed = json.loads(body, parse_constant=_refuse)
        json.dumps(parsed, ensure_ascii=False).encode()  # half a character, which JSON can name, is no text
    except (ValueError, RecursionError) as fault:
        raise NotAccepted("err.request.bad", "不是有效的 JSON") from fault
    if _is_deeper(parsed, DEEPEST):
        raise NotAccepted("err.request.bad", f"嵌套不能超过 {DEEPEST} 层")
    if not isinstance(parsed, dict) or not isinstance(parsed.get("header"), dict) or not isinstance(parsed.get("message"), dict):
        raise NotAccepted("err.request.bad", "须有 header 和 message")
    signature = parsed.get("signature", "")
    if not isinstance(signature, str):
        raise NotAccepted("err.request.bad", "signature 须为文字")
    header = parsed["header"]
    for name in ("message_id", "sender_id", "message_ts", "action"):
        if not isinstance(header.get(name), str) or not is_id(header[name]):
            raise NotAccepted("err.request.bad", f"header.{name} 须为 1 至 {LONGEST_ID} 个字符")
    return Envelope(header, parsed["message"], signature, action)


def partner_of(envelope: Envelope, terms: RegistryTerms, actor: Actor) -> Partner:
    """The system that sent it, which must be the one that signed in. Raises NotAccepted."""
    partner = terms.partner(envelope.sender_id)
    if partner is None or partner.account != actor.account:
        raise NotAccepted("err.sender_id.invalid", "sender_id 没有登记，或不属于所用账号", 403)
    return partner


def check_signed(envelope: Envelope, partner: Partner, terms: RegistryTerms, now: datetime) -> None:
    """Raises NotAccepted for a signature that is wrong, or missing where it must be there."""
    if not envelope.signature:
        if partner.must_sign:
            raise NotAccepted("err.signature.missing", "缺少签名", 401)
        return
    if not partner.keys:
        return
    try:
        at = int(now.timestamp())
        check(envelope.signature, envelope.header, envelope.message, partner=partner, at=at, skew=terms.clock_skew_seconds)
    except SignatureWrong as wrong:
        raise NotAccepted("err.signature.invalid", str(wrong), 401) from wrong


def check_header(envelope: Envelope, terms: RegistryTerms, now: datetime) -> None:
    """Raises NotAccepted for what the header may not say."""
    header = envelope.header
    if header.get("version", VERSIONS[0]) not in VERSIONS:
        raise NotAccepted("rjct.version.invalid", "只支持 1.0.0 版")
    if header.get("receiver_id", terms.registry_id) != terms.registry_id:
        raise NotAccepted("err.receiver_id.invalid", "receiver_id 不是本系统")
    if header.get("is_msg_encrypted", False) is not False or "ciphertext" in envelope.message:
        raise NotAccepted("err.encryption.invalid", "不接收加密的 message；传输由 TLS 加密")
    if header["action"] != envelope.action:
        raise NotAccepted("rjct.action.invalid", f"action 须为 {envelope.action}")
    sent = moment_of(header["message_ts"])
    if sent is None or abs(sent - now) > timedelta(seconds=terms.clock_skew_seconds):
        raise NotAccepted("rjct.message_ts.invalid", "message_ts 须为带时区的当前时间")
    transaction = envelope.message.get("transaction_id")
    if not isinstance(transaction, str) or not is_id(transaction):
        raise NotAccepted("err.request.bad", f"message.transaction_id 须为 1 至 {LONGEST_ID} 个字符")
    _check_requests(envelope, terms)


def _check_requests(envelope: Envelope, terms: RegistryTerms) -> None:
    name = LISTS[envelope.action]
    given = envelope.message.get(name or "txnstatus_request")
    if not isinstance(given, list if name else dict) or not given:
        raise NotAccepted("err.request.bad", f"message.{name or 'txnstatus_request'} 不能为空")
    count, total = len(envelope.requests), envelope.header.get("total_count")
    if not isinstance(total, int) or isinstance(total, bool) or total not in ((count, 1) if name == "subscription_codes" else (count,)):
        raise NotAccepted("rjct.total_count.invalid", f"total_count 须为请求的个数 {count}")
    if count > terms.most_items:
        raise NotAccepted("rjct.total_count.limit_exceeded", f"一次最多 {terms.most_items} 个请求")


def is_id(text: str) -> bool:
    """Whether it may name something."""
    return 0 < len(text) <= LONGEST_ID and text.isprintable()


def moment_of(text: Any) -> datetime | None:
    """An instant with its zone; None for what is none."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _is_deeper(node: Any, most: int) -> bool:
    """Level by level, not by recursion."""
    level = [node]
    for _ in range(most):
        level = [inner for each in level if isinstance(each, dict | list) for inner in (each.values() if isinstance(each, dict) else each)]
    return any(isinstance(each, dict | list) for each in level)


def _refuse(constant: str) -> None:
    raise ValueError(constant)
