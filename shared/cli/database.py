"""`qiao db`: the schema of each service's store."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from shared.cli.installed import load_service, load_services
from shared.errors import Refusal
from shared.files import Files
from shared.personal import Keyring
from shared.rewrapping import begin, end, rewrap_all
from shared.service import key_file_of
from shared.store.migrate import check_schema, draft, upgrade

database_app = typer.Typer(no_args_is_help=True, help="The schema of each service's store.")
console = Console(highlight=False)


@database_app.command("upgrade")
def upgrade_stores(
    service: Annotated[str, typer.Argument(envvar="QIAO_SERVICE", help="Name of a service.")] = "",
    all_services: Annotated[bool, typer.Option("--all", help="Every service.")] = False,
) -> None:
    """Bring a store to the schema of this version. An existing SQLite file is copied first."""
    if bool(service) == all_services:
        raise typer.BadParameter("Name one service, or use --all.")
    for each in load_services([service] if service else []):
        store = each.open_store(each.settings())
        try:
            backup = upgrade(each, store)
        finally:
            store.engine.dispose()
        console.print(f"{each.name}: up to date" + (f"; the store as it was is in {backup}" if backup else ""))


@database_app.command("rotate-key")
def rotate_key(service: Annotated[str, typer.Argument(envvar="QIAO_SERVICE", help="Name of a service.")]) -> None:
    """Wrap the keys of people and documents under a new key, while the service runs or not. Killed, it goes on when called again.

    The new key is put first into QIAO_KEY_FILE, the earlier one is read until nothing needs it, then it is forgotten. Copies of the
    store that are older than that can be read with a copy of the earlier key alone.
    """
    each = load_service(service)
    settings = each.settings()
    key_file = key_file_of(settings)
    store = each.open_store(settings)
    try:
        check_schema(each, store)
        console.print(f"{each.name}: " + ("a new key is in force" if begin(key_file) else "the rotation that has begun goes on"))
        keyring = Keyring.from_file(key_file)
        files = Files(settings.data / each.name / "files", keyring)
        for progress in rewrap_all(each.wrapped, store, files, keyring):
            console.print(f"{each.name}: {progress.done:,} of {progress.total:,}")
        end(each.wrapped, store, keyring, key_file)
    except Refusal as refusal:
        console.print(refusal.message, style="red", markup=False)
        raise typer.Exit(1) from refusal
    finally:
        store.engine.dispose()
    console.print(f"{each.name}: everything is under the new key; the earlier one is forgotten")


@database_app.command("draft")
def draft_migration(service: str, message: str) -> None:
    """For developers: write the next migration from what store.py has and the migrations have not. Read it before you commit it."""
    each = load_service(service)
    with TemporaryDirectory() as folder:
        draft(each, each.table.metadata, message, Path(folder) / "scratch.db")
    console.print(f"written to {each.folder / 'migrations'}")
