"""A clerk says which heading stands for what, saves it for later files, and gets the workbook back with its faults marked."""

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from services.intake.app import SERVICE
from tests.conftest import HUANGSHI, Office
from tests.service.intake.test_console import Clerk

HEAD, WIFE = "420202195001011233", "420203197005200010"


@pytest.fixture
def office(service_client: Callable[..., Office]) -> Office:
    return service_client(SERVICE)


@pytest.fixture
def clerk(office: Office) -> Clerk:
    return Clerk(office, "liu", "clerk").sign_in()


def book(*lines: Sequence[Any], hidden_row: int = 0, hidden_column: str = "") -> bytes:
    made = Workbook()
    for line in lines:
        made.active.append(line)
    if hidden_row:
        made.active.row_dimensions[hidden_row].hidden = True
        made.active.column_dimensions[hidden_column].hidden = True
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def uploaded(clerk: Clerk, content: bytes) -> str:
    terms: Any = {"name": "名册", "reference_on": "2015-12-31", "division": HUANGSHI, "survey_id": "", "category": "urban_allowance"}
    key = clerk.key("/console/rosters/new/")
    return clerk.post("/console/rosters/new/", files={"file": ("名册.xlsx", content)}, key=key, **terms)


def test_columns_that_are_not_recognised_are_named_once_and_known_the_next_time(clerk: Clerk) -> None:
    content = book(["称呼", "号码"], ["王小明", HEAD])
    columns = uploaded(clerk, content)
    assert columns.endswith("/columns/")
    key = clerk.key(columns)
    chosen: Any = {"column-姓名": "称呼", "column-身份证号": "号码", "save_as": "二街", "key": key}

    assert "不能用于两项" in clerk.post(columns, 422, **{**chosen, "column-住址": "号码"})
    assert "请选择" in clerk.post(columns, 400, **{**chosen, "column-姓名": ""})
    roster = clerk.post(columns, **{**chosen, "key": clerk.key(columns)})
    page = clerk.settled(roster)
    again = uploaded(clerk, book(["称呼", "号码"], ["李四", WIFE]))

    assert "待采用" in page
    assert "<dt>新增</dt><dd>1</dd>" in page
    assert not again.endswith("/columns/")
    assert "<dt>新增</dt><dd>1</dd>" in clerk.settled(again)


def test_the_workbook_comes_back_with_its_faults_marked(clerk: Clerk) -> None:
    roster = uploaded(
        clerk, book(["城区名册"], ["姓名", "身份证号", "备注"], ["王小明", HEAD, "=1+1"], ["李四", "4", ""], ["王小明", HEAD, ""])
    )
    assert "下载标出问题的工作簿" in clerk.settled(roster)

    answer = clerk._http.get(f"{roster}marked/", headers=clerk._headers())
    sheet = load_workbook(BytesIO(answer.content)).active

    assert [row[0].value for row in sheet.rows] == ["城区名册", "姓名", "王小明", "李四", "王小明"]
    assert sheet["C3"].data_type == "s"
    assert sheet["B4"].fill.fgColor.rgb == "00FFF2CC"
    assert "18 位" in sheet["B4"].comment.text
    assert sheet["D4"].value.startswith("身份证号：")
    assert "与第 3 行重复" in sheet["D5"].value
    assert sheet["D3"].value is None


def test_what_is_only_doubtful_is_marked_in_another_colour_and_counts_all_the_same(clerk: Clerk, office: Office) -> None:
    heading = ["户编号", "姓名", "身份证号", "与户主关系", "婚姻状况"]
    roster = uploaded(
        clerk, book(heading, ["1", "王小明", HEAD, "本人", "已婚"], ["1", "李四", WIFE, "配偶", "离异"], ["2", "赵五", "4", "本人", ""])
    )
    assert "<dt>新增</dt><dd>2</dd>" in clerk.settled(roster)

    sheet = load_workbook(BytesIO(clerk._http.get(f"{roster}marked/", headers=clerk._headers()).content)).active
    other = Clerk(office, "sun", "clerk").sign_in()
    alone = load_workbook(BytesIO(other._http.get(f"{roster}marked/", headers=other._headers()).content)).active

    assert (sheet["E3"].fill.fgColor.rgb, sheet["C4"].fill.fgColor.rgb) == ("00DDEBF7", "00FFF2CC")
    assert sheet["E3"].comment.text.startswith("请核对（本行已计入）：")
    assert sheet["F3"].value.startswith("请核对（本行已计入）：婚姻状况：")
    assert sheet["F4"].value.startswith("身份证号：")
    assert [row[1].value for row in alone.rows] == ["姓名", "李四", "赵五"]


def test_another_clerk_gets_the_rows_to_be_mended_alone_and_the_record_says_who_took_them(clerk: Clerk, office: Office) -> None:
    roster = uploaded(clerk, book(["城区名册"], ["姓名", "身份证号"], ["王小明", HEAD], ["李四", "4"]))
    clerk.settled(roster)
    other = Clerk(office, "sun", "clerk").sign_in()

    answer = other._http.get(f"{roster}marked/", headers=other._headers())

    assert [row[0].value for row in load_workbook(BytesIO(answer.content)).active.rows] == ["城区名册", "姓名", "李四"]
    acts = office.as_("auditor").get("/api/v1/acts", entity="roster", id=roster.split("/")[-2])["items"]
    assert [(act["name"], act["account"]) for act in acts if act["name"] == "take_marked_workbook"] == [("take_marked_workbook", "sun")]


@pytest.mark.parametrize("is_own", [True, False])
def test_the_marked_workbook_mended_is_handed_in_again_as_it_came(clerk: Clerk, office: Office, is_own: bool) -> None:
    roster = uploaded(clerk, book(["城区名册"], ["姓名", "身份证号"], ["王小明", HEAD], ["李四", "4"]))
    clerk.settled(roster)
    who = clerk if is_own else Clerk(office, "sun", "clerk").sign_in()
    marked = load_workbook(BytesIO(who._http.get(f"{roster}marked/", headers=who._headers()).content))
    [fault] = [row for row in marked.active.iter_rows() if row[0].value == "李四"]
    fault[1].value = WIFE
    file = BytesIO()
    marked.save(file)

    page = who.settled(uploaded(who, file.getvalue()))

    assert f"<dt>新增</dt><dd>{2 if is_own else 1}</dd>" in page
    assert "下载标出问题的工作簿" not in page


def test_what_the_file_hides_is_told_before_anybody_decides(clerk: Clerk) -> None:
    lines = (["姓名", "身份证号", "联系电话"], ["王小明", HEAD, ""], ["李四", WIFE, ""])

    hiding = clerk.settled(uploaded(clerk, book(*lines, hidden_row=3, hidden_column="C")))
    showing = clerk.settled(uploaded(clerk, book(*lines)))

    assert "1 个隐藏的行已一并读取：3" in hiding
    assert "隐藏的列已一并读取：联系电话" in hiding
    assert "隐藏" not in showing
