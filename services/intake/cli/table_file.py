"""A table written as CSV, JSON or xlsx, by the end of the file's name; no cell of it can be a formula."""

import csv
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from errno import EEXIST
from pathlib import Path
from typing import Any, Final, TextIO

from openpyxl import Workbook

Row = Mapping[str, Any]
Write = Callable[[Row], None]

BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
FORMATS: Final = (".csv", ".json", ".xlsx")


def harmless(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(BEGINS_A_FORMULA) else value


@contextmanager
def table_file(path: Path) -> Iterator[Write]:
    """Takes rows one by one. Raises OSError, before the first row where the file cannot be there."""
    with whole_file(path) as partial, {".csv": _csv, ".json": _json, ".xlsx": _xlsx}[path.suffix.lower()](partial) as write:
        yield write


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Where to write what is at `path` only when it is whole, readable by its owner alone. Raises OSError, named by `path`."""
    if path.exists():
        raise FileExistsError(EEXIST, os.strerror(EEXIST), path)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield partial
        os.link(partial, path)
    except OSError as error:
        raise (type(error)(error.errno, error.strerror, path) if error.filename in (str(partial), partial) else error) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def _opened(path: Path) -> TextIO:
    return path.open("w", encoding="utf-8", newline="")


@contextmanager
def _csv(path: Path) -> Iterator[Write]:
    """With the mark by which a Chinese Excel knows UTF-8."""
    with _opened(path) as file:
        file.write("\ufeff")
        writer = csv.writer(file)
        is_first = True

        def write(row: Row) -> None:
            nonlocal is_first
            if is_first:
                writer.writerow(row)
                is_first = False
            writer.writerow([harmless(value) for value in row.values()])

        yield write


@contextmanager
def _json(path: Path) -> Iterator[Write]:
    """One array, one object to a line."""
    with _opened(path) as file:
        between = "[\n"

        def write(row: Row) -> None:
            nonlocal between
            file.write(between + json.dumps(row, ensure_ascii=False))
            between = ",\n"

        yield write
        file.write("[]\n" if between == "[\n" else "\n]\n")


@contextmanager
def _xlsx(path: Path) -> Iterator[Write]:
    """Numbers of people are text: a spreadsheet keeps 15 digits of a number."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("数据")
    is_first = True

    def write(row: Row) -> None:
        nonlocal is_first
        if is_first:
            sheet.append(list(row))
            is_first = False
        sheet.append([harmless(value) for value in row.values()])

    yield write
    book.save(path)
