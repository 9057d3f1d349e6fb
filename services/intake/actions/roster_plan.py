"""What each row of a roster would do to the store: bring somebody new, change somebody who is known, change nothing, or stay out."""

from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import blake2b
from itertools import groupby
from typing import Any, Final, Literal, NamedTuple, cast
from uuid import UUID

from services.intake.domain.columns import (
    ADDRESS,
    AT,
    CATEGORY,
    DISABILITY_CARD,
    DIVISION,
    HOUSEHOLD_NO,
    IDENTITY,
    ILLNESS,
    LIVING,
    MARITAL,
    PHONE,
    RELATION,
    SCHOOLING,
    SINGLE_PARENT,
)
from services.intake.domain.roster import Again, Faulty, Judged, judge
from services.intake.domain.roster_line import Line
from services.intake.domain.roster_row import CellFault, RosterFrame, RosterRow, cell_name
from services.intake.domain.roster_table import RosterTable
from services.intake.domain.selection import lot_no
from services.intake.store import births_of_heads, known_households, known_people, recategorised_after
from services.intake.store.roster import Known, KnownHousehold
from shared.ids import new_id
from shared.personal import Keyring
from shared.sentences import S_
from shared.work import Reader

Verdict = Literal["new", "update", "unchanged", "faulty", "duplicate"]
WITHOUT_NUMBER: Final = "名册-"
"""Begins the number of a household that no roster has numbered; the rest is a keyed hash of its head's identity number."""
MERGED_NUMBER: Final = S_("该号码的档案已并入另一份档案，请改填现行的身份证号")
KNOWN_ALREADY: Final = S_("该人员已建档；本行改正之前，档案保持不变")
OTHER_CATEGORY: Final = S_("该人员已按其他救助类别建档；类别确已变更的，请先在户档案登记“变更救助类别”")
_PERSONAL: Final = {
    PHONE: "phone",
    ADDRESS: "address",
    MARITAL: "marital",
    SINGLE_PARENT: "single_parent",
    DISABILITY_CARD: "disability_card",
    ILLNESS: "illness",
}

_FACTS: Final = {"schooling": ("schooling",), "disability_card": ("disability_kind", "disability_level")}
"""What of a row stands in clear because of a field that may be put right."""


class Reviewing:
    """The rows of a file, judged in order. A chunk that is asked for again is given again; one out of order is looked up from the start."""

    def __init__(self, table: RosterTable, frame: RosterFrame, reader: Reader) -> None:
        self.table = table
        self._good = array("q")
        self._frame = frame
        self._judged: Iterator[Judged] = iter(())
        self._next = -1
        self._taken: tuple[int, list[Judged]] = (-1, [])
        headless = table.headless()
        numbers = list(headless)
        for start in range(0, len(numbers), 500):
            for number, birth in births_of_heads(numbers[start : start + 500], reader=reader):
                table.households.head_is_known(headless[number], birth)

    def take(self, position: int, most: int) -> list[Judged]:
        """The rows from this position on."""
        if self._taken[0] == position:
            return self._taken[1]
        if position != self._next:
            self._judged, self._next = judge(self.table, self._frame), 0
            self._good = array("q")
            while self._next < position:
                self._step()
        rows = [self._step() for _ in range(min(most, self.table.filled - position))]
        self._taken = (position, rows)
        return rows

    def _step(self) -> Judged:
        found = next(self._judged)
        self._next += 1
        if isinstance(found, RosterRow):
            household = hash(found.household_no or found.head_number)
            if not self._good or household != self._good[-1]:
                self._good.append(household)
        return found

    @property
    def good_households(self) -> int:
        """Households with a row that does not stay out, of those taken so far; their rows mostly stand together."""
        return sum(1 for _ in groupby(sorted(self._good)))  # a set of a million needs three times the memory


@dataclass(frozen=True, slots=True)
class Planned:
    """A judged row beside the store."""

    found: Judged
    verdict: Verdict
    household_no: str = ""
    identity_key: str = ""
    row_hash: str = ""
    known: Known | None = None
    categorised: tuple[str, date] | None = None
    """Where an act of a later day than the roster's says the household's category: what the row says instead, and the act's day."""


