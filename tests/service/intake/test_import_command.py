"""`qiao intake import`: files as districts send them, each row accounted for, nothing half done."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from typer.testing import CliRunner

from services.intake.cli import app
from services.intake.domain.columns import COLUMNS
from services.intake.domain.roster import Again, Faulty, judge
from services.intake.domain.roster_row import RosterFrame
from services.intake.domain.roster_table import RosterUnreadable, read_table
from shared.clock import Clock
from shared.sheets import open_book

HEAD, WIFE, CHILD, OTHER = "420202195001011233", "420203197005200010", "420205201506010030", "11010519491231002X"
Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command on a fresh store."""
    for name in ("QIAO_KEY_FILE", "QIAO_INTAKE_STORE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("QIAO_DATA", str(tmp_path / "data"))

    def run(*arguments: Any, code: int = 0) -> Any:
        done = CliRunner().invoke(app, ["import", *map(str, arguments), "--json"])
        assert done.exit_code == code, done.output
        return json.loads(done.stdout) if code == 0 else done.stderr

    return run


def csv(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def book(path: Path, *lines: Sequence[Any], change: Callable[[Workbook], None] = lambda _: None) -> Path:
    made = Workbook()
    for line in lines:
        made.active.append(line)
    change(made)
    made.save(path)
    return path


def test_every_row_is_accounted_for(run: Run, tmp_path: Path) -> None:
    file = csv(
        tmp_path / "名册.csv",
        "姓名,公民身份号码,联系电话",
        f"王小明,{HEAD},13800138000",
        f"李四,{WIFE},",
        "张三,420202195001011234,",
        "赵六,420202195001011234,",
        f"王小明,{HEAD},13800138000",
        ",,",
        f"钱七,{CHILD},12",
    )

    told = run(file)

    assert (told["rows"], told["accepted"], told["new"], told["duplicates"], told["blank"]) == (7, 2, 2, 1, 1)
    assert told["rejected"] == {"身份证号：身份证号码校验位不符，请核对是否录错": 2, "联系电话：联系电话不是手机号或固定电话号码": 1}
    assert told["rows"] == told["accepted"] + sum(told["rejected"].values()) + told["duplicates"] + told["blank"]


def test_the_same_file_again_changes_nothing_and_a_corrected_one_updates(run: Run, tmp_path: Path) -> None:
    header = "姓名,身份证号,住址"
    first = csv(tmp_path / "a.csv", header, f"王小明,{HEAD},甲路", f"李四,{WIFE},乙路", "张三,1,")
    corrected = csv(tmp_path / "b.csv", header, f"王小明,{HEAD},丙路", f"张三,{CHILD},")

    told = [run(each) for each in (first, first, corrected, corrected)]

    assert [(each["new"], each["updated"], each["unchanged"]) for each in told] == [(2, 0, 0), (0, 0, 2), (1, 1, 0), (0, 0, 2)]


def test_what_a_later_file_does_not_say_stays(run: Run, tmp_path: Path) -> None:
    run(csv(tmp_path / "a.csv", "户编号,姓名,身份证号,与户主关系,住址", f"H1,王小明,{HEAD},户主,甲路", f"H1,李四,{WIFE},妻,甲路"))
    told = run(csv(tmp_path / "b.csv", "姓名,身份证号,联系电话", f"李四,{WIFE},13800138000"))
    named = tmp_path / "people.json"
    done = CliRunner().invoke(app, ["export", str(named)])

    assert (told["updated"], done.exit_code) == (1, 0)
    people = json.loads(named.read_text(encoding="utf-8"))
    assert len(people) == 2
    assert len({row["户"] for row in people}) == 1


def test_a_messy_workbook_is_read_as_people_mean_it(run: Run, tmp_path: Path) -> None:
    def change(made: Workbook) -> None:
        sheet = made.active
        sheet.merge_cells("A1:F1")
        sheet.merge_cells("A4:A5")
        sheet.column_dimensions["C"].hidden = True
        sheet.row_dimensions[5].hidden = True
        made.create_sheet("说明").append(["填表说明"])
        hidden = made.create_sheet("旧表")
        hidden.append(["姓名", "身份证号"])
        hidden.append(["旧人", "1"])
        hidden.sheet_state = "hidden"
        second = made.create_sheet("二街")
        second.append(["户 编 号", "*姓名", "居民身份证号码", "与户主关系", "出生日期"])
        second.append(["H3", "孙八", OTHER.lower(), "户主", "1949年12月31日"])

    file = book(
        tmp_path / "名册.xlsx",
        ["二○一六年城市低保名册"],
        [],
        ["户编号", "姓 名", "公民身份号码\n（18位）", "与户主关系", "出生日期", "性别"],
        ["H1", "王小明 ", "４２０２０２１９５００１０１１２３３", "户主", 18264, "男"],
        [None, "李四", f"{WIFE} ", "配偶", "1970.5.20", "男"],
        ["H2", "张 三", CHILD, "本人", "20150601", "男"],
        ["H2", "假人", '="420281198002291117"', "子", "", ""],
        change=change,
    )

    told = run(file)

    assert (told["rows"], told["accepted"], told["files"][0]["households"]) == (5, 4, 3)
    assert told["rejected"] == {"身份证号：单元格是公式": 1}
    assert told["files"][0]["assumed"]["救助类别"] == "城市低保"
    hidden = {"rows": 1, "where": ["Sheet!5"], "columns": ["公民身份号码\n（18位）"], "sheets": ["旧表"]}
    assert told["files"][0]["hidden"] == hidden


def test_sex_birth_and_age_are_held_against_the_number(run: Run, tmp_path: Path) -> None:
    file = csv(
        tmp_path / "a.csv",
        "姓名,身份证号,性别,出生日期,年龄",
        f"王小明,{HEAD},女,,",
        f"李四,{WIFE},,1970/5/21,",
        f"张三,{CHILD},,,40",
        f"孙八,{OTHER},,1949/12/31,66",
    )

    told = run(file, "--reference-on", "2016-01-01")

    assert set(told["rejected"]) == {
        "性别：与身份证号所示性别不一致",
        "出生日期：与身份证号所示出生日期不一致",
        "年龄：与身份证号所示年龄不一致",
    }
    assert told["accepted"] == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xlsx", b"", "file-empty"),
        ("a.csv", "姓名,身份证号\n".encode(), "roster-empty"),
        ("a.csv", "甲,乙\n1,2\n".encode(), "roster-columns"),
        ("a.csv", "姓名,住址\n王小明,x\n".encode(), "身份证号"),
        ("a.xlsx", b"PK\x03\x04nothing", "file-broken"),
        ("a.doc", b"\x00\xff\xfe\x00" * 9, "file-kind"),
    ],
)
def test_what_cannot_be_read_is_refused_by_file_and_rule_and_leaves_nothing(
    name: str, content: bytes, said: str, run: Run, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    good = csv(tmp_path / "good.csv", "姓名,身份证号", f"王小明,{HEAD}")

    error = run(good, tmp_path / name, code=1)

    assert name in error
    assert said in error
    assert not (tmp_path / "data").exists()
    assert "file-missing" in run(tmp_path / "nowhere.xlsx", code=1)


def test_columns_may_be_named_on_the_command_line(run: Run, tmp_path: Path) -> None:
    file = csv(tmp_path / "a.csv", "称呼,号码", f"王小明,{HEAD}")

    assert "roster-columns" in run(file, code=1)
    assert run(file, "--column", "姓名=称呼", "--column", "身份证号=号码")["accepted"] == 1
    assert "不认识" in run(file, "--column", "名=称呼", code=1)


NUMBERS = st.sampled_from([HEAD, WIFE, CHILD, OTHER, "420202195001011234", "", "x", "=A1", OTHER.lower()])
ROWS = st.lists(
    st.tuples(st.sampled_from(["H1", "H2", ""]), st.sampled_from(["王小明", "", "1"]), NUMBERS, st.sampled_from(["本人", "子", "", "？"]))
)


@given(ROWS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_file_holds_its_rows_add_up(rows: list[tuple[str, str, str, str]]) -> None:
    text = "\n".join([",".join(("户编号", "姓名", "身份证号", "与户主关系")), *map(",".join, rows)])
    try:
        table = read_table(open_book(text.encode(), "a.csv"))
    except RosterUnreadable:
        assert not any("".join(row) for row in rows)
        return
    found = list(judge(table, RosterFrame("420000000000", Clock().today(), "urban_allowance")))
    out = sum(isinstance(each, Faulty) for each in found)
    again = sum(isinstance(each, Again) for each in found)
    people = {each.identity.number for each in found if not isinstance(each, Faulty | Again)}

    assert len(rows) == table.rows
    assert len(people) + out + again + table.blank == table.rows
    assert set(COLUMNS) >= table.columns


def test_the_same_rows_in_any_order_change_nothing(run: Run, tmp_path: Path) -> None:
    header = "户编号,姓名,身份证号,与户主关系,联系电话"
    lines = [
        f"H1,王小明,{HEAD},户主,13800138000",
        f"H1,李四,{WIFE},妻,",
        f"H1,李四,{WIFE},妻,",
        f"H1,王小小,{CHILD},子,12",
        f"H2,孙八,{OTHER},户主,",
        "H2,孙九,420202195001011234,子,",
        "H3,赵六,420281198002291117,户主,12",
        ",,,,",
    ]
    first = run(csv(tmp_path / "a.csv", header, *lines))
    assert (first["accepted"], first["new"], first["duplicates"], first["blank"]) == (3, 3, 1, 1)
    same = ("rows", "accepted", "rejected", "duplicates", "blank")

    @given(st.permutations(lines))
    @settings(max_examples=12, deadline=None)
    def in_order(order: list[str]) -> None:
        again = run(csv(tmp_path / "b.csv", header, *order))
        assert (again["new"], again["updated"], again["unchanged"]) == (0, 0, 3)
        assert {name: again[name] for name in same} == {name: first[name] for name in same}

    in_order()
