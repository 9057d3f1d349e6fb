"""A table as a file: every page of it, as the page has arranged it, read by a spreadsheet as it is meant."""

import asyncio
import csv
from collections.abc import Sequence
from datetime import date
from io import StringIO

from fastapi import Request
from fastapi.responses import StreamingResponse

from shared.http.paging import Listing, Page
from shared.web.table_file import Cell, file_of
from shared.web.tables import Column, Table

COLUMNS = (Column("name", "名称", sorts=True), Column("rows", "行数", is_number=True), Column("on", "日期"))


def asked(query: str, method: str = "GET") -> Table:
    scope = {"type": "http", "method": method, "path": "/console/rosters/", "query_string": query.encode(), "headers": []}
    return Table.of(Request(scope), "rosters", "名册", COLUMNS, keep=("status",), has_file=True)


def written(rows: Sequence[tuple[Cell, ...]], *, most: int = 50_000) -> tuple[StreamingResponse, list[list[str]], list[int]]:
    """The answer, its lines, and of how many rows each page was asked for."""
    pages: list[int] = []

    async def listed(*, page: Page) -> Listing:
        start = int(page.after or 0)
        pages.append(page.limit)
        end = start + page.limit
        return Listing(rows[start:end], str(end) if end < len(rows) else None)

    async def sent() -> tuple[StreamingResponse, str]:
        answer = await file_of(asked("as=csv"), listed, lambda row: row, most=most)
        assert isinstance(answer, StreamingResponse)
        parts = [part.decode() if isinstance(part, bytes) else str(part) async for part in answer.body_iterator]
        return answer, "".join(parts)

    answer, text = asyncio.run(sent())
    assert text.startswith("\ufeff")
    return answer, list(csv.reader(StringIO(text[1:]))), pages


def test_every_page_of_a_table_is_in_its_file() -> None:
    answer, lines, pages = written([(f"名册 {n}", n, date(2015, 10, 12)) for n in range(450)])

    assert lines[0] == ["名称", "行数", "日期"]
    assert [lines[1], lines[450]] == [["名册 0", "0", "2015-10-12"], ["名册 449", "449", "2015-10-12"]]
    assert (len(lines), pages) == (451, [200, 200, 200])
    assert answer.headers["content-disposition"].endswith("filename*=UTF-8''%E5%90%8D%E5%86%8C.csv")


def test_more_than_the_limit_is_said_in_the_last_line() -> None:
    _, lines, pages = written([(str(n), n, None) for n in range(451)], most=450)

    assert len(lines) == 1 + 450 + 1
    assert lines[-1] == ["只给出前 450 行，后面还有；请缩小筛选范围，分次下载。"]
    assert pages == [200, 200, 50]


def test_just_the_limit_is_whole() -> None:
    _, lines, _ = written([(str(n), n, None) for n in range(450)], most=450)

    assert lines[-1] == ["449", "449", ""]


def test_no_cell_is_a_formula() -> None:
    told = ["=HYPERLINK(1)", "+1", "-1", "@A1", "\t=1", "\r=1", "1-1", "甲=乙"]
    _, lines, _ = written([(text, -5, None) for text in told])

    assert [line[0] for line in lines[1:]] == ["'=HYPERLINK(1)", "'+1", "'-1", "'@A1", "'\t=1", "'\r=1", "1-1", "甲=乙"]
    assert {line[1] for line in lines[1:]} == {"-5"}, "a number stays a number"


def test_the_address_of_a_file_keeps_filter_and_order_and_leaves_the_page() -> None:
    table = asked("status=open&sort=-name&after=abc")

    assert str(table.file) == "/console/rosters/?status=open&sort=-name&as=csv"
    assert (table.is_file, asked("status=open&as=csv").is_file, asked("as=pdf").is_file) == (False, True, False)
    assert not asked("as=csv", "POST").has_file, "the address of a form is not that of its page"
