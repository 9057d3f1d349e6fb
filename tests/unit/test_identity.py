"""Numbers with a check digit; the vectors of domain rules §8."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identity import (
    CreditCodeFault,
    DisabilityCardFault,
    IdentityFault,
    check_disability_card,
    check_identity_number,
    check_uscc,
    with_check_digit,
)

VALID = [
    ("11010519491231002X", date(1949, 12, 31), "female"),
    ("440524188001010014", date(1880, 1, 1), "male"),
    ("420202195001011233", date(1950, 1, 1), "male"),
    ("420204201203150048", date(2012, 3, 15), "female"),
    ("420203197005200010", date(1970, 5, 20), "male"),
    ("420281198002291117", date(1980, 2, 29), "male"),
    ("420222193807150028", date(1938, 7, 15), "female"),
    ("420205201506010030", date(2015, 6, 1), "male"),
]


@pytest.mark.parametrize(("number", "birth", "sex"), VALID)
def test_identity_number_tells_birth_sex_and_division(number: str, birth: date, sex: str) -> None:
    identity = check_identity_number(number)

    assert (identity.birth, identity.sex, identity.division) == (birth, sex, number[:6] + "000000")


@pytest.mark.parametrize("place", ["810000", "820000", "830000"])
def test_a_residence_permit_of_hong_kong_macao_or_taiwan_has_a_number_like_others(place: str) -> None:
    number = with_check_digit(f"{place}199001010030")

    assert check_identity_number(number).birth == date(1990, 1, 1)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("420202195001011234", "校验位"),
        ("420281198102290015", "出生日期不存在"),
        ("42020219500101123", "18 位"),
        ("420202500101123", "15 位旧身份证"),
        ("42020219500101123A", "校验位"),
        ("４２０２０２195001011233", "数字"),
        ("99999919500101123X", "行政区划"),
        ("", "18 位"),
    ],
)
def test_wrong_identity_number_is_refused_with_the_reason_and_without_the_number(number: str, reason: str) -> None:
    with pytest.raises(IdentityFault, match=reason) as refusal:
        check_identity_number(number)
    assert not number or number not in refusal.value.message


def test_lower_case_x_is_taken_as_upper_case() -> None:
    assert check_identity_number(" 11010519491231002x ").number == "11010519491231002X"


@pytest.mark.parametrize("on", [date(2015, 5, 31), date(2146, 1, 1)])
def test_birth_must_be_before_the_act_and_within_a_life(on: date) -> None:
    with pytest.raises(IdentityFault, match="晚于办理日期或过早"):
        check_identity_number("420205201506010030", on=on)


@given(st.sampled_from(VALID), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(vector: tuple[str, date, str], place: int, shift: int) -> None:
    number = vector[0]
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]

    with pytest.raises(IdentityFault):
        check_identity_number(wrong)


CREDIT_CODES = [
    "91350100M000100Y43",
    "11420200MB0000019B",
    "12420200MB00000273",
    "52420200MJ00000345",
    "51420200MJ00000423",
    "91420202MA0000058Y",
    "54420202MF0000072K",
    "N2420222MF00000802",
]


@pytest.mark.parametrize("code", CREDIT_CODES)
def test_credit_code_is_accepted_in_either_case(code: str) -> None:
    assert check_uscc(code.lower()) == code


@pytest.mark.parametrize("code", ["91350100M000100Y44", "91350100M000100I43", "91350100M000101Y43", "9135O100M000100Y43"])
def test_wrong_credit_code_is_refused(code: str) -> None:
    with pytest.raises(CreditCodeFault):
        check_uscc(code)


def test_disability_card_tells_kind_and_level() -> None:
    card = check_disability_card("42020219500101123341")

    assert (card.identity.number, card.kind, card.level) == ("420202195001011233", 4, 1)


@pytest.mark.parametrize("suffix", ["01", "81", "40", "45", "4", "411"])
def test_disability_card_of_an_unknown_kind_or_level_is_refused(suffix: str) -> None:
    with pytest.raises(DisabilityCardFault):
        check_disability_card("420202195001011233" + suffix)
