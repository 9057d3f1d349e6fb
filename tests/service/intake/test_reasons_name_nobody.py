"""What is kept in clear after a person is erased, or is published, says neither a name nor a number; it is refused where it is written."""

from typing import Any

import pytest
from sqlmodel import col, select

from services.intake.store import Person
from shared.demo.population import Population
from shared.demo.workbook import workbook
from tests.conftest import Desk
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_console import Clerk
from tests.service.intake.test_search import PERSON
from tests.service.intake.twins import AGAIN, filed, numbered, only, person_in

NAME, NUMBER, PHONE = PERSON.姓名, PERSON.身份证号, "0714-6231234"
NAMING = (f"{NAME}本人来电", f"{NAME[0]} {NAME[1:]}申请", f"证号{NUMBER}", f"电话{PHONE}", "证号 4202021950")
ON = "2015-10-20"


def refuses(desk: Desk, path: str, body: dict[str, Any], *, naming: tuple[str, ...] = NAMING, field: str = "reason", on: str = ON) -> None:
    """Each sentence is refused with its field and without being repeated; the sober one after them is taken."""
    for text in naming:
        refused = desk.post(path, body | {field: text}, on=on, expect=422)
        assert (refused["type"], refused["errors"][0]["field"]) == ("urn:qiao:problem:names-somebody", field), text
        assert text not in str(refused)
        assert NAME not in str(refused)
    desk.post(path, body | {field: "本人申请，附户口簿"}, on=on)


def person_of(bureau: Bureau) -> str:
    return str(bureau.office.store.read_now(lambda reader: reader.rows(select(col(Person.id)))[0].id))


@pytest.fixture
def person(bureau: Bureau) -> str:
    filed(bureau, [PERSON])
    return person_of(bureau)


def test_the_paper_of_a_correction_names_neither_the_old_nor_the_new_name(bureau: Bureau, person: str) -> None:
    path = f"/api/v1/persons/{person}/corrections"
    body = {"acted_on": ON, "fields": {"name": "单雨潼", "phone": "13911112222"}}

    refuses(bureau.clerk, path, body, naming=(*NAMING, "改为单雨潼"))


def test_the_paper_of_an_act_on_a_household_names_none_of_its_people(bureau: Bureau) -> None:
    sister = PERSON._replace(姓名="单雨秋", 身份证号=numbered("42020219550101124"), 与户主关系="兄弟姐妹", 联系电话="")
    filed(bureau, [PERSON._replace(实际居住人数=2), sister._replace(实际居住人数=2)])
    household = bureau.clerk.get("/api/v1/households")["items"][0]["id"]
    members = bureau.officer.get(f"/api/v1/households/{household}/file", purpose="audit")["members"]
    other = next(each["id"] for each in members if each["relation"] != "head")

    body = {"acted_on": ON, "person_id": other, "kind": "left"}
    refuses(bureau.clerk, f"/api/v1/households/{household}/departures", body, naming=(*NAMING, "单雨秋随子生活"))


def test_what_is_decided_on_two_records_names_neither(bureau: Bureau) -> None:
    filed(bureau, [PERSON], [AGAIN])
    pair = only(bureau)
    keep = {"keep": person_in(pair, PERSON.户编号)}

    refuses(bureau.clerk, f"/api/v1/duplicates/{pair['id']}/proposal", keep, naming=(*NAMING, f"应为{AGAIN.姓名}"))
    refuses(bureau.officer, f"/api/v1/duplicates/{pair['id']}/merge", {}, naming=(*NAMING, f"应为{AGAIN.姓名}"))
    refuses(bureau.officer, f"/api/v1/duplicates/{pair['id']}/undoing", {})


def test_why_an_erasure_is_refused_does_not_name_the_person(bureau: Bureau, person: str) -> None:
    asked = bureau.clerk.post(f"/api/v1/persons/{person}/erasure", {"scope": "all", "reason": "own_request"}, on=ON)["id"]

    refuses(bureau.officer, f"/api/v1/erasures/{asked}/refusal", {})


def test_the_answer_to_an_objection_does_not_name_whom_it_is_about(bureau: Bureau, proposed: str) -> None:
    person = bureau.candidates(proposed, "waiting")[0]["person_id"]
    name = bureau.officer.get(f"/api/v1/persons/{person}/file", purpose="audit")["personal"]["name"]
    body = {"kind": "omitted", "person_id": person}
    objection = bureau.clerk.post(f"/api/v1/programmes/{proposed}/objections", body, on="2016-12-28")["id"]

    naming = (f"{name}不属于独居", *NAMING[2:])
    refuses(bureau.reviewer, f"/api/v1/objections/{objection}/decision", {"upheld": False}, naming=naming, on="2016-12-29")


