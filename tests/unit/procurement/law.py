"""The rules of procurement as they stood on a day, in Huangshi."""

from datetime import date
from pathlib import Path

from shared.rules import Rule, RuleBook

HUANGSHI = "420200000000"
BOOK = RuleBook.load(Path("services/procurement/rules"))


def rule(id: str, on: date | str) -> Rule:
    day = date.fromisoformat(on) if isinstance(on, str) else on
    return BOOK.rule(id, on=day, division=HUANGSHI)
