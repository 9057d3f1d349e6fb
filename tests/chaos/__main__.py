"""`./run chaos`: as many plays as the kills need, beside one that nobody disturbs."""

import signal
from random import Random
from secrets import randbelow
from statistics import median
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.chaos.case import Played, Setting, differences, killing, play_once, rolling
from tests.chaos.reaper import Kill
from tests.chaos.victims import kind_of, kinds

console = Console(highlight=False, soft_wrap=True)


def chaos(
    kills: Annotated[int, typer.Option(help="How many processes are killed in all.", min=1)] = 100,
    seed: Annotated[int | None, typer.Option(help="Draws who is killed and when; printed, to be given again.", show_default=False)] = None,
    scale: Annotated[float, typer.Option(min=0.1, max=1, help="A smaller city; 1 is the case itself.")] = 0.1,
    is_rolling: Annotated[bool, typer.Option("--rolling", help="Instead: restart every process once, one after another.")] = False,
    copies: Annotated[int, typer.Option(min=0, max=5, help="Serving, and working, processes per service on PostgreSQL; 0: SQLite.")] = 2,
) -> None:
    """Play the case while killing its processes; status 0 only if every figure is the one of an undisturbed play."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends it leaves no process behind
    seed = randbelow(1_000_000) if seed is None else seed
    setting = Setting(scale, copies)
    what = "a rolling restart" if is_rolling else f"seed {seed}, {kills} kills"
    console.print(f"{what}, scale {scale}, " + (f"PostgreSQL, {copies} + {copies} processes" if copies else "SQLite"))
    undisturbed = play_once(setting)
    console.print(f"undisturbed: {undisturbed.seconds} s, {undisturbed.said} events said, {undisturbed.effects} effects")
    chance, rounds = Random(seed), list[Played]()
    while (left := kills - sum(len(played.kills) for played in rounds)) > 0 and not (is_rolling and rounds):
        rounds.append(play_once(setting, rolling if is_rolling else killing(left, chance)))
        console.print(_line(len(rounds), rounds[-1], undisturbed))
    _show_kills([kill for played in rounds for kill in played.kills])
    wrong = [f"play {number}: {fault}" for number, each in enumerate(rounds, 1) for fault in differences(each, undisturbed)]
    for fault in wrong:
        console.print(f"[red]{fault}[/]")
    if wrong:
        raise typer.Exit(1)
    console.print(f"[green]Every figure of {len(rounds)} plays is the one of the undisturbed play.[/] {what}")


def _line(number: int, played: Played, undisturbed: Played) -> str:
    verdict = "equal" if not differences(played, undisturbed) else "[red]different[/]"
    passed = f"{played.said} events said, {played.on_the_bus} on the bus, {played.effects} effects, {played.dead} dead letters"
    in_time = sum(kill.at < played.last_act for kill in played.kills)
    return f"play {number}: {len(played.kills)} ended in {played.seconds} s, {in_time} before the last act; {passed}; figures {verdict}"


def _show_kills(kills: list[Kill]) -> None:
    table = Table("ended", "times", "back after, median s", "longest s", box=None)
    for kind in kinds(sorted(kill.name for kill in kills)):
        away = [kill.away for kill in kills if kind_of(kill.name) == kind]
        table.add_row(kind, str(len(away)), f"{median(away):.1f}", f"{max(away):.1f}")
    away = [kill.away for kill in kills]
    table.add_row("all", str(len(away)), f"{median(away):.1f}", f"{max(away):.1f}")
    console.print(table)


if __name__ == "__main__":
    typer.run(chaos)