def plan(rows: Sequence[Judged], table: RosterTable, reference_on: date, reader: Reader, keyring: Keyring) -> list[Planned]:
    """Hold some rows of a roster of that day against the store."""
    good = [row for row in rows if isinstance(row, RosterRow)]
    stated = {number for row in good for number in (row.identity.number, row.head_number)} | {
        _stated_number(row) for row in rows if isinstance(row, Faulty)
    }
    hashes = keyring.search_hashes_of(stated - {""})
    people = _known(hashes, reader)
    numbers = {row.identity.number: _household_no(row, people, hashes) for row in good}
    households = known_households(set(numbers.values()), reader=reader) if good else {}
    homes = {*numbers.values(), *(known.household_no for known in people.values())}
    store = _Store(households, recategorised_after(homes, reference_on, reader=reader), keyring.derive("rows of rosters"))
    planned = []
    for row in rows:
        if isinstance(row, Faulty):
            planned.append(Planned(_beside_known(row, people.get(_stated_number(row))), "faulty"))
        elif isinstance(row, Again):
            planned.append(Planned(row, "duplicate"))
        else:
            number, key = numbers[row.identity.number], hashes[row.identity.number][0]
            planned.append(_beside(row, number, key, people.get(row.identity.number), store, table))
    return planned


class _Store(NamedTuple):
    """What rows are held against, by household number, and by which key they are hashed."""

    households: Mapping[str, KnownHousehold]
    recategorised: Mapping[str, date]
    row_key: bytes


def _known(hashes: Mapping[str, Sequence[str]], reader: Reader) -> dict[str, Known]:
    """Who of these is in the store, by identity number; while the key is being changed the hash may be of either."""
    if not hashes:
        return {}
    found = known_people([each for them in hashes.values() for each in them], reader=reader)
    return {number: found[each] for number, them in hashes.items() for each in them if each in found}


def _beside(row: RosterRow, number: str, key: str, known: Known | None, store: _Store, table: RosterTable) -> Planned:
    row_hash = _hash(row, number, table, store.row_key)
    household, categorised = store.households.get(number), None
    if household is not None and number in store.recategorised and row.category != household.category and CATEGORY in table.columns:
        categorised = (row.category, store.recategorised[number])
        row = row._replace(category=household.category)
    if known is not None and known.row_hash == row_hash and not known.is_merged:
        return Planned(row, "unchanged", number, key, row_hash, known, categorised)
    row = _with_what_is_known(row, known, household, table)
    is_elsewhere = known is not None and known.household_no in store.recategorised  # where an act has put the person, and said of what kind
    if fault := _store_fault(row, known, household, table, is_elsewhere=is_elsewhere):
        return Planned(fault, "faulty")
    return Planned(row, "update" if known else "new", number, key, row_hash, known, categorised)


def _stated_number(row: Faulty) -> str:
    """The identity number of a row that stays out for something else; "" where the number itself is what is wrong."""
    return "" if any(fault.column == IDENTITY for fault in row.faults) else row.line.texts[AT[IDENTITY]]


def _beside_known(row: Faulty, known: Known | None) -> Faulty:
    """Says of whom the store has already that it stays as it is: the gravest fault remains the first."""
    if known is None:
        return row
    line = row.line
    place = f"{line.sheet}!" if line.sheet else ""
    cell = f"{place}{cell_name(line.number, line.columns[IDENTITY])}"
    message = MERGED_NUMBER if known.is_merged else KNOWN_ALREADY
    return row._replace(faults=(*row.faults, CellFault(cell, IDENTITY, message, message)))


def _household_no(row: RosterRow, people: Mapping[str, Known], hashes: Mapping[str, Sequence[str]]) -> str:
    """A roster that does not number its households leaves those who are known where they are, and who is new comes to the head's."""
    if row.household_no:
        return row.household_no
    at_home = people.get(row.identity.number) or people.get(row.head_number)
    return at_home.household_no if at_home else WITHOUT_NUMBER + hashes[row.head_number][0][:16]


def _hash(row: RosterRow, number: str, table: RosterTable, key: bytes) -> str:
    """Keyed hash of what the roster says of the person; of what it does not say nothing comes in."""
    columns = table.columns
    said = (
        *(row.name, row.identity.number, number, row.relation if RELATION in columns else "", row.marital, row.schooling),
        *(row.single_parent, row.disability_card, row.illness, row.phone, row.address),
        row.category if CATEGORY in columns else "",
        row.division if DIVISION in columns else "",
        str(row.living_members) if LIVING in columns else "",
        *(f"{field}={value}" for field, value in row.more.items()),
    )
    return blake2b("\x1f".join(said).encode(), key=key, digest_size=16).hexdigest()


def _with_what_is_known(row: RosterRow, known: Known | None, household: KnownHousehold | None, table: RosterTable) -> RosterRow:
    """What the roster has no column for stays as it is in the store."""
    kept: dict[str, Any] = {}
    if household is not None:
        of_household = {CATEGORY: "category", DIVISION: "division", LIVING: "living_members"}
        kept |= {name: getattr(household, name) for column, name in of_household.items() if column not in table.columns}
    if known is not None:
        if RELATION not in table.columns:
            kept["relation"] = known.relation
        if SCHOOLING not in table.columns:
            kept["schooling"] = known.schooling
        if DISABILITY_CARD not in table.columns:
            kept |= {"disability_kind": known.disability_kind, "disability_level": known.disability_level}
    return row._replace(**kept) if kept else row


