"""A roster (名册) as the street office sends it: a table whose every row is checked before anything of it counts."""

from collections.abc import Iterator
from typing import Final, NamedTuple, cast

from services.intake.domain.columns import ADDRESS, AT, IDENTITY, ILLNESS
from services.intake.domain.roster_kin import hold_kin
from services.intake.domain.roster_line import Line
from services.intake.domain.roster_more import hold_more, read_more
from services.intake.domain.roster_plain import plain_rows
from services.intake.domain.roster_reading import Coded, Reading
from services.intake.domain.roster_row import NO_MORE, CellFault, RosterFrame, RosterRow, cell_name
from services.intake.domain.roster_table import RosterTable
from shared.sentences import S_

MOST_COMBINATIONS: Final = 20_000
"""Of what the columns with few different words say, kept at a time."""


class Faulty(NamedTuple):
    """A row that stays out, and why."""

    line: Line
    faults: tuple[CellFault, ...]

    @property
    def reason(self) -> str:
        """The one under which the row is counted."""
        return f"{self.faults[0].column}：{self.faults[0].reason}"


class Again(NamedTuple):
    """A person whom an earlier row of the same file has brought."""

    line: Line
    first: int

    def told(self) -> CellFault:
        place = cell_name(self.line.number, self.line.columns[IDENTITY])
        sheet = f"{self.line.sheet}!" if self.line.sheet else ""
        return CellFault(f"{sheet}{place}", IDENTITY, S_("与第 {first} 行重复", first=self.first), S_("与前面的行重复"))


Judged = RosterRow | Faulty | Again


def judge(table: RosterTable, frame: RosterFrame) -> Iterator[Judged]:
    """Every row that is not blank, in order. The first good row of a person counts; later ones are that person again."""
    brought: dict[str, int] = {}
    check, at, repeated = _Checking(table, frame), AT[IDENTITY], table.households.repeated
    for run in table.runs():
        plain = plain_rows(run, table, frame)
        if not (repeated or table.more or None in plain):
            yield from cast("list[RosterRow]", plain)
            continue
        for line, row in zip(run.lines, plain, strict=True):
            number = line.texts[at]
            if first := brought.get(number):
                yield Again(line, first)
                continue
            found = check.row(line) if row is None else check.beyond(row, line) if table.more else row
            if isinstance(found, RosterRow) and hash(number) in repeated:
                brought[number] = line.number
            yield found


class _Checking:
    """The rows of one roster against its frame. Most differ in a few columns alone: the others are looked up for each combination once."""

    def __init__(self, table: RosterTable, frame: RosterFrame) -> None:
        self._table = table
        self._frame = frame
        self._coded: dict[tuple[str | int, ...], Coded] = {}

    def row(self, line: Line) -> RosterRow | Faulty:
        """The person in a row, or everything that is wrong with it."""
        row = Reading(line, self._table, self._frame)
        identity = row.identity()
        name = row.name()
        household_no = row.household_no()
        coded = row.coded() if line.formulas else self._of_words(row)
        card, kind, level = row.disability(identity)
        phone = row.phone()
        address, illness = row.free(ADDRESS), row.free(ILLNESS)
        row.agrees_with_household()
        row.agrees_with_identity(identity)
        doubts, more = hold_kin(row, coded, identity), NO_MORE
        if self._table.more:
            more, unread = read_more(row, self._table.more)
            doubts = [*doubts, *unread, *hold_more(more, row, coded.category, has_card=level > 0)]
        if row.faults or identity is None:
            return Faulty(line, row.told(row.faults))
        head_number = "" if household_no else line.household or identity.number
        relation = coded.relation or row.position_in_household()
        # by position: nineteen fields by name take as long as reading the identity number
        return RosterRow(
            *(line.number, line.sheet, household_no, head_number, coded.category, row.division(identity), coded.living_members),
            *(name, identity, relation, coded.marital, coded.schooling, coded.single_parent),
            *(card, kind, level, illness, phone, address),
            row.told(doubts) if doubts else (),
            more,
        )

    def beyond(self, row: RosterRow, line: Line) -> RosterRow:
        """A plain row, with what it says in the columns that few rosters have."""
        reading = Reading(line, self._table, self._frame)
        more, unread = read_more(reading, self._table.more)
        doubts = [*unread, *hold_more(more, reading, row.category, has_card=row.disability_level > 0)]
        return row._replace(doubts=reading.told(doubts), more=more)

    def _of_words(self, row: Reading) -> Coded:
        key = row.coded_by()
        coded = self._coded.get(key)
        if coded is None:
            if len(self._coded) >= MOST_COMBINATIONS:
                self._coded.clear()
            already = len(row.faults)
            coded = self._coded[key] = row.coded()
            del row.faults[already:]
        row.faults += coded.faults
        return coded
