"""A visit on the console: the form of a household, what is wrong with it, and where it is read afterwards."""

import re
from typing import Any

import pytest

from shared.demo.population import Population
from tests.conftest import HUANGSHI
from tests.service.intake.bureau import NEEDS, Bureau, visit
from tests.service.intake.test_console import SCRIPT, Clerk

ON = "2016-12-01"


@pytest.fixture
def survey(bureau: Bureau, people: Population) -> str:
    found = bureau.open_survey()
    more: dict[str, Any] = {"purpose": "survey", "survey_id": found, "reference_on": "2016-10-10"}
    bureau.accept(bureau.upload(people.allowance[:60], on="2016-10-10", **more)["roster_id"], on="2016-10-10")
    return found


@pytest.fixture
def surveyor(bureau: Bureau) -> Clerk:
    return at_work(Clerk(bureau.office, "sun", "surveyor"))


def at_work(clerk: Clerk, on: str = ON) -> Clerk:
    clerk.sign_in().post("/console/day/", day=on, back="/console/")
    return clerk


def sheet(bureau: Bureau, file: str) -> dict[str, Any]:
    found: dict[str, Any] = bureau.surveyor.get(f"/api/v1/survey-files/{file}", on=ON)
    return found


def a_file(bureau: Bureau, survey: str, *, members: int = 2) -> dict[str, Any]:
    return next(found for file in bureau.files(survey) if len((found := sheet(bureau, file["id"]))["members"]) == members)


def filled(**changes: str) -> dict[str, str]:
    """The form of a household as investigators fill it in."""
    needs = {f"needs-{need}": str(degree) for need, degree in NEEDS.items()}
    living = {"living-living_members": "2", "living-housing": "rented"}
    return {"met": "yes", "visited_on": ON, "kind": "home", "investigators": "sun\nD02"} | living | needs | changes


def household_file(bureau: Bureau, household: str) -> dict[str, Any]:
    found: dict[str, Any] = bureau.officer.get(f"/api/v1/households/{household}/file", purpose="audit", on=ON)
    return found


def test_an_investigator_records_a_visit_and_the_household_file_shows_it(bureau: Bureau, survey: str, surveyor: Clerk) -> None:
    found = a_file(bureau, survey)
    file, members = found["file"], found["members"]
    path, household = f"/console/visits/{file['id']}/", file["household_id"]
    assert path in surveyor.get(f"/console/surveys/{survey}/mine/")
    page = surveyor.get(path)
    assert not SCRIPT.search(page)
    assert not any(member["personal"]["name"] in page for member in household_file(bureau, household)["members"])

    form: Any = filled(key=surveyor.key(path), **{f"{members[0]['id']}-daily-beyond": "bathing"})
    assert surveyor.post(path, **form) == path
    assert surveyor.post(path, **form) == path, "sent twice, it is one visit"

    after = surveyor.get(path)
    assert "本户已走访" in after
    assert 'name="met"' not in after
    assert 'name="met"' in surveyor.get(f"{path}?again=1")
    shown = household_file(bureau, household)
    assert [(each["investigators"], each["housing"], each["needs"]) for each in shown["visits"]] == [(["sun", "D02"], "rented", NEEDS)]
    assert (shown["living_members"], shown["needs"]) == (2, list(NEEDS.values()))
    adl = {member["id"]: (member["adl_unmet"], member["self_care"]) for member in shown["members"]}
    assert adl[members[0]["id"]] == (1, "partial")
    assert [event["what"] for event in shown["history"] if event["on"] == ON] == ["visited", "observed"]
    clerk = Clerk(bureau.office, "liu", "clerk").sign_in()
    clerk.post("/console/households/purpose/", purpose="registration", back="/console/")
    read = clerk.get(f"/console/households/{household}/")
    assert "走访记录" in read
    assert "sun、D02" in read
    assert path in read


def test_what_is_wrong_is_told_at_each_field_and_what_was_typed_stays(bureau: Bureau, survey: str, surveyor: Clerk) -> None:
    found = a_file(bureau, survey)
    path, member = f"/console/visits/{found['file']['id']}/", found["members"][1]["id"]
    wrong = filled(visited_on="", kind="", investigators="sun", **{"living-living_members": "many", "needs-health": ""})
    wrong[f"{member}-daily-beyond"] = "flying"

    page = surveyor.post(path, 422, key=surveyor.key(path), **wrong)

    linked = set(re.findall(r'<a href="#([^"]+)">', page.partition('class="summary"')[2].partition("</ul>")[0]))
    assert linked == {"visited_on", "kind", "investigators", "living-living_members", "needs-health", f"{member}-daily-beyond"}
    assert all(f'id="{field}"' in page for field in linked)
    assert "每组不少于 2 人" in page
    assert re.search(r'name="needs-economy" value="2" checked', page)
    assert 'value="rented" checked' in page
    assert ">sun</textarea>" in page
    assert bureau.officer.get(f"/api/v1/surveys/{survey}")["files_verified"] == 0


def test_nobody_met_opens_the_file_and_says_why(bureau: Bureau, survey: str, surveyor: Clerk) -> None:
    path = f"/console/visits/{a_file(bureau, survey)['file']['id']}/"

    assert 'href="#met"' in surveyor.post(path, 400, key=surveyor.key(path), visited_on=ON)
    assert 'href="#reason"' in surveyor.post(path, 422, key=surveyor.key(path), met="no", visited_on=ON)
    assert 'href="#visited_on"' in surveyor.post(path, 422, key=surveyor.key(path), met="no", reason="refused", visited_on="")
    assert surveyor.post(path, key=surveyor.key(path), met="no", reason="refused", visited_on=ON).endswith("/mine/")

    assert "不愿接受走访" in surveyor.get(path)
    assert bureau.officer.get(f"/api/v1/surveys/{survey}/missing")["calls"] == {"refused": 1}


