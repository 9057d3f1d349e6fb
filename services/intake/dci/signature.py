"""Signatures of messages: over header and message, by an Ed25519 key that both sides know.

Two forms are read. The one the standard shows, in the manner of HTTP signatures: `Signature: namespace="dci",
kidId="sender|key|ed25519", algorithm="ed25519", created="…", expires="…", headers="(created) (expires) digest", signature="…"`,
where the digest is of `{"header":…,"message":…}` in canonical JSON (keys sorted, no spaces, UTF-8); and a JWS (EdDSA), compact,
with that JSON as its payload or detached. Ours are in the first form.
"""

import json
import re
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from hashlib import blake2b, sha256
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.intake.domain.partner import Partner
from shared.personal import Keyring

LIFETIME: Final = 600
LONGEST_LIFETIME: Final = 86_400 * 7
LONGEST: Final = 65_536
_PART: Final = re.compile(r'(\w+)="([^"]*)"')
_SIGNED: Final = "(created) (expires) digest"


class SignatureWrong(Exception):
    """Forged, expired, altered, or by a key that nobody registered. Says which in Chinese."""


def canonical(header: Mapping[str, Any], message: Mapping[str, Any]) -> bytes:
    """What is signed."""
    return json.dumps({"header": header, "message": message}, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


class Signer:
    """Signs what the registry says, with a key derived from the service's secret."""

    def __init__(self, keyring: Keyring, registry_id: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(keyring.derive("sign answers of the registry"))
        self._kid = f"{registry_id}|{keyring.id}|ed25519"
        self.key_id = keyring.id

    @property
    def public_key(self) -> str:
        """In base64, for partners to check our signatures with."""
        return b64encode(self._key.public_key().public_bytes_raw()).decode()

    def sign(self, header: Mapping[str, Any], message: Mapping[str, Any], *, at: int) -> str:
        """The value of `signature`; `at` in seconds of the epoch."""
        created, expires = str(at), str(at + LIFETIME)
        digest = "SHA-256=" + b64encode(sha256(canonical(header, message)).digest()).decode()
        signature = b64encode(self._key.sign(_lines(created, expires, digest))).decode()
        return (
            f'Signature: namespace="dci", kidId="{self._kid}", algorithm="ed25519", created="{created}", expires="{expires}", '
            f'headers="{_SIGNED}", signature="{signature}"'
        )


def check(signature: str, header: Mapping[str, Any], message: Mapping[str, Any], *, partner: Partner, at: int, skew: int) -> None:
    """Raises SignatureWrong unless a key of the partner signed exactly this and the signature is in force."""
    if len(signature) > LONGEST:
        raise SignatureWrong("签名过长")
    if signature.count(".") == 2 and '"' not in signature:
        _check_jws(signature, canonical(header, message), partner)
        return
    parts = dict(_PART.findall(signature))
    sender, _, rest = parts.get("kidId", "").partition("|")
    if sender != partner.sender_id or parts.get("algorithm", "ed25519").lower() != "ed25519" or parts.get("headers", _SIGNED) != _SIGNED:
        raise SignatureWrong("签名的 kidId、algorithm 或 headers 不正确")
    created, expires = _seconds(parts.get("created")), _seconds(parts.get("expires"))
    if created > at + skew or expires < at or not 0 < expires - created <= LONGEST_LIFETIME:
        raise SignatureWrong("签名已过期或时间不正确")
    signed = canonical(header, message)
    digests = (
        "SHA-256=" + b64encode(sha256(signed).digest()).decode(),
        "BLAKE-512=" + b64encode(blake2b(signed, digest_size=64).digest()).decode(),
    )
    key, value = _key(partner, rest.partition("|")[0]), _bytes(parts.get("signature", ""))
    if not any(_is_by(key, value, _lines(parts["created"], parts["expires"], digest)) for digest in digests):
        raise SignatureWrong("签名与内容不符")


def _check_jws(signature: str, signed: bytes, partner: Partner) -> None:
    head, payload, value = signature.split(".")
    try:
        protected = json.loads(_unpadded(head))
        is_same = not payload or json.loads(_unpadded(payload)) == json.loads(signed)
    except (ValueError, RecursionError) as fault:
        raise SignatureWrong("签名无法读取") from fault
    if not isinstance(protected, dict) or protected.get("alg") not in ("EdDSA", "Ed25519") or "crit" in protected or not is_same:
        raise SignatureWrong("签名与内容不符，或算法不是 EdDSA")
    payload = payload or urlsafe_b64encode(signed).decode().rstrip("=")
    key = _key(partner, str(protected.get("kid", "")).removeprefix(f"{partner.sender_id}|").partition("|")[0])
    if not _is_by(key, _unpadded(value), f"{head}.{payload}".encode()):
        raise SignatureWrong("签名与内容不符")


def _lines(created: str, expires: str, digest: str) -> bytes:
    return f"(created): {created}\n(expires): {expires}\ndigest: {digest}".encode()


def _key(partner: Partner, key_id: str) -> Ed25519PublicKey:
    if key_id not in partner.keys:
        raise SignatureWrong("签名所用的密钥没有登记")
    return Ed25519PublicKey.from_public_bytes(b64decode(partner.keys[key_id]))


def _is_by(key: Ed25519PublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _seconds(text: str | None) -> int:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 12:
        raise SignatureWrong("签名没有 created 或 expires")
    return int(text)


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (NotBase64, ValueError) as fault:
        raise SignatureWrong("签名不是 base64") from fault


def _unpadded(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (NotBase64, ValueError) as fault:
        raise SignatureWrong("签名无法读取") from fault
