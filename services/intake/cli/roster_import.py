"""Rosters from files into the store, by the same actions and jobs as on the console, in this process."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.intake import actions, labels, store
from services.intake.actions.acceptance import RosterStale
from services.intake.actions.roster import shape_of
from services.intake.app import SERVICE
from services.intake.cli.given_file import content_of
from services.intake.domain.columns import CATEGORY, DIVISION, HOUSEHOLD_NO, LIVING, RELATION
from services.intake.domain.roster_table import RosterTable, guessed_names, headers_of, read_table
from services.intake.domain.words import CATEGORIES
from services.intake.store import Roster
from shared.access import EVERYWHERE, Actor
from shared.cli.secret_files import key_file
from shared.errors import Refusal
from shared.files import keep_file
from shared.jobs import UNFINISHED, Progress, progress
from shared.service import Runtime, SettingMissing
from shared.sheets import open_book
from shared.store.migrate import check_schema, is_new, upgrade
from shared.store.store import Store
from shared.work import Reader, Work

MOST_BYTES: Final = 160 << 20
"""Of a file at the command line: a million rows have about 70 MB."""
LOOK_SECONDS: Final = 0.05
OPERATOR: Final = Actor("command-line", "命令行", is_system=True)
"""Whoever can write the store's file. Both steps bear this name: nobody else looked at the rows."""
COUNTS: Final = ("rows", "accepted", "new", "updated", "unchanged", "duplicates", "blank", "doubtful")
DEFAULT_CATEGORY: Final = "urban_allowance"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """How the files are to be read."""

    reference_on: date
    division: str = ""
    category: str = ""
    is_accepted: bool = True
    columns: Mapping[str, str] | None = None
    """Column → heading, where the command says it."""


@dataclass(frozen=True, slots=True)
class Unfit:
    """A file that was not imported: which rule it breaks, and what that means in Chinese."""

    file: str
    rule: str
    message: str


class NotImported(Exception):
    """Files that cannot be read, or work that failed. `told` is the account of the files that were imported before, which stay."""

    def __init__(self, refused: Sequence[Unfit], told: Mapping[str, Any] | None = None) -> None:
        super().__init__("; ".join(each.message for each in refused))
        self.refused = tuple(refused)
        self.told = dict(told if told is not None else _sum([])) | {"is_whole": False, "refused": [asdict(each) for each in refused]}


class JobFailed(Exception):
    """The work on a roster ended without an end."""


def import_all(files: Sequence[Path], asked: Asked) -> dict[str, Any]:
    """Import files one after another and give the account of them. Raises NotImported, SchemaOutdated, SettingMissing or OSError."""
    settings = SERVICE.settings()
    settings = settings.model_copy(update={"nats_url": "", "admin_token_file": None})
    if unfit := [found for path in files if (found := _fault_of(path, asked)) is not None]:
        raise NotImported(unfit)
    opened = SERVICE.open_store(settings)
    try:
        is_fresh = is_new(SERVICE, opened)
        if not is_fresh:
            check_schema(SERVICE, opened)
        if settings.key_file is None:
            settings = settings.model_copy(update={"key_file": _own_key(settings.data, is_fresh=is_fresh)})
        upgrade(SERVICE, opened)
    finally:
        opened.engine.dispose()
    return asyncio.run(_import(files, asked, settings))


async def _import(files: Sequence[Path], asked: Asked, settings: Any) -> dict[str, Any]:
    log = logging.getLogger("qiao")
    level = log.level
    log.setLevel(logging.ERROR)  # what a service notes of its work is not what a clerk at the terminal asked
    runtime = Runtime(SERVICE, settings)
    await runtime.start()
    told: list[dict[str, Any]] = []
    try:
        for path in files:
            told.append(await _import_file(path, asked, runtime))
        return _sum(told)
    except NotImported as fault:
        raise NotImported(fault.refused, _sum(told)) from fault
    finally:
        await runtime.stop()
        log.setLevel(level)


async def _import_file(path: Path, asked: Asked, runtime: Runtime) -> dict[str, Any]:
    with _telling_of(path):
        content = _content(path)
        stored = await asyncio.to_thread(runtime.files.put, content, most=MOST_BYTES)
        roster_id = await runtime.read(_unfinished, stored.sha256)
        table = await asyncio.to_thread(_table, path, asked, runtime.store)
        assumed, names, rows = _assumed(path, table, asked), table.names, table.rows
        del table  # the job reads the file itself; two of a long one at a time are too much
        if roster_id is None:
            file_id = await runtime.run(keep_file, stored, actor=OPERATOR)
            terms = {"name": path.name[:200], "purpose": "planning", "reference_on": asked.reference_on, "survey_id": None}
            place = {"division": asked.division or EVERYWHERE, "category": asked.category or assumed.get(CATEGORY, "")}
            found = {"file": file_id, "rows": rows, "columns": names}
            roster_id = (await _act(runtime, actions.upload_roster, **terms, **place, **found))["roster_id"]
        del content
        await _finished(runtime, roster_id)
        if asked.is_accepted:
            await _accept(runtime, roster_id, names, rows)
    told = await runtime.read(_account, roster_id)
    said = {column: labels.CATEGORY.get(word, word) for column, word in assumed.items()}
    return {"file": path.name, **told, "columns": names, "assumed": said}


async def _accept(runtime: Runtime, roster_id: UUID, names: Mapping[str, str], rows: int) -> None:
    status = await runtime.read(_status, roster_id)
    if status == "reviewed":
        try:
            await _act(runtime, actions.accept_roster, roster_id)
        except RosterStale:
            await _act(runtime, actions.map_columns, roster_id, columns=names, rows=rows, headings=())
            await _finished(runtime, roster_id)
            await _act(runtime, actions.accept_roster, roster_id)
    await _finished(runtime, roster_id)


