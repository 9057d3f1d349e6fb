"""The record of one thing, as its page shows it: the official acts on it, by whom, on which day, by which rule and for what reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Entry:
    """One act."""

    on: date
    what: str
    who: str
    """The account, by which the record knows its holder."""
    rules: Sequence[str] = ()
    """Citations, as in a document."""
    name: str = ""
    """What the account's holder is called; "" for what is no account."""
    reason: str = ""
