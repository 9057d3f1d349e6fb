"""A roster comes in: read, checked row by row, looked through by a clerk, accepted by another person, turned into households."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from io import BytesIO
from typing import Any, Literal, cast
from uuid import UUID

from python_calamine import CalamineError, CalamineWorkbook
from sqlalchemy import bindparam, func, insert, select, update
from sqlmodel import col

from services.intake.domain.programme import check_different_officer
from services.intake.domain.roster import (
    CATEGORY,
    Cell,
    CellFault,
    RosterRow,
    RosterTable,
    RosterUnreadable,
    cell_name,
    check_row,
    read_table,
)
from services.intake.store import (
    Household,
    Person,
    PersonSecret,
    Roster,
    StagedRow,
    Survey,
    SurveyFile,
    check_reach,
    count_people,
    known_people,
)
from services.intake.store.roster import Known
from shared.access import Actor
from shared.errors import RuleRefusal, WrongState
from shared.events.intake import RosterAccepted
from shared.files import Files, require_file
from shared.ids import new_id
from shared.personal import Keyring
from shared.work import Reader, Work

CHUNK = 500
Purpose = Literal["planning", "survey"]
STATES = {"importing": "读取中", "reviewed": "待采用", "accepting": "采用中", "accepted": "已采用"}


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
    if survey_id is not None and work.get(Survey, survey_id).status != "open":
        raise RosterState("该调查已经验收，不能再加入名册", field="survey_id")
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
    keys = {row.identity.number: keyring.search_hash(row.identity.number) for row in checked if isinstance(row, RosterRow)}
    known = known_people(list(keys.values()), reader=work)
    staged, secrets = [], []
    for number, row in zip(range(position, end), checked, strict=True):
        if isinstance(row, RosterRow):
            before = known.get(keys[row.identity.number])
            row = _category_kept(row, before, prepared) or row
        if isinstance(row, RosterRow):
            secret = _seal(row, before.person_id if before else new_id(), keyring)
            secrets.append(secret)
            staged.append(_good(roster_id, row, secret, keys[row.identity.number], is_known=before is not None))
        else:
            staged.append(_faulty(roster_id, prepared.rows[number][0], row))
    work.execute(insert(StagedRow), staged)
    if secrets:
        work.execute(insert(PersonSecret), secrets)
    if end < len(prepared.rows):
        return end
    verdicts = {row[0]: row[1] for row in work.rows(_verdicts(roster_id))}
    roster.new, roster.updated, roster.faulty = (verdicts.get(verdict, 0) for verdict in ("new", "update", "faulty"))
    roster.good = roster.new + roster.updated
    roster.status = "reviewed"
    return None


def accept_roster(roster_id: UUID, *, work: Work, today: date, actor: Actor) -> dict[str, UUID]:
    """Let the good rows count; another person than the one who uploaded them."""
    roster = work.get(Roster, roster_id)
    check_reach(roster.division, actor, "名册")
    work.about("roster", roster_id)
    if roster.status != "reviewed":
        raise RosterState(f"名册目前为“{STATES[roster.status]}”，须读取完毕后方可采用")
    check_different_officer(actor.account, roster.uploaded_by, act="名册采用")
    roster.status, roster.accepted_by, roster.accepted_on = "accepting", actor.account, today
    roster.job_id = work.start_job("roster_acceptance", roster_id, roster.good)
    return {"roster_id": roster_id, "job_id": roster.job_id}


def acceptance_chunk(roster_id: UUID, position: int, *, work: Work) -> int | None:
    """Turn some staged rows into households and persons; a person known by identity number is updated, never doubled."""
    roster = work.get(Roster, roster_id)
    waiting = select(StagedRow).where(col(StagedRow.roster_id) == roster_id, col(StagedRow.verdict) != "faulty")
    rows = work.select(waiting.where(col(StagedRow.number) > position).order_by(col(StagedRow.number)).limit(CHUNK))
    if rows:
        households = _keep_households(work, roster, rows)
        _keep_people(work, roster, rows, households)
        return int(rows[-1].number)
    if roster.survey_id is not None:
        _keep_survey_files(work, roster, roster.survey_id)
    roster.status = "accepted"
    _say(work, roster)
    return None


def _category_kept(row: RosterRow, before: Known | None, table: RosterTable) -> tuple[CellFault, ...] | None:
    """Somebody filed in another category is looked at first: two rosters may not pull one person to and fro."""
    if before is None or before.category == row.category:
        return None
    cell = cell_name(row.number, table.columns[CATEGORY])
    return (CellFault(cell, CATEGORY, "该人员已按其他救助类别建档，请先核实类别变更"),)


def _seal(row: RosterRow, person_id: UUID, keyring: Keyring) -> dict[str, Any]:
    sealed = keyring.seal(person_id, row.personal())
    return {"id": new_id(), "person_id": person_id, "wrapped_key": sealed.wrapped_key, "sealed": sealed.sealed}


_BLANK: Mapping[str, Any] = dict.fromkeys(StagedRow.model_fields)


def _good(roster_id: UUID, row: RosterRow, secret: Mapping[str, Any], identity_key: str, *, is_known: bool) -> dict[str, Any]:
    return {
        **_BLANK,
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
    told = [asdict(fault) for fault in faults]
    return {**_BLANK, "id": new_id(), "roster_id": roster_id, "number": number, "verdict": "faulty", "faults": told}


def _verdicts(roster_id: UUID) -> Any:
    verdict = col(StagedRow.verdict)
    return select(verdict, func.count()).where(col(StagedRow.roster_id) == roster_id).group_by(verdict)


def _keep_households(work: Work, roster: Roster, rows: Sequence[StagedRow]) -> dict[str, UUID]:
    """Ids of the households of these rows, by their number; new ones are made, known ones brought up to date."""
    by_number = {str(row.household_no): row for row in rows}
    found = work.rows(select(col(Household.household_no), col(Household.id)).where(col(Household.household_no).in_(by_number)))
    ids: dict[str, UUID] = {row[0]: row[1] for row in found}
    changed = [_household(roster, by_number[number]) | {"b_id": household_id} for number, household_id in ids.items()]
    fresh = [_household(roster, row) | {"id": new_id(), "household_no": number} for number, row in by_number.items() if number not in ids]
    if changed:
        work.execute(update(Household.__table__).where(col(Household.id) == bindparam("b_id")), changed)  # type: ignore[attr-defined]  # SQLModel adds it
    if fresh:
        work.execute(insert(Household), [row | {"needs": None, "housing": ""} for row in fresh])
    return ids | {row["household_no"]: row["id"] for row in fresh}


def _household(roster: Roster, row: StagedRow) -> dict[str, Any]:
    return {"category": row.category, "division": row.division, "living_members": row.living_members, "roster_id": roster.id}


def _keep_people(work: Work, roster: Roster, rows: Sequence[StagedRow], households: Mapping[str, UUID]) -> None:
    kept = (
        "secret_id",
        "birth",
        "sex",
        "relation",
        "schooling",
        "has_single_parent",
        "disability_kind",
        "disability_level",
        "is_seriously_ill",
    )
    fresh, changed = [], []
    for row in rows:
        values = {name: getattr(row, name) for name in kept}
        values |= {"household_id": households[str(row.household_no)], "roster_id": roster.id}
        if row.verdict == "new":
            fresh.append(values | {"id": row.person_id, "identity_key": row.identity_key, "status": "present"})
        else:
            changed.append(values | {"b_id": row.person_id})
    if fresh:
        work.execute(insert(Person), fresh)
    if changed:
        work.execute(update(Person.__table__).where(col(Person.id) == bindparam("b_id")), changed)  # type: ignore[attr-defined]  # SQLModel adds it


def _keep_survey_files(work: Work, roster: Roster, survey_id: UUID) -> None:
    """One file for each household of the roster that has none in the survey yet."""
    people = func.count(col(Person.id))
    columns = (
        col(Household.id),
        col(Household.household_no),
        col(Household.category),
        col(Household.division),
        col(Household.living_members),
        people,
    )
    has_file = select(col(SurveyFile.household_id)).where(col(SurveyFile.survey_id) == survey_id)
    statement = (
        select(*columns)
        .join(Person, col(Person.household_id) == col(Household.id))
        .where(col(Household.roster_id) == roster.id, col(Household.id).not_in(has_file))
        .group_by(*columns[:-1])
    )
    names = ("household_id", "household_no", "category", "division", "living_members", "people")
    files = [dict(zip(names, row, strict=True)) for row in work.rows(statement)]
    fixed = {"survey_id": survey_id, "status": "due", "visited_on": None}
    if files:
        work.execute(insert(SurveyFile), [file | fixed | {"id": new_id()} for file in files])


def _say(work: Work, roster: Roster) -> None:
    found = count_people(roster.reference_on, col(Person.roster_id) == roster.id, reader=work)
    work.emit(
        RosterAccepted(
            roster_id=roster.id,
            purpose="survey" if roster.survey_id else "planning",
            reference_on=roster.reference_on,
            division=roster.division,
            rows=roster.rows,
            rejected=roster.faulty,
            people=found.people,
            households=found.households,
            aged_60_plus=found.aged_60_plus,
            disabled=found.disabled,
            minors=found.minors,
            seriously_ill=found.seriously_ill,
        )
    )
