"""`qiao intake`: the work of intake from the command line, on its own store, without the service running."""

import typer

from services.intake.cli.export import export
from services.intake.cli.form import form
from services.intake.cli.retention import retention
from services.intake.cli.roster import import_files
from services.intake.cli.screen import screen
from services.intake.cli.subject import subject

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="Rosters and screening from the command line.")


@app.callback()
def intake() -> None:
    """Each command opens intake's own store, as QIAO_DATA or QIAO_INTAKE_STORE_URL name it."""


app.command()(export)
app.command()(form)
app.command("import")(import_files)
app.command()(retention)
app.command()(screen)
app.command()(subject)
