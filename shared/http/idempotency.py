"""Idempotency keys: the same command sent twice is done once; `shared.http.call` keeps key and answer in the unit itself."""

import hmac
import re
from hashlib import sha256
from typing import Final

from shared.errors import Malformed, RuleRefusal
from shared.sentences import S_

HEADER: Final = "Idempotency-Key"
_KEY: Final = re.compile(r"[A-Za-z0-9_.:\-]{8,128}")


class IdempotencyKeyReused(RuleRefusal):
    """The same key came with another request."""

    code = "idempotency-key-reused"


def key_of(header: str | None) -> str:
    """The key of a command. Raises Malformed: without one, a request sent twice would be two acts."""
    key = (header or "").strip()
    if not key:
        raise Malformed(S_("缺少请求头 {header}：每次提交使用一个不重复的编号，重发时沿用", header=HEADER), field=HEADER)
    if not _KEY.fullmatch(key):
        raise Malformed(S_("请求头 {header} 应为 8 至 128 个字母、数字或 _ . : -", header=HEADER), field=HEADER)
    return key


def fingerprint(method: str, address: str, body: bytes, key: bytes) -> str:
    """What makes two requests the same. Keyed, since a bare hash of a short body (a password, an identity number) can be guessed."""
    return hmac.new(key, b"\n".join((method.encode(), address.encode(), body)), sha256).hexdigest()


def check_same(stored: str, given: str) -> None:
    """Raises IdempotencyKeyReused."""
    if not hmac.compare_digest(stored, given):
        raise IdempotencyKeyReused(S_("该编号已用于另一项提交，请换一个编号"), field=HEADER)
