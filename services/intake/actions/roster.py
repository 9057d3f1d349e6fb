"""A roster comes in: read, checked row by row, and laid before a clerk; `acceptance` decides on it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from io import BytesIO
from typing import Any, Literal, cast
from uuid import UUID

from python_calamine import CalamineError, CalamineWorkbook
from sqlalchemy import func, insert, select
from sqlmodel import col

from services.intake.domain.roster import (
    CATEGORY,
    HOUSEHOLD_NO,
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


def read_roster(roster_id: UUID, *, reader: Reader, files: Files) -> RosterTable:
    """Prepares the import."""
    return read_workbook(reader.get(Roster, roster_id).file_id, reader=reader, files=files)


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


def import_chunk(roster_id: UUID, position: int, *, prepared: RosterTable, work: Work, keyring: Keyring) -> int | None:
    """Check some rows and keep them: good ones sealed, bad ones with their faults."""
    roster = work.get(Roster, roster_id)
    end = min(position + CHUNK, len(prepared.rows))
    checked = [check_row(number, prepared, roster.frame()) for number in range(position, end)]
    readable = [row for row in checked if isinstance(row, RosterRow)]
    keys = [keyring.search_hash(row.identity.number) for row in readable]
    people = known_people(keys, reader=work)
    categories = known_categories({row.household_no for row in readable}, reader=work)
    lines = zip(prepared.rows[position:end], checked, strict=True)
    faulty = [_faulty(roster_id, line.number, row) for line, row in lines if not isinstance(row, RosterRow)]
    good, secrets = [], []
    for row, key in zip(readable, keys, strict=True):
        known = people.get(key)
        if faults := _category_faults(row, known, categories.get(row.household_no, row.category), prepared):
            faulty.append(_faulty(roster_id, row.number, faults))
            continue
        secret = _seal(row, known.person_id if known else new_id(), keyring)
        secrets.append(secret)
        good.append(_good(roster_id, row, secret, key, is_known=known is not None))
    for table, rows in ((StagedRow, faulty), (StagedRow, good), (PersonSecret, secrets)):
        if rows:
            work.execute(insert(table), rows)
    if end < len(prepared.rows):
        return end
    _review(roster, work)
    return None


def check_survey_open(survey_id: UUID, work: Work) -> None:
    """Raises RosterState: an accepted survey takes no more households."""
    if work.get(Survey, survey_id).status != "open":
        raise RosterState("该调查已经验收，不能再加入名册", field="survey_id")


def _review(roster: Roster, work: Work) -> None:
    """Count what the clerk and the officer will look at."""
    of_roster = col(StagedRow.roster_id) == roster.id
    verdict = col(StagedRow.verdict)
    counts = {row[0]: int(row[1]) for row in work.rows(select(verdict, func.count()).where(of_roster).group_by(verdict))}
    roster.new, roster.updated, roster.faulty = (counts.get(each, 0) for each in ("new", "update", "faulty"))
    roster.good = roster.new + roster.updated
    roster.households = int(work.scalar(select(func.count(func.distinct(StagedRow.household_no))).where(of_roster, verdict != "faulty")))
    roster.status = "reviewed"


def _category_faults(row: RosterRow, known: Known | None, household_category: str, table: RosterTable) -> tuple[CellFault, ...]:
    """A person or household filed in another category is looked at first: two rosters may not pull one to and fro."""
    if known is not None and known.category != row.category:
        return (CellFault(cell_name(row.number, table.columns[CATEGORY]), CATEGORY, "该人员已按其他救助类别建档，请先核实类别变更"),)
    if household_category != row.category:
        return (CellFault(cell_name(row.number, table.columns[HOUSEHOLD_NO]), HOUSEHOLD_NO, "该户编号已用于其他救助类别的户"),)
    return ()


def _seal(row: RosterRow, person_id: UUID, keyring: Keyring) -> dict[str, Any]:
    sealed = keyring.seal(person_id, row.personal())
    return {"id": new_id(), "person_id": person_id, "wrapped_key": sealed.wrapped_key, "sealed": sealed.sealed}


def _good(roster_id: UUID, row: RosterRow, secret: Mapping[str, Any], identity_key: str, *, is_known: bool) -> dict[str, Any]:
    return {
        "id": new_id(),
        "roster_id": roster_id,
        "number": row.number,
        "verdict": "update" if is_known else "new",
        "person_id": secret["person_id"],
        "secret_id": secret["id"],
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


def _faulty(roster_id: UUID, number: int, faults: Sequence[CellFault]) -> dict[str, Any]:
    return {"id": new_id(), "roster_id": roster_id, "number": number, "verdict": "faulty", "faults": [asdict(fault) for fault in faults]}
