"""A department's XLSForm: imported by an officer, asked at visits of the division, withdrawn, and readable where it was answered."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.intake.app import SERVICE
from services.intake.cli import app
from services.intake.domain.xlsform import LARGEST
from shared.demo.population import Population
from tests.conftest import HUANGSHI, Office
from tests.service.intake.bureau import Bureau, visit
from tests.service.intake.test_console import SCRIPT, Clerk
from tests.service.intake.test_visit_pages import ON, at_work, filled, household_file, sheet
from tests.unit.intake.test_xlsform import DOCTOR, SETTINGS, workbook_of

FORMS = "/console/survey-forms/"
ELSEWHERE = "420281000000"
CONDITIONAL = "只在这样回答时填写"


@pytest.fixture
def bureau(service_client: Callable[..., Office]) -> Bureau:
    return Bureau(service_client(SERVICE))


@pytest.fixture
def officer(bureau: Bureau) -> Clerk:
    return at_work(Clerk(bureau.office, "chen", "officer"))


def book(version: str = "2016-1", form_id: str = "doctor") -> bytes:
    return workbook_of(DOCTOR, settings=(SETTINGS[0], ("老人就医", form_id, version)))


def hand_in(officer: Clerk, content: bytes, status: int = 303, *, division: str = HUANGSHI) -> str:
    files: Any = {"file": ("form.xlsx", content)}
    return officer.post(FORMS, status, files=files, key=officer.key(FORMS), division=division)


def asked(bureau: Bureau, division: str = HUANGSHI) -> list[str]:
    told = bureau.surveyor.get("/api/v1/survey-form", division=division)
    return [section["code"] for section in told["sections"] if section["code"].startswith("doctor")]


def withdraw(officer: Clerk) -> None:
    page = officer.get(FORMS)
    form = page.partition(f'action="{FORMS}')[2].partition("/withdrawal/")[0].rpartition("/")[2]
    path = f"{FORMS}{form}/withdrawal/"
    assert "请先核对" in officer.post(path, 400, key=officer.key(FORMS))
    officer.post(path, key=officer.key(FORMS), confirmed="yes")
    officer.post(path, 409, key=officer.key(FORMS), confirmed="yes")


def test_an_officer_imports_a_form_changes_it_and_withdraws_it(bureau: Bureau, officer: Clerk) -> None:
    assert not SCRIPT.search(officer.get(FORMS))
    assert hand_in(officer, book()) == FORMS
    assert asked(bureau) == ["doctor", "doctor_person_old"]
    assert asked(bureau, "420202000000") == ["doctor", "doctor_person_old"], "and below"
    assert "已经导入" in hand_in(officer, book(), 422)

    hand_in(officer, book("2016-2"))
    page = officer.get(FORMS)
    assert page.count("使用中") == 1
    assert page.count("旧版本") == 1

    withdraw(officer)
    assert asked(bureau) == []
    assert "停用" in officer.get(FORMS)
    hand_in(officer, book("2016-3"))
    assert asked(bureau) == ["doctor", "doctor_person_old"]


def test_what_cannot_be_carried_is_told_with_row_and_column(bureau: Bureau, officer: Clerk) -> None:
    wrong = workbook_of([*DOCTOR, ("geopoint", "where", "位置", "Where")])

    assert "survey 表第 11 行“type”列" in hand_in(officer, wrong, 422)
    assert "1 MB" in hand_in(officer, book() + bytes(LARGEST), 422)
    assert "不能读取" in hand_in(officer, b"plain words", 422)
    assert "请选择地区" in hand_in(officer, book(), 400, division="")
    assert asked(bureau) == []


def test_a_form_is_of_the_own_division_and_of_an_officer(bureau: Bureau, officer: Clerk) -> None:
    for role in ("surveyor", "clerk"):
        other = at_work(Clerk(bureau.office, f"other-{role}", role))
        other.post(FORMS, 403, files={"file": ("form.xlsx", book())}, key="0" * 16, division=HUANGSHI)
    hand_in(officer, book())
    page = officer.get(FORMS)
    form = page.partition(f'action="{FORMS}')[2].partition("/withdrawal/")[0].rpartition("/")[2]
    stranger = at_work(Clerk(bureau.office, "stranger", "officer", division=ELSEWHERE))
    assert "老人就医" not in stranger.get(FORMS)
    hand_in(stranger, book("2016-2"), 404)
    stranger.post(f"{FORMS}{form}/withdrawal/", 404, key="0" * 16, confirmed="yes")
    bureau.office.as_("surveyor", divisions=(ELSEWHERE,)).get("/api/v1/survey-form", division=HUANGSHI, expect=404)


def test_a_district_asks_its_own_version_of_the_citys_form(bureau: Bureau, officer: Clerk) -> None:
    hand_in(officer, book())
    own = [("type", "name", "label"), ("text", "only_here", "本区补充")]
    settings = (SETTINGS[0], ("老人就医", "doctor", "区-1"))
    hand_in(officer, workbook_of(own, settings=settings), division="420202000000")

    assert asked(bureau, "420202000000") == ["doctor"]
    assert asked(bureau) == ["doctor", "doctor_person_old"]


def test_its_answers_are_kept_and_stay_readable_when_it_is_withdrawn(bureau: Bureau, officer: Clerk, people: Population) -> None:
    survey = bureau.open_survey()
    more: dict[str, Any] = {"purpose": "survey", "survey_id": survey, "reference_on": "2016-10-10"}
    bureau.accept(bureau.upload(people.allowance[:60], on="2016-10-10", **more)["roster_id"], on="2016-10-10")
    hand_in(officer, book())
    sheets = (sheet(bureau, file["id"]) for file in bureau.files(survey))
    found = next(each for each in sheets if any(member["age"] >= 60 for member in each["members"]))
    old = next(member["id"] for member in found["members"] if member["age"] >= 60)
    path = f"/console/visits/{found['file']['id']}/"
    surveyor = at_work(Clerk(bureau.office, "sun", "surveyor"))
    assert CONDITIONAL in surveyor.get(path)

    lacking: Any = filled()
    assert f'href="#{old}-doctor_person_old-alone"' in surveyor.post(path, 422, key=surveyor.key(path), **lacking)
    by_program = bureau.surveyor.post(f"/api/v1/surveys/{survey}/visits", {"visits": [visit(found["file"])]}, on=ON, expect=422)
    assert [error["field"] for error in by_program["errors"]] == ["visits.0.members"]
    whole: Any = filled(**{f"{each['id']}-doctor_person_old-alone": "no" for each in found["members"] if each["age"] >= 60})
    whole |= {f"{old}-doctor_person_old-times": "2", "doctor-remark": "腿脚不便"}
    surveyor.post(path, key=surveyor.key(path), **whole)
    withdraw(officer)

    shown = household_file(bureau, found["file"]["household_id"])
    assert shown["visits"][0]["answers"] == [["备注", "腿脚不便"]]
    answers = next(member["visits"][0]["answers"] for member in shown["members"] if member["id"] == old)
    assert answers == [["能否独自就医", "否"], ["一年内住院次数", "2"]]
    assert CONDITIONAL not in surveyor.get(f"{path}?again=1")


def test_the_command_line_checks_and_imports(bureau: Bureau, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings, file = bureau.office.runtime.settings, tmp_path / "form.xlsx"
    monkeypatch.setenv("QIAO_DATA", str(settings.data))
    monkeypatch.setenv("QIAO_KEY_FILE", str(settings.key_file))
    file.write_bytes(book())
    bureau.officer.get("/api/v1/survey-form")

    checked = CliRunner().invoke(app, ["form", str(file), "--check"])
    assert (checked.exit_code, asked(bureau)) == (0, [])
    assert "doctor_person_old.alone: 能否独自就医 [one]" in checked.output
    for wrong in (["--by", "clerk"], ["--by", "officer", "--division", "420100000000"], ["--by", "officer", "--division", "1"]):
        assert CliRunner().invoke(app, ["form", str(file), "--division", HUANGSHI, *wrong]).exit_code == 1
    done = CliRunner().invoke(app, ["form", str(file), "--by", "officer", "--division", HUANGSHI])

    assert done.exit_code == 0, done.output
    assert asked(bureau) == ["doctor", "doctor_person_old"]
