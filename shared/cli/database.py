"""`qiao db`: the schema of each service's store."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from shared.cli.installed import load_service, load_services
from shared.store.migrate import draft, upgrade

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


@database_app.command("draft")
def draft_migration(service: str, message: str) -> None:
    """For developers: write the next migration from what store.py has and the migrations have not. Read it before you commit it."""
    each = load_service(service)
    with TemporaryDirectory() as folder:
        draft(each, each.table.metadata, message, Path(folder) / "scratch.db")
    console.print(f"written to {each.folder / 'migrations'}")
