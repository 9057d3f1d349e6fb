"""Somebody new comes by an act: a member of a household, or the head of a new one; and a household's category is changed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.intake.app import SERVICE
from services.intake.domain.selection import lot_no_of_act
from services.intake.store import HouseholdAct, Person, PersonSecret, RegistrationChange
from shared.demo.population import Population
from tests.conftest import Office
from tests.service.intake.bureau import Bureau, visit
from tests.service.intake.test_console import SCRIPT, Clerk
from tests.service.intake.test_household_acts import LATER, ON, act, file_of, larger_household, present
from tests.service.intake.test_search import PERSON, find
from tests.service.intake.twins import numbered, queue, until_compared

BABY = numbered("42020220161105002")
WIFE = numbered("42020219880305004")
MOTHER = numbered("42020219300305004")


@pytest.fixture
def bureau(service_client: Callable[..., Office], people: Population) -> Bureau:
    found = Bureau(service_client(SERVICE))
    found.accept(found.upload([*people.allowance[:60], PERSON])["roster_id"])
    until_compared(found)
    return found


def home_of(bureau: Bureau) -> str:
    """The household of one, whose head is `PERSON`."""
    listed = bureau.clerk.get("/api/v1/households", limit=200)["items"]
    return str(next(each["id"] for each in listed if each["household_no"] == PERSON.户编号))


def new(**said: str) -> dict[str, Any]:
    return {"cause": "birth", "identity_number": BABY, "name": "单小雨", "relation": "daughter"} | said


def found(bureau: Bureau, **said: str) -> Any:
    place = {"division": PERSON.区划代码, "category": "edge_family", "acted_on": ON, "reason": "户口簿", "cause": "moved_in"}
    return bureau.clerk.post("/api/v1/households", place | said, on=LATER)


def test_a_child_is_born_into_a_household_and_is_filed_like_somebody_of_a_roster(bureau: Bureau) -> None:
    home = home_of(bureau)

    done = act(bureau, home, "members", **new(phone="13900001111"))

    file = file_of(bureau, home, on=LATER)
    [child] = [each for each in file["members"] if each["id"] == done["person_id"]]
    assert (child["birth"], child["sex"], child["relation"], child["registered_on"]) == ("2016-11-05", "female", "daughter", LATER)
    assert child["personal"] == {"name": "单小雨", "identity_number": BABY, "phone": "13900001111"}
    assert (file["living_members"], done["warnings"]) == (2, [])
    event = file["history"][0]
    assert (event["what"], event["detail"], event["on"]) == ("admitted", "出生；女；户口簿", ON)
    assert done["person_id"] not in present(file_of(bureau, home, as_of="2016-11-30"))
    assert done["person_id"] in present(file_of(bureau, home, as_of=ON))
    until_compared(bureau)
    assert find(bureau, "单小雨") == ["单小雨"]


def test_the_fields_say_that_they_are_from_the_act_and_the_lot_is_drawn_over_it(bureau: Bureau) -> None:
    home = home_of(bureau)
    person = act(bureau, home, "members", **new(address="湖滨路12号"))["person_id"]

    file = file_of(bureau, home)
    [child] = [each for each in file["members"] if each["id"] == person]
    assert {source["kind"] for source in child["sources"]} == {"act"}
    assert {"name", "address", "identity_number", "birth", "relation"} <= {f for source in child["sources"] for f in source["fields"]}
    assert {source["by"] for source in child["sources"]} == {"clerk"}
    at_home = next(source for source in file["sources"] if "living_members" in source["fields"])
    assert at_home["kind"] == "act"
    [came] = bureau.office.store.read_now(lambda reader: reader.select(select(HouseholdAct).where(col(HouseholdAct.kind) == "admitted")))
    assert child["lot_no"] == lot_no_of_act(came.id)
    assert came.said == ["name", "address"]


def test_sent_twice_it_is_one_person(bureau: Bureau) -> None:
    home = home_of(bureau)
    body = {"acted_on": ON, "reason": "户口簿"} | new()
    path, key = f"/api/v1/households/{home}/members", "admission-key-0001"

    answers = [bureau.clerk.post(path, body, on=LATER, key=key) for _ in range(2)]

    assert answers[0] == answers[1]
    assert len(present(file_of(bureau, home))) == 2


@pytest.mark.parametrize(
    ("said", "field", "told"),
    [
        ({"identity_number": BABY[:17] + ("1" if BABY[17] != "1" else "2")}, "identity_number", "校验位"),
        ({"identity_number": "420202161105002"}, "identity_number", "15 位"),
        ({"identity_number": numbered("42020220170105002")}, "identity_number", "出生日期"),
        ({"name": "单1"}, "name", "姓名"),
        ({"phone": "12"}, "phone", "联系电话"),
        ({"relation": "son"}, "relation", "性别"),
        ({"relation": "表妹"}, "relation", "应填写"),
        ({"relation": "head"}, "relation", "已有户主"),
        ({"reason": "电话 13911112222"}, "reason", "号码"),
        ({"acted_on": "2017-02-02"}, "acted_on", "不能晚于"),
    ],
)
def test_what_no_row_of_a_roster_could_say_is_refused_by_field(bureau: Bureau, said: dict[str, str], field: str, told: str) -> None:
    refused = act(bureau, home_of(bureau), "members", expect=422, **new(**said))

    assert {each["field"] for each in refused["errors"]} == {field}
    assert told in refused["detail"]
    assert said.get("identity_number", BABY) not in json.dumps(refused)


def test_of_a_number_that_has_a_record_only_what_the_clerk_reaches_is_told(bureau: Bureau, people: Population) -> None:
    row = next(each for each in people.allowance[:60] if each.区划代码.startswith("420203") and each.与户主关系 == "本人")
    home = home_of(bureau)
    there = {"identity_number": row.身份证号, "name": row.姓名, "relation": "other", "cause": "moved_in"}

    told = act(bureau, home, "members", expect=422, **there)
    own = act(bureau, home, "members", expect=422, **there | {"identity_number": PERSON.身份证号})
    clerk = bureau.office.as_("clerk", account="of-one-district", divisions=("420202000000",))
    path = f"/api/v1/households/{home}/members"
    hidden = clerk.post(path, {"acted_on": ON, "reason": "户口簿"} | there, on=LATER, expect=422)

    assert row.户编号 in told["detail"]
    assert "并入他户" in told["detail"]
    assert "已是本户成员" in own["detail"]
    assert "不在您的经办范围内" in hidden["detail"]
    assert not any(word in json.dumps(hidden, ensure_ascii=False) for word in (row.户编号, row.姓名, "420203", row.身份证号))
    assert {each["type"].rpartition(":")[2] for each in (told, own, hidden)} == {"filed-already"}


def test_a_second_spouse_is_told_and_not_refused(bureau: Bureau) -> None:
    home = home_of(bureau)
    wife = {"identity_number": WIFE, "name": "柯秀英", "relation": "spouse", "cause": "marriage"}

    assert act(bureau, home, "members", **new(**wife))["warnings"] == []
    again = act(bureau, home, "members", **new(**wife | {"identity_number": numbered("42020219870305004"), "name": "柯玉兰"}))

    assert "2 名“配偶”" in again["warnings"][0]
    assert len(present(file_of(bureau, home))) == 3


def test_whoever_comes_to_an_empty_house_leads_it(bureau: Bureau) -> None:
    home = home_of(bureau)
    [head] = present(file_of(bureau, home))
    act(bureau, home, "departures", person_id=head, kind="left")

    assert "没有户主" in act(bureau, home, "members", expect=422, **new())["detail"]
    done = act(bureau, home, "members", **new(relation="本人", cause="moved_in"))
    act(bureau, home, "departures", person_id=head, kind="restored")

    assert present(file_of(bureau, home)) == {done["person_id"]: "head", head: "other"}


def test_records_alike_are_looked_for_and_who_subscribed_is_told_of_a_new_member(bureau: Bureau) -> None:
    twin = {"identity_number": numbered("42020219500102123"), "name": "单雨彤", "relation": "other", "cause": "moved_in"}

    act(bureau, larger_household(bureau), "members", **new(**twin | {"phone": PERSON.联系电话, "address": PERSON.住址}))
    until_compared(bureau)

    assert [PERSON.户编号 in {each["household_no"] for each in pair["records"]} for pair in queue(bureau)] == [True]
    pair = queue(bureau)[0]["id"]
    shown = bureau.officer.get(f"/api/v1/duplicates/{pair}/comparison", purpose="audit", on=LATER)
    assert "变更登记" in {shown["subject"]["roster"], *(each["record"]["roster"] for each in shown["pairs"])}
    assert bureau.office.store.read_now(lambda reader: reader.select(select(RegistrationChange))) == [], "nobody wants to know"


def test_an_older_roster_undoes_nothing_of_it_and_a_later_one_says_more(bureau: Bureau) -> None:
    home = home_of(bureau)
    child = act(bureau, home, "members", **new())["person_id"]
    rows = [PERSON, PERSON._replace(姓名="单小语", 身份证号=BABY, 与户主关系="孙辈", 联系电话="13933334444", 住址="")]

    older = bureau.upload(rows, on=LATER, reference_on="2016-11-30")["roster_id"]
    told = bureau.clerk.get(f"/api/v1/rosters/{older}/differing")["items"]
    bureau.accept(older, on=LATER)

    [member] = [each for each in file_of(bureau, home)["members"] if each["id"] == child]
    assert (member["personal"]["name"], member["relation"], member["personal"]["phone"]) == ("单小雨", "daughter", "13933334444")
    assert {"姓名", "与户主关系"} <= {fault["column"] for row in told for fault in row["faults"]}
    by_act = {field for source in member["sources"] if source["kind"] == "act" for field in source["fields"]}
    assert ("name" in by_act, "phone" in by_act) == (True, False)

    bureau.accept(bureau.upload(rows, on=LATER, reference_on=LATER)["roster_id"], on=LATER)
    [member] = [each for each in file_of(bureau, home)["members"] if each["id"] == child]
    assert (member["personal"]["name"], member["relation"]) == ("单小语", "grandchild")
    assert member["registered_on"] == LATER


def test_who_was_admitted_is_chosen_with_the_household_that_was_visited(bureau: Bureau, people: Population) -> None:
    survey = bureau.open_survey()
    more: dict[str, Any] = {"purpose": "survey", "survey_id": survey, "reference_on": "2016-10-10"}
    bureau.accept(bureau.upload([PERSON], on="2016-10-10", **more)["roster_id"], on="2016-10-10")
    [file] = bureau.files(survey)
    body = {"acted_on": "2016-11-10", "reason": "户口簿"} | new(identity_number=MOTHER, relation="母亲", cause="moved_in")
    elder = bureau.clerk.post(f"/api/v1/households/{home_of(bureau)}/members", body, on="2016-11-10")["person_id"]
    card = {"acted_on": "2016-11-10", "reason": "残疾证", "fields": {"disability_card": MOTHER + "41"}}
    bureau.clerk.post(f"/api/v1/persons/{elder}/corrections", card, on="2016-11-10")
    [file] = bureau.files(survey)
    assert file["people"] == 2
    bureau.surveyor.post(f"/api/v1/surveys/{survey}/visits", {"visits": [visit(file, living_members=2)]}, on="2016-12-01")
    bureau.officer.post(f"/api/v1/surveys/{survey}/acceptance", {}, on="2016-12-20")

    programme = bureau.programme(survey, quota=1, reserve=1)

    chosen = {each["person_id"] for state in ("listed", "waiting") for each in bureau.candidates(programme, state)}
    assert elder in chosen
    told = bureau.officer.get(f"/api/v1/programmes/{programme}/persons/{elder}/explanation", purpose="objection", on="2016-12-27")
    assert told["barred"] == []


def test_a_household_is_filed_with_its_head_and_gets_a_number_if_it_has_none(bureau: Bureau) -> None:
    done = found(bureau, identity_number=WIFE, name="柯秀英", household_no="FH-7")
    other = found(bureau, identity_number=numbered("42020219870305004"), name="柯玉兰")

    file = file_of(bureau, done["household_id"])
    assert (file["household_no"], file["category"], file["division"], file["living_members"]) == ("FH-7", "edge_family", PERSON.区划代码, 1)
    assert present(file) == {done["person_id"]: "head"}
    assert {source["kind"] for source in file["sources"]} == {"act"}
    assert {field for source in file["sources"] for field in source["fields"]} >= {"category", "division", "living_members"}
    assert [event["what"] for event in file["history"]] == ["founded"]
    assert other["household_no"].startswith("名册-")
    act(bureau, done["household_id"], "members", **new())
    assert len(present(file_of(bureau, done["household_id"]))) == 2


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"division": "999999999999"}, "division"),
        ({"division": "420281001000"}, "division"),
        ({"household_no": PERSON.户编号}, "household_no"),
        ({"household_no": f"户{WIFE}"}, "household_no"),
        ({"identity_number": PERSON.身份证号}, "identity_number"),
    ],
)
def test_a_household_is_filed_in_reach_and_under_a_free_number(bureau: Bureau, said: dict[str, str], field: str) -> None:
    terms = {"division": PERSON.区划代码, "category": "edge_family", "acted_on": ON, "reason": "户口簿", "cause": "moved_in"}
    clerk = bureau.office.as_("clerk", account="of-one-district", divisions=("420202000000",))
    body = terms | {"identity_number": WIFE, "name": "柯秀英"} | said

    refused = clerk.post("/api/v1/households", body, on=LATER, expect=422)

    assert [each["field"] for each in refused["errors"]] == [field]


def test_the_category_is_changed_and_an_older_roster_does_not_pull_it_back(bureau: Bureau) -> None:
    home = home_of(bureau)

    act(bureau, home, "category", category="edge_family")
    older = bureau.upload([PERSON._replace(联系电话="13933334444")], on=LATER, reference_on="2016-11-30")["roster_id"]
    [told] = bureau.clerk.get(f"/api/v1/rosters/{older}/differing")["items"]
    bureau.accept(older, on=LATER)

    file = file_of(bureau, home)
    assert (file["category"], file["members"][0]["personal"]["phone"]) == ("edge_family", "13933334444")
    assert [(fault["column"], "变更救助类别（2016-12-01）" in fault["message"]) for fault in told["faults"]] == [("救助类别", True)]
    assert [event["detail"] for event in file["history"] if event["what"] == "recategorised"] == ["城市低保 → 低保边缘家庭；户口簿"]
    assert next(source["kind"] for source in file["sources"] if "category" in source["fields"]) == "act"
    assert act(bureau, home, "category", category="edge_family", expect=422)["errors"][0]["field"] == "category"
    assert act(bureau, home, "category", on="2016-11-01", category="urban_allowance", expect=422)["errors"][0]["field"] == "acted_on"

    later = bureau.upload([PERSON], on=LATER, reference_on=LATER)["roster_id"]
    [fault] = bureau.clerk.get(f"/api/v1/rosters/{later}/rows")["items"][0]["faults"]
    assert "变更救助类别" in fault["message"], "a later roster does not pull to and fro either"


def test_nothing_of_the_newcomer_stands_in_clear(bureau: Bureau) -> None:
    person = act(bureau, home_of(bureau), "members", **new(phone="13900001111", address="湖滨路12号"))["person_id"]
    said = json.dumps([event.model_dump(mode="json") for event in bureau.office.everything_said()], ensure_ascii=False)

    acts = bureau.office.store.read_now(lambda reader: [each.model_dump_json() for each in reader.select(select(HouseholdAct))])
    people = bureau.office.store.read_now(lambda reader: [each.model_dump_json() for each in reader.select(select(Person))])
    secrets = bureau.office.store.read_now(lambda reader: reader.select(select(PersonSecret)))
    kept = "".join((said, *acts, *people, *(str(each.sealed) for each in secrets)))

    assert not any(word in kept for word in (BABY, "单小雨", "13900001111", "湖滨路12号"))
    assert any(str(each.person_id) == person and each.wrapped_key for each in secrets)


def test_on_the_console_somebody_looks_once_more_before_the_newcomer_is_filed(bureau: Bureau, people: Population) -> None:
    home = home_of(bureau)
    clerk = Clerk(bureau.office, "liu", "clerk").sign_in()
    clerk.post("/console/households/purpose/", purpose="registration", back="/console/")
    path = f"/console/households/{home}/members/new/"
    given = new(identity_number=numbered("42020220151005002"), acted_on="2015-10-12", reason="出生医学证明")
    assert path in clerk.get(f"/console/households/{home}/")
    assert not SCRIPT.search(clerk.get(path))

    empty = clerk.post(path, 422, key="1" * 16, acted_on="2015-10-12", reason="出生医学证明", cause="birth")
    asked = clerk.post(path, 200, key="2" * 16, **given)
    back = clerk.post(path, 200, key="2" * 16, **given, back="yes")
    assert len(present(file_of(bureau, home))) == 1, "nobody is filed yet"
    done = clerk.post(path, key="2" * 16, **given, confirmed="yes")
    known = next(row for row in people.allowance[:60] if row.与户主关系 == "本人")
    refused = clerk.post(path, 422, key="3" * 16, **given | {"identity_number": known.身份证号, "relation": "other"})

    assert "出生登记" in empty
    assert all(word in asked for word in ("请核对后确认", "女，2015-10-05 出生", "登记后不能撤销"))
    assert 'value="单小雨"' in back
    assert done == f"/console/households/{home}/"
    assert "新增成员" in clerk.get(done)
    assert 'href="#identity_number"' in refused
    assert "acts/joined/" in refused


def test_on_the_console_a_household_is_filed_and_a_second_spouse_is_looked_at(bureau: Bureau) -> None:
    clerk = Clerk(bureau.office, "liu", "clerk").sign_in()
    clerk.post("/console/households/purpose/", purpose="registration", back="/console/")
    path = "/console/households/new/"
    given: dict[str, Any] = {
        "division": PERSON.区划代码,
        "category": "rural_destitute",
        "household_no": "",
        "cause": "moved_in",
        "name": "柯秀英",
    }
    given |= {"identity_number": WIFE, "acted_on": "2015-10-12", "reason": "户口迁移证"}
    assert path in clerk.get("/console/households/")
    assert "户编号：名册-" in clerk.post(path, 200, key="1" * 16, **given)

    home = clerk.post(path, key="1" * 16, **given, confirmed="yes")
    members = f"{home}members/new/"
    for n, (name, serial) in enumerate((("单建国", "001"), ("单建军", "003"))):
        husband: dict[str, Any] = {
            "cause": "marriage",
            "name": name,
            "identity_number": numbered(f"42020219860305{serial}"),
            "relation": "spouse",
        }
        husband |= {"acted_on": "2015-10-12", "reason": "结婚证"}
        asked = clerk.post(members, 200, key=f"spouse-{n}-of-the-house", **husband)
        clerk.post(members, key=f"spouse-{n}-of-the-house", **husband, confirmed="yes")
    assert "2 名“配偶”" in asked

    head, first, second = present(file_of(bureau, home.split("/")[-2]))
    relations = {f"relation-{head}": "spouse", f"relation-{first}": "head", f"relation-{second}": "spouse"}
    led: dict[str, Any] = {"key": "5" * 16, "acted_on": "2015-10-12", "reason": "本人申请", **relations}
    assert "已核对，仍然保存" in clerk.post(f"{home}acts/headed/", 200, **led)
    clerk.post(f"{home}acts/headed/", **led, confirmed="yes")
    clerk.post(f"{home}acts/recategorised/", key="6" * 16, acted_on="2015-10-12", reason="审批表", category="edge_family")
    assert "变更救助类别" in clerk.get(home)
