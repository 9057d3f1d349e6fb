"""A roster comes in: its columns are found, every row is checked, and a clerk looks at what was found; `acceptance` decides on it.

The file is the record: the review keeps the rows that stay out and counts the others, the acceptance reads the file again.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlmodel import col

from services.intake.actions.roster_acts import kept_by_acts
from services.intake.actions.roster_plan import Planned, Reviewing, plan
from services.intake.domain.columns import COLUMNS, header_name
from services.intake.domain.naming import check_text, is_of_somebody
from services.intake.domain.roster import Again, Faulty
from services.intake.domain.roster_line import Line
from services.intake.domain.roster_row import CellFault, RosterRow
from services.intake.domain.roster_table import RosterTable, headers_of, read_table
from services.intake.labels import ROSTER_STATUS
from services.intake.store import Roster, RosterShape, StagedRow, Survey, check_reach, reached_survey
from services.intake.store.roster import DIFFERING, DOUBTFUL
from shared.access import Actor
from shared.errors import RuleRefusal, WrongState
from shared.files import Files, own_file, require_file
from shared.ids import new_id
from shared.personal import Keyring
from shared.rules import Rules
from shared.sentences import S_
from shared.sheets import Book, open_book
from shared.work import Reader, Work

CHUNK = 500
Purpose = Literal["planning", "survey"]


class RosterState(WrongState):
    code = "roster-state"


class SurveyMissing(RuleRefusal):
    code = "survey-missing"


class MappingRefused(RuleRefusal):
    """Two fields in one column, a heading that the file does not have, or a name that is taken."""

    code = "roster-mapping"


def open_file(file_id: UUID, *, reader: Reader, files: Files) -> Book:
    """The file of a roster. Raises SheetUnreadable. Takes long: not in a unit."""
    return open_book(files.open(require_file(reader, file_id).sha256))


def read_workbook(file_id: UUID, *, reader: Reader, files: Files, actor: Actor) -> RosterTable:
    """An uploaded roster with its columns found, by a mapping that was saved for headings like these, else by guessing. Takes long.

    Raises NotFound for a file that somebody else handed in, SheetUnreadable or RosterUnreadable.
    """
    own_file(reader, file_id, actor)
    book = open_file(file_id, reader=reader, files=files)
    found = shape_of(headers_of(book), reader)
    return read_table(book, found.columns if found else None)


def upload_roster(
    *,
    name: str,
    purpose: Purpose,
    reference_on: date,
    division: str,
    file: UUID,
    survey_id: UUID | None,
    rows: int,
    columns: Mapping[str, str],
    category: str = "",
    work: Work,
    today: date,
    actor: Actor,
) -> dict[str, Any]:
    """Take in a workbook; its rows are checked by a job and wait for acceptance. Without columns a clerk says first which they are."""
    check_reach(division, actor)
    check_text(name, field="name", called=S_("名册名称"))
    if (survey_id is None) == (purpose == "survey"):
        raise SurveyMissing(S_("用于调查的名册须指明调查，测算用名册不属于任何调查"), field="survey_id")
    if survey_id is not None:
        reached_survey(work, survey_id, actor)
        check_survey_open(survey_id, work)
    own_file(work, file, actor)
    roster = Roster(
        name=name,
        purpose=purpose,
        reference_on=reference_on,
        division=division,
        survey_id=survey_id,
        file_id=file,
        status="importing" if columns else "mapping",
        columns=dict(columns),
        category=category,
        rows=rows,
        uploaded_by=actor.account,
        uploaded_on=today,
    )
    roster.job_id = work.start_job("roster_import", roster.id, rows) if columns else None
    work.add(roster)
    work.about("roster", roster.id)
    return {"roster_id": roster.id, "job_id": roster.job_id, "rows": rows}


def map_columns(
    roster_id: UUID,
    *,
    columns: Mapping[str, str],
    rows: int,
    headings: Sequence[str],
    save_as: str = "",
    work: Work,
    today: date,
    actor: Actor,
) -> dict[str, Any]:
    """Say which heading stands for which column, and read the file again. Saved under a name, it serves later files with these headings."""
    roster = work.get(Roster, roster_id)
    check_reach(roster.division, actor)
    work.about("roster", roster_id)
    if roster.status not in ("mapping", "reviewed"):
        raise RosterState(S_("名册目前为“{status}”，不能再改列的对应关系", status=ROSTER_STATUS[roster.status]))
    check_text(save_as, field="save_as", called=S_("对应关系的名称"))
    if save_as:
        _save_shape(save_as, columns, headings, work, today, actor)
    work.execute(delete(StagedRow).where(col(StagedRow.roster_id) == roster_id))
    for count in ("households", "good", "faulty", "duplicates", "blank", "new", "updated", "unchanged", "doubtful"):
        setattr(roster, count, 0)
    roster.unseen = {}
    roster.columns, roster.rows, roster.status = dict(columns), rows, "importing"
    roster.job_id = work.start_job("roster_import", roster.id, rows)
    return {"roster_id": roster.id, "job_id": roster.job_id}


def check_mapping(columns: Mapping[str, str], headings: Sequence[str]) -> None:
    """Raises MappingRefused; what a person's cell says is not repeated."""
    chosen = {column: heading for column, heading in columns.items() if heading}
    uses = Counter(chosen.values())
    for column, heading in chosen.items():
        if is_of_somebody(heading):
            raise MappingRefused(S_("所选的列名是身份证号或电话号码，是人员的资料，不能作列名"), field=f"column-{column}")
        if column not in COLUMNS or heading not in headings:
            raise MappingRefused(S_("“{column}”所选的列不在文件中", column=column), field=f"column-{column}")
        if uses[heading] > 1:
            raise MappingRefused(S_("列“{heading_zh}”不能用于两项", heading_zh=heading), field=f"column-{column}")