def test_a_roster_is_neither_called_nor_refused_by_somebodys_number(bureau: Bureau) -> None:
    file = bureau.clerk.upload(workbook([PERSON], "名册"), f"{NAME}{NUMBER}.xlsx")
    terms = {"division": bureau.division, "purpose": "planning", "reference_on": "2015-12-31", "file": file}
    refuses(bureau.clerk, "/api/v1/rosters", terms, naming=NAMING[2:4], field="name")
    roster = bureau.upload([PERSON])["roster_id"]

    refuses(bureau.officer, f"/api/v1/rosters/{roster}/rejection", {}, naming=NAMING[2:4])


def test_what_goes_over_the_bus_and_is_published_of_a_programme_has_no_number(bureau: Bureau, people: Population) -> None:
    survey = bureau.survey(people)
    group = {"code": "G1", "quota": 2, "reserve": 1, "tolerance": 1}
    own = {"code": "L1", "name": "独居", "expression": "age >= 60", "quota": 1, "reserve": 0}
    terms = {"project_id": str(bureau.project), "survey_id": survey, "name": "服务计划", "division": bureau.division}
    terms |= {"seed": "种子 2016-12-22", "reference_on": "2017-01-01", "top_up_until": "2017-03-31", "purpose": "服务"}

    def field(**changes: Any) -> str:
        body = terms | {"groups": [group, own]} | changes
        refused = bureau.officer.post("/api/v1/programmes", body, on="2016-12-22", expect=422)
        assert refused["type"] == "urn:qiao:problem:names-somebody"
        assert NUMBER not in str(refused)
        return str(refused["errors"][0]["field"])

    for name in ("name", "purpose", "seed"):
        assert field(**{name: f"为 {NUMBER} 开设"}) == name
        assert field(**{name: f"咨询 {PHONE}"}) == name
    assert field(groups=[group, own | {"name": NUMBER}]) == "groups.1.name"
    assert field(groups=[group, own | {"code": NUMBER}]) == "groups.1.code"
    assert field(groups=[group, own | {"expression": f"division == '{NUMBER}'"}]) == "groups.1.expression"
    programme = bureau.officer.post("/api/v1/programmes", terms | {"groups": [group, own]}, on="2016-12-22")["id"]
    refuses(bureau.officer, f"/api/v1/programmes/{programme}/quotas", {"code": "G1", "quota": 3}, naming=NAMING[2:4], on="2016-12-22")
    bureau.screen(programme)
    path = f"/api/v1/programmes/{programme}/screening"
    refused = bureau.officer.post(path, {"reason": NAMING[2]}, on="2016-12-22", expect=422)
    assert refused["errors"][0]["field"] == "reason"


def test_names_of_surveys_teams_and_who_visits_have_no_number(bureau: Bureau, people: Population) -> None:
    survey = bureau.open_survey()
    bureau.accept(bureau.upload(people.allowance, on="2016-10-10", purpose="survey", survey_id=survey)["roster_id"], on="2016-10-10")
    terms = {"project_id": str(bureau.project), "division": bureau.division, "due_on": "2016-12-16"}
    refuses(bureau.officer, "/api/v1/surveys", terms, naming=NAMING[2:4], field="name", on="2016-10-10")

    visit = {"file_id": bureau.files(survey)[0]["id"], "visited_on": "2016-12-01", "kind": "home", "investigators": ["D01", NUMBER]}
    needs = dict.fromkeys(("economy", "health", "education", "housing", "employment", "guardianship", "inclusion"), 1)
    body = {"visits": [visit | {"living_members": 1, "housing": "rented", "needs": needs}]}
    refused = bureau.surveyor.post(f"/api/v1/surveys/{survey}/visits", body, on="2016-12-01", expect=422)
    assert [each["field"] for each in refused["errors"]] == ["visits.0.investigators"]
    assert NUMBER not in str(refused)

    team = {"surveyors": ["D01", "D02"], "divisions": ["420202006007"]}
    refuses(bureau.officer, f"/api/v1/surveys/{survey}/teams", team, naming=NAMING[2:4], field="name", on="2016-10-10")


def test_a_page_says_in_words_what_to_write_instead(bureau: Bureau, person: str) -> None:
    household = bureau.clerk.get("/api/v1/households")["items"][0]["id"]
    clerk = Clerk(bureau.office, "liu", "clerk").sign_in()

    answer = clerk.post(
        f"/console/households/{household}/acts/died/", 422, key="3" * 16, acted_on="2015-10-12", reason=f"{NAME}死亡证明", person=person
    )

    assert "不要写姓名、身份证号和电话号码；可写“本人”" in answer
