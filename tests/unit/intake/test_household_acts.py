"""What may happen to a household, and how its people stood on an earlier day."""

from datetime import date
from uuid import UUID

import pytest

from services.intake.domain.household import (
    Basis,
    HouseholdActRefused,
    Standing,
    Turn,
    check_basis,
    check_departure,
    check_lead,
    check_split,
    living_after,
    standing_on,
)
from services.intake.domain.naming import NamesSomebody

HEAD, WIFE, SON = UUID(int=1), UUID(int=2), UUID(int=3)
HOME, OTHER = UUID(int=10), UUID(int=11)
TODAY = date(2017, 3, 1)
DIVISION = "420202001001"


def stands(relation: str = "son", *, home: UUID = HOME, status: str = "present") -> Standing:
    return Standing(home, relation, status, DIVISION)


def test_an_act_is_not_of_tomorrow_nor_before_the_last_and_says_its_basis() -> None:
    check_basis(Basis(TODAY, "死亡证明"), names=(), today=TODAY, latest=TODAY)
    with pytest.raises(HouseholdActRefused, match="不能晚于"):
        check_basis(Basis(date(2017, 3, 2), "死亡证明"), names=(), today=TODAY, latest=None)
    with pytest.raises(HouseholdActRefused, match="不能再登记更早"):
        check_basis(Basis(date(2017, 2, 1), "死亡证明"), names=(), today=TODAY, latest=date(2017, 2, 2))
    with pytest.raises(HouseholdActRefused, match="请写明依据"):
        check_basis(Basis(TODAY, " "), names=(), today=TODAY, latest=None)
    with pytest.raises(NamesSomebody, match="不要写姓名、身份证号"):
        check_basis(Basis(TODAY, "420202197001010018 死亡证明"), names=(), today=TODAY, latest=None)


def test_a_head_leaves_only_an_empty_house() -> None:
    check_departure("head", kind="died", status="present", others=0)
    with pytest.raises(HouseholdActRefused, match="先变更户主"):
        check_departure("head", kind="died", status="present", others=1)
    with pytest.raises(HouseholdActRefused, match="已不在册"):
        check_departure("son", kind="left", status="died", others=1)
    with pytest.raises(HouseholdActRefused, match="不需要更正"):
        check_departure("son", kind="restored", status="merged", others=1)


def test_a_new_head_is_one_and_everybody_stands_to_that_head() -> None:
    check_lead({HEAD: "spouse", WIFE: "head"}, members=[HEAD, WIFE], head=HEAD)
    with pytest.raises(HouseholdActRefused, match="每名在册成员"):
        check_lead({WIFE: "head"}, members=[HEAD, WIFE], head=HEAD)
    with pytest.raises(HouseholdActRefused, match="就是现户主"):
        check_lead({HEAD: "head", WIFE: "spouse"}, members=[HEAD, WIFE], head=HEAD)
    with pytest.raises(HouseholdActRefused, match="只有一名户主"):
        check_lead({HEAD: "head", WIFE: "head"}, members=[HEAD, WIFE], head=HEAD)


def test_a_part_of_a_household_parts_under_a_free_number_and_without_its_head() -> None:
    check_split({SON: "head"}, members=[HEAD, WIFE, SON], head=HEAD, household_no="H2", is_taken=False)
    with pytest.raises(HouseholdActRefused, match="户主不能分出"):
        check_split({HEAD: "head"}, members=[HEAD, WIFE], head=HEAD, household_no="H2", is_taken=False)
    with pytest.raises(HouseholdActRefused, match="不能分出全部"):
        check_split({HEAD: "head"}, members=[HEAD], head=None, household_no="H2", is_taken=False)
    with pytest.raises(HouseholdActRefused, match="已有档案"):
        check_split({SON: "head"}, members=[HEAD, SON], head=HEAD, household_no="H2", is_taken=True)


def test_the_file_of_a_day_undoes_what_came_later_and_keeps_what_came_before() -> None:
    now = {SON: stands("head", home=OTHER, status="died")}
    turns = [Turn(SON, date(2017, 1, 1), stands("son")), Turn(SON, date(2017, 2, 1), stands("head", home=OTHER))]

    assert standing_on(date(2016, 12, 31), now, turns) == {SON: stands("son")}
    assert standing_on(date(2017, 1, 1), now, turns) == {SON: stands("head", home=OTHER)}
    assert standing_on(date(2017, 2, 1), now, turns) == now


def test_fewer_live_there_once_some_have_gone_but_somebody_who_stays_lives_there() -> None:
    assert living_after(3, leave=1, stay=2) == 2
    assert living_after(1, leave=1, stay=1) == 1
    assert living_after(1, leave=1, stay=0) == 0