def mapped_table(roster_id: UUID, columns: Mapping[str, str], *, reader: Reader, files: Files) -> RosterTable:
    """The roster's file by these columns. Raises RosterUnreadable, MappingRefused. Takes long."""
    book = open_file(reader.get(Roster, roster_id).file_id, reader=reader, files=files)
    check_mapping(columns, headers_of(book))
    return read_table(book, columns)


def headings_of_file(roster_id: UUID, *, reader: Reader, files: Files) -> list[str]:
    """What a clerk may choose from."""
    return headers_of(open_file(reader.get(Roster, roster_id).file_id, reader=reader, files=files))


def read_roster(roster_id: UUID, *, reader: Reader, files: Files, rules: Rules) -> Reviewing:
    """Prepares the import beside the writer: the file with its columns found and its households counted."""
    roster = reader.get(Roster, roster_id)
    table = read_table(open_file(roster.file_id, reader=reader, files=files), roster.columns)
    years = int(rules("generation", division=roster.division).params["least_years"])
    months = int(rules("rigid_spending_term", division=roster.division).params["most_months"])
    return Reviewing(table, roster.frame(years, months), reader)


def import_chunk(roster_id: UUID, position: int, *, prepared: Reviewing, work: Work, keyring: Keyring) -> int | None:
    """Check some rows and keep those that stay out or are to be looked at; after the last of them the roster can be looked through."""
    roster = work.get(Roster, roster_id)
    planned = plan(prepared.take(position, CHUNK), prepared.table, roster.reference_on, work, keyring)
    told = [row for each in planned if (row := _staying_out(roster_id, each)) is not None]
    told += [_told(roster_id, row, DIFFERING, "", fields) for row, fields in kept_by_acts(planned, roster, prepared.table, work, keyring)]
    told += [
        _told(roster_id, good, DOUBTFUL, "", good.doubts) for each in planned if isinstance(good := each.found, RosterRow) and good.doubts
    ]
    if told:
        work.insert(StagedRow, told)
    _count(roster, planned)
    if position + CHUNK < prepared.table.filled:
        return position + CHUNK
    roster.blank, roster.rows = prepared.table.blank, prepared.table.rows
    roster.households, roster.unseen = prepared.good_households, prepared.table.unseen._asdict()
    roster.status, roster.reviewed_at = "reviewed", work.now
    return None


def check_survey_open(survey_id: UUID, work: Work) -> None:
    """Raises RosterState: an accepted survey takes no more households."""
    if work.get(Survey, survey_id).status != "open":
        raise RosterState(S_("该调查已经验收，不能再加入名册"), field="survey_id")


def shape_of(headings: Sequence[str], reader: Reader) -> RosterShape | None:
    """The mapping that was saved last for a file with these headings."""
    same = col(RosterShape.headings) == _hash(headings)
    return next(iter(reader.select(_shapes().where(same).limit(1))), None)


def _shapes() -> Select[RosterShape]:
    return select(RosterShape).order_by(col(RosterShape.saved_on).desc(), col(RosterShape.id).desc())


def _hash(headings: Sequence[str]) -> str:
    return sha256("\n".join(header_name(each) for each in headings).encode()).hexdigest()


def _save_shape(name: str, columns: Mapping[str, str], headings: Sequence[str], work: Work, today: date, actor: Actor) -> None:
    """A name that is taken is given to the new mapping: whoever saves again means to put it right."""
    found = next(iter(work.select(select(RosterShape).where(col(RosterShape.name) == name))), None)
    shape = work.get(RosterShape, found.id) if found else RosterShape(name=name, headings="", columns={}, saved_by="", saved_on=today)
    shape.headings, shape.columns, shape.saved_by, shape.saved_on = _hash(headings), dict(columns), actor.account, today
    if not found:
        work.add(shape)


def _count(roster: Roster, planned: Sequence[Planned]) -> None:
    for each in planned:
        if isinstance(each.found, RosterRow) and each.found.doubts:
            roster.doubtful += 1
        if each.verdict == "new":
            roster.new += 1
        elif each.verdict == "update":
            roster.updated += 1
        elif each.verdict == "unchanged":
            roster.unchanged += 1
        elif each.verdict == "duplicate":
            roster.duplicates += 1
        else:
            roster.faulty += 1
    roster.good = roster.new + roster.updated + roster.unchanged


def _staying_out(roster_id: UUID, planned: Planned) -> dict[str, Any] | None:
    found = planned.found
    if isinstance(found, Faulty):
        return _told(roster_id, found.line, planned.verdict, found.reason, found.faults)
    if isinstance(found, Again):
        return _told(roster_id, found.line, planned.verdict, S_("重复"), (found.told(),))
    return None


def _told(roster_id: UUID, row: Line | RosterRow, verdict: str, reason: str, faults: Sequence[CellFault]) -> dict[str, Any]:
    place = {"sheet": row.sheet, "number": row.number, "verdict": verdict}
    return {"id": new_id(), "roster_id": roster_id, **place, "reason": reason, "faults": [asdict(fault) for fault in faults]}
