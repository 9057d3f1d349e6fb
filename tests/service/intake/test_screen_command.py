"""`qiao intake screen`: from a file to a list with its proof, the same bytes each time, and nobody's name in it."""

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types
from pydantic import ValidationError
from stdnum.cn.ric import calc_check_digit

from services.intake.cli.programme_file import ProgrammeFile
from services.intake.cli.screen import selection_of
from services.intake.domain.programme import AdjustmentRefused, GroupsRefused
from shared.demo.population import Population
from tests.project.sources import ROOT
from tests.service.intake.bureau import Bureau

EXAMPLES = sorted((ROOT / "examples").glob("*programme.json"))
TERMS: dict[str, Any] = {
    "name": "服务计划",
    "division": "420200000000",
    "reference_on": "2017-01-01",
    "seed": "种子 2016-12-22",
    "groups": [
        {"code": "G1", "quota": 3, "reserve": 1},
        {"code": "H1", "name": "女性", "criterion": 'sex == "female"', "quota": 2, "reserve": 1},
    ],
}


@pytest.fixture
def in_store(bureau: Bureau, people: Population, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    """People whose roster was accepted, and no survey."""
    bureau.accept(bureau.upload(people.allowance)["roster_id"])
    monkeypatch.setenv("QIAO_DATA", str(bureau.office.runtime.settings.data))
    return bureau


def run(file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shared.cli", "intake", "screen", str(file), *options]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)


def test_people_of_an_accepted_roster_are_screened_without_a_survey_and_twice_the_same(
    in_store: Bureau, people: Population, tmp_path: Path
) -> None:
    file = tmp_path / "programme.json"
    file.write_text(json.dumps(TERMS, ensure_ascii=False), encoding="utf-8")

    first, again = run(file, "--json"), run(file, "--json")

    assert first.returncode == 0, first.stderr
    assert first.stdout == again.stdout
    told = json.loads(first.stdout)
    assert [len(told[name]) for name in ("selected", "reserve")] == [5, 2]
    assert told["unfilled"] == {"G1": 0, "H1": 0}
    assert "not limited to a survey" in told["proof"]["people"]
    assert len({place["person"] for place in told["selected"] + told["reserve"]}) == 7
    assert not any(row.姓名 in first.stdout or row.身份证号 in first.stdout for row in people.allowance)


def test_whoever_has_the_list_can_check_its_hash(in_store: Bureau) -> None:
    told = selection_of(ProgrammeFile.model_validate(TERMS))

    rows = [(name, row) for name in ("selected", "reserve") for row in told[name]]
    lines = [f"{name}\t{row['group']}\t{row['rank']}\t{row['person']}\t{row['score']}" for name, row in rows]
    assert told["proof"]["list_hash"] == sha256("\n".join(lines).encode()).hexdigest()


def test_a_wrong_programme_is_refused_in_sentences_that_name_the_place(in_store: Bureau, tmp_path: Path) -> None:
    wrong = [{"code": "H1", "name": "女性", "criterion": "sex == 3", "quota": 2}]
    file = tmp_path / "programme.json"
    file.write_text(json.dumps(TERMS | {"groups": wrong}), encoding="utf-8")

    refused = run(file, "--json")

    assert refused.returncode == 1
    assert refused.stdout == ""
    assert "programme.json: 第 1 个字符“sex == 3”：不能把代码与整数相比" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("change", [{"seed": "short"}, {"groups": []}, {"reference_on": "yesterday"}, {"quotas": 3}, {"division": "4202"}])
def test_a_programme_that_is_no_programme_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ProgrammeFile.model_validate(TERMS | change)


def test_a_quota_is_adjusted_within_its_tolerance_and_with_a_reason() -> None:
    def terms(**change: Any) -> list[int]:
        asked = ProgrammeFile.model_validate(TERMS | {"groups": [TERMS["groups"][1]], "tolerance": 1} | change)
        return [group.quota.quota for group in asked.terms([], []).groups]

    assert terms() == [2]
    assert terms(adjustments=[{"group": "H1", "quota": 3, "reason": "人多"}]) == [3]
    with pytest.raises(AdjustmentRefused, match="可增减 1"):
        terms(adjustments=[{"group": "H1", "quota": 4, "reason": "人多"}])
    with pytest.raises(GroupsRefused, match="G9"):
        terms(adjustments=[{"group": "G9", "quota": 3, "reason": "人多"}])
    with pytest.raises(ValidationError):
        terms(adjustments=[{"group": "H1", "quota": 3, "reason": ""}])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_every_example_is_a_programme(in_store: Bureau, example: Path) -> None:
    text = example.read_text(encoding="utf-8")

    Draft202012Validator(json.loads((ROOT / "docs/programme.schema.json").read_text(encoding="utf-8"))).validate(json.loads(text))
    assert selection_of(ProgrammeFile.model_validate_json(text))["distinct_eligible"] > 0


def test_the_schema_in_the_documentation_is_that_of_the_program() -> None:
    assert json.loads((ROOT / "docs/programme.schema.json").read_text(encoding="utf-8")) == ProgrammeFile.model_json_schema()


def test_another_store_that_reads_the_same_files_gives_the_same_list_byte_for_byte(tmp_path: Path) -> None:
    rosters = [tmp_path / "甲.csv", tmp_path / "乙.csv"]
    bodies = [f"420202{1940 + number % 20}0301{number:03}" for number in range(60)]
    people = [body + calc_check_digit(body + "0") for body in bodies]
    for file, some in zip(rosters, (people[:35], people[30:]), strict=True):
        file.write_text("\n".join(("姓名,身份证号", *(f"王小明,{one}" for one in some))), encoding="utf-8")
    programme = tmp_path / "programme.json"
    groups = [{"code": "H1", "name": "全体", "criterion": "age >= 0", "quota": 20, "reserve": 10}]
    programme.write_text(json.dumps(TERMS | {"groups": groups}, ensure_ascii=False), encoding="utf-8")

    told = []
    for store in ("one", "other"):
        env = {name: value for name, value in os.environ.items() if name != "QIAO_KEY_FILE"} | {"QIAO_DATA": str(tmp_path / store)}
        for command in (("import", *map(str, rosters)), ("screen", str(programme))):
            done = subprocess.run(
                [sys.executable, "-m", "shared.cli", "intake", *command, "--json"], capture_output=True, text=True, env=env, check=True
            )
        told.append(done.stdout)

    assert told[0] == told[1]
    assert len(json.loads(told[0])["selected"]) == 20
