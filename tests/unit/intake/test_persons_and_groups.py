"""Who belongs to a group on a day: age by birthdays, living alone by who really lives there."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.group import Condition, GroupDefinition, UnknownGroup, group_of
from services.intake.domain.person import PersonFacts, age_band, age_on, born_by
from services.intake.plugins import disabled_people, lone_elders, need_levels, seriously_ill, single_parent_pupils, still_here

ON = date(2017, 1, 1)
G1, G2 = lone_elders.LONE_ELDERS, single_parent_pupils.SINGLE_PARENT_PUPILS
G3, G4 = disabled_people.DISABLED_PEOPLE, seriously_ill.SERIOUSLY_ILL

days = st.dates(date(1900, 1, 1), date(2030, 12, 31))


def person(birth: date = date(1970, 1, 1), **facts: object) -> PersonFacts:
    return PersonFacts(**{"birth": birth, "sex": "female", "category": "urban_allowance", "living_members": 1, **facts})  # type: ignore[arg-type]  # a test's facts


def test_elderly_from_the_sixtieth_birthday() -> None:
    assert G1.admits(person(date(1957, 1, 1)), ON)
    assert not G1.admits(person(date(1957, 1, 2)), ON)


def test_an_elder_who_lives_with_somebody_is_not_alone() -> None:
    assert G1.unmet(person(date(1940, 1, 1), living_members=2), ON) == ["实际独自居住"]


@pytest.mark.parametrize("stage", ["primary", "junior", "senior", "vocational"])
def test_a_pupil_with_one_parent_is_served_until_the_eighteenth_birthday(stage: str) -> None:
    pupil = person(date(1999, 1, 2), schooling=stage, has_single_parent=True)

    assert G2.admits(pupil, ON)
    assert not G2.admits(pupil, ON + timedelta(days=1))


@pytest.mark.parametrize("stage", ["", "preschool", "college"])
def test_a_child_who_is_no_pupil_is_in_no_group_of_pupils(stage: str) -> None:
    assert not G2.admits(person(date(2008, 5, 1), schooling=stage, has_single_parent=True), ON)


def test_a_disability_card_and_a_serious_illness_make_groups_of_their_own() -> None:
    both = person(disability_kind=4, disability_level=3, is_seriously_ill=True)

    assert [group.code for group in (G1, G2, G3, G4) if group.admits(both, ON)] == ["G3", "G4"]


def test_a_group_says_its_criterion_in_words() -> None:
    assert G1.criterion == "G1 独居老人：年满60周岁，实际独自居住"


def test_a_group_that_no_plugin_declares_is_refused() -> None:
    with pytest.raises(UnknownGroup, match="G9"):
        group_of("G9", [G1, G2])


def test_a_department_can_declare_a_group_of_its_own() -> None:
    own = GroupDefinition(
        "L1", "大龄残疾人", (Condition("age", "at_least", 50, "年满50周岁"), Condition("is_disabled", "is", True, "持证"))
    )

    assert own.unmet(person(date(1990, 1, 1)), ON) == ["年满50周岁", "持证"]


@given(days, days)
def test_the_latest_birth_of_an_age_is_the_last_that_has_it(birth: date, day: date) -> None:
    for age in (14, 18, 60):
        assert (birth <= born_by(day, age)) == (age_on(birth, day) >= age)


def test_somebody_born_on_the_leap_day_turns_on_the_first_of_march() -> None:
    born = date(1956, 2, 29)

    assert [age_on(born, day) for day in (date(2017, 2, 28), date(2017, 3, 1), date(2016, 2, 29))] == [60, 61, 60]


@pytest.mark.parametrize(
    ("age", "band"), [(0, "0-5"), (13, "6-13"), (14, "14-17"), (17, "14-17"), (18, "18-59"), (60, "60-69"), (101, "80+")]
)
def test_an_age_is_shown_as_a_band(age: int, band: str) -> None:
    assert age_band(age) == band


@pytest.mark.parametrize(
    ("kind", "level", "is_severe"), [(4, 1, True), (4, 2, True), (4, 3, False), (5, 3, True), (6, 3, True), (6, 4, False), (0, 0, False)]
)
def test_level_three_is_severe_for_mind_and_intellect_only(kind: int, level: int, is_severe: bool) -> None:
    assert person(disability_kind=kind, disability_level=level).is_severely_disabled is is_severe


def test_need_is_what_was_seen_at_the_door_and_two_points_for_a_severe_disability() -> None:
    needs = (2, 1, 0, 1, 2, 0, 1)

    assert need_levels.need((person(needs=needs), person(needs=needs, disability_kind=4, disability_level=1), person())) == (7, 9, 0)


def test_who_has_died_or_moved_is_not_enrolled() -> None:
    assert still_here.objections(person(status="died")) == ["该人员已死亡"]
    assert still_here.objections(person(status="moved")) == ["该人员已迁出"]
    assert still_here.objections(person()) == []
