"""The workbook that a clerk mends: what was handed in, faults and doubts marked in colours, by a note on the cell and in a column."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, Final
from uuid import UUID

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import coordinate_to_tuple
from sqlalchemy import select
from sqlmodel import col

from services.intake.actions.roster import open_file
from services.intake.domain.roster_table import read_table
from services.intake.store import Roster, StagedRow, check_reach
from services.intake.store.roster import DOUBTFUL, STAYING_OUT
from shared.access import Actor
from shared.files import Files
from shared.sheets import Cell
from shared.work import Reader, Work

MARK: Final = PatternFill("solid", fgColor="FFF2CC")
MARK_OF_DOUBT: Final = PatternFill("solid", fgColor="DDEBF7")
TO_CHECK: Final = "请核对（本行已计入）："
"""Said before a doubt, so that nobody who sees no colours takes it for a fault."""
BY: Final = "Qiao"
HEADING: Final = "问题（改正后可删除本列）"
Faults = Sequence[Mapping[str, str]]


def take_marked(roster_id: UUID, *, work: Work, actor: Actor) -> None:
    """Leave the record that somebody takes the names and numbers of a roster away. Raises NotFound out of the actor's reach."""
    check_reach(work.get(Roster, roster_id).division, actor)
    work.about("roster", roster_id)
    work.record_act("take_marked_workbook")


def marked_workbook(roster_id: UUID, *, reader: Reader, files: Files, actor: Actor) -> bytes:
    """Every sheet that is a roster: whole for who handed it in, and for others the rows to be mended or checked alone. Takes long.

    Either file will do when it is handed in again.
    """
    roster = reader.get(Roster, roster_id)
    is_own = roster.uploaded_by == actor.account
    table = read_table(open_file(roster.file_id, reader=reader, files=files), roster.columns)
    columns = (col(StagedRow.sheet), col(StagedRow.number), col(StagedRow.faults), col(StagedRow.verdict))
    is_told = (col(StagedRow.roster_id) == roster_id, col(StagedRow.verdict).in_((*STAYING_OUT, DOUBTFUL)))
    found = {(sheet, number): (faults, verdict) for sheet, number, faults, verdict in reader.rows(select(*columns).where(*is_told))}
    book = Workbook(write_only=True)
    for part in table.parts:
        sheet = book.create_sheet(part.sheet.name[:31])
        width = len(part.layout.headers)
        for number, cells in part.sheet.rows():
            faults, verdict = found.get((part.name, number), (None, ""))
            if not faults and not is_own and number > part.layout.header_row:
                continue
            is_header = number == part.layout.header_row
            sheet.append(_row(sheet, cells, width, faults or (), is_header=is_header, is_doubt=verdict == DOUBTFUL))
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _row(sheet: Any, cells: Sequence[Cell], width: int, faults: Faults, *, is_header: bool, is_doubt: bool) -> list[Any]:
    mark, before = (MARK_OF_DOUBT, TO_CHECK) if is_doubt else (MARK, "")
    row: list[Any] = [_text(sheet, cell) for cell in cells]
    row += [None] * (width - len(row))
    for fault in faults:
        at = coordinate_to_tuple(fault["cell"].rpartition("!")[2])[1] - 1
        row += [None] * (at + 1 - len(row))
        cell = WriteOnlyCell(sheet, value=getattr(row[at], "value", row[at]))
        if isinstance(cell.value, str):
            cell.data_type = "s"
        cell.fill, cell.comment = mark, Comment(f"{before}{fault['message']}", BY)
        row[at] = cell
    if is_header:
        row.append(HEADING)
    elif faults:
        row.append(before + "；".join(f"{fault['column']}：{fault['message']}" for fault in faults))
    return row


def _text(sheet: Any, cell: Cell) -> Any:
    """A formula stays what it was taken for, a text: nobody's spreadsheet is to run it."""
    if isinstance(cell, str) and cell.startswith("="):
        shown = WriteOnlyCell(sheet, value=str(cell))
        shown.data_type = "s"
        return shown
    return cell
