"""The last net: what looks like a person's number does not leave in a log, whatever put it there."""

import re
from typing import Final

IDENTITY_NUMBER: Final = r"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
DISABILITY_CARD: Final = IDENTITY_NUMBER + r"\d{2}(?:B\d?)?"
MOBILE: Final = r"(?:\+?86[- ]?)?1[3-9]\d{9}"
BANK_CARD: Final = r"62\d{14,17}"

_PERSONAL: Final = re.compile(rf"(?<![0-9A-Za-z])(?:{DISABILITY_CARD}|{IDENTITY_NUMBER}|{MOBILE}|{BANK_CARD})(?![0-9A-Za-z])")
_HAN: Final = re.compile(r"[\u3400-\u9fff·]+")
_LONG_NUMBER: Final = re.compile(r"\d{6,}")

REMOVED: Final = "[已隐去]"


def scrub(text: str) -> str:
    """The text without identity numbers, disability cards, mobile numbers and bank cards."""
    return _PERSONAL.sub(REMOVED, text)


def scrub_message(text: str) -> str:
    """The message of an unexpected error, which may quote what people typed: no Chinese, no long numbers."""
    return _LONG_NUMBER.sub("#", _HAN.sub("□", scrub(text)))
