"""The spans of a trace as a tree, and what of it fits on one screen.

A case has tens of thousands of spans. Shown is one span with what is below it: level by level as long as a whole level
fits, siblings of one name folded into one line, and what is not opened as a strip per service that shows when it worked.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

LINES: Final = 80
"""Lines on one screen; a level that would make it more stays closed."""
FEW: Final = 3
"""So many siblings of one name are shown one by one."""
SLOTS: Final = 200
"""Steps of a strip from its left to its right end."""

Row = tuple[bytes, bytes | None, str, str, str, int, int, int]
"""id, parent, service, name, kind, start, duration, is_error."""


@dataclass(slots=True, eq=False)
class Node:
    """One span. `last` is when the last span below it ended: work that it began elsewhere may go on after it."""

    id: bytes
    parent: "Node | None"
    service: str
    name: str
    kind: str
    start: int
    end: int
    is_error: bool
    is_open: bool = False
    """Not ended yet, or lost: known only from its children."""
    children: list["Node"] = field(default_factory=list)
    size: int = 1
    errors: int = 0
    last: int = 0

    @property
    def duration(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a waterfall: a span, or siblings of one name together."""

    depth: int
    nodes: Sequence[Node]
    is_group: bool
    is_closed: bool
    """There is more below it than is shown."""

    @property
    def node(self) -> Node:
        return self.nodes[0]

    @property
    def start(self) -> int:
        return self.nodes[0].start

    @property
    def end(self) -> int:
        return max(node.end for node in self.nodes)

    @property
    def busy(self) -> int:
        """Nanoseconds of all its spans together."""
        return sum(node.duration for node in self.nodes)

    @property
    def size(self) -> int:
        """Spans that it stands for, with those below."""
        return sum(node.size for node in self.nodes)

    @property
    def errors(self) -> int:
        return sum(node.errors for node in self.nodes)


class Tree:
    """All spans of a trace under one root; where there are several, or none has ended yet, the root is made up."""

    def __init__(self, rows: Sequence[Row]) -> None:
        nodes = {row[0]: Node(row[0], None, row[2], row[3], row[4], row[5], row[5] + row[6], bool(row[7])) for row in rows}
        tops = _join(nodes, rows)
        if not tops:
            raise ValueError("a trace has spans")
        self.root = tops[0] if len(tops) == 1 else _above(tops)
        for node in self.root.children if len(tops) > 1 else ():
            node.parent = self.root
        _measure(self.root)
        self.nodes = {node.id: node for node in below(self.root)}

    def find(self, id: str) -> Node | None:
        """The span whose id in hexadecimal begins so, if there is exactly one."""
        found = [node for node in self.nodes.values() if node.id.hex().startswith(id)]
        return found[0] if len(found) == 1 else None


def _join(nodes: dict[bytes, Node], rows: Sequence[Row]) -> list[Node]:
    """Give every span its children; returns those without a parent. A parent that is missing is put in its children's place."""
    tops: list[Node] = []
    missing: dict[bytes, Node] = {}
    for row in rows:
        node, parent_id = nodes[row[0]], row[1]
        if parent_id is None:
            tops.append(node)
            continue
        parent = nodes.get(parent_id) or missing.get(parent_id)
        if parent is None:
            parent = missing[parent_id] = Node(parent_id, None, "", "", "", node.start, node.end, is_error=False, is_open=True)
        if parent.is_open:
            parent.start, parent.end = min(parent.start, node.start), max(parent.end, node.end)
        node.parent = parent
        parent.children.append(node)
    for node in (*nodes.values(), *missing.values()):
        node.children.sort(key=lambda child: (child.start, child.id))
    return sorted([*tops, *missing.values()], key=lambda node: node.start)


def _above(tops: list[Node]) -> Node:
    """A root for several: the one that is still open, if there is one that everything else is younger than."""
    return Node(b"", None, "", "", "", min(top.start for top in tops), max(top.end for top in tops), False, True, children=tops)


