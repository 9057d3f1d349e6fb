"""Tables that are their own charts: a name, a number as it may be shown, and the length of its bar."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.disclosure import labels
from shared.divisions import name_of
from shared.small_cells import Figures, Mark, Shown, figures
from shared.web.charts import share


@dataclass(frozen=True, slots=True)
class Bar:
    """One row. `width` is a percentage of the largest; "0%" where the number is not shown."""

    name: str
    shown: Shown
    width: str


@dataclass(frozen=True, slots=True)
class BarTable:
    bars: tuple[Bar, ...]
    total: Shown | None = None

    @property
    def is_suppressed(self) -> bool:
        """Whether anything was kept back, so that the page says why."""
        return any(bar.shown.mark is not Mark.NONE for bar in self.bars)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a two-way table."""

    name: str
    cells: tuple[Shown, ...]
    total: Shown | None


@dataclass(frozen=True, slots=True)
class Statistics:
    """What the service did, as released."""

    path: str
    counted_on: date
    cases: BarTable
    closings: BarTable
    sessions: BarTable
    months: BarTable
    outcomes: BarTable
    details: tuple[tuple[str, BarTable], ...]
    outcome_total: Shown | None
    enrolment: Mapping[str, Shown]
    workers: int
    activities: int
    files: int
    files_due: int
    people: int

    @property
    def is_suppressed(self) -> bool:
        return self.closings.is_suppressed or self.cases.is_suppressed or any(shown.value is None for shown in self.enrolment.values())


@dataclass(frozen=True, slots=True)
class Selection:
    """The screening as released: criteria, proof, and counts by group and place."""

    path: str
    screened_on: date
    objections_until: date
    seed: str
    inputs_hash: str
    list_hash: str
    distinct_eligible: Shown
    criteria: tuple[str, ...]
    groups: tuple[Line, ...]
    """Per group: eligible, selected, reserve."""
    columns: tuple[str, ...]
    districts: tuple[Line, ...]
    total: Line
    streets: tuple[tuple[str, BarTable], ...]
    is_suppressed: bool


def bar_table(found: Figures, words: Mapping[str, str] | None = None, *, hides_zero: bool = False) -> BarTable:
    """Bars in the order of the words, or as they come."""
    names = [name for name in words if name in found.counts] if words else list(found.counts)
    rows = [(name, found.counts[name]) for name in names if not (hides_zero and found.counts[name].value == 0)]
    largest = max((shown.value or 0 for _, shown in rows), default=0)
    bars = tuple(Bar(words[name] if words else name, shown, share(shown.value or 0, largest)) for name, shown in rows)
    return BarTable(bars, found.total)


def statistics_view(content: Mapping[str, Any], path: str) -> Statistics:
    names = {group["code"]: group["name"] for group in content["groups"]}
    outcomes = {key: figures(kept) for key, kept in content["outcomes"].items()}
    kinds = outcomes["kind"]
    return Statistics(
        path=path,
        counted_on=date.fromisoformat(content["counted_on"]),
        cases=bar_table(figures(content["cases"]), names),
        closings=bar_table(figures(content["closings"]), labels.CLOSINGS, hides_zero=True),
        sessions=bar_table(figures(content["sessions"]), names),
        months=bar_table(figures(content["months"])),
        outcomes=bar_table(kinds, labels.OUTCOMES),
        details=tuple((labels.OUTCOMES[kind], bar_table(outcomes[f"detail {kind}"], labels.DETAILS)) for kind in kinds.counts),
        outcome_total=kinds.total,
        enrolment=figures(content["enrolment"]).counts,
        workers=content["workers"],
        activities=content["activities"],
        files=content["files"],
        files_due=content["files_due"],
        people=content["people"],
    )


def selection_view(content: Mapping[str, Any], path: str) -> Selection:
    codes = [group["code"] for group in content["groups"]]
    names = {group["code"]: group["name"] for group in content["groups"]}
    eligible, chosen, reserve = (figures(content[name]) for name in ("eligible", "selected", "reserve"))
    places = {key: figures(kept) for key, kept in content["places"].items()}
    districts = [key for key in places if key != "total" and not key.startswith("in ")]
    inside = {key.removeprefix("in "): found for key, found in places.items() if key.startswith("in ")}
    everything = [shown for found in (eligible, chosen, reserve, *places.values()) for shown in (*found.counts.values(), found.total)]
    return Selection(
        path=path,
        screened_on=date.fromisoformat(content["screened_on"]),
        objections_until=date.fromisoformat(content["objections_until"]),
        seed=content["seed"],
        inputs_hash=content["inputs_hash"],
        list_hash=content["list_hash"],
        distinct_eligible=eligible.counts["distinct"],
        criteria=tuple(content["criteria"]),
        groups=tuple(Line(names[code], (eligible.counts[code], chosen.counts[code], reserve.counts[code]), None) for code in codes),
        columns=tuple(names[code] for code in codes),
        districts=tuple(_line(name_of(district), places[district], codes) for district in districts),
        total=_line("", places["total"], codes),
        streets=tuple(_streets(districts, inside)),
        is_suppressed=any(shown is not None and shown.value is None for shown in everything),
    )


def _line(name: str, found: Figures, codes: Sequence[str]) -> Line:
    return Line(name, tuple(found.counts[code] for code in codes), found.total)


def _streets(districts: Iterable[str], inside: Mapping[str, Figures]) -> Iterable[tuple[str, BarTable]]:
    for district in districts:
        if district in inside:
            yield name_of(district), bar_table(inside[district], {place: name_of(place) for place in inside[district].counts})
