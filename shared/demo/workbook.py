"""Rosters as the districts send them: workbooks with Chinese headings, drawn up while the services start."""

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import groupby
from multiprocessing import get_context
from typing import Final

from openpyxl import Workbook

from shared.demo.census import census
from shared.demo.population import Population, RosterRow, a_year_later, populate

MOST_ROWS: Final = 40_000
"""Of one workbook; intake takes 50,000."""


@dataclass(frozen=True, slots=True)
class Rosters:
    """The three rosters of the case, ready or soon ready; each one workbook, in a larger city several."""

    planning: "Future[list[bytes]]"
    survey: "Future[list[bytes]]"
    destitute: "Future[list[bytes]]"


@contextmanager
def drawn_up(size: float) -> Iterator[Rosters]:
    """Within it, a process of its own makes the people of a city so many times the size of the case's, and writes the workbooks.

    The player waits only for the one it needs.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_leave_interrupts_to_the_parent) as pool:

        def later(write: Callable[[float], list[bytes]]) -> "Future[list[bytes]]":
            return pool.submit(write, size)

        yield Rosters(later(_planning), later(_survey), later(_destitute))


def workbook(rows: Sequence[RosterRow], title: str) -> bytes:
    """An xlsx file with one sheet; identity numbers are text, blank cells are left out."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.append(RosterRow._fields)
    for row in rows:
        sheet.append([value or None for value in row])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def workbooks(rows: Sequence[RosterRow], most: int = MOST_ROWS) -> list[bytes]:
    """A roster as it is sent: in parts when it is long, no household torn apart."""
    households = [list(members) for _, members in groupby(rows, key=lambda row: row.户编号)]
    parts: list[list[RosterRow]] = [[]]
    for household in households:
        if len(parts[-1]) + len(household) > most:
            parts.append([])
        parts[-1] += household
    return [workbook(part, "名册") for part in parts]


@cache
def _people(size: float) -> Population:
    return populate(census(size))


def _planning(size: float) -> list[bytes]:
    return workbooks(_people(size).allowance)


def _survey(size: float) -> list[bytes]:
    return workbooks(a_year_later(_people(size).allowance))


def _destitute(size: float) -> list[bytes]:
    return workbooks(_people(size).destitute)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
