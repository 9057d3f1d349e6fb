"""Dates as people write them in tables: 1956年3月1日, 1956.3.1, 1956/3/1, 19560301, 1956-03-01, or a spreadsheet's serial number."""

import re
from datetime import date
from typing import Final

from shared.sheets.book import day_of_serial

_PARTS: Final = re.compile(r"(\d{4})\s*[年./\-]\s*(\d{1,2})\s*[月./\-]\s*(\d{1,2})\s*日?(?:\s+0{1,2}:00(?::00)?)?")
_RUN: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL: Final = re.compile(r"\d{3,5}")
_MONTH: Final = re.compile(r"(\d{4})\s*[年./\-]\s*(\d{1,2})\s*月?")


def day_of(text: str, days_later: int = 0) -> date | None:
    """The day that a text means; None for what is none. `days_later` is that of a workbook counted from 1904."""
    if found := _PARTS.fullmatch(text) or _RUN.fullmatch(text):
        try:
            return date(*map(int, found.groups()))
        except ValueError:
            return None
    return day_of_serial(int(text), days_later) if _SERIAL.fullmatch(text) else None


def month_of(text: str) -> tuple[int, int] | None:
    """Year and month of 1956年3月, 1956.3 or 195603."""
    found = _MONTH.fullmatch(text) or re.fullmatch(r"(\d{4})(\d{2})", text)
    return (int(found[1]), int(found[2])) if found else None
