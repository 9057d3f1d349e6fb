"""`qiao intake subject PERSON FILE`: the copy of everything about one person, for that person, logged in an officer's name."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from pydantic_core import to_json

from services.intake.actions.export import exporter
from services.intake.actions.subject import copy_for_subject
from services.intake.app import SERVICE
from services.intake.cli.table_file import whole_file
from services.intake.cli.telling import telling
from shared.personal import Keyring
from shared.service import key_file_of
from shared.store.migrate import check_schema


def subject(
    person: Annotated[UUID, typer.Argument(help="The person's id, as the household file and the search give it.")],
    file: Annotated[Path, typer.Argument(help="Written anew as JSON, readable by its owner alone.")],
    by: Annotated[str, typer.Option(help="The officer's account; limited to that officer's divisions.")],
) -> None:
    """Write everything intake has about one person, with the log of who read it."""
    with telling():
        _write(person, file, by)
    typer.echo(f"{file}")


def _write(person: UUID, file: Path, by: str) -> None:
    settings = SERVICE.settings()
    keyring = Keyring.from_file(key_file_of(settings))
    store = SERVICE.open_store(settings)
    try:
        check_schema(SERVICE, store)
        with whole_file(file) as partial:
            actor = store.read_now(lambda reader: exporter(by, reader=reader))
            today = store.clock.today()
            copy = store.run_now(lambda work: copy_for_subject(person, work=work, today=today, actor=actor, keyring=keyring), actor=actor)
            partial.write_bytes(to_json(copy, indent=2))
    finally:
        store.engine.dispose()