def _store_fault(
    row: RosterRow, known: Known | None, household: KnownHousehold | None, table: RosterTable, *, is_elsewhere: bool
) -> Faulty | None:
    """What the store has against a row: a number given up by a merge, or another category; two rosters may not pull one to and fro."""
    if known is not None and known.is_merged:
        return _fault(row, IDENTITY, MERGED_NUMBER, table)
    if known is not None and known.category != row.category and not is_elsewhere:
        return _fault(row, CATEGORY, OTHER_CATEGORY, table)
    if household is not None and household.category != row.category:
        return _fault(row, HOUSEHOLD_NO, S_("该户编号已用于其他救助类别的户"), table)
    return None


def _fault(row: RosterRow, column: str, message: str, table: RosterTable) -> Faulty:
    part = next(part for part in table.parts if part.name == row.sheet)
    columns = part.layout.columns
    at = columns.get(column, next(iter(columns.values())))
    place = f"{row.sheet}!" if row.sheet else ""
    line = Line(0, row.sheet, row.number, (), "", columns, frozenset(), frozenset(), 0)
    return Faulty(line, (CellFault(f"{place}{cell_name(row.number, at)}", column, message, message),))


class Staged(NamedTuple):
    """A row for each of the tables in which somebody is staged. Of a row that changes nothing there is no secret and no field."""

    row: dict[str, Any]
    secret: dict[str, Any] | None
    fields: dict[str, str]
    """In clear, in memory alone."""


def staged(
    roster_id: UUID,
    file: str,
    position: int,
    planned: Planned,
    table: RosterTable,
    before: Mapping[str, str],
    keyring: Keyring,
    corrected: Collection[str] = (),
) -> Staged:
    """A good row of a file, named by its hash, on its way into the store, and what is sealed of it.

    `before` is what the file says by now of somebody who is known, {} of others. `corrected` are the fields that were put right as of a
    later day than the roster's (`Correction`), or said by the act that brought the person: they stay as they are.
    """
    row, known = cast("RosterRow", planned.found), planned.known
    person_id = known.person_id if known else new_id()
    is_said = planned.verdict != "unchanged"
    fields = _fields(row, table, before, corrected) if is_said else {}
    secret = {"id": new_id(), "person_id": person_id} | asdict(keyring.seal(person_id, fields)) if is_said else None
    has_single_parent = bool(row.single_parent) if SINGLE_PARENT in table.columns or known is None else known.has_single_parent
    is_seriously_ill = bool(row.illness) if ILLNESS in table.columns or known is None else known.is_seriously_ill
    if known is not None:
        has_single_parent = known.has_single_parent if "single_parent" in corrected else has_single_parent
        is_seriously_ill = known.is_seriously_ill if "illness" in corrected else is_seriously_ill
        kept = {name for field, names in _FACTS.items() if field in corrected for name in names}
        row = row._replace(**{name: getattr(known, name) for name in kept})
    facts = {
        "id": new_id(),
        "roster_id": roster_id,
        "sheet": row.sheet,
        "number": row.number,
        "position": position,
        "verdict": planned.verdict,
        "reason": "",
        "faults": None,
        "person_id": person_id,
        "lot_no": lot_no(file, row.sheet, row.number) if known is None else None,
        "secret_id": secret["id"] if secret else None,
        "identity_key": planned.identity_key,
        "household_no": planned.household_no,
        "category": row.category,
        "division": row.division,
        "living_members": row.living_members,
        "birth": row.identity.birth,
        "sex": row.sex,
        "relation": row.relation,
        "schooling": row.schooling,
        "has_single_parent": has_single_parent,
        "disability_kind": row.disability_kind,
        "disability_level": row.disability_level,
        "is_seriously_ill": is_seriously_ill,
        # where something else stays, the same row again is held against the file anew: a later roster is believed
        "row_hash": "" if corrected or planned.categorised else planned.row_hash,
    }
    facts |= {field: None if field in corrected else value for field, value in row.more.items()}
    return Staged(facts, secret, fields)


def _fields(row: RosterRow, table: RosterTable, before: Mapping[str, str], corrected: Collection[str]) -> dict[str, str]:
    """What the file says from now on: what the roster is silent about, or older than, stays as it is."""
    fields = row.personal()
    if not before:
        return fields
    silent = [name for column, name in _PERSONAL.items() if column not in table.columns]
    silent += [name for name in corrected if name in (*_PERSONAL.values(), "name")]
    fields = {name: text for name, text in fields.items() if name not in silent}
    return fields | {name: before[name] for name in silent if name in before}
