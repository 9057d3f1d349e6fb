"""A table of a page as a file: the same columns, filters and order, and every page of it; CSV that spreadsheets open with Chinese intact.

    if table.is_file:
        return await file_of(table, partial(call.find, store.rosters, status=status), lambda each: (each["name"], each["rows"]))

The route is that of the page, so are its roles and its reach. Words stay Chinese, as in every file. A list that shows people by name
has none: whoever is given out by name is logged, one by one, by an export or a file that was opened for a purpose.
"""

import csv
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date
from io import StringIO
from typing import Any, Final, Protocol
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import StreamingResponse

from shared.http.paging import MAX_LIMIT, Listing, Page
from shared.web.tables import MOST_ROWS, Table

MARK: Final = "\ufeff"
"""Excel reads UTF-8 only behind it."""
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins like this is computed by a spreadsheet (OWASP, CSV injection)."""
Cell = str | int | date | None


class Listed(Protocol):
    """A page of the list; `partial(call.find, …)` is one."""

    def __call__(self, *, page: Page) -> Awaitable[Listing]: ...


async def file_of(table: Table, listed: Listed, row: Callable[[Any], Sequence[Cell]], *, most: int = MOST_ROWS) -> Response:
    """The whole table, read and sent page by page. The first is read before anything is sent: what refuses it is told as a page."""
    first = await listed(page=Page(None, min(MAX_LIMIT, most)))
    named = f"attachment; filename=\"{table.id}.csv\"; filename*=UTF-8''{quote(f'{table.name}.csv')}"
    written = _written(table, first, listed, row, most)
    return StreamingResponse(written, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": named})


async def _written(table: Table, found: Listing, listed: Listed, row: Callable[[Any], Sequence[Cell]], most: int) -> AsyncIterator[str]:
    yield MARK + _line([column.name for column in table.columns])
    left = most
    while True:
        yield "".join(_line(row(each)) for each in found.items)
        left -= len(found.items)
        if found.next is None:
            return
        if left <= 0:
            yield _line([f"只给出前 {most:,} 行，后面还有；请缩小筛选范围，分次下载。"])
            return
        found = await listed(page=Page(found.next, min(MAX_LIMIT, left)))


def _line(cells: Sequence[Cell]) -> str:
    line = StringIO()
    csv.writer(line).writerow([_safe(cell) for cell in cells])
    return line.getvalue()


def _safe(cell: Cell) -> str:
    """As text; what a spreadsheet would compute has an apostrophe before it, by which it stays a text."""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA) else cell
    return "" if cell is None else str(cell)
