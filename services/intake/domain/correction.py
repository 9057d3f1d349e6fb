"""A person's file is put right (更正, 个人信息保护法 art 46): which fields may be, and what is said instead, judged like a roster."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from services.intake import labels
from services.intake.domain.columns import (
    ADDRESS,
    DISABILITY_CARD,
    IDENTITY,
    ILLNESS,
    MARITAL,
    MORE_OF_PERSON,
    NAME,
    PHONE,
    SCHOOLING,
    SINGLE_PARENT,
)
from services.intake.domain.roster_more import FIELDS as MORE
from services.intake.domain.roster_more import read_more
from services.intake.domain.roster_reading import Reading
from services.intake.domain.roster_row import RosterFrame
from services.intake.domain.roster_table import read_table
from services.intake.domain.words import MARITAL as MARITAL_WORDS
from services.intake.domain.words import SCHOOLING as SCHOOLING_WORDS
from services.intake.domain.words import SINGLE_PARENT as SINGLE_PARENT_WORDS
from shared.errors import Fault, RuleRefusal
from shared.sentences import S_, together
from shared.sheets import Book, NumberedRow, Sheet

FIELDS: Final = {
    "name": NAME,
    "phone": PHONE,
    "address": ADDRESS,
    "marital": MARITAL,
    "schooling": SCHOOLING,
    "single_parent": SINGLE_PARENT,
    "disability_card": DISABILITY_CARD,
    "illness": ILLNESS,
    **{MORE[column]: column for column in MORE_OF_PERSON},
}
"""Field → the column that says it in a roster. Another identity number is another record: two of one person are merged."""
WITH: Final = {"disability_card": ("disability_kind", "disability_level"), "illness": ("is_seriously_ill",)}
"""What stands in clear because of a sealed field."""
CHOICES: Final = labels.CODES
CLEAR: Final = ("schooling", *(MORE[column] for column in MORE_OF_PERSON))
"""Fields that stand in clear, not among the sealed ones."""
NONE: Final = ("", "无")
_WORDS: Final = {"marital": MARITAL_WORDS, "schooling": SCHOOLING_WORDS, "single_parent": SINGLE_PARENT_WORDS}


def clear_of(person: Any) -> dict[str, str]:
    """By field, what stands in clear of a person, as text."""
    return {field: text_of(getattr(person, field)) for field in CLEAR}


def text_of(value: Any) -> str:
    """A field that stands in clear, as it is told and compared; "" for nothing."""
    return value.isoformat() if isinstance(value, date) else value or ""


class CorrectionRefused(RuleRefusal):
    code = "correction-refused"


@dataclass(frozen=True, slots=True)
class Corrected:
    """What is said from now on: `said` by field, "" for nothing, and the columns that stand in clear because of it."""

    said: Mapping[str, str]
    facts: Mapping[str, Any]


def check_correction(given: Mapping[str, str], *, number: str, name: str, today: date) -> Corrected:
    """Read what is said, by field; "" or 无 says that there is nothing. Codes are taken beside words. Raises CorrectionRefused."""
    if unknown := sorted(given.keys() - FIELDS.keys()):
        raise CorrectionRefused(S_("不能更正：{fields}", fields=unknown), field="fields")
    if not given:
        raise CorrectionRefused(S_("请填写要更正的项目：{fields}", fields=FIELDS.values()), field="name")
    cells = {NAME: name, IDENTITY: number}
    cells |= {FIELDS[field]: CHOICES.get(field, {}).get(text, text) for field, text in given.items()}
    cells |= {column: "" for column in MORE_OF_PERSON if given.get(MORE[column]) in NONE}
    rows = [NumberedRow(1, list(cells)), NumberedRow(2, list(cells.values()))]
    table = read_table(Book([Sheet(S_("更正"), False, lambda: iter(rows))]))
    row = Reading(next(table.lines()), table, RosterFrame("0" * 12, today))
    identity = row.identity()
    card, kind, level = row.disability(identity)
    read = {
        "name": row.name(),
        "phone": row.phone(),
        "address": row.free(ADDRESS),
        "disability_card": card,
        "illness": row.free(ILLNESS),
        **{field: row.word(FIELDS[field], words) for field, words in _WORDS.items()},
    }
    more, unread = read_more(row, table.more)
    read |= {field: text_of(value) for field, value in more.items()}
    row.faults += unread
    field_of = {column: field for field, column in FIELDS.items()}
    if faults := [Fault(field_of.get(column, "name"), message) for column, message, _ in row.faults]:
        raise CorrectionRefused(together(fault.message for fault in faults), faults=faults)
    said = {field: read[field] for field in given}
    facts: dict[str, Any] = {}
    if "schooling" in said:
        facts["schooling"] = said["schooling"]
    facts |= {field: value for field, value in more.items() if field in said}
    if "single_parent" in said:
        facts["has_single_parent"] = bool(said["single_parent"])
    if "disability_card" in said:
        facts |= {"disability_kind": kind, "disability_level": level}
        if not card:
            facts["disability_valid_to"] = None
    if "illness" in said:
        facts["is_seriously_ill"] = bool(said["illness"])
    return Corrected(said, facts)
