"""Every command of `qiao`, and how an error that was foreseen is told: one sentence, no traceback."""

import gc
import os
import signal
import sys
from importlib import import_module
from typing import Annotated

import typer
import uvicorn
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console

from shared.access.tokens import UnsafeSecret
from shared.cli.bus import bus_app
from shared.cli.database import database_app
from shared.cli.doctor.command import doctor
from shared.cli.embedded_nats import NatsNotStarted
from shared.cli.installed import NoSuchService, NotInstalled, load_commands, load_service, load_services, service_names
from shared.cli.plugins import show_plugins
from shared.cli.secret_files import secrets_folder
from shared.cli.supervisor import NotReady, Supervisor, until_interrupted
from shared.cli.trace import show_trace
from shared.personal import UnsafeKeyFile
from shared.plugins import PluginRefused
from shared.service import Mode, SettingMissing, build_app
from shared.settings import ServiceSettings
from shared.store.migrate import SchemaOutdated


class NeedsPostgreSQL(RuntimeError):
    """HTTP and consumers were to run in separate processes on SQLite, which has one writer."""


FORESEEN = (
    NatsNotStarted,
    NeedsPostgreSQL,
    NoSuchService,
    NotInstalled,
    NotReady,
    PluginRefused,
    SchemaOutdated,
    SettingMissing,
    SettingsError,
    UnsafeKeyFile,
    UnsafeSecret,
    ValidationError,
)
STOP_WITHIN_SECONDS = 15
COLOURS = ("cyan", "green", "magenta", "yellow", "blue")


app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="Qiao 桥: buy social services, and account for it.")
app.add_typer(database_app, name="db")
app.add_typer(bus_app, name="bus")
console = Console(highlight=False)

ServiceName = Annotated[
    str, typer.Argument(envvar="QIAO_SERVICE", help="intake, procurement, casework, evaluation or disclosure.", show_default=False)
]
Host = Annotated[str, typer.Option(envvar="QIAO_HOST", help="Address to listen on; 0.0.0.0 in a container.")]
Port = Annotated[int, typer.Option(help="Port to listen on instead of the service's own.", show_default=False)]


@app.command()
def serve(service: ServiceName, host: Host = "127.0.0.1", port: Port = 0) -> None:
    """Run one service's HTTP alone. Needs PostgreSQL, beside `qiao work`."""
    _run(service, "serve", host, port)


@app.command()
def work(service: ServiceName, host: Host = "127.0.0.1", port: Port = 0) -> None:
    """Run one service's consumers, relay and jobs alone; HTTP answers for its health. Needs PostgreSQL."""
    _run(service, "work", host, port)


@app.command("all")
def all_of(service: ServiceName, host: Host = "127.0.0.1", port: Port = 0) -> None:
    """Run one whole service in one process."""
    _run(service, "all", host, port)


def _run(name: str, mode: Mode, host: str, port: int) -> None:
    service = load_service(name)
    settings = service.settings()
    if mode != "all" and settings.store_address(name).startswith("sqlite"):
        raise NeedsPostgreSQL(f"SQLite has one writer: run `qiao all {name}`, or name a PostgreSQL in QIAO_{name.upper()}_STORE_URL.")
    application = build_app(service, settings, mode=mode)
    gc.freeze()  # what is loaded by now stays: a full collection that looks through it holds everybody up for 0.17 s
    uvicorn.run(
        application,
        host=host,
        port=port or settings.port or service.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_WITHIN_SECONDS,
    )


@app.command()
def up(
    services: Annotated[list[str] | None, typer.Argument(help="Which services; all, if none is named.", show_default=False)] = None,
    port_base: Annotated[
        int | None, typer.Option(help="Move all ports: intake to this + 1, NATS to this + 22.", show_default=False)
    ] = None,
    traces: Annotated[bool, typer.Option(help="A trace store on port 4318 or base + 18.")] = True,
) -> None:
    """Run services on this machine, with a NATS server of their own unless QIAO_NATS_URL names one. Ctrl-C stops them."""
    chosen = load_services(services or [])
    data = ServiceSettings().data
    colours = dict(zip(service_names(), COLOURS, strict=False))
    width = max(len(service.name) for service in chosen)

    def echo(name: str, line: str) -> None:
        console.print(f"[{colours.get(name, 'white')}]{name:<{width}}[/]", end=" ")
        console.print(line, markup=False, soft_wrap=True)

    with until_interrupted(), Supervisor(chosen, data=data, port_base=port_base, echo=echo, has_traces=traces) as qiao:
        for service in chosen:
            console.print(f"[bold]{service.title}[/] {service.name}: {qiao.address(service.name)}")
        console.print(
            f"NATS: {qiao.nats_url}. Data: {data}. Tokens for the first accounts: {secrets_folder(data)}. Ctrl-C stops everything."
        )
        if qiao.traces is not None:
            where = f"没有 none ({qiao.traces.trouble})" if qiao.traces.trouble else f"{qiao.traces.address}/"
            console.print(f"轨迹 Traces: {where}")
        signal.pause()


@app.command()
def services() -> None:
    """Which services this installation can run."""
    for name in service_names():
        try:
            service = load_service(name)
        except NotInstalled as error:
            console.print(str(error), style="yellow", markup=False, soft_wrap=True)
        else:
            console.print(f"{name} [green]ready[/]: {service.title}, port {service.port}")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def intake(context: typer.Context) -> None:
    """Rosters and screening from the command line; --help says what."""
    load_commands("intake")(context.args, prog_name="qiao intake")


app.command("trace")(show_trace)
app.command("doctor")(doctor)


@app.command()
def plugins(service: ServiceName) -> None:
    """Which plugins a service asks, in which order, and which questions there are."""
    show_plugins(load_service(service))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def demo(context: typer.Context) -> None:
    """Play the Huangshi case through five services; --help says how."""
    try:
        played = import_module("shared.demo.command")  # only here: a department's service has neither its packages nor its time to load
    except ModuleNotFoundError as error:
        raise NotInstalled("all", str(error.name)) from error
    command = typer.Typer(pretty_exceptions_enable=False)
    command.command()(played.demo)
    command(context.args, prog_name="qiao demo")


def main() -> None:
    """Run `qiao`. What it writes is for its own account: stores, documents, logs, secrets."""
    os.umask(0o077)
    try:
        app()
    except FORESEEN as error:
        Console(stderr=True, highlight=False).print(_sentence(error), style="red", markup=False, soft_wrap=True)
        sys.exit(1)


def _sentence(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "\n".join(f"setting {'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
    return str(error)
