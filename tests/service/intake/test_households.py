"""Household files: listed without names, opened for a purpose, and each opening in the log."""

from collections.abc import Callable

import pytest

from services.intake.app import SERVICE
from shared.demo.population import Population
from tests.conftest import HUANGSHI, Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_console import SCRIPT, Clerk

READERS = ("clerk", "officer", "reviewer")


@pytest.fixture
def bureau(service_client: Callable[..., Office], people: Population) -> Bureau:
    """An office with the first forty people of the city."""
    found = Bureau(service_client(SERVICE))
    found.accept(found.upload(people.allowance[:40])["roster_id"])
    return found


def first_household(bureau: Bureau) -> str:
    return str(bureau.clerk.get("/api/v1/households")["items"][0]["id"])


def test_the_list_is_paged_filtered_and_names_nobody(bureau: Bureau, people: Population) -> None:
    rows = people.allowance[:40]
    first = bureau.clerk.get("/api/v1/households", limit=3)
    rest = bureau.clerk.get("/api/v1/households", limit=200, after=first["next"])
    listed = [each["household_no"] for each in first["items"] + rest["items"]]

    assert listed == sorted({row.户编号 for row in rows})
    assert sum(each["people"] for each in first["items"] + rest["items"]) == 40
    division = rows[0].区划代码[:6] + "000000"
    there = bureau.clerk.get("/api/v1/households", limit=200, division=division)["items"]
    assert {each["household_no"] for each in there} == {row.户编号 for row in rows if row.区划代码.startswith(division[:6])}
    assert bureau.clerk.get("/api/v1/households", category="rural_destitute")["items"] == []

    page = Clerk(bureau.office, "liu", "clerk").sign_in().get("/console/households/")
    assert not any(row.姓名 in page or row.身份证号 in page for row in rows)
    assert not SCRIPT.search(page)


def test_a_file_is_opened_only_after_a_purpose_was_said_and_each_opening_is_logged(bureau: Bureau, people: Population) -> None:
    clerk, officer = Clerk(bureau.office, "liu", "clerk").sign_in(), Clerk(bureau.office, "chen", "officer").sign_in()
    path = f"/console/households/{first_household(bureau)}/"

    asked = clerk.get(path, 303)
    assert asked.startswith("/console/households/purpose/?back=")
    assert "请选择查阅目的" in clerk.post("/console/households/purpose/", 422, purpose="curiosity", back=path)
    assert clerk.post("/console/households/purpose/", purpose="complaint", back=path) == path
    clerk.get(path)
    file = clerk.get(path)

    number = bureau.clerk.get("/api/v1/households")["items"][0]["household_no"]
    members = [row for row in people.allowance[:40] if row.户编号 == number]
    assert all(row.姓名 in file and row.身份证号 in file and row.住址 in file for row in members)
    assert "名册建档" in file
    person = bureau.officer.get(f"/api/v1/households/{first_household(bureau)}/file", purpose="audit")["members"][0]["id"]
    log = officer.get(f"/console/persons/{person}/readings/")
    assert log.count("处理投诉") == 2
    assert log.count("liu") == 2
    assert "审计" in log
    assert not any(row.姓名 in log for row in members)


def test_the_purpose_of_one_account_is_not_that_of_the_next_at_the_same_browser(bureau: Bureau) -> None:
    clerk = Clerk(bureau.office, "liu", "clerk").sign_in()
    path = f"/console/households/{first_household(bureau)}/"
    clerk.post("/console/households/purpose/", purpose="consent", back=path)
    clerk.get(path)
    Clerk(bureau.office, "zhao", "clerk")

    clerk.account = "zhao"
    clerk.sign_in()

    assert "households/purpose" in clerk.get(path, 303)


def test_what_lies_outside_an_actors_divisions_does_not_exist(bureau: Bureau) -> None:
    stranger = bureau.office.as_("clerk", "officer", "auditor", divisions=("429000000000",))
    household = first_household(bureau)
    person = bureau.officer.get(f"/api/v1/households/{household}/file", purpose="audit")["members"][0]["id"]

    assert stranger.get("/api/v1/households")["items"] == []
    assert stranger.get("/api/v1/households", division=HUANGSHI)["items"] == []
    stranger.get(f"/api/v1/households/{household}/file", purpose="audit", expect=404)
    stranger.get(f"/api/v1/persons/{person}/readings", expect=404)
    assert [each["reader"] for each in bureau.officer.get(f"/api/v1/persons/{person}/readings")["items"]] == ["officer"]


@pytest.mark.parametrize("role", ["clerk", "officer", "reviewer", "approver", "surveyor", "auditor", "admin"])
def test_who_may_open_files_and_who_may_see_the_log(bureau: Bureau, role: str) -> None:
    household = first_household(bureau)
    person = bureau.officer.get(f"/api/v1/households/{household}/file", purpose="audit")["members"][0]["id"]
    desk = bureau.office.as_(role)

    desk.get("/api/v1/households", expect=200 if role in (*READERS, "auditor") else 403)
    desk.get(f"/api/v1/households/{household}/file", purpose="audit", expect=200 if role in READERS else 403)
    desk.get(f"/api/v1/persons/{person}/readings", expect=200 if role in ("officer", "auditor") else 403)


def test_the_history_says_who_it_was_beside_the_account(bureau: Bureau, people: Population) -> None:
    officer = Clerk(bureau.office, "wang", "officer").sign_in()
    desk = bureau.office.as_("officer", account="wang")
    roster = bureau.upload([row._replace(联系电话="13800000000") for row in people.allowance[:40]], on="2015-10-13")["roster_id"]
    bureau.done(desk.post(f"/api/v1/rosters/{roster}/acceptance", {}, on="2015-10-13")["job_id"])
    officer.post("/console/households/purpose/", purpose="registration", back="/console/")

    path = f"/console/households/{first_household(bureau)}/"
    page = officer.get(path)

    assert '刘 wang <span class="hint">wang</span></td>' in page, "the history"
    assert page.count('刘 wang <span class="hint">wang</span>') > 1, "and the sources"
    told = bureau.officer.get(f"/api/v1/households/{first_household(bureau)}/file", purpose="audit")["history"]
    assert ("wang", "刘 wang") in {(event["by"], event["by_name"]) for event in told}
