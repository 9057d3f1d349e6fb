"""Rows read column by column are the rows that the careful reading gives; whatever is unusual is left to it."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain.columns import ALL
from services.intake.domain.roster import Judged, judge
from services.intake.domain.roster_plain import plain_rows
from services.intake.domain.roster_row import RosterFrame
from services.intake.domain.roster_table import RosterTable, RosterUnreadable, read_table
from shared.identity import with_check_digit
from shared.sheets import Book, Formula, NumberedRow, Sheet

FRAMES = (
    RosterFrame("420200000000", date(2015, 12, 31), generation=15),
    RosterFrame("420202000000", date(2015, 12, 31), "urban_allowance"),
    RosterFrame("000000000000", date(2015, 12, 31), generation=15),
)
NUMBERS = [with_check_digit(f"420202{birth}{serial}0") for birth in ("19500101", "19720101", "20100601") for serial in ("123", "124")]
USUAL: dict[str, list[Any]] = {
    "户编号": ["户一", "户二", "户三"],
    "救助类别": ["城市低保", "农村低保", "城低保"],
    "区划代码": ["420202070001", "420202070002"],
    "实际居住人数": [1, 2, "3"],
    "姓名": ["王小明", "李红"],
    "身份证号": NUMBERS,
    "与户主关系": ["本人", "配偶", "子", "女", "父亲", "妻", "其他"],
    "婚姻状况": ["", "已婚", "未婚", "丧偶", "无"],
    "就读学段": ["", "小学", "无"],
    "单亲原因": ["", "离异", "—"],
    "残疾证号": ["", "无", f"{NUMBERS[0]}41", f"{NUMBERS[1]}52"],
    "重病病种": ["", "无", "尿毒症（透析）"],
    "联系电话": ["", "13800138000", "0714-6354321", "无"],
    "住址": ["", "黄石港区一路1号", "无"],
    "性别": ["", "男", "女"],
    "出生日期": ["", "1950-01-01", date(1972, 1, 1), "2010年6月", 18264],
    "年龄": ["", "65", 43, "5周岁"],
    "家庭人口": ["", 2, "3"],
    "户主身份证号": ["", NUMBERS[0]],
    "救助开始日期": ["", "2015-01-01", date(2014, 7, 1)],
    "月保障金额": ["", "560", 432.5],
    "致困原因": ["", "疾病、残疾", "缺劳力"],
    "劳动能力": ["", "有劳动能力", "无"],
    "健康状况": ["", "健康", "重病"],
    "残疾证有效期": ["", "2014-12-31", "长期"],
}
ODD: list[Any] = [
    None,
    "",
    " ",
    "１２",
    0,
    31,
    -1,
    4.5,
    10**17,
    "x" * 201,
    Formula("=A1"),
    "420202195001011234",
    NUMBERS[0].lower(),
    True,
    "a\nb",
]


@st.composite
def rosters(draw: st.DrawFn) -> list[list[Any]]:
    """A header and rows, most of whose cells are as they should be."""
    more = draw(st.sets(st.sampled_from([column for column in ALL if column not in ("姓名", "身份证号")])))
    header = [column for column in ALL if column in more or column in ("姓名", "身份证号")]
    usual = [st.sampled_from(USUAL.get(column, [""])) for column in header]
    plain = st.tuples(*usual).map(list)
    rows: list[list[Any]] = draw(st.lists(plain, min_size=1, max_size=8))
    for row in draw(st.lists(st.sampled_from(rows), max_size=3)):
        row[draw(st.integers(0, len(header) - 1))] = draw(st.sampled_from(ODD))
    return [header, *rows]


def table_of(cells: list[list[Any]]) -> RosterTable:
    rows = [NumberedRow(number, row) for number, row in enumerate(cells, start=1)]
    return read_table(Book([Sheet("名册", False, lambda: iter(rows))]))


def judged(cells: list[list[Any]], frame: RosterFrame) -> list[Judged]:
    return list(judge(table_of(cells), frame))


@given(rosters(), st.sampled_from(FRAMES))
@settings(max_examples=400, deadline=None)
def test_a_row_read_by_columns_is_the_row_read_with_care(cells: list[list[Any]], frame: RosterFrame) -> None:
    try:
        by_columns = judged(cells, frame)
    except RosterUnreadable:
        return  # no row that is not blank
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.intake.domain.roster.plain_rows", lambda run, table, frame: [None] * len(run))
        with_care = judged(cells, frame)

    assert by_columns == with_care


@pytest.mark.parametrize("without", [(), ("户编号",), ("户编号", "与户主关系"), ("救助类别", "区划代码", "实际居住人数")])
def test_a_family_as_districts_write_it_needs_no_careful_reading(without: tuple[str, ...]) -> None:
    family: list[dict[str, Any]] = [
        {"身份证号": NUMBERS[0], "与户主关系": "本人", "婚姻状况": "已婚", "性别": "男", "出生日期": "1950-01-01", "年龄": "65"},
        {"身份证号": NUMBERS[3], "与户主关系": "妻", "婚姻状况": "已婚", "重病病种": "无", "家庭人口": 3},
        {"身份证号": NUMBERS[4], "与户主关系": "子", "就读学段": "小学", "联系电话": "13800138000", "残疾证号": f"{NUMBERS[4]}41"},
    ]
    same: dict[str, Any] = {"户编号": "户一", "救助类别": "城市低保", "区划代码": "420202070001", "实际居住人数": 3, "姓名": "王小明"}
    header = [column for column in USUAL if column not in without and column != "户主身份证号"]
    table = table_of([header, *([(same | person).get(column, "") for column in header] for person in family)])
    (run,) = table.runs()

    rows = plain_rows(run, table, RosterFrame("420200000000", date(2015, 12, 31), "urban_allowance", generation=15))

    assert None not in rows
    assert [row and row.relation for row in rows][:1] == ["head"]
