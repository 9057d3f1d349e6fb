"""A row of people is never taken for the headings of a roster: what columns are called is kept, in clear and for good."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from services.intake.app import SERVICE
from services.intake.cli import app
from services.intake.domain.roster_table import HeadingsOfSomebody, headers_of, read_table
from shared.sheets import open_book
from tests.conftest import Office
from tests.service.intake.test_console import Clerk
from tests.service.intake.test_roster_columns import HEAD, WIFE, book, uploaded

PEOPLE = (["单雨桐", HEAD, "13807231234"], ["李四", WIFE, "13807231235"])


@pytest.fixture
def office(service_client: Callable[..., Office]) -> Office:
    return service_client(SERVICE)


@pytest.fixture
def clerk(office: Office) -> Clerk:
    return Clerk(office, "liu", "clerk").sign_in()


def test_a_file_of_people_without_headings_is_refused_and_says_what_to_do(office: Office) -> None:
    desk = office.as_("clerk")
    terms = {"name": "名册", "division": "420200000000", "purpose": "planning", "reference_on": "2015-12-31"}

    refused = desk.post("/api/v1/rosters", {**terms, "file": desk.upload(book(*PEOPLE), "名册.xlsx")}, expect=422)

    assert refused["type"].endswith(":roster-headings")
    assert "请在人员之上加一行列名" in refused["detail"]
    assert not [each for each in (*PEOPLE[0], *PEOPLE[1]) if each in str(refused)]


def test_a_row_of_people_is_not_offered_as_headings_and_not_taken(clerk: Clerk) -> None:
    columns = uploaded(clerk, book(["名册"], *PEOPLE))
    assert "单雨桐" not in clerk.get(columns)

    chosen: Any = {"column-姓名": "单雨桐", "column-身份证号": HEAD, "save_as": "二街"}
    answer = clerk.post(columns, 422, **chosen, key=clerk.key(columns))

    assert HEAD not in answer
    assert "不能作列名" in answer or "不在文件中" in answer


@pytest.mark.parametrize("names", [None, {"姓名": "单雨桐", "身份证号": HEAD}, {"姓名": "姓名：单雨桐", "身份证号": f"身份证号（{HEAD}）"}])
def test_by_whatever_choice_a_row_with_a_number_is_no_header(names: dict[str, str] | None) -> None:
    content = book(["姓名：单雨桐", f"身份证号（{HEAD}）"], *PEOPLE)

    with pytest.raises(HeadingsOfSomebody) as refused:
        read_table(open_book(content, "a.xlsx"), names)

    assert HEAD not in refused.value.message


def test_a_header_below_a_title_with_a_telephone_is_still_found() -> None:
    table = read_table(open_book(book(["填表人电话：13807231234"], ["姓名", "身份证号"], *PEOPLE), "a.xlsx"))

    assert table.names == {"姓名": "姓名", "身份证号": "身份证号"}
    assert headers_of(open_book(book(["城区"], *PEOPLE), "a.xlsx")) == ["城区"]


def test_a_sheet_called_after_somebody_is_called_by_its_place() -> None:
    made = Workbook()
    made.active.title = "单雨桐家"
    other = made.create_sheet("二街")
    for sheet, person in zip((made.active, other), PEOPLE, strict=True):
        sheet.append(["姓名", "身份证号", "电话"])
        sheet.append(person)
    file = BytesIO()
    made.save(file)

    table = read_table(open_book(file.getvalue(), "a.xlsx"))

    assert [line.sheet for line in table.lines()] == ["第1张名册", "二街"]
    made.active.title = HEAD
    file = BytesIO()
    made.save(file)
    with pytest.raises(HeadingsOfSomebody, match="工作表的名称"):
        read_table(open_book(file.getvalue(), "a.xlsx"))


def test_the_command_line_says_the_same_and_nothing_of_the_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QIAO_KEY_FILE", raising=False)
    monkeypatch.setenv("QIAO_DATA", str(tmp_path / "data"))
    (tmp_path / "a.xlsx").write_bytes(book(*PEOPLE))

    told = CliRunner().invoke(app, ["import", str(tmp_path / "a.xlsx"), "--column", f"姓名={PEOPLE[0][0]}"])

    assert told.exit_code == 1
    assert "没有表头" in told.output
    assert HEAD not in told.output
