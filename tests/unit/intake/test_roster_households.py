"""Which household a row belongs to, and what is counted of it, however its rows are strewn over the file."""

from collections.abc import Sequence
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.columns import AT, CATEGORY, COLUMNS, IDENTITY, RELATION
from services.intake.domain.roster_households import Households
from services.intake.domain.roster_line import Line, Run

NONE = frozenset[str]()


def line(position: int, household: str, identity: str = "", relation: str = "", category: str = "") -> Line:
    texts = [""] * len(COLUMNS)
    texts[AT[IDENTITY]], texts[AT[RELATION]], texts[AT[CATEGORY]] = identity, relation, category
    return Line(position, "", position + 2, texts, household, {}, NONE, NONE, 0)


def households(lines: Sequence[Line]) -> Households:
    """Filled in runs of three."""
    found = Households()
    for begin in range(0, len(lines), 3):
        run = lines[begin : begin + 3]
        texts = list(zip(*(each.texts for each in run), strict=True))
        numbers, numbered = [each.number for each in run], [each.household for each in run]
        found.add(Run(begin, "", numbers, texts, numbered, {}, None, None, 0))
    found.finish()
    return found


ROWS = st.lists(
    st.tuples(
        st.sampled_from("ABCD"), st.sampled_from(["", "1", "2", "3", "4"]), st.sampled_from(["本人", "子"]), st.sampled_from(["", "x", "y"])
    ),
    max_size=25,
)


@given(ROWS)
def test_runs_of_one_household_count_as_one(rows: list[tuple[str, str, str, str]]) -> None:
    lines = [line(position, *row) for position, row in enumerate(rows)]
    found = households(lines)
    counted: dict[str, tuple[list[str], set[int]]] = {}
    seen: set[str] = set()
    for each, (number, identity, relation, _) in zip(lines, rows, strict=True):
        people, places = counted.setdefault(number, ([], set()))
        places.add(each.position)
        if not identity or identity not in seen:
            people.append(relation)
        seen.add(identity)

    for each in lines:
        household = found.of(each)
        people, places = counted[each.household]
        categories = [category for number, _, _, category in rows if number == each.household and category]
        assert household.first == min(places)
        assert household.first_row == household.first + 2
        assert (household.people, household.heads) == (len(people), people.count("本人"))
        assert household.agreed[0] == next(iter(categories), "")


def test_lines_may_be_asked_for_in_any_order() -> None:
    lines = [line(position, number) for position, number in enumerate("ABBCA")]
    found = households(lines)

    assert [found.of(lines[at]).first for at in (3, 0, 4, 2, 1)] == [3, 0, 0, 1, 1]


def test_a_head_known_elsewhere_is_one_for_all_runs_of_the_household() -> None:
    lines = [line(0, "A", "1", "子"), line(1, "B", "2", "本人"), line(2, "A", "3", "子")]
    found = households(lines)

    assert found.headless(lambda: lines) == {"A": 0}
    found.head_is_known(0, date(1950, 1, 1))
    assert [found.of(each).heads for each in lines] == [1, 1, 1]
    assert found.headless(lambda: lines) == {}


def test_who_comes_twice_is_told_apart_from_who_comes_once() -> None:
    found = households([line(0, "A", "1"), line(1, "B", "2"), line(2, "C", "1"), line(3, "D"), line(4, "E")])

    assert hash("1") in found.repeated
    assert hash("2") not in found.repeated
