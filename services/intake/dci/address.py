"""Where an answer goes: to the address of the message, else to the one agreed with the partner, and only to origins agreed with it."""

import re
from typing import Any, Final

from services.intake.dci.envelope import NotAccepted
from services.intake.domain.partner import Partner

PATHS: Final = {
    "on-search": "registry/on-search",
    "on-subscribe": "registry/on-subscribe",
    "on-unsubscribe": "registry/on-unsubscribe",
    "notify": "registry/notify",
    "txn-on-status": "registry/txn/on-status",
}
"""Action of a callback → where it arrives below a partner's base address."""
LONGEST: Final = 500
FIT: Final = re.compile(r"[!-~]+")
"""What may stand in a request line; other characters come percent-encoded."""
UNFIT: Final = frozenset("?#\\")


def callback_address(sender_uri: Any, action: str, partner: Partner) -> str:
    """Raises NotAccepted for an address outside the partner's origins, or none at all.

    A sender_uri may be the base, or the whole address of one callback, as the standard shows it: then the others stand beside it.
    """
    given = sender_uri if sender_uri is not None else partner.callback_uri
    is_fit = isinstance(given, str) and len(given) <= LONGEST and FIT.fullmatch(given) and not UNFIT.intersection(given)
    if not is_fit or not partner.may_be_called_at(given):
        raise NotAccepted("err.sender_uri.invalid", "sender_uri 不在约定的回调地址之内")
    base = given.rstrip("/")
    for path in sorted(PATHS.values(), key=len, reverse=True):
        last = path.removeprefix("registry/")
        if base.endswith(f"/{last}"):
            return base.removesuffix(last) + PATHS[action].removeprefix("registry/")
    return f"{base}/{PATHS[action]}"
