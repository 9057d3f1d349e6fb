"""A roster is read as people type it, and refused cell by cell in words that say how to mend it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from services.intake.domain.columns import COLUMNS, text_of
from services.intake.domain.roster import Again, Faulty, Judged, judge
from services.intake.domain.roster_row import CellFault, RosterFrame, RosterRow, cell_name
from services.intake.domain.roster_table import RosterTable, RosterUnreadable, read_table
from shared.identity import with_check_digit
from shared.sheets import Book, Cell, NumberedRow, Sheet

FRAME = RosterFrame("420200000000", date(2015, 12, 31))
HEAD, WIFE, CHILD = "420202195001011233", "420203197005200010", "420205201506010030"
GOOD: dict[str, Any] = {
    "户编号": "420202070-2015-000001",
    "救助类别": "城市低保",
    "区划代码": "420202070001",
    "实际居住人数": 2,
    "姓名": "王小明",
    "身份证号": HEAD,
    "与户主关系": "本人",
    "婚姻状况": "已婚",
    "就读学段": "",
    "单亲原因": "",
    "残疾证号": "",
    "重病病种": "",
    "联系电话": "13800138000",
    "住址": "黄石市黄石港区花湖街道1栋101室",
}


HEADER = COLUMNS[:14]


def table_of(*rows: Sequence[Cell]) -> RosterTable:
    numbered = [NumberedRow(number, cells) for number, cells in enumerate(rows, start=1)]
    return read_table(Book([Sheet("名册", False, lambda: iter(numbered))]))


def read(*rows: dict[str, Any], header: Sequence[str] = HEADER) -> list[Judged]:
    """Each row, over the good one's cells."""
    cells = [[{**GOOD, **row}.get(column, "") for column in header] for row in rows]
    return list(judge(table_of(list(header), *cells), FRAME))


def good(*rows: dict[str, Any]) -> RosterRow:
    found = read(*rows)[0]
    assert isinstance(found, RosterRow), found
    return found


def faults(*rows: dict[str, Any], of: int = 0, header: Sequence[str] = HEADER) -> dict[str, str]:
    """Message by column of one row."""
    found = read(*rows, header=header)[of]
    assert isinstance(found, Faulty), found
    return {fault.column: fault.message for fault in found.faults}


def test_a_good_row_becomes_a_person() -> None:
    row = good({"残疾证号": HEAD + "41", "重病病种": "尿毒症"})

    assert (row.identity.birth, row.sex, row.category, row.living_members) == (date(1950, 1, 1), "male", "urban_allowance", 2)
    assert (row.disability_kind, row.disability_level) == (4, 1)


def test_what_says_who_somebody_is_stays_together_to_be_sealed() -> None:
    assert set(good({}).personal()) == {"name", "identity_number", "phone", "address", "marital"}


@pytest.mark.parametrize("typed", ["４２０２０２１９５００１０１１２３３", f" {HEAD} ", f"{HEAD}　"])
def test_full_width_digits_and_outer_spaces_are_put_right(typed: str) -> None:
    assert good({"身份证号": typed}).identity.number == HEAD


@pytest.mark.parametrize("typed", ["E12345678", "R420012345", "H0123456789", "ea1234567"])
def test_the_number_of_another_paper_is_told_from_a_mistyped_one(typed: str) -> None:
    found = read({"身份证号": typed})[0]

    assert isinstance(found, Faulty)
    assert found.reason == "身份证号：是其他证件的号码"
    assert "81、82、83" in found.faults[0].message
    assert typed not in found.faults[0].message


def test_who_has_no_number_yet_is_told_what_to_do_first() -> None:
    assert "先办理出生登记" in faults({"身份证号": ""})["身份证号"]


def test_a_residence_permit_of_taiwan_is_a_number_like_others() -> None:
    assert good({"身份证号": with_check_digit("830000199001010030")}).identity.birth == date(1990, 1, 1)


def test_a_lower_case_x_is_put_right() -> None:
    assert good({"身份证号": "11010519491231002x"}).identity.number == "11010519491231002X"


def test_a_number_cell_is_refused_because_its_last_digits_are_gone() -> None:
    assert "文本格式" in faults({"身份证号": float(HEAD)})["身份证号"]
    assert "文本格式" in faults({"残疾证号": float(HEAD + "41")})["残疾证号"]


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("420202195001011234", "校验位"),
        ("420281198102290015", "出生日期不存在"),
        ("42020219500101123", "17 位"),
    ],
)
def test_an_identity_number_that_cannot_be_is_refused_without_repeating_it(number: str, reason: str) -> None:
    message = faults({"身份证号": number})["身份证号"]

    assert reason in message
    assert number not in message


def test_the_same_person_twice_in_a_roster_is_named_by_row() -> None:
    again = {"户编号": "420202070-2015-000002"}

    found = read({}, again)[1]

    assert isinstance(found, Again)
    assert found.told() == CellFault("F3", "身份证号", "与第 2 行重复", "与前面的行重复")


