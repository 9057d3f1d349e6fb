"""Geometry of the few charts: lengths and positions as percentages, so that no text is inside a picture that scales.

Every chart is a table first; what is computed here only draws lines beside its numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor


def share(value: Decimal | float, whole: Decimal | float) -> str:
    """`value` as a percentage of `whole` for an SVG attribute; nothing of nothing."""
    return f"{float(value) / float(whole) * 100:.2f}%" if whole else "0%"


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight axis from `low` to `high` with round ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def at(self, value: Decimal | float) -> str:
        """Where the value lies, as a percentage of the axis."""
        return share(float(value) - self.low, self.high - self.low)


def scale(values: Sequence[Decimal | float], *, step: float, low: float | None = None, high: float | None = None) -> Scale:
    """An axis in whole steps around the values, or between the given ends."""
    numbers = [float(value) for value in values] or [0.0]
    start = low if low is not None else floor(min(numbers) / step) * step
    end = high if high is not None else max(ceil(max(numbers) / step) * step, start + step)
    count = round((end - start) / step)
    return Scale(start, end, tuple(start + step * n for n in range(count + 1)))


def round_step(largest: float, ticks: int = 4) -> float:
    """A step of 1, 2 or 5 times a power of ten that needs about so many ticks."""
    rough = max(largest, 1) / ticks
    power = 10 ** floor(len(str(int(rough))) - 1) if rough >= 1 else 1
    return float(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough))


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a series over time."""

    label: str
    value: int
    shown: str
    """As printed, qualifier included: 近 200."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A series as columns on a zero-based axis."""

    points: tuple[Point, ...]
    scale: Scale

    def height(self, point: Point) -> str:
        return self.scale.at(point.value)

    def top(self, point: Point) -> str:
        return f"{100 - float(self.height(point)[:-1]):.2f}%"

    def left(self, index: int, width: float = 0.6) -> str:
        """Left edge of the column at this place, when a column takes `width` of its slot."""
        return f"{(index + (1 - width) / 2) / len(self.points) * 100:.2f}%"

    def breadth(self, width: float = 0.6) -> str:
        return f"{width / len(self.points) * 100:.2f}%"


def trend(points: Sequence[Point]) -> Trend:
    """Columns from zero to a round number above the largest."""
    largest = max((point.value for point in points), default=0)
    return Trend(tuple(points), scale([largest], step=round_step(largest), low=0))
