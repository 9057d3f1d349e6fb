"""A roster's sheets as one run of lines, and what can only be judged over the whole of them: which household has how many heads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final, NamedTuple

from services.intake.domain.columns import (
    AT,
    CAUSES,
    COLUMNS,
    HOUSEHOLD_NO,
    LOOKED_THROUGH,
    MORE,
    MORE_OF_HOUSEHOLD,
    NAME,
    RELATION,
    REQUIRED,
    Layout,
    find_layout,
    text_of,
)
from services.intake.domain.naming import SHORTEST_NAME, has_number, is_of_somebody
from services.intake.domain.roster_households import Households
from services.intake.domain.roster_line import Line, Lines, Run
from shared.errors import RuleRefusal
from shared.sentences import S_, together
from shared.sheets import Book, NumberedRow, Sheet

MOST_ROWS: Final = 1_200_000
"""More than one sheet can hold; a file of several such sheets is sent in parts."""
KEPT: Final = 20_000
"""Lines that are kept between the two readings; longer rosters are read from the file again."""
TOLD_ROWS: Final = 20
"""Hidden rows that are named."""
ADD_A_HEADER: Final = S_("请在人员之上加一行列名（姓名、身份证号等）后重新上传")


class RosterUnreadable(RuleRefusal):
    """The workbook is not a roster: no rows, too many rows, or columns missing."""

    code = "roster-unreadable"


class ColumnsMissing(RosterUnreadable):
    """No column was found for what every roster must have; a clerk may say which it is."""

    code = "roster-columns"


class HeadingsOfSomebody(RosterUnreadable):
    """A row of people stands where the headings should: names and numbers would be kept as what columns are called."""

    code = "roster-headings"


@dataclass(frozen=True, slots=True)
class Part:
    """A sheet that is a roster."""

    sheet: Sheet
    layout: Layout
    name: str


class Unseen(NamedTuple):
    """What whoever opens the workbook does not see: rows and columns that were read all the same, and sheets that were not."""

    rows: int
    where: list[str]
    """The first of these rows, as the spreadsheet numbers them."""
    columns: list[str]
    """Headings."""
    sheets: list[str]


class RosterTable:
    """The sheets of a workbook that are rosters, with their columns found. Lines are read as often as they are asked for."""

    def __init__(self, parts: Sequence[Part], days_later: int, hidden_sheets: Sequence[str] = ()) -> None:
        self.parts = parts
        hidden = [(part.layout.headers[at], at in part.sheet.hidden().columns) for part in parts for at in part.layout.columns.values()]
        self.unseen = Unseen(0, [], [heading for heading, is_hidden in hidden if is_hidden], list(hidden_sheets))
        self.columns = frozenset(column for part in parts for column in part.layout.columns)
        self.more = tuple(column for column in MORE if column in self.columns)
        """Columns beyond those that are looked for in every roster; those of the household first."""
        self.at = AT if not self.more else AT | {column: at for at, column in enumerate(self.more, start=len(COLUMNS))}
        self._rows_of = [0] * len(parts)
        self.households = Households([self.at[column] for column in self.more if column in MORE_OF_HOUSEHOLD], self.at.get(CAUSES))
        self._days_later = days_later
        self._kept: list[Run] | None = []
        self.filled = 0
        self._survey()

    @property
    def rows(self) -> int:
        """All rows below the headers, blank ones included."""
        return sum(self._rows_of)

    @property
    def blank(self) -> int:
        return self.rows - self.filled

    @property
    def names(self) -> dict[str, str]:
        """Column → the heading that stands for it."""
        return {column: name for part in reversed(self.parts) for column, name in part.layout.names.items()}

    def runs(self) -> Iterator[Run]:
        """Every row that is not blank, so many at a time."""
        return iter(self._kept) if self._kept is not None else self._read()

    def lines(self) -> Iterator[Line]:
        """The same one by one."""
        return chain.from_iterable(run.lines for run in self.runs())

    def headless(self) -> dict[str, int]:
        """Numbered households without a head in the file, and where they begin: it may be in the store."""
        is_said = HOUSEHOLD_NO in self.columns and RELATION in self.columns
        return self.households.headless(self.lines) if is_said else {}

    def _survey(self) -> None:
        hidden = {part.name: part.sheet.hidden().rows for part in self.parts}
        rows, where = 0, list[str]()
        for run in self._read():
            self.filled += len(run)
            if self.filled > MOST_ROWS:
                raise RosterUnreadable(S_("名册超过 {most} 行，请分开上传", most=MOST_ROWS), field="file", rule="roster-too-long")
            if self._kept is not None:
                self._kept.append(run)
                if self.filled > KEPT:
                    self._kept = None
            self.households.add(run)
            unseen = hidden[run.sheet]
            for number in run.numbers if unseen else ():
                if number in unseen:
                    rows += 1
                    if rows <= TOLD_ROWS:
                        where.append(f"{run.sheet}!{number}" if run.sheet else str(number))
        self.unseen = self.unseen._replace(rows=rows, where=where)
        self.households.finish()
        if not self.filled:
            raise RosterUnreadable(S_("名册只有表头，没有人员"), field="file", rule="roster-empty")

    def _read(self) -> Iterator[Run]:
        position = 0
        for index, part in enumerate(self.parts):
            last = part.layout.header_row
            following = Lines(part.layout, part.name, (*COLUMNS, *self.more), self._days_later)
            for block in part.sheet.blocks():
                last = max(last, block.numbers[-1])
                if run := following.of(block, position):
                    yield run
                    position += len(run)
            self._rows_of[index] = last - part.layout.header_row


def read_table(book: Book, names: Mapping[str, str] | None = None) -> RosterTable:
    """Find the rosters in a workbook; `names` says which heading stands for which column. Raises RosterUnreadable."""
    if any(has_number(sheet.name) for sheet in book.sheets):
        raise HeadingsOfSomebody(S_("工作表的名称含有身份证号或电话号码，请改名后重新上传"), field="file", rule="roster-headings")
    visible = [sheet for sheet in book.sheets if not sheet.is_hidden]
    found = [(sheet, layout) for sheet in visible if (layout := _layout(sheet, names))]
    whole = [(sheet, layout) for sheet, layout in found if all(column in layout.columns for column in REQUIRED)]
    if not whole:
        raise _unreadable(visible, found)
    parts = [Part(sheet, layout, _called(at, sheet, layout) if len(whole) > 1 else "") for at, (sheet, layout) in enumerate(whole, 1)]
    return RosterTable(parts, book.days_later, [sheet.name for sheet in book.sheets if sheet.is_hidden])


def headers_of(book: Book) -> list[str]:
    """What may be chosen as the heading of a column: of the header where one is found, else of the fullest of the first rows.

    A row of a person offers nothing. Raises RosterUnreadable.
    """
    for sheet in book.sheets:
        if sheet.is_hidden:
            continue
        if layout := _layout(sheet, None):
            return [header for header in layout.headers if header]
        rows = [[text_of(cell) for cell in cells] for _, cells in islice(sheet.rows(), LOOKED_THROUGH)]
        if rows := [texts for texts in rows if not any(map(is_of_somebody, texts))]:
            return [text for text in max(rows, key=lambda texts: sum(map(bool, texts))) if text]
    return []


def guessed_names(book: Book) -> dict[str, str]:
    """Column → heading, as they are guessed; empty where no header is found."""
    return next((layout.names for sheet in book.sheets if not sheet.is_hidden and (layout := _layout(sheet, None))), {})


def _layout(sheet: Sheet, names: Mapping[str, str] | None) -> Layout | None:
    """Raises HeadingsOfSomebody."""
    top: list[NumberedRow] = list(islice(sheet.rows(), LOOKED_THROUGH))
    layout = find_layout(top, names)
    if layout is not None and any(map(is_of_somebody, layout.headers)):
        why = S_("第 {row} 行有身份证号或电话号码，是人员的资料，不能作表头", row=layout.header_row)
        raise HeadingsOfSomebody(together((why, ADD_A_HEADER)), field="file", rule="roster-headings")
    return layout


def _called(at: int, sheet: Sheet, layout: Layout) -> str:
    """By its name, which is kept with the rows; by its place among the rosters where it is called after somebody in its first rows."""
    column = layout.columns[NAME]
    below = (row.cells for row in islice(sheet.rows(), LOOKED_THROUGH) if row.number > layout.header_row)
    people = [text_of(cells[column]) for cells in below if column < len(cells)]
    is_after_somebody = any(len(name) >= SHORTEST_NAME and name in sheet.name for name in people)
    return S_("第{at}张名册", at=at) if is_after_somebody else sheet.name


def _unreadable(visible: Sequence[Sheet], found: Sequence[tuple[Sheet, Layout]]) -> RosterUnreadable:
    if found:
        best = max((layout for _, layout in found), key=lambda layout: len(layout.columns))
        missing = [column for column in REQUIRED if column not in best.columns]
        return ColumnsMissing(S_("名册缺少以下列：{columns}", columns=missing), field="file", rule="roster-columns")
    tops = [[text_of(cell) for cell in row.cells] for sheet in visible for row in islice(sheet.rows(), LOOKED_THROUGH)]
    if not any(map(any, tops)):
        return RosterUnreadable(S_("工作簿是空的：可见的工作表里没有内容"), field="file", rule="roster-empty")
    if all(any(map(is_of_somebody, texts)) for texts in tops if any(texts)):
        return HeadingsOfSomebody(together((S_("文件里只有人员的资料，没有表头"), ADD_A_HEADER)), field="file", rule="roster-headings")
    why = S_("没有找到表头：前 {most} 行里没有一行含有“姓名”“身份证号”等列名", most=LOOKED_THROUGH)
    return ColumnsMissing(why, field="file", rule="roster-columns")
