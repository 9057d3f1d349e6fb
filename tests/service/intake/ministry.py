"""Another ministry's system, for the tests: it signs what it sends, and knows how the standard writes things."""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.conftest import HUANGSHI, Office

SENDER = "spmis.example.org"
ACCOUNT = "health-insurance"
REGISTRY = "social.example.org"
KEY = Ed25519PrivateKey.from_private_bytes(b"a ministry's key of the tests..!")
PUBLIC = b64encode(KEY.public_key().public_bytes_raw()).decode()
LISTS = {"search": "search_request", "subscribe": "subscribe_request", "unsubscribe": "subscription_codes"}


def terms(**partner: Any) -> dict[str, dict[str, object]]:
    """Settings of the plugin: one partner, which may be changed."""
    agreed: dict[str, object] = {
        "sender_id": SENDER,
        "name": "医保局",
        "account": ACCOUNT,
        "keys": {"k1": PUBLIC},
        "fields": ["identifier", "name", "birth_date", "sex", "group_size", "category", "place", "is_disabled", "address", "phone_number"],
        "callback_origins": ["http://127.0.0.1:9"],
        "callback_uri": "http://127.0.0.1:9/spmis",
        "may_be_inside": True,
    }
    return {"social_registry": {"registry_id": REGISTRY, "partners": [agreed | partner]}}


def now(**shift: float) -> str:
    return (datetime.now(UTC) + timedelta(**shift)).isoformat(timespec="seconds")


def consent(*attributes: str, **changes: Any) -> dict[str, Any]:
    return {
        "@type": "Consent",
        "ts": now(days=-1),
        "purpose": {"code": "eligibility", "text": "核对救助资格"},
        "attributes": list(attributes),
    } | changes


def search(value: str, *attributes: str, **criteria: Any) -> dict[str, Any]:
    """One search request, by identity number unless the criteria say otherwise."""
    asked = {"query_type": "idtype-value", "query": {"type": "UIN", "value": value}, "consent": consent(*attributes)} | criteria
    return {"reference_id": uuid4().hex, "timestamp": now(), "search_criteria": asked}


def lines(created: str, expires: str, digest: str) -> bytes:
    return f"(created): {created}\n(expires): {expires}\ndigest: {digest}".encode()


def signed(header: Mapping[str, Any], message: Mapping[str, Any], *, key: Ed25519PrivateKey = KEY, **changes: Any) -> str:
    at = int(datetime.now(UTC).timestamp())
    created, expires = str(changes.get("created", at)), str(changes.get("expires", at + 300))
    content = json.dumps({"header": header, "message": message}, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    digest = "SHA-256=" + b64encode(sha256(content).digest()).decode()
    signature = b64encode(key.sign(lines(created, expires, digest))).decode()
    return (
        f'Signature: namespace="dci", kidId="{changes.get("kid", f"{SENDER}|k1|ed25519")}", algorithm="ed25519", created="{created}", '
        f'expires="{expires}", headers="(created) (expires) digest", signature="{signature}"'
    )


class Ministry:
    """What it sends, and what it is answered."""

    def __init__(self, office: Office, *, divisions: tuple[str, ...] = (HUANGSHI,), account: str = ACCOUNT) -> None:
        self.http: Any = office.http
        self.office = office
        self.headers = office.as_("partner", account=account, divisions=divisions)._headers

    @classmethod
    def over(cls, http: Any, token: str) -> "Ministry":
        """One that reaches a service over HTTP, with a token of its own."""
        found = cls.__new__(cls)
        found.http, found.headers = http, {"Authorization": f"Bearer {token}"}
        return found

    def envelope(self, action: str, message: Mapping[str, Any], /, **header: Any) -> dict[str, Any]:
        total = len(message[LISTS[action]]) if action in LISTS else 1
        head = {
            "version": "1.0.0",
            "message_id": uuid4().hex,
            "message_ts": now(),
            "action": action,
            "sender_id": SENDER,
            "receiver_id": REGISTRY,
            "total_count": total,
            "is_msg_encrypted": False,
        } | header
        return {"signature": signed(head, message), "header": head, "message": dict(message)}

    def send(self, path: str, body: Any, *, expect: int = 200) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        answer = self.http.post(f"/dci/registry/{path}", content=content, headers={**self.headers, "Content-Type": "application/json"})
        assert answer.status_code == expect, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def searching(self, *requests: dict[str, Any], **header: Any) -> dict[str, Any]:
        return self.envelope("search", {"transaction_id": uuid4().hex, "search_request": list(requests)}, **header)

    def search(self, *requests: dict[str, Any]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.send("sync/search", self.searching(*requests))["message"]["search_response"]
        return found

    def status(self, by: str, value: Any, *, kind: str = "search") -> dict[str, Any]:
        asked = {"reference_id": uuid4().hex, "txn_type": kind, "attribute_type": by, "attribute_value": value}
        return self.envelope("txn-status", {"transaction_id": uuid4().hex, "txnstatus_request": asked})
