"""What a roster says of one person once it is checked, and what is wrong with a cell of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from shared.identity import Identity, Sex

NO_MORE: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with one cell, in words that say how to mend it; never the cell's content."""

    cell: str
    column: str
    message: str
    reason: str = ""
    """The kind of fault, the same for all rows that have it."""


class RosterRow(NamedTuple):
    """One person of a roster, checked."""

    number: int
    sheet: str
    household_no: str
    """"" where the roster does not number households; `head_number` then tells them apart."""
    head_number: str
    category: str
    division: str
    living_members: int
    name: str
    identity: Identity
    relation: str
    marital: str
    schooling: str
    single_parent: str
    disability_card: str
    disability_kind: int
    disability_level: int
    """0 without a card, else 1 (severest) to 4."""
    illness: str
    phone: str
    address: str
    doubts: tuple[CellFault, ...] = ()
    """What is unlikely, though it may be so: told to who looks the roster through, and no reason to leave anybody out."""
    more: Mapping[str, Any] = NO_MORE
    """By field, what the columns beyond those of every roster say (`roster_more`)."""

    @property
    def sex(self) -> Sex:
        return self.identity.sex

    def personal(self) -> dict[str, str]:
        """What says who the person is, or why the household is in need: sealed, never a column (decision 17)."""
        fields = {
            "name": self.name,
            "identity_number": self.identity.number,
            "phone": self.phone,
            "address": self.address,
            "marital": self.marital,
            "single_parent": self.single_parent,
            "disability_card": self.disability_card,
            "illness": self.illness,
        }
        return {name: value for name, value in fields.items() if value}


@dataclass(frozen=True, slots=True)
class RosterFrame:
    """What every row of one roster is judged against."""

    division: str
    reference_on: date
    category: str = ""
    """Of everybody, in a roster that has no column for it."""
    generation: int = 0
    """Years by which parents are at least older than their children; fewer are told as a doubt. 0: ages are not held."""
    rigid_months: int = 0
    """Months for which 刚性支出困难 is recognised at most; more are told as a doubt. 0: they are not held."""


def cell_name(row: int, column: int) -> str:
    """As the spreadsheet shows it: row 17, column 4 is `E17`."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"
