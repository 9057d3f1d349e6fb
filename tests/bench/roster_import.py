"""How long a roster takes to its preview, beside the bare unzipping of its sheet; and what a row costs in a roster sixty times as long.

    python -m tests.bench.roster_import [--rows 17000] [--long 1000000] [--rounds 5] [--quick]

The preview is opening the workbook, finding its columns, and judging every row, without the store. "In the store" adds what the job of the
service does with the rows: they are held against a store, here an empty one, 500 at a time. Time is that of the processor, so that others
on the machine count for less. Memory is the most that a process of its own had which did nothing else.
"""

import gc
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from time import process_time
from typing import Final
from zipfile import ZipFile

from openpyxl import Workbook

from services.intake.actions.roster_plan import Reviewing, plan
from services.intake.app import SERVICE
from services.intake.domain.roster import judge
from services.intake.domain.roster_row import RosterFrame
from services.intake.domain.roster_table import read_table
from shared.demo.census import census
from shared.demo.population import populate
from shared.divisions import is_known
from shared.identity import is_county, with_check_digit
from shared.personal import Keyring
from shared.settings import ServiceSettings
from shared.sheets import open_book
from shared.store.migrate import upgrade
from shared.store.store import Store
from shared.work import Reader
from tests.bench._rounds import Ratio, arguments, console, show

FRAME: Final = RosterFrame("420200000000", date(2016, 10, 10), generation=15)
CHUNK: Final = 500
MEGABYTE: Final = 1024


def written(path: Path, rows: int) -> None:
    """A roster of so many different people: the case's own, and from then on others with their particulars and a household each."""
    people = populate(census(min(1.0, rows / 17_000 + 0.01))).allowance
    book = Workbook(write_only=True)
    sheet = book.create_sheet("名册")
    sheet.append(list(people[0]._fields))
    for number, row in enumerate(islice(cycle(people), rows)):
        if number >= len(people):
            birth = f"{1940 + number % 70}{number // 70 % 12 + 1:02}{number // 840 % 28 + 1:02}"
            identity = with_check_digit(f"420202{birth}{number // 23_520 * 10 % 1000:03}0")
            row = row._replace(户编号=f"{row.户编号[:15]}{number:07}", 身份证号=identity, 与户主关系="本人", 残疾证号="")
        sheet.append([value or None for value in row])
    book.save(path)


def unzipped(content: bytes) -> int:
    with ZipFile(BytesIO(content)) as archive:
        return len(archive.read("xl/worksheets/sheet1.xml"))


def read(content: bytes) -> int:
    return sum(len(block.numbers) for block in open_book(content).sheets[0].blocks())


def previewed(content: bytes) -> int:
    return sum(1 for _ in judge(read_table(open_book(content)), FRAME))


def in_store(content: bytes, store: Store, keyring: Keyring) -> int:
    def review(reader: Reader) -> int:
        reviewing = Reviewing(read_table(open_book(content)), FRAME, reader)
        positions = range(0, reviewing.table.filled, CHUNK)
        return sum(
            len(plan(reviewing.take(position, CHUNK), reviewing.table, FRAME.reference_on, reader, keyring)) for position in positions
        )

    return store.read_now(review)


def milliseconds(way: Callable[[], int]) -> float:
    began = process_time()
    way()
    return (process_time() - began) * 1000


def alone(path: Path) -> tuple[float, float]:
    """Microseconds a row and megabytes of a process that previews this roster and does nothing else."""
    code = f"from tests.bench.roster_import import told; told({str(path)!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    each, memory = done.stdout.split()
    return float(each), float(memory)


def told(path: str) -> None:
    content = Path(path).read_bytes()
    gc.freeze()
    is_known("420202000000"), is_county("420202")  # the tables of divisions are read once in a process, not once in a roster
    began = process_time()
    rows = previewed(content)
    print((process_time() - began) / rows * 1e6, getrusage(RUSAGE_SELF).ru_maxrss / MEGABYTE)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--rows", type=int, default=17_000)
    parser.add_argument("--long", type=int, default=1_000_000)
    given = parser.parse_args()
    gc.freeze()  # as the service does once it is loaded
    rows, length, rounds = (1_000, 3_000, 1) if given.quick else (given.rows, given.long, given.rounds)
    with TemporaryDirectory() as folder:
        short, long = Path(folder) / "short.xlsx", Path(folder) / "long.xlsx"
        written(short, rows)
        keyring = Keyring.create(Path(folder) / "key")
        store = SERVICE.open_store(ServiceSettings(data=Path(folder)))
        upgrade(SERVICE, store)
        content = short.read_bytes()
        ways: dict[str, Callable[[], int]] = {
            "unzip": lambda: unzipped(content),
            "read cells": lambda: read(content),
            "preview": lambda: previewed(content),
            "preview in the store": lambda: in_store(content, store, keyring),
        }
        found: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, way in ways.items():
                found[name].append(milliseconds(way))
        ratios = [Ratio(f"{name} to unzip", name, ("unzip",), "under 15") for name in ("preview", "preview in the store")]
        show(f"{rows:,} rows to a preview", found, ratios, unit="ms")
        store.engine.dispose()
        if length:
            written(long, length)
            for path, number in ((short, rows), (long, length)):
                each, memory = alone(path)
                console.print(f"{number:,} rows alone: {each:.1f} µs a row, {memory:,.0f} MB at most (goal: flat, under 500 MB)")


if __name__ == "__main__":
    main()
