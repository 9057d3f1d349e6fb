"""What few rosters have is read where they have it; a cell that cannot be read is told, and keeps nobody out."""

from datetime import date
from typing import Any

import pytest

from services.intake.domain.columns import COLUMNS, MORE, guess
from services.intake.domain.roster import Judged, judge
from services.intake.domain.roster_more import ENDLESS, causes_of, months_after
from services.intake.domain.roster_row import RosterFrame, RosterRow
from services.intake.domain.roster_table import RosterTable, read_table
from shared.sheets import Book, Formula, NumberedRow, Sheet
from tests.unit.intake.test_roster import CHILD, GOOD, HEAD

FRAME = RosterFrame("420200000000", date(2015, 12, 31), rigid_months=12)
CARD = HEAD + "41"


def table_of(*rows: dict[str, Any], header: tuple[str, ...]) -> RosterTable:
    cells = [list(header), *([row.get(column, "") for column in header] for row in rows)]
    numbered = [NumberedRow(number, each) for number, each in enumerate(cells, start=1)]
    return read_table(Book([Sheet("名册", False, lambda: iter(numbered))]))


def read(*rows: dict[str, Any], **columns: Any) -> list[Judged]:
    """Rows over the good one's cells; `columns` go into the first."""
    filled = [{**GOOD, **row} for row in rows or ({},)]
    filled[0] |= columns
    header = (*COLUMNS[:14], *dict.fromkeys(name for row in filled for name in row if name not in COLUMNS[:14]))
    return list(judge(table_of(*filled, header=header), FRAME))


def one(*rows: dict[str, Any], **columns: Any) -> RosterRow:
    found = read(*rows, **columns)[0]
    assert isinstance(found, RosterRow), found
    return found


def doubts(row: Judged) -> dict[str, str]:
    assert isinstance(row, RosterRow), row
    return {doubt.column: doubt.message for doubt in row.doubts}


@pytest.mark.parametrize(
    ("column", "text", "field", "said"),
    [
        ("劳动能力", "部分丧失", "labour", "partial"),
        ("劳动能力", "无", "labour", "none"),
        ("就业情况", "打零工", "employment", "flexible"),
        ("健康状况", "一般", "health", "weak"),
        ("健康状况", "—", "health", ""),
        ("学历", "本科", "education", "bachelor"),
        ("医保类型", "新农合", "medical_insurance", "resident"),
        ("养老保险", "已参保", "pension_insurance", "insured"),
        ("残疾证有效期至", "2020年3月", "disability_valid_to", date(2020, 3, 31)),
        ("残疾人证有效期", "2010.3.1至2020.2.29", "disability_valid_to", date(2020, 2, 29)),
        ("残疾证有效期", "长期", "disability_valid_to", ENDLESS),
        ("纳入日期", "2014年7月", "assistance_from", date(2014, 7, 1)),
        ("月保障金额（元）", "1,380.50元/月", "monthly_amount", 138_050),
        ("保障金额", 420, "monthly_amount", 42_000),
        ("致贫原因", "因病、缺劳力/就学", "causes", ",illness,no_labour,schooling,"),
        ("致困原因", "单亲/失依", "causes", ",no_support,"),
    ],
)
def test_a_cell_is_read_as_districts_write_it(column: str, text: Any, field: str, said: Any) -> None:
    row = one(**{column: text})

    assert row.more == {field: said}
    assert row.doubts == ()


@pytest.mark.parametrize(
    ("column", "text", "told"),
    [
        ("健康状况", "马马虎虎", "健康、较弱、重病、重残、重病且重残"),
        ("月保障金额", "若干", "以元计"),
        ("月保障金额", "12.345", "两位小数"),
        ("月保障金额", "100001", "100000 元"),
        ("残疾证有效期", "2020-02-30", "不是可识别的日期"),
        ("救助开始日期", "长期", "不是可识别的日期"),
        ("救助证件编号", HEAD, "不得含有身份证号码"),
        ("劳动能力", Formula("=A1"), "公式"),
    ],
)
def test_what_cannot_be_read_is_told_and_the_row_counts(column: str, text: Any, told: str) -> None:
    row = one(**{column: text})

    assert list(row.more.values()) == [None]
    assert told in doubts(row)[column]
    assert "未采用" in doubts(row)[column]
    assert HEAD not in doubts(row)[column]