def _measure(root: Node) -> None:
    """Sizes, errors and ends from the leaves up, without recursion: chains may be long."""
    for node in reversed(list(below(root))):
        node.size = sum(child.size for child in node.children) + (not node.is_open)
        node.errors = sum(child.errors for child in node.children) + node.is_error
        node.last = max([node.end, *(child.last for child in node.children)])


def below(node: Node) -> Iterator[Node]:
    """The span and everything below it, each after its parent."""
    waiting = [node]
    while waiting:
        yield (current := waiting.pop())
        waiting += reversed(current.children)


def above(node: Node) -> list[Node]:
    """The way from the root to the span, without the span."""
    way = []
    while (parent := node.parent) is not None:
        way.append(parent)
        node = parent
    return way[::-1]


def lines(focus: Node, *, most: int = LINES) -> list[Line]:
    """The span and as many levels below it as fit."""
    opened: dict[int, list[Line]] = {}
    level, count, depth = [focus], 1, 0
    while level:
        depth += 1
        next_lines = {id(node): list(_folded(node.children, depth)) for node in level}
        count += sum(map(len, next_lines.values()))
        if depth > 1 and count > most:
            break
        opened |= next_lines
        level = [line.node for found in next_lines.values() for line in found if not line.is_group and line.node.children]
    return list(_drawn(Line(0, [focus], is_group=False, is_closed=False), opened))


def _drawn(line: Line, opened: dict[int, list[Line]]) -> Iterator[Line]:
    waiting = [line]
    while waiting:
        current = waiting.pop()
        found = [] if current.is_group else opened.get(id(current.node), [])
        is_closed = not found and any(node.children for node in current.nodes)
        yield Line(current.depth, current.nodes, current.is_group, is_closed or current.is_group)
        waiting += reversed(found)


def _folded(children: Sequence[Node], depth: int) -> Iterator[Line]:
    named: dict[tuple[str, str], list[Node]] = {}
    for child in children:
        named.setdefault((child.service, child.name), []).append(child)
    for nodes in named.values():
        if len(nodes) > FEW:
            yield Line(depth, nodes, is_group=True, is_closed=True)
        else:
            yield from (Line(depth, [node], is_group=False, is_closed=False) for node in nodes)


def siblings(focus: Node, service: str, name: str) -> list[Node]:
    """The spans right below one that have this name, in the order of their start."""
    return [child for child in focus.children if (child.service, child.name) == (service, name)]


def services(nodes: Iterable[Node]) -> dict[str, int]:
    """How many spans each service has below these, most first."""
    counted = Counter(each.service for node in nodes for each in below(node) if not each.is_open)
    return dict(counted.most_common())


def strips(nodes: Iterable[Node], start: int, end: int) -> dict[str, list[tuple[int, int]]]:
    """By service the stretches of the time from `start` to `end`, in 200 slots, in which it worked below these spans.

    A span that only waited for others says nothing: counted are the leaves.
    """
    width = max(1, end - start)
    slots: dict[str, bytearray] = {}
    for node in nodes:
        for each in below(node):
            if each.is_open or each.children:
                continue
            first, last = ((moment - start) * SLOTS // width for moment in (each.start, each.end))
            taken = slots.setdefault(each.service, bytearray(SLOTS))
            first, last = max(0, min(first, SLOTS - 1)), max(0, min(last, SLOTS - 1))
            taken[first : last + 1] = b"\1" * (last + 1 - first)
    return {service: _stretches(taken) for service, taken in slots.items()}


def _stretches(taken: bytearray) -> list[tuple[int, int]]:
    """The runs of slots that are taken, as (first, length)."""
    found: list[tuple[int, int]] = []
    for slot, is_taken in enumerate(taken):
        if is_taken and found and sum(found[-1]) == slot:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        elif is_taken:
            found.append((slot, 1))
    return found
