"""What of a trace is shown: the tree, what is folded, and when each service worked."""

import pytest

from shared.traces.tree import Row, Tree, above, lines, services, siblings, strips
from shared.traces.view import duration


def span(id: int, parent: int | None, name: str, start: int, length: int, service: str = "intake", error: bool = False) -> Row:
    return (key(id), key(parent) if parent is not None else None, service, name, "internal", start, length, int(error))


def key(number: int) -> bytes:
    return number.to_bytes(8)


CASE = [
    span(1, None, "huangshi", 0, 1000, "demo"),
    span(2, 1, "plan", 0, 300, "demo"),
    span(3, 1, "serve", 300, 700, "demo"),
    span(4, 2, "POST /plans", 10, 20),
    *(span(100 + n, 3, "POST /sessions", 300 + n, 1, "casework", error=n == 7) for n in range(50)),
    span(200, 100, "process ev.casework", 1500, 10, "disclosure"),
]


def names(tree: Tree) -> list[tuple[int, str, int]]:
    return [(line.depth, line.node.name, len(line.nodes)) for line in lines(tree.root)]


def test_siblings_of_one_name_are_one_line_and_the_rest_is_drawn_in_the_order_of_time() -> None:
    assert names(Tree(CASE)) == [
        (0, "huangshi", 1),
        (1, "plan", 1),
        (2, "POST /plans", 1),
        (1, "serve", 1),
        (2, "POST /sessions", 50),
    ]


def test_a_line_counts_everything_below_it_and_its_errors() -> None:
    serve = Tree(CASE).find(key(3).hex())

    assert serve is not None
    assert (serve.size, serve.errors) == (52, 1)
    assert serve.last == 1510, "what it began elsewhere went on after it"


def test_a_level_that_does_not_fit_stays_closed() -> None:
    many = [span(1, None, "case", 0, 1000)] + [span(10 + n, 1, f"part {n}", n, 1) for n in range(9)]
    many += [span(1000 + 100 * n + m, 10 + n, f"step {m}", n, 1) for n in range(9) for m in range(20)]

    shown = lines(Tree(many).root, most=50)

    assert len(shown) == 10
    assert all(line.is_closed for line in shown[1:])


def test_while_the_root_has_not_ended_its_children_stand_under_an_open_one() -> None:
    tree = Tree(CASE[1:])

    assert tree.root.is_open
    assert (tree.root.start, tree.root.end, tree.root.size) == (0, 1000, 54)
    assert [child.name for child in tree.root.children] == ["plan", "serve"]


def test_several_roots_stand_under_one() -> None:
    tree = Tree([span(1, None, "one", 0, 10), span(2, None, "two", 20, 10), span(4, 3, "lost parent", 5, 1)])

    assert tree.root.is_open
    assert len(tree.root.children) == 3
    assert [node.id for node in above(tree.nodes[key(4)])] == [b"", key(3)]


def test_spans_that_are_each_others_parents_are_left_out() -> None:
    tree = Tree([span(1, None, "one", 0, 10), span(2, 3, "a", 0, 1), span(3, 2, "b", 0, 1)])

    assert [line.node.name for line in lines(tree.root)] == ["one"]


def test_a_chain_of_thousands_is_measured() -> None:
    assert Tree([span(0, None, "top", 0, 9), *(span(n, n - 1, f"{n}", 0, 1) for n in range(1, 5000))]).root.size == 5000


def test_a_span_is_found_by_the_beginning_of_its_id_if_there_is_only_one() -> None:
    tree = Tree([span(0xAB << 56, None, "a", 0, 1), span(0xAC << 56, 0xAB << 56, "b", 0, 1)])

    assert tree.find("ab") is tree.root
    assert tree.find("a") is None
    assert tree.find("ff") is None


def test_strips_show_when_each_service_worked_and_not_when_it_waited() -> None:
    tree = Tree(
        [
            span(1, None, "root", 0, 1000, "demo"),
            span(2, 1, "a", 0, 100),
            span(3, 1, "b", 500, 100),
            span(4, 1, "c", 995, 100, "casework"),
        ]
    )

    assert strips([tree.root], 0, 1000) == {"intake": [(0, 21), (100, 21)], "casework": [(199, 1)]}
    assert services([tree.root]) == {"intake": 2, "demo": 1, "casework": 1}


def test_siblings_of_a_group_come_by_service_and_name() -> None:
    tree = Tree(CASE)
    serve = tree.nodes[key(3)]

    assert len(siblings(serve, "casework", "POST /sessions")) == 50
    assert siblings(serve, "intake", "POST /sessions") == []


@pytest.mark.parametrize(
    ("nanoseconds", "words"),
    [
        (0, "0 µs"),
        (50_000, "50 µs"),
        (340_000, "0.34 ms"),
        (12_500_000, "12.5 ms"),
        (3_200_000_000, "3.2 s"),
        (125_000_000_000, "2 min 05 s"),
    ],
)
def test_duration_is_said_as_people_read_it(nanoseconds: int, words: str) -> None:
    assert duration(nanoseconds) == words