def test_a_disability_card_of_somebody_else_is_refused() -> None:
    assert "不一致" in faults({"残疾证号": WIFE + "41"})["残疾证号"]


@pytest.mark.parametrize(("card", "reason"), [(HEAD + "81", "类别"), (HEAD + "45", "等级")])
def test_a_disability_card_of_no_kind_or_level_is_refused(card: str, reason: str) -> None:
    assert reason in faults({"残疾证号": card})["残疾证号"]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("救助类别", "低保", "城市低保"),
        ("区划代码", "4202020700", "12 位"),
        ("区划代码", "110101001001", "地区范围"),
        ("区划代码", "420202999001", "街道"),
        ("实际居住人数", 0, "整数"),
        ("姓名", "王", "2 至"),
        ("姓名", "王1", "不含数字"),
        ("户编号", f"户{HEAD}", "身份证"),
        ("户编号", "", "不能为空"),
        ("联系电话", "12345", "联系电话"),
        ("婚姻状况", "已分居", "未婚"),
    ],
)
def test_a_cell_is_refused_with_its_reason(column: str, value: object, reason: str) -> None:
    assert reason in faults({column: value})[column]


@pytest.mark.parametrize("nothing", ["", "—", "无"])
def test_everybody_has_a_relation_to_the_head(nothing: str) -> None:
    assert "不能为空" in faults({}, {"身份证号": WIFE, "与户主关系": nothing}, of=1)["与户主关系"]


def test_what_is_said_of_one_row_is_not_said_of_another_with_the_same_words() -> None:
    """Rows that say the same in the columns with few words are looked up once; who is asked second must not differ."""
    others = {"身份证号": WIFE, "户编号": "420202070-2015-000002", "与户主关系": "本人"}

    assert faults({"婚姻状况": "？"}, {**others, "婚姻状况": "？"}, of=1) == {"婚姻状况": faults({"婚姻状况": "？"})["婚姻状况"]}
    assert isinstance(read({"身份证号": "1"}, others)[1], RosterRow)


def test_all_that_is_wrong_in_a_row_is_said_at_once() -> None:
    assert set(faults({"姓名": "", "户编号": "", "身份证号": "1"})) == {"姓名", "户编号", "身份证号"}


def test_a_fault_names_the_cell_as_the_spreadsheet_does() -> None:
    found = read({"身份证号": "1"})[0]

    assert isinstance(found, Faulty)
    assert [fault.cell for fault in found.faults] == ["F2"]
    assert [cell_name(7, column) for column in (0, 25, 26, 701, 702)] == ["A7", "Z7", "AA7", "ZZ7", "AAA7"]


def test_rows_of_one_household_agree_with_its_first_row() -> None:
    wife = {"身份证号": WIFE, "与户主关系": "配偶", "实际居住人数": 3}

    assert faults({}, wife, of=1) == {"实际居住人数": "与本户第 2 行不一致"}


def test_a_household_has_exactly_one_head() -> None:
    assert "只能有一个" in faults({}, {"身份证号": WIFE})["与户主关系"]
    assert "没有" in faults({"与户主关系": "子"})["与户主关系"]


def test_columns_may_come_in_any_order_with_others_between() -> None:
    shuffled = ["序号", *reversed(HEADER), "备注"]

    assert isinstance(read({}, header=shuffled)[0], RosterRow)


def test_missing_columns_are_named() -> None:
    with pytest.raises(RosterUnreadable, match="身份证号"):
        table_of([column for column in HEADER if column != "身份证号"], ["x"])


def test_a_sheet_without_people_is_refused() -> None:
    with pytest.raises(RosterUnreadable, match="没有人员"):
        table_of(HEADER, [""] * len(HEADER))
    with pytest.raises(RosterUnreadable, match="空的"):
        table_of()


def test_short_rows_and_blank_rows_are_no_reason_to_stop() -> None:
    short = [GOOD[column] for column in HEADER][:-1]

    table = table_of(HEADER, [""] * len(HEADER), short)

    assert [line.number for line in table.lines()] == [3]
    assert (table.rows, table.blank, table.filled) == (2, 1, 1)


def test_a_roster_that_is_too_long_to_be_kept_is_read_again_and_counts_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    header = ["姓名", "身份证号"]
    lines = [["王小明", HEAD], ["", ""], ["李四", WIFE], ["王小明", HEAD], ["张三", "1"]]
    kept = table_of(header, *lines)
    monkeypatch.setattr("services.intake.domain.roster_table.KEPT", 2)
    table = table_of(header, *lines)

    judged = judge(table, FRAME)
    found = [next(judged) for _ in range(table.filled)]

    assert (table.rows, table.filled, table.blank) == (kept.rows, kept.filled, kept.blank) == (5, 4, 1)
    assert found == list(judge(kept, FRAME))


@pytest.mark.parametrize(
    ("cell", "text"), [(None, ""), (2.0, "2"), (13800138000.0, "13800138000"), ("（旧）１号", "（旧）1号"), (True, "True")]
)
def test_a_cell_as_text(cell: Any, text: str) -> None:
    assert text_of(cell) == text
