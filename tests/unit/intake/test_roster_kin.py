"""A roster's relations are held against sex, age and marital status: what cannot be stays out, what is unlikely is told and counts."""

from datetime import date
from typing import Any

import pytest

from services.intake.domain.columns import COLUMNS
from services.intake.domain.roster import Faulty, Judged, judge
from services.intake.domain.roster_row import RosterFrame, RosterRow
from services.intake.domain.roster_table import read_table
from shared.identity import with_check_digit
from shared.sheets import Book, NumberedRow, Sheet

FRAME = RosterFrame("420200000000", date(2015, 12, 31), generation=15)
HEADER = COLUMNS[:14]
AT = {name: "ABCDEFGHIJKLMN"[at] for at, name in enumerate(HEADER)}


def number(birth: str, *, is_male: bool, serial: int = 0) -> str:
    return with_check_digit(f"420202{birth}{serial * 2 + is_male:03}0")


def somebody(relation: str, birth: str = "19700101", *, is_male: bool = True, marital: str = "", serial: int = 0) -> dict[str, Any]:
    return {"与户主关系": relation, "身份证号": number(birth, is_male=is_male, serial=serial), "婚姻状况": marital}


HEAD = somebody("本人", marital="已婚")
WIFE = somebody("配偶", "19720101", is_male=False, marital="已婚")


def read(*rows: dict[str, Any], frame: RosterFrame = FRAME) -> list[Judged]:
    same = {"户编号": "户一", "救助类别": "城市低保", "区划代码": "420202070001", "姓名": "王小明"}
    cells = [list(HEADER), *([{**same, **row}.get(column, "") for column in HEADER] for row in rows)]
    numbered = [NumberedRow(at, each) for at, each in enumerate(cells, start=1)]
    return list(judge(read_table(Book([Sheet("名册", False, lambda: iter(numbered))])), frame))


def faults(found: Judged) -> dict[str, str]:
    assert isinstance(found, Faulty), found
    return {fault.cell: fault.message for fault in found.faults}


def doubts(found: Judged) -> dict[str, str]:
    assert isinstance(found, RosterRow), found
    return {doubt.cell: doubt.message for doubt in found.doubts}


@pytest.mark.parametrize(
    ("relation", "is_male"),
    [
        ("子", True),
        ("次子", True),
        ("女", False),
        ("长女", False),
        ("兄弟", False),
        ("姐妹", True),
        ("孙", False),
        ("父母", False),
        ("其他", True),
    ],
)
def test_a_relation_that_fits_the_sex_or_says_none_is_taken(relation: str, is_male: bool) -> None:
    birth = "19400101" if relation == "父母" else "20000101"

    assert doubts(read(HEAD, somebody(relation, birth, is_male=is_male))[1]) == {}


@pytest.mark.parametrize(("relation", "is_male"), [("母亲", True), ("之父", False), ("丈夫", False), ("儿媳", True), ("弟", False)])
def test_a_word_of_the_other_sex_of_which_nothing_is_kept_is_a_doubt(relation: str, is_male: bool) -> None:
    found = read(HEAD, somebody(relation, "19400101", is_male=is_male))[1]

    assert "性别不符" in doubts(found)[f"{AT['与户主关系']}3"]


@pytest.mark.parametrize(("relation", "is_male"), [("子", False), ("次子", False), ("女", True), ("长女", True)])
def test_a_child_of_the_other_sex_is_a_fault(relation: str, is_male: bool) -> None:
    found = read(HEAD, somebody(relation, "20000101", is_male=is_male))

    assert isinstance(found[0], RosterRow)
    assert "性别不符" in faults(found[1])[f"{AT['与户主关系']}3"]


def test_two_spouses_stay_out_and_the_others_count() -> None:
    other = somebody("妻子", "19730101", is_male=False, marital="已婚")
    found = read(HEAD, WIFE, other, somebody("子", "20000101"))

    assert [isinstance(each, RosterRow) for each in found] == [True, False, False, True]
    assert all("2 个“配偶”" in faults(each)[f"{AT['与户主关系']}{row}"] for each, row in zip(found[1:3], (3, 4), strict=True))


def test_a_spouse_who_comes_twice_in_the_file_is_one() -> None:
    assert doubts(read(HEAD, WIFE, WIFE)[1]) == {}


def test_spouses_are_counted_over_rows_that_stand_apart() -> None:
    elsewhere = somebody("本人", "19600101", serial=3) | {"户编号": "户二"}
    found = read(HEAD, WIFE, elsewhere, somebody("配偶", "19730101", is_male=False, serial=4))

    assert [isinstance(each, Faulty) for each in found] == [False, True, False, True]


def test_a_head_who_never_married_has_no_spouse() -> None:
    found = read(somebody("本人", marital="未婚"), WIFE)

    assert "未婚" in faults(found[1])[f"{AT['与户主关系']}3"]
    assert f"{AT['婚姻状况']}2" in doubts(found[0])


@pytest.mark.parametrize("marital", ["离异", "丧偶"])
def test_a_head_with_a_spouse_who_is_said_not_to_be_married_is_a_doubt(marital: str) -> None:
    found = read(somebody("本人", marital=marital), WIFE)

    assert "再婚" in doubts(found[0])[f"{AT['婚姻状况']}2"]
    assert doubts(found[1]) == {}


@pytest.mark.parametrize("marital", ["离异", "丧偶", "未婚"])
def test_a_spouse_who_is_said_not_to_be_married_is_a_doubt(marital: str) -> None:
    assert set(doubts(read(HEAD, WIFE | {"婚姻状况": marital})[1])) == {f"{AT['婚姻状况']}3"}


@pytest.mark.parametrize(
    ("relation", "birth", "is_doubted"),
    [
        ("子", "19850101", False),
        ("子", "19841231", True),
        ("子", "19600101", True),
        ("父母", "19550101", False),
        ("父母", "19550102", True),
        ("兄弟姐妹", "19700101", False),
    ],
)
def test_a_generation_is_between_parents_and_children(relation: str, birth: str, is_doubted: bool) -> None:
    row = read(HEAD, somebody(relation, birth, serial=7))[1]

    assert bool(doubts(row)) is is_doubted
    if is_doubted:
        assert "15 岁" in doubts(row)[f"{AT['与户主关系']}3"]


def test_ages_are_not_held_where_no_head_is_known_or_the_rule_has_no_years() -> None:
    table_without = RosterFrame(FRAME.division, FRAME.reference_on)
    assert doubts(read(HEAD, somebody("子", "19600101"), frame=table_without)[1]) == {}
    assert "没有" in faults(read(somebody("子", "19600101"))[0])[f"{AT['与户主关系']}2"]


def test_what_is_told_never_repeats_a_number() -> None:
    told = str([each.faults for each in read(HEAD, somebody("女"), WIFE, WIFE | somebody("配偶", serial=9)) if isinstance(each, Faulty)])

    assert "19700101" not in told
    assert "19720101" not in told
