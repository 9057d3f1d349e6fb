"""Tables of counts as everybody may read them: nothing leaves this module that has not passed the suppression filter.

What comes out is kept with the publication as it is, so pages, JSON, CSV and feeds all read the same suppressed numbers.
"""

from collections.abc import Iterable, Mapping

from shared.small_cells import Cell, Figures, Shown, grid, keyed, sum_node, summed, suppress


def two_ways(first: Mapping[str, int], second: Mapping[str, int], threshold: int) -> tuple[Figures, Figures]:
    """The same things counted in two ways, such as cases by group and by reason of closing. One total, so one filter for both."""
    total = sum(first.values())
    if sum(second.values()) != total:
        raise ValueError("the two tables count different things")
    cells = [Cell(key, value, head="first") for key, value in keyed("first", first).items()]
    cells += [Cell("total", total, "first", "second")]
    cells += [Cell(key, value, tail="second") for key, value in keyed("second", second).items()]
    shown = suppress(cells, threshold)
    return (
        Figures({name: shown[f"first {name}"] for name in first}, shown["total"]),
        Figures({name: shown[f"second {name}"] for name in second}, shown["total"]),
    )


def outcomes(counts: Mapping[tuple[str, str, str], int], threshold: int) -> dict[str, Figures]:
    """(kind, detail, group) → people: each kind by detail, and each kind by group, with the totals that the two share."""
    kinds = _ordered(kind for kind, _, _ in counts)
    groups = _ordered(group for _, _, group in counts)
    details = {kind: summed(((detail, number) for (each, detail, _), number in counts.items() if each == kind)) for kind in kinds}
    rows = {kind: summed((*((group, 0) for group in groups), *_groups_of(counts, kind))) for kind in kinds}
    cells = [Cell(f"{kind} by {detail}", number, head=sum_node(kind)) for kind in kinds for detail, number in details[kind].items()]
    cells += grid(
        rows,
        row_total={kind: kind for kind in kinds},
        column_total={group: f"all {group}" for group in groups},
        total="all",
        row_from={kind: sum_node(kind) for kind in kinds},
    )
    shown = suppress(cells, threshold) if counts else {"all": Shown(0)}
    found = {"kind": Figures({kind: shown[kind] for kind in kinds}, shown["all"])}
    for kind in kinds:
        found[f"detail {kind}"] = Figures({detail: shown[f"{kind} by {detail}"] for detail in details[kind]}, shown[kind])
        found[f"group {kind}"] = Figures({group: shown[f"{kind}/{group}"] for group in groups}, shown[kind])
    return found


def _ordered(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _groups_of(counts: Mapping[tuple[str, str, str], int], kind: str) -> list[tuple[str, int]]:
    return [(group, number) for (each, _, group), number in counts.items() if each == kind]
