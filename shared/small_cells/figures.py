"""Tables of counts of people as everybody may read them, for whoever publishes them: the same counts are always withheld alike,
so that two publications of one list cannot give away together what neither gives alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from shared.divisions import parent
from shared.small_cells.suppression import OUTSIDE, Cell, Shown, column, grid, sum_node, suppress

COUNTY_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Figures:
    """Named counts and, where they add up, their total."""

    counts: Mapping[str, Shown]
    total: Shown | None = None

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        counts = {name: asdict(shown) for name, shown in self.counts.items()}
        return {"counts": counts} | ({"total": asdict(self.total)} if self.total is not None else {})


def figures(kept: Mapping[str, Any]) -> Figures:
    """Figures from JSON."""
    total = kept.get("total")
    return Figures({name: Shown(**shown) for name, shown in kept["counts"].items()}, Shown(**total) if total is not None else None)


def separate(counts: Mapping[str, int], threshold: int) -> Figures:
    """Counts that add up to nothing that is shown, such as people who can be counted twice."""
    return Figures(suppress([Cell(name, value) for name, value in counts.items()], threshold))


def together(counts: Mapping[str, int], threshold: int) -> Figures:
    """Counts with their total."""
    shown = suppress(column(keyed("part", counts), total="total"), threshold)
    return Figures({name: shown[f"part {name}"] for name in counts}, shown["total"])


def selected(communities: Sequence[tuple[str, str, int]], groups: Sequence[str], threshold: int) -> dict[str, Figures]:
    """(community, group, selected) → people by group, by district and group, and by the smaller places that cost no larger number.

    Keys of the answer: `total` by group, each district by group, `in <division>` by the places inside it. Communities are shown
    only where that withholds no street, and streets only where it withholds no district: a level of small counts would take
    useful totals with it.
    """
    places = summed((division, number) for division, _, number in communities)
    rows = {district: dict.fromkeys(groups, 0) for district in sorted({_district(place) for place in places})}
    for division, group, number in communities:
        rows[_district(division)][group] += number
    streets = summed((_street(place), number) for place, number in places.items())
    for levels in _levels(places, streets):
        cells = _network(rows, groups, levels)
        if levels and sum(0 < number < threshold for number in levels[0].values()) * 2 > len(levels[0]):
            continue
        shown = suppress(cells, threshold)
        larger = [cell.key for cell in cells if levels and cell.key not in levels[0]]
        if all(shown[key].value is not None for key in larger):
            break
    found = {"total": Figures({group: shown[f"all {group}"] for group in groups}, shown["all"])}
    for district in rows:
        found[district] = Figures({group: shown[f"{district}/{group}"] for group in groups}, shown[district])
    for level in reversed(levels):
        for place in sorted(level):
            inside = found.setdefault(f"in {_within(place)}", Figures({}, shown[_within(place)]))
            found[f"in {_within(place)}"] = Figures({**inside.counts, place: shown[place]}, inside.total)
    return found


def _levels(places: Mapping[str, int], streets: Mapping[str, int]) -> list[list[Mapping[str, int]]]:
    """What to try below the districts, the finest first; counts that came by street or by district cannot be split."""
    tries: list[list[Mapping[str, int]]] = [[]]
    if not any(_district(place) == place for place in places):
        tries.insert(0, [streets])
        if not any(place.endswith("000") for place in places):
            tries.insert(0, [places, streets])
    return tries


def _network(rows: Mapping[str, Mapping[str, int]], groups: Sequence[str], levels: Sequence[Mapping[str, int]]) -> list[Cell]:
    """Districts by group, with the smaller places that add up to them."""
    inner = [
        Cell(place, number, OUTSIDE if level is levels[0] else sum_node(place), sum_node(_within(place)))
        for level in levels
        for place, number in level.items()
    ]
    return inner + grid(
        rows,
        row_total={district: district for district in rows},
        column_total={group: f"all {group}" for group in groups},
        total="all",
        row_from={district: sum_node(district) for district in rows} if levels else None,
    )


def keyed(prefix: str, counts: Mapping[str, int]) -> dict[str, int]:
    return {f"{prefix} {name}": value for name, value in counts.items()}


def summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for name, number in pairs:
        sums[name] = sums.get(name, 0) + number
    return sums


def _street(place: str) -> str:
    """The street of a community; a larger division stands for itself."""
    return place if place.endswith("000") else parent(place)


def _within(place: str) -> str:
    """The division a place adds up to: a community to its street, a street to its district."""
    return _district(place) if place.endswith("000") else _street(place)


def _district(place: str) -> str:
    return place[:COUNTY_DIGITS].ljust(len(place), "0")
