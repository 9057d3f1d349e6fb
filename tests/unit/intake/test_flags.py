"""Flags and circumstances: who has a flag, what is refused, and how a flag stands in a criterion."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from services.intake import hooks
from services.intake.actions.criteria import known_flags
from services.intake.domain.cel import CriterionRefused
from services.intake.domain.circumstance import Circumstances, CircumstancesRefused, check_circumstances, self_care
from services.intake.domain.flag import FlagDefinition, flags_on, written_out
from services.intake.domain.person import PersonFacts
from services.intake.plugins.children_in_difficulty import CHILD_IN_DIFFICULTY
from services.intake.plugins.children_without_care import CHILD_WITHOUT_CARE
from services.intake.plugins.frail_lone_elders import FRAIL_LONE_ELDER
from services.intake.plugins.left_behind_children import LEFT_BEHIND_CHILD
from services.intake.plugins.lost_only_child import LOST_ONLY_CHILD
from services.intake.plugins.single_applicants import SINGLE_APPLICANT
from shared.plugins import hookimpl
from shared.plugins.loading import hooks_of
from shared.rules import RuleBook

BOOK = RuleBook.load(Path("services/intake/rules"))
ON = date(2017, 1, 1)
CHILD = PersonFacts(date(2005, 5, 1), "female", "urban_allowance", 3)
ADULT = PersonFacts(date(1960, 5, 1), "female", "urban_allowance", 2)
FLAGS = (LEFT_BEHIND_CHILD, LOST_ONLY_CHILD, FRAIL_LONE_ELDER, CHILD_IN_DIFFICULTY, CHILD_WITHOUT_CARE, SINGLE_APPLICANT)


def hookimpl_of(flag: FlagDefinition) -> SimpleNamespace:
    @hookimpl
    def flags() -> list[FlagDefinition]:
        return [flag]

    return SimpleNamespace(flags=flags)


def codes(person: PersonFacts, **facts: Any) -> set[str]:
    return {flag.code for flag in flags_on(replace(person, **facts), ON, FLAGS)}


@pytest.mark.parametrize(
    ("facts", "is_left_behind"),
    [
        ({"father": "away", "mother": "away"}, True),
        ({"father": "away", "mother": "incapable"}, True),
        ({"father": "incapable", "mother": "away"}, True),
        ({"father": "away", "mother": "caring"}, False),
        ({"father": "incapable", "mother": "incapable"}, False),
        ({"father": "away", "mother": "away", "birth": date(2001, 1, 1)}, False),
        ({"father": "away", "mother": "away", "birth": date(2001, 1, 2)}, True),
    ],
)
def test_a_child_is_left_behind_below_sixteen_when_nobody_at_home_can_care(facts: dict[str, Any], is_left_behind: bool) -> None:
    assert ("left_behind_child" in codes(CHILD, **facts)) is is_left_behind


@pytest.mark.parametrize(
    ("father", "mother", "is_without_care"),
    [
        ("imprisoned", "missing", True),
        ("died", "disabled", True),
        ("died", "died", False),
        ("died", "caring", False),
        ("died", "", False),
        ("away", "away", False),
    ],
)
def test_a_child_is_without_care_when_neither_parent_can_and_is_no_orphan(father: str, mother: str, is_without_care: bool) -> None:
    assert ("child_without_care" in codes(CHILD, father=father, mother=mother)) is is_without_care


def test_every_child_on_assistance_is_in_difficulty_and_no_adult_is() -> None:
    assert codes(CHILD) == {"child_in_difficulty"}
    assert codes(ADULT) == set()


def test_lost_only_child_begins_with_forty_nine_years() -> None:
    assert codes(ADULT, has_lost_only_child=True) == {"lost_only_child"}
    assert codes(ADULT, has_lost_only_child=True, birth=date(1968, 1, 2)) == set()
    assert codes(ADULT, has_lost_only_child=True, birth=date(1968, 1, 1)) == {"lost_only_child"}


def test_a_frail_lone_elder_is_eighty_alone_and_needs_help_with_something() -> None:
    elder = replace(ADULT, birth=date(1937, 1, 1), living_members=1, adl_unmet=1)

    assert codes(elder) == {"frail_lone_elder"}
    assert codes(elder, adl_unmet=0) == codes(elder, living_members=2) == codes(elder, birth=date(1937, 1, 2)) == set()


@pytest.mark.parametrize(
    ("facts", "is_alone"),
    [
        ({"disability_kind": 5, "disability_level": 3}, True),
        ({"disability_kind": 6, "disability_level": 3}, True),
        ({"disability_kind": 4, "disability_level": 3}, False),
        ({"disability_kind": 4, "disability_level": 2}, True),
        ({"is_seriously_ill": True}, True),
        ({}, False),
        ({"disability_kind": 5, "disability_level": 3, "category": "urban_allowance"}, False),
    ],
)
def test_of_an_edge_family_the_severely_disabled_and_the_seriously_ill_apply_alone(facts: dict[str, Any], is_alone: bool) -> None:
    """民发〔2021〕57号第八条; case 30 of the domain rules."""
    assert ("single_applicant" in codes(ADULT, **{"category": "edge_family", **facts})) is is_alone


@pytest.mark.parametrize(("unmet", "grade"), [(0, "full"), (1, "partial"), (2, "partial"), (3, "partial"), (4, "none"), (6, "none")])
@pytest.mark.parametrize("on", [date(2016, 10, 10), date(2026, 1, 1)])
def test_self_care_is_graded_by_six_activities(unmet: int, grade: str, on: date) -> None:
    """民发〔2021〕43号; case 29 of the domain rules."""
    assert self_care(unmet, BOOK.rule("self_care", on=on)) == grade


@pytest.mark.parametrize(
    ("change", "birth", "field"),
    [
        ({"observed_on": date(2017, 1, 2)}, CHILD.birth, "observed_on"),
        ({"observed_on": date(2016, 11, 30)}, CHILD.birth, "observed_on"),
        ({"father": "unknown"}, CHILD.birth, "father"),
        ({"mother": "away"}, ADULT.birth, "mother"),
        ({"beyond": ("eating", "eating")}, ADULT.birth, "beyond"),
        ({"beyond": ("flying",)}, ADULT.birth, "beyond"),
        ({"has_lost_only_child": True}, CHILD.birth, "has_lost_only_child"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(change: dict[str, Any], birth: date, field: str) -> None:
    found = replace(Circumstances(observed_on=date(2016, 12, 1)), **change)

    with pytest.raises(CircumstancesRefused) as refusal:
        check_circumstances(found, birth=birth, today=ON, latest=date(2016, 12, 1))
    assert [fault.field for fault in refusal.value.faults] == [field]


def test_a_flag_in_a_criterion_is_written_out_so_that_the_programme_keeps_its_meaning() -> None:
    known = [FlagDefinition("late", "晚", "定义", "出处", "age > 70 || is_disabled")]

    assert written_out("flags.late && sex == 'male'", known) == "(age > 70 || is_disabled) && sex == 'male'"
    assert written_out("category == 'flags.late'", known) == "category == 'flags.late'"
    with pytest.raises(CriterionRefused, match=r"没有“flags\.early”这一标识，可用：flags\.late"):
        written_out("flags.early", known)


def test_a_department_brings_its_own_flag_and_of_two_with_one_code_the_first_stands() -> None:
    own = FlagDefinition("lost_only_child", "失独家庭（本市）", "定义", "本市文件", "age >= 60 && has_lost_only_child")
    plugins = {"own": hookimpl_of(own), "built_in": hookimpl_of(LOST_ONLY_CHILD), "other": hookimpl_of(LEFT_BEHIND_CHILD)}

    assert known_flags(hooks_of(hooks, **plugins)) == [own, LEFT_BEHIND_CHILD]


def test_a_flag_with_a_criterion_that_cannot_be_read_is_refused_when_it_is_declared() -> None:
    with pytest.raises(CriterionRefused, match="没有“income”这一项"):
        FlagDefinition("poor", "穷", "定义", "出处", "income < 3")