def test_of_several_causes_those_that_are_known_are_kept() -> None:
    row = one(致困原因="因病、运气不好")

    assert causes_of(row.more["causes"]) == ("illness",)
    assert "认不出的词未采用" in doubts(row)["致困原因"]


def test_what_the_row_of_the_head_says_of_the_household_holds_for_all_and_causes_are_gathered() -> None:
    child = {"身份证号": CHILD, "姓名": "王小小", "与户主关系": "子", "婚姻状况": "", "联系电话": "", "致困原因": "就学"}
    found = read({"月保障金额": "500", "致困原因": "疾病"}, child)

    assert [each.more for each in found if isinstance(each, RosterRow)] == [
        {"monthly_amount": 50_000, "causes": ",illness,schooling,"},
        {"monthly_amount": 50_000, "causes": ",illness,schooling,"},
    ]


def test_rows_of_a_household_that_disagree_over_the_amount_are_told_and_the_first_counts() -> None:
    child = {"身份证号": CHILD, "姓名": "王小小", "与户主关系": "子", "婚姻状况": "", "联系电话": "", "月保障金额": "600"}
    first, second = read({"月保障金额": "500"}, child)

    assert isinstance(second, RosterRow)
    assert (doubts(first), second.more) == ({}, {"monthly_amount": 50_000})
    assert "不一致" in doubts(second)["月保障金额"]


def test_a_card_that_has_run_out_is_a_doubt_and_the_person_stays_disabled() -> None:
    row = one(残疾证号=CARD, 残疾证有效期="2015-12-30")

    assert row.disability_level == 1
    assert "已过有效期" in doubts(row)["残疾证有效期"]
    assert doubts(one(残疾证号=CARD, 残疾证有效期="2015-12-31")) == {}


@pytest.mark.parametrize(
    ("begins", "ends", "column"),
    [
        ("2015-02-01", "2016-02-01", ""),
        ("2015-02-01", "2016-02-02", "救助截止日期"),
        ("2014-12-30", "", "救助开始日期"),
        ("2014-12-31", "", ""),
    ],
)
def test_rigid_spending_is_recognised_for_twelve_months_at_most(begins: str, ends: str, column: str) -> None:
    row = one(救助类别="刚性支出困难", 救助开始日期=begins, 救助截止日期=ends)

    assert row.category == "rigid_spending"
    assert list(doubts(row)) == [column] * bool(column)
    assert doubts(one(救助类别="城市低保", 救助开始日期=begins, 救助截止日期=ends)) == {}


def test_a_grant_that_ends_before_it_begins_or_before_the_reference_date_is_a_doubt() -> None:
    assert "早于" in doubts(one(救助开始日期="2016-02-01", 救助截止日期="2016-01-31"))["救助截止日期"]
    assert "届满" in doubts(one(救助截止日期="2015-12-30"))["救助截止日期"]


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("农村特困（五保）", "rural_destitute"),
        ("防止返贫监测", "relapse_watch"),
        ("临时救助", "temporary"),
        ("其他低收入", "other_low_income"),
    ],
)
def test_every_kind_of_assistance_has_a_word(word: str, code: str) -> None:
    assert one(救助类别=word).category == code


def test_the_number_of_a_certificate_numbers_households_only_where_nothing_else_does() -> None:
    assert guess(["低保证号", "姓名"]) == {"户编号": 0, "姓名": 1}
    assert guess(["低保证号", "户编号", "姓名"]) == {"户编号": 1, "姓名": 2, "救助证件编号": 0}


def test_a_roster_without_these_columns_has_rows_no_longer_than_before() -> None:
    table = table_of(GOOD, header=COLUMNS[:14])

    assert (table.more, [len(line.texts) for line in table.lines()]) == ((), [len(COLUMNS)])
    assert not set(MORE) & set(COLUMNS)


def test_a_year_and_a_month_are_counted_to_the_last_day_of_a_shorter_month() -> None:
    assert months_after(date(2016, 2, 29), 12) == date(2017, 2, 28)
    assert months_after(date(2015, 10, 31), 1) == date(2015, 11, 30)
