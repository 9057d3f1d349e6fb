"""A small count is never shown and never worked out (domain rules 6.6)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.small_cells import Cell, Mark, Shown, column, grid, suppress
from tests.unit.disclosure.readers import SMALL, possible

CLOSINGS = {"目标达成": 312, "服务期满": 52, "转介": 14, "迁出": 8, "死亡": 6, "服务对象要求": 5, "失联": 3}

counts = st.integers(0, 30)
small_heavy = st.integers(0, 4) | st.integers(0, 7) | counts


def table(rows: list[list[int]]) -> list[Cell]:
    names = [f"r{number}" for number in range(len(rows))]
    columns = [f"c{number}" for number in range(len(rows[0]))]
    return grid(
        {name: dict(zip(columns, row, strict=True)) for name, row in zip(names, rows, strict=True)},
        row_total={name: f"of {name}" for name in names},
        column_total={name: f"of {name}" for name in columns},
        total="all",
    )


def test_three_lost_contacts_of_four_hundred_are_kept_back_with_a_second_count() -> None:
    shown = suppress(column(CLOSINGS, total="合计"))

    assert shown["失联"] == Shown(None, Mark.SMALL)
    assert [key for key, each in shown.items() if each.mark is Mark.WITHHELD] == ["死亡"]
    assert shown["合计"] == Shown(400)


def test_whoever_subtracts_what_is_shown_learns_no_more_than_the_label_says() -> None:
    cells = column(CLOSINGS, total="合计")

    assert possible(cells, suppress(cells)) == {"失联": set(SMALL)}


def test_the_next_smallest_count_is_not_enough_if_it_would_leave_fewer_values() -> None:
    """3 with 5 beside it: the reader knows 8 in all and that the second is at least 5, so the first could not be 4."""
    shown = suppress(column({"a": 3, "b": 5, "c": 6, "d": 90}, total="all"))

    assert shown["b"] == Shown(5)
    assert shown["c"].mark is Mark.WITHHELD


def test_two_small_counts_that_can_only_be_four_take_their_total_with_them() -> None:
    assert suppress(column({"a": 4, "b": 4}, total="all"))["all"] == Shown(None, Mark.WITHHELD)


def test_five_single_people_take_their_total_with_them() -> None:
    assert suppress(column(dict.fromkeys("abcde", 1), total="all"))["all"].value is None


def test_nobody_may_be_shown_as_nobody() -> None:
    assert suppress(column({"a": 0, "b": 40}, total="all")) == {"a": Shown(0), "b": Shown(40), "all": Shown(40)}


def test_a_table_without_small_counts_is_shown_whole() -> None:
    shown = suppress(table([[5, 60], [7, 80]]))

    assert all(each.mark is Mark.NONE for each in shown.values())


def test_the_threshold_is_a_parameter() -> None:
    assert suppress([Cell("a", 8)], threshold=10)["a"] == Shown(None, Mark.SMALL)


def test_two_cells_with_one_key_are_refused() -> None:
    with pytest.raises(ValueError, match="one key"):
        suppress([Cell("a", 1), Cell("a", 2)])


@given(st.lists(small_heavy, min_size=1, max_size=5))
def test_a_column_with_its_total_never_reveals_a_small_count(values: list[int]) -> None:
    cells = column({str(place): value for place, value in enumerate(values)}, total="all")

    shown = suppress(cells)

    assert_nothing_small_is_shown(cells, shown)
    assert_reader_is_left_with_every_value(cells, shown)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 3).flatmap(lambda width: st.lists(st.lists(small_heavy, min_size=width, max_size=width), min_size=2, max_size=3)))
def test_a_two_way_table_never_reveals_a_small_count(rows: list[list[int]]) -> None:
    cells = table(rows)

    shown = suppress(cells)

    assert_nothing_small_is_shown(cells, shown)
    assert_reader_is_left_with_every_value(cells, shown)


@settings(max_examples=60, deadline=None)
@given(st.lists(small_heavy, min_size=2, max_size=3), st.lists(small_heavy, min_size=1, max_size=2))
def test_two_tables_that_share_a_total_do_not_give_each_other_away(first: list[int], second: list[int]) -> None:
    """The same people by reason and by group: the total is one number, not two."""
    rest = sum(first) - sum(second)
    if rest < 0:
        first, second, rest = [*first, -rest], second, 0
    groups = {f"g{place}": value for place, value in enumerate([*second, rest])}
    cells = [Cell(f"f{place}", value, head="by reason") for place, value in enumerate(first)]
    cells += [Cell("all", sum(first), "by reason", "by group")]
    cells += [Cell(name, value, tail="by group") for name, value in groups.items()]

    shown = suppress(cells)

    assert_nothing_small_is_shown(cells, shown)
    assert_reader_is_left_with_every_value(cells, shown)


def assert_nothing_small_is_shown(cells: list[Cell], shown: dict[str, Shown]) -> None:
    truth = {cell.key: cell.value for cell in cells}
    assert all(each.value in (None, truth[key]) for key, each in shown.items())
    assert all(shown[key].value is None for key, value in truth.items() if value in SMALL)


def assert_reader_is_left_with_every_value(cells: list[Cell], shown: dict[str, Shown]) -> None:
    assert all(values == set(SMALL) for values in possible(cells, shown).values())