def test_a_team_works_off_its_own_list_and_finds_its_people_filled_in(bureau: Bureau, survey: str, surveyor: Clerk) -> None:
    divisions = [each["division"] for each in bureau.officer.get(f"/api/v1/surveys/{survey}")["communities"]]
    body = {"name": "一组", "surveyors": ["sun", "D02"], "divisions": divisions[:1]}
    bureau.officer.post(f"/api/v1/surveys/{survey}/teams", body, on="2016-10-12")
    ours, theirs = ([file for file in bureau.files(survey) if (file["division"] == divisions[0]) is is_ours] for is_ours in (True, False))

    listed = surveyor.get(f"/console/surveys/{survey}/mine/")
    assert set(re.findall(r"/console/visits/([^/]+)/", listed)) == {file["id"] for file in ours}
    assert ">sun\nD02</textarea>" in surveyor.get(f"/console/visits/{ours[0]['id']}/")
    other = f"/console/visits/{theirs[0]['id']}/"
    assert "其他调查小组" in surveyor.get(other)
    surveyor.post(other, 403, key="0" * 16, **filled())
    nobody = at_work(Clerk(bureau.office, "zhou", "surveyor"))
    assert "/console/visits/" not in nobody.get(f"/console/surveys/{survey}/mine/")


def test_who_does_not_visit_sees_where_it_stands_and_records_nothing(bureau: Bureau, survey: str) -> None:
    path = f"/console/visits/{bureau.files(survey)[0]['id']}/"
    for role in ("clerk", "officer", "auditor"):
        other = at_work(Clerk(bureau.office, f"other-{role}", role))
        assert "走访由调查员登记" in other.get(path)
        other.post(path, 403, key="0" * 16, **filled())
    at_work(Clerk(bureau.office, "other-approver", "approver")).get(path, 403)
    stranger = at_work(Clerk(bureau.office, "stranger", "surveyor", division="420281000000"))
    stranger.get(path, 404)
    stranger.post(path, 404, key="0" * 16, **filled())


def test_after_the_acceptance_nothing_is_recorded(bureau: Bureau, survey: str, surveyor: Clerk) -> None:
    files = bureau.files(survey)
    bureau.visit(survey, files[:1])
    bureau.officer.post(f"/api/v1/surveys/{survey}/acceptance", {}, on="2016-12-20")
    path = f"/console/visits/{files[1]['id']}/"

    assert "不能再登记走访" in surveyor.get(path)
    surveyor.post("/console/day/", day="2016-12-21", back="/console/")
    surveyor.post(path, 409, key="0" * 16, **filled(visited_on="2016-12-21"))


def test_a_visit_of_before_the_last_one_does_not_overwrite_it(bureau: Bureau, survey: str) -> None:
    file = bureau.files(survey)[0]
    path = f"/api/v1/surveys/{survey}/visits"
    bureau.surveyor.post(path, {"visits": [visit(file)]}, on=ON)

    refused = bureau.surveyor.post(path, {"visits": [visit(file, visited_on="2016-11-30")]}, on="2016-12-02", expect=422)

    assert [error["field"] for error in refused["errors"]] == ["visits.0.visited_on"]


def test_members_of_a_visit_live_there_and_are_seen_in_order(bureau: Bureau, survey: str) -> None:
    found = a_file(bureau, survey)
    file, [first, second] = found["file"], [member["id"] for member in found["members"]]
    stranger = a_file(bureau, survey, members=1)["members"][0]["id"]
    bureau.clerk.post(f"/api/v1/persons/{first}/circumstances", {"observed_on": ON, "has_lost_only_child": False}, on=ON)
    path = f"/api/v1/surveys/{survey}/visits"

    def faults(*members: dict[str, Any], on: str = ON) -> list[str]:
        body = {"visits": [visit(file, visited_on=on, members=list(members))]}
        return [error["field"] for error in bureau.surveyor.post(path, body, on="2016-12-02", expect=422)["errors"]]

    assert faults({"person_id": stranger}) == ["visits.0.members.0.person_id"]
    assert faults({"person_id": second}, {"person_id": second}) == ["visits.0.members.0.person_id", "visits.0.members.1.person_id"]
    assert faults({"person_id": second, "beyond": ["flying"]}) == ["visits.0.members.0.beyond"]
    assert faults({"person_id": second}, {"person_id": first, "beyond": []}, on="2016-11-30") == ["visits.0.members.1.beyond"]
    bureau.surveyor.post(path, {"visits": [visit(file, members=[{"person_id": first, "beyond": []}])]}, on="2016-12-02")


def test_the_form_is_told_to_programs(bureau: Bureau) -> None:
    told = bureau.surveyor.get("/api/v1/survey-form")

    asked = {section["code"]: [question["code"] for question in section["questions"]] for section in told["sections"]}
    assert set(asked["needs"]) == set(NEEDS)
    assert asked["living"] == ["living_members", "housing"]
    assert len(told["version"]) == 16
    bureau.office.as_("surveyor", divisions=(HUANGSHI,)).get("/api/v1/survey-form")
