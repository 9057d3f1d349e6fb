"""What a criterion in CEL may say, how it reads in Chinese, and what is refused with its place."""

from datetime import date

import pytest

from services.intake.domain.cel import DEEPEST, LONGEST, MOST_PARTS, CriterionRefused, evaluate, read_number, read_truth
from services.intake.domain.criterion import said
from services.intake.domain.group import UnknownGroup, written
from services.intake.domain.person import PersonFacts
from services.intake.domain.programme import GroupsRefused
from services.intake.domain.selection import GroupQuota
from services.intake.domain.terms import GroupAsked, check_terms
from services.intake.plugins.lone_elders import LONE_ELDERS

ON = date(2017, 1, 1)
ELDER = PersonFacts(date(1950, 3, 7), "female", "urban_allowance", 1, needs=(1, 2, 0, 0, 0, 0, 0), division="420202070001")


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("age >= 60 && living_members == 1", "周岁年龄不低于60且实际居住人数为1"),
        ("!is_pupil", "不是：在校就读（小学至高中、中职）"),
        ("!!is_pupil", "在校就读（小学至高中、中职）"),
        ("is_pupil == false", "不是：在校就读（小学至高中、中职）"),
        ('category in ["urban_allowance", "rural_allowance"]', "救助类别为城市低保或农村低保"),
        ('division.startsWith("4202")', "所在地区在黄石市"),
        ('sex == "female" && (is_disabled || is_seriously_ill)', "性别为女且（持有效残疾人证或所患疾病列入当地重病目录）"),
        ("needs.health * 2 + needs.economy >= 4", "（健康需求×2）＋经济需求不低于4"),
        ("(is_pupil ? 3 : 1) > 2", "若在校就读（小学至高中、中职）则3，否则1超过2"),
    ],
)
def test_a_criterion_reads_in_chinese(text: str, chinese: str) -> None:
    assert said(read_truth(text)) == chinese


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "条件不能为空"),
        ("age >= && 3", "第 8 个字符附近不合语法"),
        ("age >=\n 60 &&\n income > 3", "第 16 个字符“income”：没有“income”这一项"),
        ("age", "这里应为是或否，现为整数"),
        ('age == "sixty"', "不能把整数与代码相比"),
        ('sex > "female"', "代码只能用 == 或 != 比较"),
        ('sex == "F"', '可用："male"（男）、"female"（女）'),
        ("age > 59.5", "第 7 个字符“59.5”：这里只能写整数"),
        ("1 < age < 3", "比较不能连写"),
        ("age / 2 > 30", "整数只能加、减、乘"),
        ("age * age * age > 3", "数值可能超过"),
        ("age > 99999999999999999999", "整数不超过"),
        ("age in []", "不空的列表"),
        ("age in [1, living_members]", "列表中只能是与左边同类的整数值"),
        ('division == "4202"', "12 位数字"),
        ('division.startsWith("42x")', "至多 12 位数字"),
        ('sex.startsWith("f")', "只能写 division.startsWith"),
        ("has(age)", "不能使用这种写法"),
        ("[1, 2].exists(x, x > 1)", "不能使用这种写法"),
        ("is_pupil.matches('.*')", "只能写 division.startsWith"),
        ('sex == "fe\\u006dale"', "这里只能写"),
        ("needs > 1", "没有“needs”这一项"),
        ("is_pupil ? 1 : true", "两个结果应为同一种类"),
        ("(" * (DEEPEST + 1) + "is_pupil" + ")" * (DEEPEST + 1), f"嵌套不超过 {DEEPEST} 层"),
        ("!" * 1500 + "is_pupil", f"嵌套不超过 {DEEPEST} 层"),
        (" || ".join(["is_pupil"] * MOST_PARTS), f"不超过 {MOST_PARTS} 项"),
        ("is_pupil || " * LONGEST + "is_pupil", f"不超过 {LONGEST} 个字符"),
    ],
)
def test_what_is_not_allowed_is_refused_in_one_sentence_that_names_the_place(text: str, told: str) -> None:
    with pytest.raises(CriterionRefused) as refused:
        read_truth(text)

    assert told in refused.value.message
    assert "\n" not in refused.value.message
    assert refused.value.faults[0].field == "expression"


@pytest.mark.parametrize(
    "text",
    ["(" * DEEPEST + "age >= 60" + ")" * DEEPEST, "!" * DEEPEST + "is_pupil || true", " && ".join(["age>60"] * (MOST_PARTS // 3 - 1))],
)
def test_the_largest_criterion_that_is_allowed_can_be_judged(text: str) -> None:
    read_truth(text)

    assert evaluate(text, ELDER, ON)


def test_a_score_is_a_whole_number_and_never_below_nothing() -> None:
    assert evaluate("needs.health * 2 + (is_disabled ? 5 : 1)", ELDER, ON) == 5
    read_number("needs.health * 2 + (is_disabled ? 5 : 1)")

    with pytest.raises(CriterionRefused, match="最低 -3"):
        read_number("needs.health - needs.economy")
    with pytest.raises(CriterionRefused, match="这里应为整数"):
        read_number("is_disabled")


def test_a_written_group_says_which_of_its_parts_a_person_does_not_meet() -> None:
    group = written("H1", "高龄女性", 'age >= 80 && sex == "female" && (is_disabled || living_members == 1)')

    assert group.unmet(ELDER, ON) == ["周岁年龄不低于80"]
    assert group.criterion == "H1 高龄女性：周岁年龄不低于80，性别为女，持有效残疾人证或实际居住人数为1"


@pytest.mark.parametrize(
    "groups",
    [
        [],
        [GroupAsked(GroupQuota("G1", 1, 0))] * 2,
        [GroupAsked(GroupQuota("G1", 0, 0))],
        [GroupAsked(GroupQuota("G1", 1, -1))],
        [GroupAsked(GroupQuota("G1", 1, 0), tolerance=2)],
        [GroupAsked(GroupQuota("G1", 1, 0), "我的独居老人", "age >= 60")],
        [GroupAsked(GroupQuota("H1", 1, 0), "", "age >= 60")],
        [GroupAsked(GroupQuota("H,1", 1, 0), "老人", "age >= 60")],
    ],
)
def test_groups_without_sense_are_refused(groups: list[GroupAsked]) -> None:
    with pytest.raises(GroupsRefused):
        check_terms(groups, score="", precedence="", known=[LONE_ELDERS])


def test_a_group_without_a_plugin_or_a_criterion_is_refused() -> None:
    with pytest.raises(UnknownGroup, match="G9"):
        check_terms([GroupAsked(GroupQuota("G9", 1, 0))], score="", precedence="", known=[LONE_ELDERS])
