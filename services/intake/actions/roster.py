"""A roster comes in: read, checked row by row, and laid before a clerk; `acceptance` decides on it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from io import BytesIO
from typing import Any, Literal, NamedTuple, cast
from uuid import UUID

from python_calamine import CalamineError, CalamineWorkbook
from sqlalchemy import func, select
from sqlmodel import col

from services.intake.domain.roster import (
    CATEGORY,
    HOUSEHOLD_NO,
    IDENTITY,
    Cell,
    CellFault,
    RosterRow,
    RosterTable,
    RosterUnreadable,
    cell_name,
    check_row,
    read_table,
)
from services.intake.store import PersonSecret, Roster, StagedRow, Survey, check_reach, known_categories, known_people
from services.intake.store.roster import Known
from shared.access import Actor
from shared.errors import RuleRefusal, WrongState
from shared.files import Files, require_file
from shared.ids import new_id
from shared.personal import Keyring
from shared.work import Reader, Work

CHUNK = 500
Purpose = Literal["planning", "survey"]
MERGED_NUMBER = "该号码的档案已并入另一份档案，请改填现行的身份证号"


class RosterState(WrongState):
    code = "roster-state"


class SurveyMissing(RuleRefusal):
    code = "survey-missing"


def read_workbook(file_id: UUID, *, reader: Reader, files: Files) -> RosterTable:
    """The first sheet of an uploaded workbook with its columns found. Raises RosterUnreadable. Takes long: not in a unit."""
    content = files.open(require_file(reader, file_id).sha256)
    try:
        sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    except CalamineError as error:
        raise RosterUnreadable("文件不是可读的 Excel 工作簿（xlsx）", field="file") from error
    return read_table(cast("Sequence[Sequence[Cell]]", sheet))


class Checked(NamedTuple):
    """A row as it will be kept: what is staged, and what is sealed of it; None for a faulty one."""

    staged: dict[str, Any]
    secret: dict[str, Any] | None


def read_roster(roster_id: UUID, *, reader: Reader, files: Files, keyring: Keyring) -> list[Checked]:
    """Prepares the import beside the writer: every row checked, compared with the store, and sealed or told its faults."""
    roster = reader.get(Roster, roster_id)
    table = read_workbook(roster.file_id, reader=reader, files=files)
    starts = range(0, len(table.rows), CHUNK)
    return [row for start in starts for row in _check(roster, table, range(start, min(start + CHUNK, len(table.rows))), reader, keyring)]


def upload_roster(
    *,
    name: str,
    purpose: Purpose,
    reference_on: date,
    division: str,
    file: UUID,
    survey_id: UUID | None,
    rows: int,
    work: Work,
    today: date,
    actor: Actor,
) -> dict[str, Any]:
    """Take in a workbook; its rows are checked by a job and wait for acceptance."""
    check_reach(division, actor, "地区")
    if (survey_id is None) == (purpose == "survey"):
        raise SurveyMissing("用于调查的名册须指明调查，测算用名册不属于任何调查", field="survey_id")
    if survey_id is not None:
        check_survey_open(survey_id, work)
    require_file(work, file)
    roster = Roster(
        name=name,
        purpose=purpose,
        reference_on=reference_on,
        division=division,
        survey_id=survey_id,
        file_id=file,
        status="importing",
        rows=rows,
        uploaded_by=actor.account,
        uploaded_on=today,
    )
    roster.job_id = work.start_job("roster_import", roster.id, rows)
    work.add(roster)
    work.about("roster", roster.id)
    return {"roster_id": roster.id, "job_id": roster.job_id, "rows": rows}


def import_chunk(roster_id: UUID, position: int, *, prepared: list[Checked], work: Work) -> int | None:
    """Keep some rows; after the last of them the roster can be looked through."""
    rows = prepared[position : position + CHUNK]
    good = [row.staged for row in rows if row.secret is not None]
    faulty = [row.staged for row in rows if row.secret is None]
    secrets = [row.secret for row in rows if row.secret is not None]
    for table, kept in ((StagedRow, faulty), (StagedRow, good), (PersonSecret, secrets)):
        if kept:
            work.insert(table, kept)
    if position + CHUNK < len(prepared):
        return position + CHUNK
    _review(work.get(Roster, roster_id), work)
    return None


def check_survey_open(survey_id: UUID, work: Work) -> None:
    """Raises RosterState: an accepted survey takes no more households."""
    if work.get(Survey, survey_id).status != "open":
        raise RosterState("该调查已经验收，不能再加入名册", field="survey_id")


def _check(roster: Roster, table: RosterTable, positions: range, reader: Reader, keyring: Keyring) -> list[Checked]:
    rows = [check_row(position, table, roster.frame()) for position in positions]
    keys = {row.number: keyring.search_hashes(row.identity.number) for row in rows if isinstance(row, RosterRow)}
    known = known_people([each for them in keys.values() for each in them], reader=reader)
    people = {them[0]: next((known[each] for each in them if each in known), None) for them in keys.values()}
    categories = known_categories({row.household_no for row in rows if isinstance(row, RosterRow)}, reader=reader)
    checked = []
    for position, row in zip(positions, rows, strict=True):
        if isinstance(row, RosterRow):
            key = keys[row.number][0]
            faults = _store_faults(row, people.get(key), categories.get(row.household_no, row.category), table)
            checked.append(_faulty(roster.id, row.number, faults) if faults else _good(roster.id, row, key, people.get(key), keyring))
        else:
            checked.append(_faulty(roster.id, table.rows[position].number, row))
    return checked


def _review(roster: Roster, work: Work) -> None:
    """Count what the clerk and the officer will look at."""
    of_roster = col(StagedRow.roster_id) == roster.id
    verdict = col(StagedRow.verdict)
    counts = {row[0]: int(row[1]) for row in work.rows(select(verdict, func.count()).where(of_roster).group_by(verdict))}
    roster.new, roster.updated, roster.faulty = (counts.get(each, 0) for each in ("new", "update", "faulty"))
    roster.good = roster.new + roster.updated
    roster.households = int(work.scalar(select(func.count(func.distinct(StagedRow.household_no))).where(of_roster, verdict != "faulty")))
    roster.status = "reviewed"


def _store_faults(row: RosterRow, known: Known | None, household_category: str, table: RosterTable) -> tuple[CellFault, ...]:
    """What the store has against a row: a number given up by a merge, or another category; two rosters may not pull one to and fro."""
    if known is not None and known.is_merged:
        return (CellFault(cell_name(row.number, table.columns[IDENTITY]), IDENTITY, MERGED_NUMBER),)
    if known is not None and known.category != row.category:
        return (CellFault(cell_name(row.number, table.columns[CATEGORY]), CATEGORY, "该人员已按其他救助类别建档，请先核实类别变更"),)
    if household_category != row.category:
        return (CellFault(cell_name(row.number, table.columns[HOUSEHOLD_NO]), HOUSEHOLD_NO, "该户编号已用于其他救助类别的户"),)
    return ()


def _good(roster_id: UUID, row: RosterRow, identity_key: str, known: Known | None, keyring: Keyring) -> Checked:
    person_id, secret_id = known.person_id if known else new_id(), new_id()
    sealed = keyring.seal(person_id, row.personal())
    staged = {
        "id": new_id(),
        "roster_id": roster_id,
        "number": row.number,
        "verdict": "update" if known else "new",
        "person_id": person_id,
        "secret_id": secret_id,
        "identity_key": identity_key,
        "household_no": row.household_no,
        "category": row.category,
        "division": row.division,
        "living_members": row.living_members,
        "birth": row.identity.birth,
        "sex": row.sex,
        "relation": row.relation,
        "schooling": row.schooling,
        "has_single_parent": bool(row.single_parent),
        "disability_kind": row.disability_kind,
        "disability_level": row.disability_level,
        "is_seriously_ill": bool(row.illness),
    }
    return Checked(staged, {"id": secret_id, "person_id": person_id} | asdict(sealed))


def _faulty(roster_id: UUID, number: int, faults: Sequence[CellFault]) -> Checked:
    told = [asdict(fault) for fault in faults]
    return Checked({"id": new_id(), "roster_id": roster_id, "number": number, "verdict": "faulty", "faults": told}, None)
