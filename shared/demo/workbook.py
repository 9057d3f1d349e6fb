"""Rosters as the districts send them: workbooks with Chinese headings, drawn up while the services start."""

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from multiprocessing import get_context

from openpyxl import Workbook

from shared.demo.census import census
from shared.demo.population import Population, RosterRow, a_year_later, populate


@dataclass(frozen=True, slots=True)
class Rosters:
    """The three workbooks of the case, ready or soon ready."""

    planning: "Future[bytes]"
    survey: "Future[bytes]"
    destitute: "Future[bytes]"


@contextmanager
def drawn_up(size: float) -> Iterator[Rosters]:
    """Within it, a process of its own makes the people of a city so many times the size of the case's, and writes the workbooks.

    The player waits only for the one it needs.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_leave_interrupts_to_the_parent) as pool:

        def later(write: Callable[[float], bytes]) -> "Future[bytes]":
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


@cache
def _people(size: float) -> Population:
    return populate(census(size))


def _planning(size: float) -> bytes:
    return workbook(_people(size).allowance, "名册")


def _survey(size: float) -> bytes:
    return workbook(a_year_later(_people(size).allowance), "名册")


def _destitute(size: float) -> bytes:
    return workbook(_people(size).destitute, "名册")


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
