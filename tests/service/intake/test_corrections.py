"""A person's file is put right with day and basis: found by the new words, not undone by an older roster, and destroyed with the rest."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.intake.app import SERVICE
from services.intake.store import Correction, CorrectionBefore, Person
from tests.conftest import Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_canary import CANARY, found_in
from tests.service.intake.test_console import SCRIPT, Clerk
from tests.service.intake.test_search import find, until_indexed
from tests.service.intake.test_subject_page import officer_with

ON = "2015-10-20"
NEW = "更正者"


@pytest.fixture
def bureau(service_client: Callable[..., Office]) -> Bureau:
    found = Bureau(service_client(SERVICE))
    found.accept(found.upload([CANARY], reference_on="2015-10-01")["roster_id"])
    until_indexed(found)
    return found


def person_of(bureau: Bureau) -> str:
    return str(bureau.office.store.read_now(lambda reader: reader.rows(select(col(Person.id)))[0].id))


def correct(bureau: Bureau, *, on: str = ON, acted_on: str = ON, expect: int | None = None, reason: str = "户口簿", **fields: str) -> Any:
    body = {"acted_on": acted_on, "reason": reason, "fields": fields}
    return bureau.clerk.post(f"/api/v1/persons/{person_of(bureau)}/corrections", body, on=on, expect=expect)


def file_of(bureau: Bureau) -> Any:
    return bureau.officer.get(f"/api/v1/persons/{person_of(bureau)}/file", purpose="registration")


def test_what_is_put_right_is_what_the_file_says_with_who_when_and_why(bureau: Bureau) -> None:
    before = file_of(bureau)["personal"]

    done = correct(bureau, name=NEW, phone="13911112222", marital="离异", schooling="primary", illness="无")

    file = file_of(bureau)
    assert (file["personal"]["name"], file["personal"]["phone"], file["personal"]["marital"]) == (NEW, "13911112222", "divorced")
    assert (file["schooling"], file["is_seriously_ill"], file["personal"].get("illness")) == ("primary", False, None)
    assert file["personal"]["address"] == before["address"]
    household = bureau.officer.get(f"/api/v1/households/{file['household_id']}/file", purpose="audit")
    event = next(each for each in household["history"] if each["what"] == "corrected")
    assert (event["on"], "姓名" in event["detail"], "户口簿" in event["detail"]) == (ON, True, True)
    assert before["name"] not in event["detail"]
    [source] = [each for each in household["members"][0]["sources"] if each["kind"] == "correction"]
    assert {"name", "phone", "is_seriously_ill"} <= set(source["fields"])
    assert set(done["fields"]) <= set(source["fields"])
    roster = next(each for each in household["members"][0]["sources"] if each["kind"] == "roster")
    assert not set(roster["fields"]) & set(source["fields"])


def test_the_person_is_found_by_the_new_name_and_no_longer_by_the_old(bureau: Bureau) -> None:
    correct(bureau, name=NEW)
    deadline = time.monotonic() + 60
    while not find(bureau, NEW):
        assert time.monotonic() < deadline
        time.sleep(0.05)

    assert not find(bureau, CANARY.姓名)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "王1"}, "name"),
        ({"phone": "12"}, "phone"),
        ({"marital": "已分居"}, "marital"),
        ({"disability_card": "420202195001011233" + "41"}, "disability_card"),
        ({"identity_number": "420202195001011233"}, "fields"),
        ({"address": "长" * 200}, None),
    ],
)
def test_what_no_roster_could_say_is_refused_by_field(bureau: Bureau, fields: dict[str, Any], field: str | None) -> None:
    if field is None:
        assert correct(bureau, **fields)["fields"] == ["address"]
        return
    refused = correct(bureau, expect=422, **fields)

    assert {each["field"] for each in refused["errors"]} == {field}
    said = json.dumps(refused | {"trace_id": ""}, ensure_ascii=False)  # in which any two digits may stand
    assert not any(value in said for value in fields.values())


def test_basis_and_a_difference_are_asked_for(bureau: Bureau) -> None:
    assert correct(bureau, acted_on="2015-10-21", phone="13911112222", expect=422)["errors"][0]["field"] == "acted_on"
    assert correct(bureau, reason="电话 13911112222", phone="13911112222", expect=422)["errors"][0]["field"] == "reason"
    assert "相同" in correct(bureau, name=CANARY.姓名, expect=422)["detail"]


def test_an_older_roster_does_not_undo_it_and_a_later_one_says_more(bureau: Bureau) -> None:
    correct(bureau, name=NEW, illness="无", schooling="初中")
    older = CANARY._replace(联系电话="13933334444")
    bureau.accept(bureau.upload([older], reference_on="2015-10-19")["roster_id"])

    file = file_of(bureau)
    assert (file["personal"]["name"], file["personal"]["phone"]) == (NEW, "13933334444")
    assert (file["personal"].get("illness"), file["is_seriously_ill"], file["schooling"]) == (None, False, "junior")

    bureau.accept(bureau.upload([CANARY], reference_on="2015-12-31")["roster_id"])
    file = file_of(bureau)
    assert (file["personal"]["name"], file["schooling"]) == (CANARY.姓名, "")
    household = bureau.officer.get(f"/api/v1/households/{file['household_id']}/file", purpose="audit")
    assert "correction" not in {each["kind"] for each in household["members"][0]["sources"]}


def test_a_review_says_which_corrected_fields_stay_and_nothing_of_what_they_say(bureau: Bureau) -> None:
    correct(bureau, name=NEW, schooling="初中", address="新的住址一号")
    roster = bureau.upload([CANARY._replace(住址="新的住址一号")], reference_on="2015-10-19")["roster_id"]

    [told] = bureau.clerk.get(f"/api/v1/rosters/{roster}/differing")["items"]
    assert {fault["column"] for fault in told["faults"]} == {"姓名", "就读学段"}, "of the address both say the same"
    assert all(ON in fault["message"] and "更正" in fault["message"] for fault in told["faults"])
    assert not any(word in json.dumps(told, ensure_ascii=False) for word in (NEW, CANARY.姓名))

    bureau.accept(roster)
    assert file_of(bureau)["personal"]["name"] == NEW, "as it was told"
    same = bureau.upload([CANARY._replace(姓名=NEW, 就读学段="初中")], reference_on="2015-10-19")["roster_id"]
    assert [f["column"] for row in bureau.clerk.get(f"/api/v1/rosters/{same}/differing")["items"] for f in row["faults"]] == ["住址"]
    bureau.officer.post(f"/api/v1/rosters/{same}/rejection", {"reason": "重复"}, on=ON)
    later = bureau.upload([CANARY], reference_on="2015-12-31")["roster_id"]
    assert bureau.clerk.get(f"/api/v1/rosters/{later}/differing")["items"] == [], "it is of a later day, and counts"


def test_the_own_copy_has_what_was_said_before_and_an_erasure_destroys_it(bureau: Bureau) -> None:
    correct(bureau, name=NEW, phone="13911112222", address="新的住址一号")
    person = person_of(bureau)
    [told] = copy_of(bureau, person)["versions"]
    assert told["before"] == {"name": CANARY.姓名, "phone": CANARY.联系电话, "address": CANARY.住址}

    printed = officer_with(bureau, "own_request").get(f"/console/persons/{person}/copy/")
    assert "以前的内容" in printed
    assert CANARY.联系电话 in printed

    erase(bureau, person, "contact", on="2016-01-04")
    [told] = copy_of(bureau, person)["versions"]
    assert told["before"] == {"name": CANARY.姓名}

    erase(bureau, person, "all", on="2016-01-06")
    kept = bureau.office.store.read_now(lambda reader: reader.select(select(CorrectionBefore)))
    assert [(each.wrapped_key, each.sealed) for each in kept] == [(None, b"")]
    acts = bureau.office.store.read_now(lambda reader: reader.select(select(Correction)))
    assert [sorted(each.fields) for each in acts] == [["address", "name", "phone"]]
    assert "已删除" in correct(bureau, on="2016-01-07", name=NEW, expect=422)["detail"]


def test_who_does_not_reach_the_household_learns_nothing(bureau: Bureau) -> None:
    other = bureau.office.as_("clerk", divisions=("420281000000",), account="neighbour")
    body = {"acted_on": ON, "reason": "户口簿", "fields": {"name": NEW}}

    other.post(f"/api/v1/persons/{person_of(bureau)}/corrections", body, on=ON, expect=404)


def test_on_the_console_a_fault_is_named_and_nothing_of_the_file_is_shown(bureau: Bureau) -> None:
    clerk = Clerk(bureau.office, "liu", "clerk").sign_in()
    path = f"/console/persons/{person_of(bureau)}/correction/"
    given: dict[str, Any] = {"acted_on": "2015-10-12", "reason": "户口簿"}

    shown = clerk.get(path)
    refused = clerk.post(path, 422, phone="12", key="correction-page-0001", **given)
    clerk.post(path, phone="13911112222", key="correction-page-0002", **given)

    assert SCRIPT.search(shown) is None
    assert set(found_in(shown)) <= {"丧偶"}, "which is a choice for everybody"
    assert "联系电话不是" in refused
    assert file_of(bureau)["personal"]["phone"] == "13911112222"


def copy_of(bureau: Bureau, person: str) -> Any:
    return bureau.officer.get(f"/api/v1/persons/{person}/copy")


def erase(bureau: Bureau, person: str, scope: str, *, on: str) -> None:
    asked = bureau.clerk.post(f"/api/v1/persons/{person}/erasure", {"scope": scope, "reason": "own_request"}, on=on)
    bureau.officer.post(f"/api/v1/erasures/{asked['id']}/confirmation", {}, on=on)
