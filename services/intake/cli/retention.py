"""`qiao intake retention`: how much has been kept long enough, and asking for its erasure in one go; another officer confirms."""

import asyncio
import json
import logging
from typing import Annotated, Any, Final
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from services.intake import actions
from services.intake.actions.erasure_batch import NothingDue, asker
from services.intake.app import SERVICE
from services.intake.labels import ERASURE_SCOPE
from services.intake.store.erasure_batch import erasure_batch
from shared.access import SYSTEM
from shared.errors import Refusal
from shared.jobs import UNFINISHED
from shared.service import Runtime, SettingMissing
from shared.web.progress import latest_job
from shared.work import Work

LOOK_SECONDS: Final = 0.05
console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def retention(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    ask: Annotated[bool, typer.Option("--ask", help="Ask for every erasure that is due; another officer confirms.")] = False,
    by: Annotated[str, typer.Option(help="With --ask: the clerk's or officer's account; limited to that account's divisions.")] = "",
) -> None:
    """Say of how many people what has been kept long enough, by class of fields. Killed while asking, the same command goes on."""
    if ask and not by:
        raise typer.BadParameter("--ask needs --by ACCOUNT", param_hint="--by")
    try:
        told = asyncio.run(_run(by if ask else ""))
    except (Refusal, SettingMissing) as error:
        errors.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from error
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2, default=str))
    else:
        _show(told)


async def _run(account: str) -> dict[str, Any]:
    log = logging.getLogger("qiao")
    level = log.level
    log.setLevel(logging.ERROR)  # what a service notes of its work is not what was asked at the terminal
    runtime = Runtime(SERVICE, SERVICE.settings().model_copy(update={"nats_url": "", "admin_token_file": None}))
    await runtime.start()
    try:
        due = await runtime.read(actions.retention, actor=SYSTEM)
        return due | {"batch": await _ask(account, runtime)} if account else due
    finally:
        await runtime.stop()
        log.setLevel(level)


async def _ask(account: str, runtime: Runtime) -> dict[str, Any] | None:
    """Asks and waits, whoever does the work. None: nothing was due."""
    actor = await runtime.read(asker, account)

    def unit(work: Work) -> UUID:
        batch: UUID = actions.ask_due_erasures(**runtime.offers(actions.ask_due_erasures, work))["id"]
        work.record_act(actions.ask_due_erasures.__name__)
        return batch

    try:
        batch = await runtime.store.run(unit, actor=actor)
    except NothingDue:
        return None
    job = await runtime.read(latest_job, batch)
    while job is not None and job.status in UNFINISHED:
        await asyncio.sleep(LOOK_SECONDS)
        job = await runtime.read(latest_job, batch)
    told: dict[str, Any] = await runtime.read(erasure_batch, batch, actor=actor)
    return told


def _show(told: dict[str, Any]) -> None:
    table = Table("个人信息 fields", "保存至 needed until", "期满人数 due", box=None)
    for each in told["items"]:
        table.add_row(str(ERASURE_SCOPE[each["scope"]]), str(each["before"]), str(each["due"]))
    console.print(table)
    console.print(f"合计 {told['people']} 人 people")
    batch = told.get("batch")
    if batch:
        console.print(f"已申请 {batch['asked']} 项，由另一人确认 asked for, another officer confirms: {batch['id']}")
        console.print(f"仍需要 {batch['needed']} 人 still needed")
    elif "batch" in told:
        console.print("没有保存期满而未申请删除的个人信息 nothing to ask for")
