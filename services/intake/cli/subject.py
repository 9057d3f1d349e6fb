"""`qiao intake subject PERSON FILE`: the copy of everything about one person, for that person, logged in an officer's name."""

import os
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from pydantic_core import to_json
from rich.console import Console

from services.intake.actions.export import exporter
from services.intake.actions.subject import copy_for_subject
from services.intake.app import SERVICE
from shared.errors import Refusal
from shared.personal import Keyring
from shared.service import key_file_of
from shared.store.migrate import check_schema

errors = Console(stderr=True, highlight=False, soft_wrap=True)


def subject(
    person: Annotated[UUID, typer.Argument(help="The person's id, as the household file and the search give it.")],
    file: Annotated[Path, typer.Argument(help="Written anew as JSON, readable by its owner alone.", dir_okay=False)],
    by: Annotated[str, typer.Option(help="The officer's account; limited to that officer's divisions.")],
) -> None:
    """Write everything intake has about one person, with the log of who read it."""
    settings = SERVICE.settings()
    keyring = Keyring.from_file(key_file_of(settings))
    store = SERVICE.open_store(settings)
    try:
        check_schema(SERVICE, store)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            actor = store.read_now(lambda reader: exporter(by, reader=reader))
            today = store.clock.today()
            copy = store.run_now(lambda work: copy_for_subject(person, work=work, today=today, actor=actor, keyring=keyring), actor=actor)
            opened.write(to_json(copy, indent=2))
    except Refusal as refusal:
        file.unlink()
        errors.print(refusal.message, style="red", markup=False)
        raise typer.Exit(1) from refusal
    except FileExistsError as error:
        errors.print(f"{file} 已存在，不会覆盖 exists and is not overwritten", style="red", markup=False)
        raise typer.Exit(1) from error
    finally:
        store.engine.dispose()
    typer.echo(f"{file}")
