"""A person's own copy as a page: for a purpose, logged, whole, and about nobody else."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from services.intake.app import SERVICE
from services.intake.labels import CATEGORY, HISTORY, MARITAL, READ, READING_PURPOSE, SINGLE_PARENT
from shared.demo.population import Population
from tests.conftest import Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_canary import CANARY
from tests.service.intake.test_console import SCRIPT, Clerk


@pytest.fixture
def bureau(service_client: Callable[..., Office]) -> Bureau:
    found = Bureau(service_client(SERVICE))
    found.accept(found.upload([CANARY])["roster_id"])
    return found


def people_of(bureau: Bureau, household_no: str) -> list[dict[str, Any]]:
    house = next(each for each in bureau.clerk.get("/api/v1/households", limit=200)["items"] if each["household_no"] == household_no)
    members: list[dict[str, Any]] = bureau.officer.get(f"/api/v1/households/{house['id']}/file", purpose="audit")["members"]
    return members


def officer_with(bureau: Bureau, purpose: str, account: str = "chen", **reach: str) -> Clerk:
    clerk = Clerk(bureau.office, account, "officer", **reach).sign_in()
    clerk.post("/console/households/purpose/", purpose=purpose, back="/console/")
    return clerk


def test_the_purpose_is_asked_first_and_the_log_tells_it(bureau: Bureau) -> None:
    [person] = people_of(bureau, CANARY.户编号)
    page = f"/console/persons/{person['id']}/copy/"
    officer = Clerk(bureau.office, "chen", "officer").sign_in()
    assert "households/purpose" in officer.get(page, 303)
    log = f"/api/v1/persons/{person['id']}/readings"
    assert "chen" not in {each["reader"] for each in bureau.officer.get(log)["items"]}

    officer.post("/console/households/purpose/", purpose="own_request", back=page)
    assert not SCRIPT.search(officer.get(page))

    told = [(each["what"], each["purpose"]) for each in bureau.officer.get(log)["items"] if each["reader"] == "chen"]
    assert told == [("access", "own_request")]


def test_the_page_says_what_the_machines_copy_says(bureau: Bureau) -> None:
    [person] = people_of(bureau, CANARY.户编号)
    copy = bureau.officer.get(f"/api/v1/persons/{person['id']}/copy")
    page = officer_with(bureau, "own_request").get(f"/console/persons/{person['id']}/copy/")
    text = re.sub(r"<[^>]+>", "", page)

    coded = {"marital": MARITAL, "single_parent": SINGLE_PARENT}
    said = [coded.get(name, {}).get(value, value) for name, value in copy["personal"].items()]
    said += [copy["household"]["household_no"], copy["household"]["place"], CATEGORY[copy["household"]["category"]]]
    said += [words for event in copy["history"] for words in (HISTORY[event["what"]], event["detail"])]
    said += [words for each in copy["readings"] for words in (READ[each["what"]], READING_PURPOSE[each["purpose"]])]
    assert [words for words in said if words not in text] == []
    assert len(said) > 10
    assert "您的权利" in text


def test_the_others_of_the_household_are_not_on_it(bureau: Bureau, people: Population) -> None:
    house = next(row.户编号 for row in people.allowance if sum(each.户编号 == row.户编号 for each in people.allowance) > 1)
    rows = [row for row in people.allowance if row.户编号 == house]
    bureau.accept(bureau.upload(rows)["roster_id"])
    first, *others = people_of(bureau, house)

    page = officer_with(bureau, "own_request").get(f"/console/persons/{first['id']}/copy/")

    assert first["personal"]["name"] in page
    for other in others:
        assert other["personal"]["identity_number"] not in page
        assert other["personal"]["name"] not in page


def test_a_stranger_and_who_may_not_find_none(bureau: Bureau) -> None:
    [person] = people_of(bureau, CANARY.户编号)
    officer_with(bureau, "own_request", "far", division="420300000000").get(f"/console/persons/{person['id']}/copy/", 404)
    Clerk(bureau.office, "liu", "clerk").sign_in().get(f"/console/persons/{person['id']}/copy/", 403)


def test_the_copy_tells_what_the_person_had_to_do_with_programmes(bureau: Bureau, people: Population) -> None:
    programme = bureau.programme(bureau.survey(people))
    person = bureau.candidates(programme, "listed")[0]
    left_out = {"kind": "not_entitled", "candidate_id": person["id"]}
    objection = bureau.clerk.post(f"/api/v1/programmes/{programme}/objections", left_out, on="2016-12-28")["id"]
    decision = {"upheld": False, "reason": "经核实符合条件"}
    bureau.reviewer.post(f"/api/v1/objections/{objection}/decision", decision, on="2016-12-29")
    bureau.confirm(programme)
    bureau.serve(programme, person)

    copy = bureau.officer.get(f"/api/v1/persons/{person['person_id']}/copy")
    page = officer_with(bureau, "own_request").get(f"/console/persons/{person['person_id']}/copy/")

    [told] = copy["programmes"]
    assert told["programme"] == "服务计划"
    assert (told["place"]["state"], told["place"]["enrolled_on"]) == ("enrolled", "2017-01-24")
    assert [(each["is_given"], each["version"]) for each in told["place"]["consents"]] == [(True, "2016-12")]
    assert [(each["upheld"], each["reason"]) for each in told["objections"]] == [(False, "经核实符合条件")]
    text = re.sub(r"<[^>]+>", "", page)
    assert [words for words in ("您与服务计划", "已入组", "2016-12", "不成立：经核实符合条件") if words not in text] == []
