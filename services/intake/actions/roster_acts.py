"""Where a roster and an act on a household (分户、迁移、变更户主、死亡登记) or on a person's file (更正) say different things: told
before anybody accepts it.

Accepting a roster undoes no act and no correction of a later day than the one that it tells of, and brings nobody back who has died
or moved away (`acceptance`). The review names the rows and the fields in which what the act said will stay.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlmodel import col

from services.intake import labels
from services.intake.actions.roster_plan import Planned
from services.intake.domain.columns import CATEGORY, DIVISION, HOUSEHOLD_NO, IDENTITY, LIVING, RELATION
from services.intake.domain.correction import FIELDS, clear_of, text_of
from services.intake.domain.roster_row import CellFault, RosterRow, cell_name
from services.intake.domain.roster_table import RosterTable
from services.intake.store import Person, PersonSecret, Roster, corrected_after, known_households
from services.intake.store.household_act import Told, told_of_households, told_of_people
from services.intake.store.roster import Known, KnownHousehold
from shared.divisions import contains
from shared.personal import Keyring
from shared.sentences import S_
from shared.work import Reader

STATUS: Final = S_("在册状态")
"""No column of a roster: that somebody stands in it says so."""
CORRECTED_REASON: Final = S_("更正或新增登记在后，采用后仍按更正或登记")

Rows = list[tuple[Planned, RosterRow, Known]]
"""The rows of people who are in the store and in the roster's place: of who lives beyond it nothing is told."""


def kept_by_acts(
    planned: Sequence[Planned], roster: Roster, table: RosterTable, reader: Reader, keyring: Keyring
) -> list[tuple[RosterRow, list[CellFault]]]:
    """The rows that differ from an act or a correction that stays, with the fields in which they do."""
    known: Rows = [
        (each, each.found, each.known)
        for each in planned
        if isinstance(each.found, RosterRow) and each.known is not None and contains(roster.division, each.known.division)
    ]
    by_acts, by_corrections = _by_acts(known, roster, table, reader), _by_corrections(known, roster, table, reader, keyring)
    told = [
        (row, by_acts.get(row.identity.number, []) + _categorised(each, row, table) + by_corrections.get(row.identity.number, []))
        for each, row, _ in known
    ]
    return [(row, kept) for row, kept in told if kept]


def _categorised(planned: Planned, row: RosterRow, table: RosterTable) -> list[CellFault]:
    if planned.categorised is None:
        return []
    act, (_, day) = labels.HOUSEHOLD_ACT["recategorised"], planned.categorised
    message = S_("{act}（{day}）在名册的基准日期之后，采用后仍按变更登记", act=act, day=day)
    return [CellFault(_cell(CATEGORY, row, table), CATEGORY, message, S_("{act}在后，采用后仍按变更登记", act=act))]


def _by_acts(known: Rows, roster: Roster, table: RosterTable, reader: Reader) -> dict[str, list[CellFault]]:
    """By identity number."""
    houses = known_households({each.household_no for each, _, _ in known}, reader=reader) if known else {}
    differing = [
        (each, row, person, of_person, of_house)
        for each, row, person in known
        for of_person, of_house in [(_of_person(each, row, person, table), _of_house(row, houses.get(each.household_no), table))]
        if of_person or of_house
    ]
    if not differing:
        return {}
    people = told_of_people({person.person_id for _, _, person, of_person, _ in differing if of_person}, reader=reader)
    acted = told_of_households({each.household_no for each, *_, of_house in differing if of_house}, reader=reader)
    found = {}
    for each, row, person, of_person, of_house in differing:
        acts = people.get(person.person_id, ())
        kept = [_gone(person, acts, row, table)] if STATUS in of_person else []
        kept += _kept([field for field in of_person if field != STATUS], acts, roster, row, table)
        kept += _kept(of_house, acted.get(each.household_no, ()), roster, row, table)
        found[row.identity.number] = kept
    return found


def _by_corrections(known: Rows, roster: Roster, table: RosterTable, reader: Reader, keyring: Keyring) -> dict[str, list[CellFault]]:
    """By identity number: the fields that were put right as of a later day and of which the roster says something else.

    Only the records of those who have such a correction are opened; the message has the day, never what either says.
    """
    corrected = corrected_after({person.person_id for _, _, person in known}, roster.reference_on, reader=reader)
    if not corrected:
        return {}
    alive = (col(PersonSecret.person_id).in_(corrected), col(PersonSecret.wrapped_key).is_not(None))
    secrets = {each.id: each for each in reader.select(select(PersonSecret).where(*alive))}
    people = {each.id: each for each in reader.select(select(Person).where(col(Person.id).in_(corrected)))}
    found = {}
    for _, row, person in known:
        secret = secrets.get(person.secret_id)
        if secret is None:
            continue
        said = row.personal() | {"schooling": row.schooling} | {field: text_of(value) for field, value in row.more.items()}
        days = {
            field: day
            for field, day in corrected[person.person_id].items()
            if FIELDS[field] in table.columns and row.more.get(field, "") is not None
        }
        file = keyring.open(person.person_id, secret.wrapped_key, secret.sealed, only=days.keys()) | clear_of(people[person.person_id])
        found[row.identity.number] = [
            CellFault(_cell(FIELDS[field], row, table), FIELDS[field], _corrected(day), CORRECTED_REASON)
            for field, day in days.items()
            if said.get(field, "") != file.get(field, "")
        ]
    return found


def _of_person(planned: Planned, row: RosterRow, known: Known, table: RosterTable) -> list[str]:
    differs = {
        STATUS: known.status != "present",
        HOUSEHOLD_NO: planned.household_no != known.household_no,
        RELATION: RELATION in table.columns and row.relation != known.relation,
    }
    return [field for field, is_so in differs.items() if is_so]


def _of_house(row: RosterRow, house: KnownHousehold | None, table: RosterTable) -> list[str]:
    if house is None:
        return []
    differs = {DIVISION: row.division != house.division, LIVING: row.living_members != house.living_members}
    return [field for field, is_so in differs.items() if is_so and field in table.columns]


def _kept(fields: Sequence[str], acts: Sequence[Told], roster: Roster, row: RosterRow, table: RosterTable) -> list[CellFault]:
    """The latest act says what it was; any of a later day than the roster's keeps all of it."""
    later = [act for act in acts if act.acted_on > roster.reference_on]
    if not later:
        return []
    act = labels.HOUSEHOLD_ACT[later[-1].kind]
    message = S_("{act}（{day}）在名册的基准日期之后，采用后仍按变更登记", act=act, day=later[-1].acted_on)
    return [CellFault(_cell(field, row, table), field, message, S_("{act}在后，采用后仍按变更登记", act=act)) for field in fields]


def _gone(known: Known, acts: Sequence[Told], row: RosterRow, table: RosterTable) -> CellFault:
    status = labels.PERSON_STATUS[known.status]
    reason = S_("已登记{status}，采用后仍按变更登记", status=status)
    message = S_("已登记{status}（{day}），采用后仍按变更登记", status=status, day=acts[-1].acted_on) if acts else reason
    return CellFault(_cell(IDENTITY, row, table), STATUS, message, reason)


def _corrected(day: date) -> str:
    return S_("{day} 的更正或新增登记在名册的基准日期之后，采用后仍按更正或登记", day=day)


def _cell(field: str, row: RosterRow, table: RosterTable) -> str:
    columns: Mapping[str, int] = next(part for part in table.parts if part.name == row.sheet).layout.columns
    place = f"{row.sheet}!" if row.sheet else ""
    return f"{place}{cell_name(row.number, columns.get(field, columns[IDENTITY]))}"
