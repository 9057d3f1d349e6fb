"""What the pages and the terminal show of a trace: times in words, places in percent, nothing worked out in a template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from shared.traces.store import Summary
from shared.traces.tree import Line, Node, above, lines, services, siblings, strips

PER_PAGE: Final = 50
ORDER: Final = ("intake", "procurement", "casework", "evaluation", "disclosure")
"""Services in the order of their ports; each has a colour of its own, further ones share one."""
TICKS: Final = 4
NS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Lane:
    """When one service worked below a line: an SVG path in 200 steps."""

    service: str
    colour: int
    path: str
    spans: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """One line as it is drawn. `left` and `width` are percentages of the time axis."""

    depth: int
    id: str
    parent: str
    service: str
    colour: int
    name: str
    kind: str
    count: int
    is_open: bool
    is_group: bool
    is_closed: bool
    left: str
    width: str
    after: str
    took: str
    spans: int
    errors: int
    lanes: Sequence[Lane]


@dataclass(frozen=True, slots=True)
class Waterfall:
    """One screen: a span, its way from the root, and what is below it."""

    summary: Summary
    way: Sequence[Drawn]
    focus: Drawn
    lines: Sequence[Drawn]
    ticks: Sequence[str]
    legend: Sequence[tuple[str, int, int]]
    """Service, colour, spans."""
    details: Mapping[str, Any]
    page: int = 0
    pages: int = 0
    """Only for siblings of one name, which may be thousands."""

    @property
    def has_more(self) -> bool:
        return self.page + 1 < self.pages


def waterfall(summary: Summary, focus: Node, details: Mapping[str, Any]) -> Waterfall:
    """A span and what is below it."""
    scale = Scale(focus.start, max(focus.last, focus.start + 1))
    return _page(summary, focus, details, scale, [scale.draw(line) for line in lines(focus)])


def group(summary: Summary, focus: Node, service: str, name: str, *, page: int, longest_first: bool) -> Waterfall | None:
    """Spans of one name right below a span, fifty at a time; None if there are none."""
    found = siblings(focus, service, name)
    if longest_first:
        found.sort(key=lambda node: -node.duration)
    shown = found[page * PER_PAGE : (page + 1) * PER_PAGE]
    if not shown:
        return None
    scale = Scale(min(node.start for node in shown), max(node.last for node in shown))
    drawn = [scale.draw(Line(0, [node], is_group=False, is_closed=bool(node.children))) for node in shown]
    around = _page(summary, focus, {}, scale, drawn)
    everyone = scale.draw(Line(0, found, is_group=True, is_closed=True), with_lanes=False)
    pages = -(-len(found) // PER_PAGE)
    return replace(around, way=(*around.way, around.focus), focus=everyone, page=page, pages=pages)


def _page(summary: Summary, focus: Node, details: Mapping[str, Any], scale: "Scale", drawn: Sequence[Drawn]) -> Waterfall:
    way = [scale.draw(Line(0, [node], False, False), with_lanes=False) for node in above(focus)]
    counted = services([focus])
    legend = [(service, colour(service), counted[service]) for service in sorted(counted, key=lambda each: (colour(each), each))]
    shown = scale.draw(Line(0, [focus], False, False), with_lanes=False)
    return Waterfall(summary, way, shown, drawn, scale.ticks(), legend, details)


class Scale:
    """The time axis of one screen."""

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end

    def ticks(self) -> list[str]:
        """Seconds after its left end, in even steps."""
        return ["0", *(duration((self.end - self.start) * step // TICKS) for step in range(1, TICKS + 1))]

    def draw(self, line: Line, *, with_lanes: bool = True) -> Drawn:
        node = line.node
        has_lanes = with_lanes and (line.is_group or (line.is_closed and line.size > 1))
        return Drawn(
            depth=line.depth,
            id=node.id.hex(),
            parent=node.parent.id.hex() if node.parent else "",
            service=node.service,
            colour=colour(node.service),
            name=node.name,
            kind=node.kind,
            count=len(line.nodes),
            is_open=node.is_open,
            is_group=line.is_group,
            is_closed=line.is_closed,
            left=self._at(line.start),
            width=self._wide(line.end - line.start),
            after=duration(node.start - self.start),
            took=duration(line.busy),
            spans=line.size,
            errors=line.errors,
            lanes=self._lanes(line.nodes) if has_lanes else (),
        )

    def _lanes(self, nodes: Sequence[Node]) -> list[Lane]:
        found, counted = strips(nodes, self.start, self.end), services(nodes)
        return [
            Lane(
                service, colour(service), "".join(f"M{first} 0h{length}v1h-{length}z" for first, length in found[service]), counted[service]
            )
            for service in sorted(found, key=lambda each: (colour(each), each))
        ]

    def _at(self, moment: int) -> str:
        return f"{(moment - self.start) / (self.end - self.start or 1) * 100:.2f}%"

    def _wide(self, nanoseconds: int) -> str:
        return f"{max(0.15, nanoseconds / (self.end - self.start or 1) * 100):.2f}%"


def colour(service: str) -> int:
    """1 to 5 for the five services, 0 for all others."""
    return ORDER.index(service) + 1 if service in ORDER else 0


def duration(nanoseconds: int) -> str:
    """As people read it: 340 µs, 12.5 ms, 3.2 s, 2 min 05 s."""
    seconds = nanoseconds / NS
    if seconds < 0.0001:
        return f"{seconds * 1e6:.0f} µs"
    if seconds < 0.9995:
        return f"{seconds * 1e3:.3g} ms"
    if seconds < 60:
        return f"{seconds:.3g} s"
    return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"


def moment(nanoseconds: int, zone: str = "Asia/Shanghai") -> str:
    """When, to the second, in the time of the place."""
    return f"{datetime.fromtimestamp(nanoseconds / NS, UTC).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"
