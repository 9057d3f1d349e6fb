"""Every check in order, told as a table or as JSON."""

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from shared.access.tokens import UnsafeSecret
from shared.cli.bus_users import operator_sign_in
from shared.cli.doctor import machine
from shared.cli.doctor.bus import bus
from shared.cli.doctor.finding import Finding, Findings, fails
from shared.cli.doctor.stores import store
from shared.cli.embedded_nats import nats_binary
from shared.cli.installed import NotInstalled, load_service, service_names
from shared.cli.supervisor import NATS_ABOVE_BASE, PORT_BASE
from shared.service import Service
from shared.settings import ServiceSettings

MARKS: Final = {"ok": "[green]✓[/]", "warn": "[yellow]![/]", "fail": "[red]✗[/]"}

console = Console(highlight=False)


def doctor(
    services: Annotated[
        list[str] | None, typer.Argument(help="Which services; all that are installed, if none is named.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    port_base: Annotated[int | None, typer.Option(help="As given to `up`.", show_default=False)] = None,
    min_free: Annotated[int, typer.Option(help="MB that must be free where the data is.")] = machine.LEAST_FREE // 1024**2,
) -> None:
    """Check versions, ports, stores, migrations, the bus, clocks, disk and secrets, and say what to do. Status 1 if something is wrong."""
    found = list(findings(services or [], port_base=port_base, least_free=min_free * 1024**2))
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], ensure_ascii=False, indent=2))
    else:
        _tell(found)
    if any(each.level == "fail" for each in found):
        raise typer.Exit(1)


def findings(names: Sequence[str], *, port_base: int | None = None, least_free: int = machine.LEAST_FREE) -> Findings:
    """Everything that can be looked at from here."""
    chosen, lacking = _installed(names)
    yield from machine.python()
    yield from lacking
    yield from machine.packages(machine.needed(service.name for service in chosen))
    shared = ServiceSettings()
    is_embedded = "QIAO_NATS_URL" not in os.environ
    if is_embedded:
        yield from machine.nats_server(nats_binary())
    yield from machine.disk(shared.data, least_free)
    yield from machine.secrets(shared.data / "secrets")
    is_running = False
    for service in chosen:
        looked = list(_service(service, port_base))
        is_running |= any(each.check == "ports" and "running" in each.en for each in looked)
        yield from looked
    url = f"nats://127.0.0.1:{port_base + NATS_ABOVE_BASE}" if is_embedded and port_base is not None else shared.nats_url
    if url:
        yield from _bus(shared, url, is_expected=is_running or not is_embedded)


def _installed(names: Sequence[str]) -> tuple[list[Service], list[Finding]]:
    """Those that can run; one that was named and cannot is a fault."""
    chosen, lacking = [], []
    for name in names or service_names():
        try:
            chosen.append(load_service(name))
        except NotInstalled as error:
            if names:
                todo = (f"pip install 'qiao[{name}]'", f"pip install 'qiao[{name}]'")
                lacking.append(fails("versions", name, (f"{name} 没有安装", str(error)), todo))
    return sorted(chosen, key=lambda service: service.port), lacking


def _service(service: Service, port_base: int | None) -> Findings:
    settings = service.settings()
    number = service.port - PORT_BASE + port_base if port_base is not None else settings.port or service.port
    yield from machine.port(service.name, number)
    named = settings.key_file
    yield from machine.key(service.name, named or _default_key(settings.data, service.name), is_named=named is not None)
    if settings.admin_token_file is not None:
        yield from machine.admin_token(service.name, settings.admin_token_file)
    yield from store(service, settings)


def _default_key(data: Path, service: str) -> Path:
    """Where `up` keeps it."""
    return data / "secrets" / f"{service}-key"


def _bus(settings: ServiceSettings, url: str, *, is_expected: bool) -> Findings:
    try:
        sign_in = operator_sign_in(settings)
    except (UnsafeSecret, OSError) as error:
        todo = ("检查 QIAO_NATS_PASSWORD_FILE 指的文件", "look at the file that QIAO_NATS_PASSWORD_FILE names")
        yield fails("secrets", "bus", (f"总线密码不可用：{error}", f"the password for the bus cannot be used: {error}"), todo)
        return
    yield from asyncio.run(bus(url, sign_in, is_expected=is_expected))


def _tell(found: Sequence[Finding]) -> None:
    table = Table("", "检查 check", "对象 about", "结果与办法 result, and what to do", box=None)
    for each in found:
        lines = [each.zh] if each.zh == each.en else [each.zh, each.en]
        if each.todo_zh:
            lines += [f"→ {each.todo_zh}"] if each.todo_zh == each.todo_en else [f"→ {each.todo_zh}", f"→ {each.todo_en}"]
        table.add_row(MARKS[each.level], each.check, each.about, "\n".join(line.replace("[", "\\[") for line in lines))
    console.print(table)
    faults, warnings = (sum(each.level == level for each in found) for level in ("fail", "warn"))
    console.print(f"{faults} 处错误 faults, {warnings} 处提醒 warnings")
