"""`qiao intake export`: a table of nobody, or of people for a purpose and in an officer's name."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from services.intake.cli import app
from services.intake.cli.table_file import table_file
from shared.demo.population import Population
from tests.service.intake.bureau import Bureau


@pytest.fixture
def in_store(bureau: Bureau, people: Population, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    bureau.accept(bureau.upload(people.allowance[:40])["roster_id"])
    settings = bureau.office.runtime.settings
    monkeypatch.setenv("QIAO_DATA", str(settings.data))
    monkeypatch.setenv("QIAO_KEY_FILE", str(settings.key_file))
    return bureau


def run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["export", *arguments])
    assert done.exit_code == code, done.output
    return done.output


def test_a_table_of_nobody_in_each_form(in_store: Bureau, people: Population, tmp_path: Path) -> None:
    rows = people.allowance[:40]
    files = [tmp_path / f"people{end}" for end in (".csv", ".json", ".xlsx")]
    for file in files:
        run(str(file))

    from_csv = list(csv.DictReader(files[0].read_text(encoding="utf-8-sig").splitlines()))
    from_json = json.loads(files[1].read_text(encoding="utf-8"))
    sheet = list(load_workbook(files[2]).active.values)
    assert len(from_csv) == len(from_json) == len(sheet) - 1 == 40
    assert [row["人员"] for row in from_csv] == [row["人员"] for row in from_json] == [row[0] for row in sheet[1:]]
    for row in rows:
        for value in (row.姓名, row.身份证号, row.户编号, row.住址, row.区划代码):
            assert value not in files[0].read_text(encoding="utf-8")
            assert value not in str(sheet)
    assert files[0].stat().st_mode & 0o077 == 0


def test_people_with_their_fields_are_exported_by_an_officer_for_a_purpose_and_logged(
    in_store: Bureau, people: Population, tmp_path: Path
) -> None:
    row = people.allowance[0]
    file = tmp_path / "named.json"
    run(str(file), "--personal", "--purpose", "audit", "--by", "officer", "--division", row.区划代码[:6] + "000000")

    named = json.loads(file.read_text(encoding="utf-8"))
    there = {each.身份证号 for each in people.allowance[:40] if each.区划代码[:6] == row.区划代码[:6]}
    assert {each["身份证号"] for each in named} == there
    for each in named:
        log = in_store.officer.get(f"/api/v1/persons/{each['人员']}/readings")["items"]
        assert [(entry["reader"], entry["what"], entry["purpose"]) for entry in log] == [("officer", "export", "audit")]


def test_what_is_refused_writes_no_file(in_store: Bureau, tmp_path: Path) -> None:
    file = tmp_path / "named.csv"
    in_store.office.as_("officer", account="elsewhere", divisions=("429000000000",))

    assert "--purpose" in run(str(file), "--personal", code=1)
    assert "没有账号" in run(str(file), "--personal", "--purpose", "audit", "--by", "nobody", code=1)
    assert "业务负责人" in run(str(file), "--personal", "--purpose", "audit", "--by", "clerk", code=1)
    assert "结尾" in run(str(tmp_path / "people.pdf"), code=1)
    assert "救助类别" in run(str(file), "--category", "rich", code=1)
    assert not file.exists()
    run(str(file), "--personal", "--purpose", "audit", "--by", "elsewhere")
    assert file.read_text(encoding="utf-8-sig") == ""
    assert "已存在" in run(str(file), code=1)


def test_households_by_category(in_store: Bureau, people: Population, tmp_path: Path) -> None:
    run(str(tmp_path / "some.json"), "--what", "households", "--category", "urban_allowance")
    run(str(tmp_path / "none.json"), "--what", "households", "--category", "rural_destitute")

    assert len(json.loads((tmp_path / "some.json").read_text())) == len({row.户编号 for row in people.allowance[:40]})
    assert json.loads((tmp_path / "none.json").read_text()) == []


def test_no_cell_is_a_formula_and_an_export_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    row = {"姓名": '=HYPERLINK("x")', "电话": "+1", "住址": "@a", "备注": "\tb", "数": -1}
    for end in (".csv", ".xlsx"):
        with table_file(tmp_path / f"t{end}") as write:
            write(row)
    written = list(csv.reader((tmp_path / "t.csv").read_text(encoding="utf-8-sig").splitlines()))[1]
    cells = [cell.value for cell in load_workbook(tmp_path / "t.xlsx").active[2]]

    assert written == ['\'=HYPERLINK("x")', "'+1", "'@a", "'\tb", "-1"]
    assert [str(cell) for cell in cells] == written
    with pytest.raises(ZeroDivisionError), table_file(tmp_path / "half.csv") as write:
        write({"a": 1 // 0})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.csv", "t.xlsx"]


def test_the_installed_command_has_it(in_store: Bureau, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "shared.cli", "intake", "export", str(tmp_path / "people.csv")]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)

    assert done.returncode == 0, done.stderr
    assert "40 persons" in done.stdout
