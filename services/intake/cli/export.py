"""`qiao intake export FILE`: households or people by division and category; with personal fields only for a purpose and in a name."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, get_args
from uuid import UUID

import typer
from rich.console import Console

from services.intake import labels
from services.intake.actions.export import Asked, Kind, begin_export, export_chunk, exporter
from services.intake.actions.person import Purpose
from services.intake.app import SERVICE
from services.intake.cli.options import check_option
from services.intake.cli.table_file import FORMATS, table_file
from services.intake.cli.telling import telling
from shared.access import Actor
from shared.errors import Malformed
from shared.ids import new_id
from shared.personal import Keyring
from shared.service import SettingMissing
from shared.store.migrate import check_schema
from shared.store.store import Store

console = Console(highlight=False, soft_wrap=True)


def export(
    file: Annotated[Path, typer.Argument(help=f"Written anew; its end says the form: {', '.join(FORMATS)}.")],
    what: Annotated[str, typer.Option(help="persons or households.")] = "persons",
    division: Annotated[str, typer.Option(help="12 digits; everywhere, if left out.")] = "",
    category: Annotated[list[str] | None, typer.Option(help=f"{', '.join(labels.CATEGORY)}; may be given again.")] = None,
    personal: Annotated[bool, typer.Option("--personal", help="With names, numbers, phones, addresses. Logged person by person.")] = False,
    purpose: Annotated[str, typer.Option(help=f"Needed with --personal: {', '.join(get_args(Purpose))}.")] = "",
    by: Annotated[str, typer.Option(help="Needed with --personal: the officer's account; limited to that officer's divisions.")] = "",
) -> None:
    """Export households or people. Without --personal the table says of nobody who it is; it is still not for publication."""
    with telling():
        asked = _asked(file, what, division, tuple(category or ()), personal, purpose, by)
        count = export_to(file, asked, by)
    console.print(f"{file}: {count:,} {asked.kind}", markup=False)


def export_to(file: Path, asked: Asked, by: str = "") -> int:
    """Write the table; gives its number of rows. Raises FileExistsError, NotFound or MayNotExport; then nothing is written."""
    settings = SERVICE.settings()
    if settings.key_file is None and asked.purpose is not None:
        raise SettingMissing("QIAO_KEY_FILE is not set: personal fields open with the key of the service alone")
    keyring = Keyring.from_file(settings.key_file) if settings.key_file is not None and asked.purpose is not None else None
    store = SERVICE.open_store(settings)
    try:
        check_schema(SERVICE, store)
        actor = store.read_now(lambda reader: exporter(by, reader=reader)) if asked.purpose is not None else _NOBODY
        return _write(file, asked, store, actor, keyring)
    finally:
        store.engine.dispose()


_NOBODY = Actor("export", "导出", divisions=(), is_system=True)
"""An export without personal fields needs nobody's name: whoever may read the store's file may count it."""


def _write(file: Path, asked: Asked, store: Store, actor: Actor, keyring: Any) -> int:
    count, after, today = 0, None, store.clock.today()
    with table_file(file) as write:
        if asked.purpose is not None:
            store.run_now(lambda work: begin_export(new_id(), work=work), actor=actor)
        while True:
            rows, after = store.run_now(_chunk(asked, after, today, actor, keyring), actor=actor)
            for row in rows:
                write(row)
            count += len(rows)
            if after is None:
                return count


def _chunk(asked: Asked, after: tuple[str, UUID] | None, today: date, actor: Actor, keyring: Any) -> Any:
    """The readings of a chunk are committed before its rows reach the file."""
    return lambda work: export_chunk(asked, after, work=work, today=today, actor=actor, keyring=keyring)


def _asked(file: Path, what: str, division: str, categories: tuple[str, ...], personal: bool, purpose: str, by: str) -> Asked:
    if file.suffix.lower() not in FORMATS:
        raise Malformed(f"{file}: 文件名应以 {'、'.join(FORMATS)} 之一结尾")
    if what not in get_args(Kind):
        raise Malformed(f"--what 应为 {' 或 '.join(get_args(Kind))}")
    if unknown := set(categories) - set(labels.CATEGORY):
        raise Malformed(f"--category：没有这种救助类别：{'、'.join(sorted(unknown))}；有：{'、'.join(labels.CATEGORY)}")
    if division:
        check_option(division)
    if personal and (purpose not in get_args(Purpose) or not by):
        raise Malformed(f"导出个人信息须写明 --purpose（{'、'.join(get_args(Purpose))}）和 --by（业务负责人的账号）")
    if personal and what == "households":
        raise Malformed("户的表不含个人信息；含个人信息的导出用 --what persons")
    chosen = next((each for each in get_args(Purpose) if personal and each == purpose), None)
    kind: Kind = "households" if what == "households" else "persons"
    return Asked(kind, division, categories, SERVICE.settings().clock().today(), chosen)
