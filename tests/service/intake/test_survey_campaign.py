"""The survey in the field: categories apart, teams with their own communities, doors that stay shut, acceptance with what is missing."""

from typing import Any

import pytest

from shared.demo.population import Population
from tests.conftest import HUANGSHI
from tests.service.intake.bureau import PROJECT, Bureau, opened, visit
from tests.service.intake.test_console import SCRIPT, Clerk


@pytest.fixture
def survey(bureau: Bureau, people: Population) -> str:
    """An open survey with a roster of urban and one of rural people, nobody visited."""
    found = bureau.open_survey()
    more: dict[str, Any] = {"purpose": "survey", "survey_id": found, "reference_on": "2016-10-10"}
    for rows in (people.allowance[:60], people.destitute[:20]):
        bureau.accept(bureau.upload(rows, on="2016-10-10", **more)["roster_id"], on="2016-10-10")
    return found


def communities(bureau: Bureau, survey: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bureau.officer.get(f"/api/v1/surveys/{survey}")["communities"]
    return found


def team(bureau: Bureau, survey: str, divisions: list[str], *, name: str = "一组", expect: int | None = None, **changes: Any) -> Any:
    body: dict[str, Any] = {"name": name, "surveyors": ["surveyor", "D02"], "divisions": divisions} | changes
    return bureau.officer.post(f"/api/v1/surveys/{survey}/teams", body, on="2016-10-12", expect=expect)


def test_a_survey_of_one_category_files_only_its_households(bureau: Bureau, people: Population) -> None:
    bureau.office.hear(opened())
    terms: dict[str, Any] = {"project_id": str(PROJECT), "name": "特困调查", "division": HUANGSHI, "due_on": "2016-12-16"}
    terms |= {"categories": ["urban_destitute", "rural_destitute"]}
    survey = bureau.officer.post("/api/v1/surveys", terms, on="2016-10-10")["id"]
    more: dict[str, Any] = {"purpose": "survey", "survey_id": survey, "reference_on": "2016-10-10"}

    for rows in (people.allowance[:30], people.destitute[:10]):
        bureau.accept(bureau.upload(rows, on="2016-10-10", **more)["roster_id"], on="2016-10-10")

    assert {file["household_no"] for file in bureau.files(survey)} == {row.户编号 for row in people.destitute[:10]}


def test_a_team_sees_its_communities_and_nobody_visits_for_another(bureau: Bureau, survey: str) -> None:
    there = communities(bureau, survey)
    own, other = there[0]["division"], there[1]["division"]
    team(bureau, survey, [own])

    taken = team(bureau, survey, [own], name="二组", expect=422)
    alone = team(bureau, survey, [other], name="二组", surveyors=["D01"], expect=422)
    team(bureau, survey, ["110101001001"], name="二组", expect=422)

    assert "已由一组负责" in taken["detail"]
    assert "每组调查员为 2 至" in alone["detail"]
    theirs = [file for file in bureau.files(survey) if file["division"] == other]
    refused = bureau.surveyor.post(f"/api/v1/surveys/{survey}/visits", {"visits": [visit(theirs[0])]}, on="2016-12-01", expect=403)
    assert "其他调查小组" in refused["detail"]
    ours = [file for file in bureau.files(survey) if file["division"] == own]
    bureau.visit(survey, ours)
    assert bureau.officer.get(f"/api/v1/surveys/{survey}/teams")[0]["files_verified"] == len(ours)


def test_who_is_in_no_team_is_told_and_a_number_typed_twice_is_one_person(bureau: Bureau, survey: str) -> None:
    own = communities(bureau, survey)[0]["division"]
    team(bureau, survey, [own])
    file = next(each for each in bureau.files(survey) if each["division"] == own)
    address = f"/api/v1/surveys/{survey}/visits"

    twice = bureau.surveyor.post(address, {"visits": [visit(file, investigators=["D02", "ｄ02"])]}, on="2016-12-01", expect=422)
    done = bureau.surveyor.post(address, {"visits": [visit(file, investigators=["D02", "D09"], kind="community")]}, on="2016-12-01")

    assert twice["errors"][0]["field"] == "visits.0.investigators"
    assert done["unknown_investigators"] == ["D09"]
    page = Clerk(bureau.office, "chen", "officer").sign_in().get(f"/console/visits/{file['id']}/")
    assert "请核对调查员" in page
    assert "不在本组或没有账号：D09" in page


def test_a_shut_door_opens_the_file_and_is_told_at_the_acceptance(bureau: Bureau, survey: str) -> None:
    files = bureau.files(survey)
    call = {"file_id": files[0]["id"], "called_on": "2016-11-01", "reason": "refused"}
    bureau.surveyor.post("/api/v1/survey-calls", call, on="2016-11-01")
    bureau.surveyor.post("/api/v1/survey-calls", call | {"called_on": "2016-01-01"}, on="2016-11-01", expect=422)
    bureau.visit(survey, files[1:3])

    missing = bureau.officer.get(f"/api/v1/surveys/{survey}/missing")
    assert missing == {"due": len(files) - 3, "opened": 1, "calls": {"refused": 1}, "without_team": []}
    found = bureau.officer.get(f"/api/v1/surveys/{survey}")
    assert (found["files_opened"], found["files_verified"]) == (3, 2)
    assert sum(each["files_opened"] for each in found["communities"]) == 3

    officer = Clerk(bureau.office, "chen", "officer").sign_in()
    path = f"/console/surveys/{survey}/"
    page = officer.get(path)
    assert "1 户上门未遇" in page
    assert "不愿接受走访" in page
    assert "请先核对" in officer.post(f"{path}acceptance/", 400, key=officer.key(path))
    officer.post("/console/day/", day="2016-12-20", back=path)
    officer.post(f"{path}acceptance/", key=officer.key(path), confirmed="yes")
    assert "已验收" in officer.get(path)


def test_an_officer_opens_a_survey_and_makes_up_a_team_on_the_console(bureau: Bureau, people: Population) -> None:
    bureau.office.hear(opened())
    officer = Clerk(bureau.office, "chen", "officer").sign_in()
    new = "/console/surveys/new/"
    form: Any = {"name": "2016 年调查摸底", "division": HUANGSHI, "due_on": "2016-12-16", "category": "urban_allowance"}

    assert "请选择项目" in officer.post(new, 400, key=officer.key(new), project_id="", **form)
    path = officer.post(new, key=officer.key(new), project_id=str(PROJECT), **form)
    survey = path.split("/")[-2]
    more: dict[str, Any] = {"purpose": "survey", "survey_id": survey, "reference_on": "2016-10-10"}
    bureau.accept(bureau.upload(people.allowance[:30], on="2016-10-10", **more)["roster_id"], on="2016-10-10")
    division = communities(bureau, survey)[0]["division"]
    teams = f"{path}teams/new/"
    assert 'href="#surveyors"' in officer.post(teams, 422, key=officer.key(teams), name="一组", surveyors="D01", divisions=division)
    officer.post(teams, key=officer.key(teams), name="一组", surveyors="D01\nD02", divisions=division)

    page = officer.get(path)
    assert "D01、D02" in page
    assert "城市低保" in page
    listed = officer.get(f"{path}files/?status=due&division={division}")
    assert not any(row.姓名 in page + listed for row in people.allowance[:30])
    assert not SCRIPT.search(page + listed)
    assert "2016 年调查摸底" in officer.get("/console/surveys/")


@pytest.mark.parametrize("role", ["clerk", "surveyor", "auditor", "reviewer"])
def test_only_officers_open_share_out_and_accept(bureau: Bureau, survey: str, role: str) -> None:
    other = bureau.office.as_(role, account=f"other-{role}")
    for path, body in (("teams", {"name": "组", "surveyors": [], "divisions": []}), ("acceptance", {})):
        other.post(f"/api/v1/surveys/{survey}/{path}", body, on="2016-12-20", expect=403)


def test_a_survey_of_elsewhere_does_not_exist(bureau: Bureau, survey: str) -> None:
    stranger = bureau.office.as_("officer", account="stranger", divisions=["420100000000"])
    for path in ("", "/teams", "/missing", "/files"):
        stranger.get(f"/api/v1/surveys/{survey}{path}", expect=404)
    page = Clerk(bureau.office, "chen", "officer")
    assert page.get(f"/console/surveys/{survey}/", 303).startswith("/console/sign-in/")
