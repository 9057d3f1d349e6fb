"""The rules of casework as the service reads them."""

from datetime import date
from importlib.resources import files

from shared.rules import Rule, RuleBook

BOOK = RuleBook.load(files("services.casework") / "rules")


def rule(id: str, on: date = date(2017, 3, 1)) -> Rule:
    return BOOK.rule(id, on=on)