async def _act(runtime: Runtime, action: Callable[..., T], /, *args: Any, **arguments: Any) -> T:
    """One unit, left in the record of acts."""

    def act(work: Work) -> T:
        done = action(*args, **runtime.offers(action, work), **arguments)
        work.record_act(action.__name__)
        return done

    return await runtime.store.run(act, actor=OPERATOR)


async def _finished(runtime: Runtime, roster_id: UUID) -> None:
    """Wait for the roster's job, whoever runs it. Raises JobFailed."""
    job = await runtime.read(_job, roster_id)
    while job is not None and job.status in UNFINISHED:
        await asyncio.sleep(LOOK_SECONDS)
        job = await runtime.read(_job, roster_id)
    if job is not None and job.status == "failed":
        raise JobFailed(job.problem)


def _unfinished(sha256: str, *, reader: Reader) -> UUID | None:
    """A roster of this very file that an earlier command was killed over."""
    file, job = reader.kernel.file.c, reader.kernel.job.c
    begun = select(col(Roster.id)).join(reader.kernel.file, file.id == Roster.file_id).join(reader.kernel.job, job.id == Roster.job_id)
    is_ours = (file.sha256 == sha256, col(Roster.uploaded_by) == OPERATOR.account)
    is_begun = (col(Roster.status).in_(("importing", "reviewed", "accepting")), job.status != "failed")
    rows = reader.rows(begun.where(*is_ours, *is_begun).limit(1))
    return rows[0][0] if rows else None


def _status(roster_id: UUID, *, reader: Reader) -> str:
    return reader.get(Roster, roster_id).status


def _job(roster_id: UUID, *, reader: Reader) -> Progress | None:
    job_id = reader.get(Roster, roster_id).job_id
    return progress(job_id, reader=reader) if job_id else None


def _account(roster_id: UUID, *, reader: Reader) -> dict[str, Any]:
    roster = reader.get(Roster, roster_id)
    return {
        "roster_id": str(roster.id),
        "status": roster.status,
        "rows": roster.rows,
        "accepted": roster.good,
        **{name: getattr(roster, name) for name in ("new", "updated", "unchanged")},
        "rejected": store.rejected_by_reason(roster_id, reader=reader),
        "duplicates": roster.duplicates,
        "blank": roster.blank,
        "doubtful": roster.doubtful,
        "doubts": store.counted_by_kind(roster_id, "doubtful", reader=reader),
        "households": roster.households,
        "hidden": roster.unseen,
    }


def _sum(told: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    rejected: Counter[str] = Counter()
    for each in told:
        rejected.update(each["rejected"])
    counts = {name: sum(each[name] for each in told) for name in COUNTS}
    whole = counts["accepted"] + rejected.total() + counts["duplicates"] + counts["blank"] == counts["rows"]
    return counts | {"rejected": dict(rejected.most_common()), "is_whole": whole, "refused": [], "files": list(told)}


def _table(path: Path, asked: Asked, opened: Store | None) -> RosterTable:
    """The file with its columns found: as the command says, as a saved mapping says, or by guessing."""
    book = open_book(_content(path), path.name)
    if asked.columns:
        return read_table(book, guessed_names(book) | dict(asked.columns))
    headings = headers_of(book)
    shape = opened.read_now(lambda reader: shape_of(headings, reader)) if opened is not None else None
    return read_table(book, shape.columns if shape else None)


def _assumed(path: Path, table: RosterTable, asked: Asked) -> dict[str, str]:
    """What is taken to be so because the file has no column that says it."""
    said = f"{path.stem} {' '.join(part.sheet.name for part in table.parts)}"
    assumed = {
        CATEGORY: asked.category or next((code for word, code in CATEGORIES.items() if word in said), DEFAULT_CATEGORY),
        DIVISION: asked.division or "身份证号前 6 位所示的县（区）",
        LIVING: "本户在文件中的人数",
        RELATION: "每户第一人为户主",
        HOUSEHOLD_NO: "户主及其后各行为一户" if RELATION in table.columns else "每人一户",
    }
    return {column: value for column, value in assumed.items() if column not in table.columns}


@contextmanager
def _telling_of(path: Path) -> Iterator[None]:
    """What is refused is told with the file and the rule."""
    try:
        yield
    except Refusal as refusal:
        rule = next((fault.rule for fault in refusal.faults if fault.rule), refusal.code)
        raise NotImported([Unfit(str(path), rule, refusal.message)]) from refusal
    except JobFailed as failed:
        raise NotImported([Unfit(str(path), "job-failed", str(failed))]) from failed


def _fault_of(path: Path, asked: Asked) -> Unfit | None:
    """What is wrong with a file as a whole, before anything is kept."""
    try:
        with _telling_of(path):
            _table(path, asked, None)
    except NotImported as fault:
        return fault.refused[0]
    return None


def _content(path: Path) -> bytes:
    return content_of(path, most=MOST_BYTES, is_read_again=True)


def _own_key(data: Path, *, is_fresh: bool) -> Path:
    """The key that `qiao up` uses. Raises SettingMissing rather than seal people of a store that has a key under another one."""
    if not is_fresh and not (data / "secrets" / f"{SERVICE.name}-key").exists():
        raise SettingMissing("QIAO_KEY_FILE is not set, and the store was made with a key: name its file")
    return key_file(data, SERVICE.name)
