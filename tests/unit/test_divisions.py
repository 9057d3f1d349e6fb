"""Which division lies in which, and what they are called."""

import pytest

from shared.divisions import (
    UnknownDivision,
    ancestors,
    check_division,
    children,
    contains,
    full_name,
    is_known,
    level,
    name_of,
    parent,
    row_of,
    successor,
)

HUBEI, HUANGSHI, PORT, HUAHU = "420000000000", "420200000000", "420202000000", "420202070000"
COMMUNITY = "420202070003"


@pytest.mark.parametrize(("code", "digits"), [("000000000000", 0), (HUBEI, 2), (HUANGSHI, 4), (PORT, 6), (HUAHU, 9), (COMMUNITY, 12)])
def test_level_is_the_number_of_digits_that_mean_something(code: str, digits: int) -> None:
    assert level(code) == digits


def test_division_contains_itself_and_what_lies_in_it() -> None:
    for container in ("", HUBEI, HUANGSHI, PORT, HUAHU, COMMUNITY):
        assert contains(container, COMMUNITY)


def test_division_contains_neither_its_neighbour_nor_its_parent() -> None:
    assert not contains("420203000000", COMMUNITY)
    assert not contains(COMMUNITY, HUAHU)
    assert not contains(HUANGSHI, "420300000000")


def test_path_of_a_community_leads_to_its_province() -> None:
    assert ancestors(COMMUNITY) == [COMMUNITY, HUAHU, PORT, HUANGSHI, HUBEI]
    assert parent(HUBEI) == ""


def test_names() -> None:
    assert name_of(PORT) == "黄石港区"
    assert full_name(HUAHU) == "黄石市黄石港区花湖街道"
    assert name_of("990000000000") == "990000000000"


def test_urban_districts_have_streets_and_streets_have_sample_communities() -> None:
    for county in ("420202000000", "420203000000", "420204000000", "420205000000"):
        for street in children(county):
            assert children(street)
            assert all(row_of(community).is_sample for community in children(street))


def test_no_published_row_is_a_sample() -> None:
    assert not any(row_of(code).is_sample for code in (HUBEI, HUANGSHI, PORT, HUAHU))


def test_abolished_county_stays_known_and_has_a_successor() -> None:
    assert is_known("420221000000")
    assert successor("420221000000") == "420281000000"
    assert successor(PORT) == PORT
    assert "420221000000" not in children(HUANGSHI)


@pytest.mark.parametrize("code", ["420202", "42020207000x", "４２０２０２０７０００３", ""])
def test_code_must_have_twelve_digits(code: str) -> None:
    with pytest.raises(UnknownDivision, match="12 位"):
        check_division(code)
