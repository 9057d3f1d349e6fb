"""`qiao demo`: the whole case on this machine, from an empty folder to the public site."""

import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Annotated

import typer
from httpx import codes, get
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shared.access.actor import KERNEL_ROLES
from shared.cli.installed import load_services
from shared.cli.supervisor import Supervisor, until_interrupted
from shared.cli.trace_store import TraceProcess
from shared.demo.cast import officials
from shared.demo.desk import NotAsTold
from shared.demo.play import play
from shared.demo.report import Report
from shared.demo.stage import new_password
from shared.demo.workbook import drawn_up
from shared.service import Service
from shared.telemetry import Telemetry
from shared.web.console import ROOT as CONSOLE_ROOT

console = Console(highlight=False)


def demo(
    exit: Annotated[bool, typer.Option("--exit", help="Stop at the end; status 0 only if every figure of the case came out.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write what the services say at the end as JSON.", show_default=False)] = None,
    scale: Annotated[float, typer.Option(min=0.1, max=1, help="A smaller city, e.g. 0.1; 1 is the case itself.")] = 1,
    people_fold: Annotated[
        int, typer.Option(min=1, max=100, help="A city of so many times the people, with the same quotas: 10 is 170,000.")
    ] = 1,
    port_base: Annotated[
        int | None, typer.Option(help="Move all ports: intake to this + 1, NATS to this + 22.", show_default=False)
    ] = None,
    traces: Annotated[bool, typer.Option(help="A trace store on port 4318 or base + 18.")] = True,
    data: Annotated[Path | None, typer.Option(help="Keep the data here; it must not exist yet.", show_default=False)] = None,
) -> None:
    """Play the Huangshi case through five services, from the first roster in 2015 to the petitions of 2018."""
    with TemporaryDirectory(prefix="qiao-demo-", ignore_cleanup_errors=True) as temporary:
        folder = data or Path(temporary) / "data"
        if folder.exists():
            raise typer.BadParameter(f"{folder} 已存在；演示从空目录开始", param_hint="--data")
        _run(folder, scale=scale, people_fold=people_fold, port_base=port_base, report=report, stays=not exit, traces=traces)


def _run(folder: Path, *, scale: float, people_fold: int, port_base: int | None, report: Path | None, stays: bool, traces: bool) -> None:
    started = perf_counter()
    _forget_settings()
    services = load_services([])
    told: Report | None = None
    with (
        until_interrupted(),
        drawn_up(scale * people_fold) as rosters,
        Supervisor(services, data=folder, port_base=port_base, is_rehearsal=True, has_traces=traces) as qiao,
    ):
        endpoints = {service.name: qiao.address(service.name) for service in services}
        tokens = {service.name: qiao.admin_token(service.name) for service in services}
        start_up = round(perf_counter() - started, 2)
        password = new_password()
        telemetry = Telemetry("demo", endpoint=qiao.traces.endpoint if qiao.traces else "")
        try:
            told = play(
                endpoints,
                tokens,
                scale=scale,
                people_fold=people_fold,
                console=console,
                rosters=rosters,
                telemetry=telemetry,
                password=password,
            )
        except NotAsTold as fault:
            console.print(f"[red]演示中断：[/]{escape(str(fault))}", soft_wrap=True)
            raise typer.Exit(1) from fault
        told.seconds = {"start": start_up} | told.seconds | {"total": round(perf_counter() - started, 2)}
        _show(told, endpoints["disclosure"], qiao.traces)
        if report is not None:
            report.write_text(told.model_dump_json(indent=2) + "\n", encoding="utf-8")
        if not stays:
            if told.faults:
                raise typer.Exit(1)
            return
        _invite(services, endpoints, password)
        console.print("服务仍在运行，按 Ctrl-C 结束。")
        signal.pause()
    if told is None:
        raise typer.Exit(130)  # interrupted before the end, as a shell says it


def _forget_settings() -> None:
    """The play has a city of its own: no store, bus or key that the environment names is touched."""
    for name in [name for name in os.environ if name.startswith("QIAO_")]:
        del os.environ[name]


def _show(report: Report, site: str, traces: TraceProcess | None) -> None:
    """What happened, how long it took, and where the public reads it."""
    times = Table("环节", "秒", box=None)
    for part, seconds in report.seconds.items():
        times.add_row(part, f"{seconds:.1f}")
    console.print(times)
    for fault in report.faults:
        console.print(f"[red]不符：{fault}[/]")
    if not report.faults:
        console.print("[green]全部数字与黄石案例一致。[/]")
    link = traces.link(report.trace_id) if traces else ""
    console.print(f"一条轨迹贯穿五个服务：{link or report.trace_id}", soft_wrap=True)
    if traces and link:
        console.print(f"在终端看：qiao trace {report.trace_id} --data {traces.file.parents[1]}", soft_wrap=True)
    console.print(f"公开网站：[bold]{site}/[/]")


def _invite(services: Sequence[Service], endpoints: Mapping[str, str], password: str) -> None:
    """Where staff work, and how whoever watches takes a seat there: the people are invented, the password is this play's."""
    for service in services:
        named = {**KERNEL_ROLES, **service.roles}
        page = f"{endpoints[service.name]}{CONSOLE_ROOT}"
        if get(page, trust_env=False, timeout=30).status_code != codes.NOT_FOUND:
            seats = "、".join(f"{person.account}（{named[person.roles[0]]}）" for person in officials() if person.service == service.name)
            console.print(f"{service.title}工作台：[bold]{page}[/]  帐号 {seats}", soft_wrap=True)
    console.print(f"以上帐号的密码：[bold]{password}[/]", soft_wrap=True)
