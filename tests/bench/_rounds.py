"""What the measurements share: rounds in which all ways take turns, medians, and ratios beside the goals of the project."""

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from rich.console import Console
from rich.table import Table

console = Console(width=140)

Found = Mapping[str, Sequence[float]]
"""Way → its figure in every round."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """The median of one way by that of another, or by the sum of several."""

    name: str
    of: str
    to: tuple[str, ...]
    goal: str = ""


def arguments(description: str | None) -> ArgumentParser:
    parser = ArgumentParser(description=description)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one small round, to see that it still runs; its figures mean nothing")
    return parser


def show(title: str, found: Found, ratios: Sequence[Ratio] = (), *, unit: str = "") -> None:
    """Print medians with their rounds, then the ratios."""
    table = Table("way", f"median {unit}".strip(), "rounds", title=title)
    for name, figures in found.items():
        table.add_row(name, _short(median(figures)), " ".join(_short(figure) for figure in figures))
    console.print(table)
    if ratios:
        beside = Table("ratio", "measured", "goal")
        for ratio in ratios:
            beside.add_row(ratio.name, f"{median(found[ratio.of]) / sum(median(found[name]) for name in ratio.to):.2f}", ratio.goal or "–")
        console.print(beside)


def _short(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.2f}"


class Clock:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._began = perf_counter()

    @property
    def seconds(self) -> float:
        return perf_counter() - self._began


def percentile(sorted_figures: Sequence[float], part: float) -> float:
    """The figure below which this part of the sorted figures lies."""
    return sorted_figures[min(len(sorted_figures) - 1, int(len(sorted_figures) * part))]
