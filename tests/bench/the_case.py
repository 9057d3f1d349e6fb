"""Seconds of each part of the demo, and what a city of more people costs per person.

Each play is the real command in processes of its own, in a folder of its own. The parts that grow with the city are the
rosters, the survey and the selection; what they take per person must stay flat.

    python -m tests.bench.the_case [--rounds 3] [--fold 1 --fold 10] [--scale 1]
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from tests.servers import free_port_base

GROWS = ("rosters", "survey", "selection")
GOAL_SECONDS, AIM_SECONDS = 120, 60


def play(scale: float, fold: int) -> tuple[dict[str, float], int]:
    """Seconds of each part, and how many people the rosters held. Raises SystemExit when a figure is not as the case says."""
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ["--scale", str(scale), "--people-fold", str(fold), "--port-base", str(free_port_base()), "--report", str(report)]
        done = subprocess.run([sys.executable, "-m", "shared.cli", "demo", "--exit", *options], capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stdout[-2_000:] + done.stderr[-2_000:])
        told = json.loads(report.read_text(encoding="utf-8"))
    return told["seconds"], told["population"]["people"]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--fold", type=int, action="append")
    arguments.add_argument("--scale", type=float, default=1)
    chosen = arguments.parse_args()
    folds = chosen.fold or [1, 10]
    console, table = Console(), Table("part", *(f"{fold} x people" for fold in folds), title="seconds, median of the rounds")
    columns: list[dict[str, float]] = []
    per_person: list[float] = []
    for fold in folds:
        rounds = [play(chosen.scale, fold) for _ in range(chosen.rounds)]
        column = {part: median(seconds[part] for seconds, _ in rounds) for part in rounds[0][0]}
        columns.append(column)
        per_person.append(sum(column[part] for part in GROWS) / rounds[0][1])
    for part in columns[0]:
        table.add_row(part, *(f"{column[part]:.1f}" for column in columns))
    table.add_row("rosters + survey + selection, ms a person", *(f"{1000 * seconds:.2f}" for seconds in per_person))
    console.print(table)
    console.print(f"whole case {columns[0]['total']:.0f} s (goal {GOAL_SECONDS}, aim {AIM_SECONDS}, on two quiet cores)")
    if len(folds) > 1:
        console.print(f"a person of {folds[-1]} x as many / of {folds[0]} x: {per_person[-1] / per_person[0]:.2f} (flat is 1)")


if __name__ == "__main__":
    main()
