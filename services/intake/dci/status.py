"""What became of a transaction: of each request whether it was answered; what the answer said is not told a second time."""

from typing import Any, Final

from sqlmodel import col, select

from services.intake.dci.envelope import Envelope, NotAccepted
from services.intake.dci.search import Desk
from services.intake.store import PartnerMessage

TYPES: Final = ("search", "subscribe", "receipt")
ASKED_BY: Final = ("transaction_id", "reference_id_list", "correlation_id")
LOOKED_THROUGH: Final = 500
SEARCH_REASONS: Final = frozenset(
    {
        "rjct.reference_id.invalid", "rjct.reference_id.duplicate", "rjct.timestamp.invalid", "rjct.search_criteria.invalid",
        "rjct.filter.invalid", "rjct.sort.invalid", "rjct.pagination.invalid", "rjct.search.too_many_records_found",
    }
)  # fmt: skip
"""Reasons that the standard allows in a status; that of a subscription is told in words only."""


def transaction_status(envelope: Envelope, desk: Desk) -> tuple[str, dict[str, Any]]:
    """`succ` and what became of it, or `rjct` where the asker has no such transaction. Raises NotAccepted."""
    asked = envelope.requests[0]
    kind, by, value = asked.get("txn_type"), asked.get("attribute_type"), asked.get("attribute_value")
    if kind not in TYPES or by not in ASKED_BY or not isinstance(value, list if by == "reference_id_list" else str):
        raise NotAccepted("err.request.bad", "txn_type、attribute_type 或 attribute_value 不正确")
    found = [row for row in _own(kind, desk) if _is_asked(row, by, value)] if kind != "receipt" else []
    wanted = set(map(str, value)) if by == "reference_id_list" else None
    told = [_told(row, item, desk) for row in found for item in _items(row, desk) if wanted is None or item["reference_id"] in wanted]
    latest = found[0] if found else None
    response = {
        "transaction_id": latest.transaction_id if latest else envelope.transaction_id,
        "correlation_id": str(latest.id) if latest else "",
        "search_response": told,
    }
    return "succ" if found else "rjct", {"txn_type": kind, "txn_status": response}


def _own(kind: str, desk: Desk) -> list[PartnerMessage]:
    """The asker's own messages, the latest first."""
    own = (col(PartnerMessage.sender_id) == desk.partner.sender_id, col(PartnerMessage.action) == kind)
    return desk.work.select(select(PartnerMessage).where(*own).order_by(col(PartnerMessage.received_at).desc()).limit(LOOKED_THROUGH))


def _is_asked(row: PartnerMessage, by: str, value: Any) -> bool:
    match by:
        case "transaction_id":
            return bool(row.transaction_id == value)
        case "correlation_id":
            return bool(str(row.id) == value)
    return any(item["reference_id"] in value for item in row.items)


def _items(row: PartnerMessage, desk: Desk) -> list[dict[str, Any]]:
    """Its requests; of a message that is not answered yet, one line for all."""
    return row.items or [{"reference_id": "", "timestamp": desk.now, "status": "pdng" if row.status in ("rcvd", "dead") else row.status}]


def _told(row: PartnerMessage, item: dict[str, Any], desk: Desk) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != "status_reason_code" or value in SEARCH_REASONS}
