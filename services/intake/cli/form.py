"""`qiao intake form FILE.xlsx`: an XLSForm becomes a section of the form of visits; `--check` only says whether it would."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from services.intake.actions.export import exporter
from services.intake.actions.imported_form import import_form
from services.intake.app import SERVICE
from services.intake.domain.xlsform import XlsForm, read_xlsform
from shared.errors import Refusal
from shared.plugins import load
from shared.store.migrate import check_schema

console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def form(
    file: Annotated[Path, typer.Argument(help="The workbook: sheets survey, choices, settings.", exists=True, dir_okay=False)],
    division: Annotated[str, typer.Option(help="12 digits: asked in every survey of this division and below.")] = "",
    by: Annotated[str, typer.Option(help="The officer's account; limited to that officer's divisions.")] = "",
    check: Annotated[bool, typer.Option("--check", help="Say what would be asked, and keep nothing.")] = False,
) -> None:
    """Ask the questions of an XLSForm at every visit from now on. What cannot be carried is refused with its row and column."""
    try:
        read = read_xlsform(file.read_bytes())
        if not check:
            _keep(read, division, by)
    except Refusal as refusal:
        errors.print(f"{file.name}: {refusal.message}", style="red", markup=False)
        raise typer.Exit(1) from refusal
    for section in read.sections:
        console.print(f"{section.title} ({section.about})", markup=False)
        for question in section.questions:
            console.print(f"  {section.place(question)}: {question.label} [{question.kind}]", markup=False)


def _keep(read: XlsForm, division: str, by: str) -> None:
    settings = SERVICE.settings()
    hooks = load(SERVICE.name, SERVICE.hooks, enabled=settings.plugins, builtin=SERVICE.plugins, config=settings.plugin_settings)
    store = SERVICE.open_store(settings)
    try:
        check_schema(SERVICE, store)
        actor, today = store.read_now(lambda reader: exporter(by, reader=reader)), store.clock.today()
        store.run_now(lambda work: import_form(read, division=division, work=work, today=today, actor=actor, hooks=hooks), actor=actor)
    finally:
        store.engine.dispose()
