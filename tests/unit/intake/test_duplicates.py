"""What agrees between two records is weighed as the docs say; blocks bring together what the weights would find."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake import labels
from services.intake.domain.duplicates import (
    SHARES,
    SHARES_AT_HOME,
    SHOWN_FROM,
    Description,
    blocks_of,
    compare,
    describe,
    likelihood,
)
from shared.identity import body_of
from tests.alike import labelled

CITY = 17_000


def known(name: str = "单雨桐", number: str = "420202195001011233", phone: str = "", address: str = "") -> Description:
    return describe({"name": name, "identity_number": number, "phone": phone, "address": address})


def weighed(one: Description, other: Description, **where: Any) -> int:
    terms = {"people": CITY, "is_one_household": False, "is_one_roster": False} | where
    return compare(one, other, **terms).score


def evidence(one: Description, other: Description) -> set[str]:
    return set(compare(one, other, people=CITY, is_one_household=False, is_one_roster=False).evidence)


def test_a_number_of_15_digits_is_that_of_18_digits_that_it_became() -> None:
    assert body_of("420202500101123") == body_of("420202195001011233") == "42020219500101123"
    assert blocks_of(known(number="420202500101123")) == blocks_of(known())


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("420202195001021233", "birth_close"),  # a day later
        ("420202195011011233", "birth_close"),  # a digit
        ("420202190501011233", "birth_close"),  # two swapped
        ("420202195001011233", "birth_same"),
        ("420202195003151233", "birth_year"),
        ("420202196503151233", "birth_other"),
        ("420202195001011323", "serial_close"),
        ("420202195001011283", "serial_close"),
        ("420202195001017773", "serial_other"),
        ("420203195001011233", "county_other"),
    ],
)
def test_a_fault_in_one_part_of_the_number_leaves_the_others_alone(number: str, code: str) -> None:
    assert code in evidence(known(), known(number=number))


def test_month_and_day_turned_are_nearly_the_same_birth() -> None:
    assert "birth_close" in evidence(known(number="420202195003081233"), known(number="420202195008031233"))


@pytest.mark.parametrize(
    ("name", "other", "code"),
    [
        ("王建国", "王建国", "name_same"),
        ("王建国", "王健国", "name_sound"),
        ("单雨桐", "善雨桐", "name_sound"),  # 单 is read shàn as a surname
        ("肖兰英", "萧南音", "name_near"),
        ("王建国", "王国建", "name_near"),
        ("王建明", "王建朋", "name_part"),
        ("王建国", "王建", "name_part"),
        ("王建国", "王小红", "name_surname"),
        ("王建国", "李小红", "name_other"),
        ("王明", "王强", "name_surname"),
    ],
)
def test_names_are_compared_by_characters_and_by_sound(name: str, other: str, code: str) -> None:
    assert code in evidence(known(name), known(other))


def test_telephone_and_address_tell_nothing_of_relatives() -> None:
    contact = {"phone": "13807231234", "address": "湖滨路12号3栋"}
    assert weighed(known("王建国", **contact), known("王小红", "420202195203041233", **contact)) == weighed(
        known("王建国"), known("王小红", "420202195203041233")
    )
    assert weighed(known("王建国", **contact), known("王健国", **contact)) > weighed(known("王建国"), known("王健国"))


def test_twins_of_one_household_stay_below_what_is_shown_and_a_number_put_right_does_not() -> None:
    one, other = known("柯小龙", "420202200803050011"), known("柯小虎", "42020220080305003X")
    assert weighed(one, other, is_one_household=True, is_one_roster=True) < SHOWN_FROM
    assert weighed(one, other, is_one_household=True) < SHOWN_FROM
    assert likelihood(weighed(one, known("柯小龙", "42020220080305003X"), is_one_household=True)) == "very_likely"


def test_a_common_name_and_a_common_day_tell_less_in_a_larger_city() -> None:
    one, other = known("王伟"), known("王伟", "420203195001017775")
    assert weighed(one, other, people=1_000) > weighed(one, other, people=1_000_000)
    assert weighed(one, other, people=1_000_000) < SHOWN_FROM


def test_every_code_has_a_word_and_every_share_is_one() -> None:
    assert set(labels.EVIDENCE) == set(SHARES) >= set(SHARES_AT_HOME)
    assert all(0 < share <= 1 for pair in SHARES.values() for share in pair)
    for field in ("name", "birth", "serial", "county"):
        assert sum(of_one for code, (of_one, _) in SHARES.items() if code.startswith(field)) == pytest.approx(1)
    assert [likelihood(score) for score in (-50, 0, 70)] == ["possible", "likely", "very_likely"]


@given(st.text("王李单张建国雨桐明伟", min_size=1, max_size=4), st.text("王李单张建国雨桐明伟", min_size=1, max_size=4))
def test_comparing_has_no_direction(name: str, other: str) -> None:
    one, another = known(name), known(other, "420202195001021233", phone="1")
    assert weighed(one, another) == weighed(another, one)


def test_of_a_labelled_town_nearly_all_are_found_and_nearly_none_wrongly() -> None:
    town = labelled(1_500, seed=7)
    told = [describe(record._asdict() | {"identity_number": record.number}) for record in town.records]
    blocks = [blocks_of(each) for each in told]
    found = {
        (one, other)
        for one in range(len(told))
        for other in range(one + 1, len(told))
        if blocks[one] & blocks[other]
        and weighed(
            told[one],
            told[other],
            people=len(told),
            is_one_household=town.records[one].household == town.records[other].household,
            is_one_roster=town.records[one].roster == town.records[other].roster,
        )
        >= SHOWN_FROM
    }

    assert len(found & town.pairs) / len(town.pairs) > 0.85
    assert len(found & town.pairs) / len(found) > 0.9
