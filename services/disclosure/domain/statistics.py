"""What of the counts may be shown: every table passes the suppression filter before any format sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.disclosure.domain.suppression import Cell, Shown, alone, column, suppress


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a published table."""

    name: str
    shown: Shown


def with_total(parts: Mapping[str, int], threshold: int) -> tuple[list[Line], Shown]:
    """A column and its total, e.g. closings by reason: 失联 3 goes, and another cell with it, or the total would give it away."""
    shown = suppress(column(dict(parts), total="total"), threshold)
    return [Line(name, shown[name]) for name in parts], shown["total"]


def without_total(parts: Mapping[str, int], threshold: int) -> list[Line]:
    """Counts that add up to nothing that is shown."""
    cells: list[Cell] = [cell for name, value in parts.items() for cell in alone(name, value)]
    shown = suppress(cells, threshold)
    return [Line(name, shown[name]) for name in parts]


def by_district(communities: Sequence[tuple[str, str, int]], codes: Sequence[str]) -> dict[str, dict[str, int]]:
    """(division, group, selected) of communities, added up by district: a community is too small to show."""
    rows: dict[str, dict[str, int]] = {}
    for division, code, number in communities:
        line = rows.setdefault(division[:6].ljust(12, "0"), dict.fromkeys(codes, 0))
        line[code] += number
    return dict(sorted(rows.items()))
