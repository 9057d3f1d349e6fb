"""Circumstances: recorded, kept, told in the household's file, found by flag, and asked for by a programme."""

from collections.abc import Callable
from typing import Any

import pytest

from services.intake.app import SERVICE
from shared.demo.population import Population
from tests.conftest import HUANGSHI, Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_console import SCRIPT, Clerk

ON = "2016-12-01"


@pytest.fixture
def bureau(service_client: Callable[..., Office], people: Population) -> Bureau:
    found = Bureau(service_client(SERVICE))
    found.accept(found.upload(people.allowance[:60])["roster_id"])
    return found


def of(bureau: Bureau, household: dict[str, Any]) -> list[dict[str, Any]]:
    file = bureau.officer.get(f"/api/v1/households/{household['id']}/file", purpose="audit", on=ON)
    members: list[dict[str, Any]] = file["members"]
    return members


def a_child(bureau: Bureau) -> tuple[dict[str, Any], dict[str, Any]]:
    for household in bureau.clerk.get("/api/v1/households", limit=200)["items"]:
        for member in of(bureau, household):
            if "2005-01-01" < member["birth"] < "2014-01-01":
                return household, member
    raise AssertionError("no child among the first sixty")


def see(bureau: Bureau, person: str, *, on: str = ON, expect: int | None = None, **found: Any) -> Any:
    body = {"observed_on": on} | found
    return bureau.clerk.post(f"/api/v1/persons/{person}/circumstances", body, on=on, expect=expect)


def test_what_was_seen_gives_flags_finds_the_household_and_stays(bureau: Bureau) -> None:
    household, child = a_child(bureau)
    assert bureau.clerk.get("/api/v1/households", flag="left_behind_child", on=ON)["items"] == []

    answer = see(bureau, child["id"], father="away", mother="incapable")
    assert set(answer["flags"]) == {"left_behind_child", "child_in_difficulty"}
    found = bureau.clerk.get("/api/v1/households", flag="left_behind_child", on=ON)["items"]
    assert [each["id"] for each in found] == [household["id"]]

    see(bureau, child["id"], on="2016-12-09", father="away", mother="caring")
    assert bureau.clerk.get("/api/v1/households", flag="left_behind_child", on="2016-12-09")["items"] == []
    file = bureau.officer.get(f"/api/v1/households/{household['id']}/file", purpose="audit", on="2016-12-09")
    assert [event["on"] for event in file["history"] if event["what"] == "observed"] == ["2016-12-09", ON]


def test_an_earlier_day_an_unknown_flag_and_another_district_are_refused(bureau: Bureau) -> None:
    _, child = a_child(bureau)
    see(bureau, child["id"], father="away")

    refused = bureau.clerk.post(f"/api/v1/persons/{child['id']}/circumstances", {"observed_on": "2016-11-01"}, on="2016-12-02", expect=422)
    assert refused["errors"][0]["field"] == "observed_on"
    assert bureau.clerk.get("/api/v1/households", flag="happy", expect=400)["errors"][0]["field"] == "flag"
    stranger = bureau.office.as_("clerk", divisions=("420281000000",))
    stranger.post(f"/api/v1/persons/{child['id']}/circumstances", {"observed_on": ON}, on=ON, expect=404)
    bureau.approver.post(f"/api/v1/persons/{child['id']}/circumstances", {"observed_on": ON}, on=ON, expect=403)


def test_a_criterion_may_name_a_flag(bureau: Bureau) -> None:
    _, child = a_child(bureau)
    see(bureau, child["id"], father="away", mother="away")

    facts = {fact["name"]: fact for fact in bureau.officer.get("/api/v1/criteria/facts")}
    assert facts["flags.left_behind_child"]["source"].startswith("国发〔2016〕13号")
    asked: dict[str, Any] = {"expression": "flags.left_behind_child && !is_disabled", "division": HUANGSHI, "reference_on": ON}
    counted = bureau.officer.get("/api/v1/criteria/count", **asked)
    assert counted["admitted"] == (0 if child["disability_level"] else 1)
    refused = bureau.officer.get("/api/v1/criteria/count", **asked | {"expression": "flags.happy"}, expect=422)
    assert "flags.happy" in refused["detail"]


def test_the_page_asks_without_a_name_and_the_file_shows_the_flag_with_its_source(bureau: Bureau) -> None:
    household, child = a_child(bureau)
    clerk = Clerk(bureau.office, "liu", "clerk").sign_in()
    path = f"/console/persons/{child['id']}/circumstances/"

    page = clerk.get(path)
    assert child["personal"]["name"] not in page
    assert not SCRIPT.search(page)
    assert "请填写了解情况的日期" in clerk.post(path, 400, key="0" * 16, observed_on="", father="away", mother="away")
    assert (
        clerk.post(path, key="0" * 16, observed_on="2015-10-12", father="away", mother="away", beyond="bathing")
        == f"/console/households/{household['id']}/"
    )
    clerk.post("/console/households/purpose/", purpose="complaint", back="/console/")
    file = clerk.get(f"/console/households/{household['id']}/")
    assert "留守儿童" in file
    assert "国发〔2016〕13号" in file
    assert "部分丧失生活自理能力" in file
    assert household["household_no"] in clerk.get("/console/households/?flag=left_behind_child")
    assert household["household_no"] not in clerk.get("/console/households/?flag=lost_only_child")
