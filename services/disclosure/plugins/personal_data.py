"""公开前检查：不得出现身份证号、残疾人证号、手机号、银行卡号（个人信息保护法 第二十五条）。"""

import re

from shared.identity import IdentityFault, check_identity_number
from shared.plugins import hookimpl

IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx]")
MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
CARD = re.compile(r"(?<!\d)\d{16,19}(?!\d)")
OURS = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9A-Za-z])")
"""Hashes and ids: one in some hundred has digits that pass for somebody's number."""


@hookimpl
def objections(text: str) -> list[str]:
    text = OURS.sub("", text)
    found = []
    if any(_is_identity_number(match) for match in IDENTITY.findall(text)):
        found.append("内容中有身份证号码")
    if MOBILE.search(text):
        found.append("内容中有手机号码")
    if any(_is_bank_card(match) for match in CARD.findall(text)):
        found.append("内容中有银行卡号")
    return found


def _is_identity_number(text: str) -> bool:
    try:
        check_identity_number(text)
    except IdentityFault:
        return False
    return True


def _is_bank_card(text: str) -> bool:
    """Luhn's check; an 18-digit social credit code does not pass by itself."""
    digits = [int(digit) for digit in reversed(text)]
    total = sum(digits[0::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return total % 10 == 0 and not _is_identity_number(text)
