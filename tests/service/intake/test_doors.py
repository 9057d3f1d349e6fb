"""The list of doors of a survey: the own team's households that are still due, and everybody on it has the reading in the log."""

import re
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from services.intake.actions.doors import DOORS_AT_ONCE
from services.intake.store import Household, Person, Reading
from shared.demo.population import Population, RosterRow
from shared.work import Reader
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_console import SCRIPT, Clerk
from tests.service.intake.test_visit_pages import at_work

OTHER_DISTRICT = "420281000000"


@pytest.fixture
def rows(people: Population) -> list[RosterRow]:
    return people.allowance[:120]


@pytest.fixture
def survey(bureau: Bureau, rows: list[RosterRow]) -> str:
    found = bureau.open_survey()
    more: dict[str, Any] = {"purpose": "survey", "survey_id": found, "reference_on": "2016-10-10"}
    bureau.accept(bureau.upload(rows, on="2016-10-10", **more)["roster_id"], on="2016-10-10")
    return found


@pytest.fixture
def surveyor(bureau: Bureau) -> Clerk:
    return at_work(Clerk(bureau.office, "sun", "surveyor"))


def heads(rows: list[RosterRow]) -> dict[str, RosterRow]:
    return {row.户编号: row for row in rows if row.与户主关系 == "本人"}


def shown(page: str) -> dict[str, str]:
    """Each row of the list by the number of the household."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    found = {}
    for row in body.split("<tr>")[1:]:
        number = re.search(r'href="/console/visits/[^"]+">(?:<span[^>]*>)?([^<]+)<', row)
        assert number is not None, row
        found[number.group(1)] = row
    return found


def walked(clerk: Clerk, path: str) -> list[dict[str, str]]:
    """Every page of the list."""
    pages = []
    while path:
        page = clerk.get(path)
        pages.append(shown(page))
        more = re.search(r'<a href="([^"]+)" rel="next"', page)
        path = more.group(1).replace("&amp;", "&") if more else ""
    return pages


def readings(bureau: Bureau) -> list[Reading]:
    return bureau.office.store.read_now(lambda reader: reader.select(select(Reading).where(col(Reading.what) == "doors")))


def present(bureau: Bureau, numbers: set[str]) -> set[UUID]:
    def ask(reader: Reader) -> set[UUID]:
        homes = select(col(Household.id)).where(col(Household.household_no).in_(numbers))
        return {row.id for row in reader.rows(select(col(Person.id)).where(col(Person.household_id).in_(homes)))}

    return bureau.office.store.read_now(ask)


def test_a_team_has_its_own_doors_with_whom_to_ask_for_and_everybody_on_them_is_logged(
    bureau: Bureau, rows: list[RosterRow], survey: str, surveyor: Clerk
) -> None:
    divisions = [each["division"] for each in bureau.officer.get(f"/api/v1/surveys/{survey}")["communities"]]
    team = {"name": "一组", "surveyors": ["sun", "D02"], "divisions": divisions[:1]}
    team_id = bureau.officer.post(f"/api/v1/surveys/{survey}/teams", team, on="2016-10-12")["id"]
    ours = {file["household_no"] for file in bureau.files(survey) if file["division"] == divisions[0]}
    path = f"/console/surveys/{survey}/doors/"
    assert path in surveyor.get(f"/console/surveys/{survey}/mine/")
    assert readings(bureau) == []

    pages = walked(surveyor, path)

    assert {number for page in pages for number in page} == ours
    for number, row in ((number, row) for page in pages for number, row in page.items()):
        head = heads(rows)[number]
        assert (head.姓名 in row, head.住址 in row, head.联系电话 in row) == (True, True, True)
        others = [each for each in rows if each.户编号 == number and each is not head]
        assert not any(each.身份证号 in row for each in (head, *others))
        assert row.count("岁") == len(others) + 1
    marks = readings(bureau)
    assert Counter(each.person_id for each in marks) == Counter(present(bureau, ours))
    assert {(each.reader, each.by, each.purpose) for each in marks} == {("sun", "intake", "survey")}
    assert shown(surveyor.get(f"{path}?division={divisions[1]}")) == {}
    assert shown(at_work(Clerk(bureau.office, "zhou", "surveyor")).get(path)) == {}, "of no team"
    officer = at_work(Clerk(bureau.office, "chen", "officer"))
    assert {number for page in walked(officer, f"{path}?team={team_id}") for number in page} == ours
    assert len(readings(bureau)) == 2 * len(marks)


def test_the_person_reads_in_the_own_log_who_had_the_list(bureau: Bureau, survey: str, surveyor: Clerk) -> None:
    surveyor.get(f"/console/surveys/{survey}/doors/")
    officer = at_work(Clerk(bureau.office, "chen", "officer"))

    page = officer.get(f"/console/persons/{readings(bureau)[0].person_id}/readings/")

    assert "入户清单" in page
    assert "调查摸底" in page
    assert "sun" in page


def test_forty_doors_to_a_page_take_one_question_for_what_is_sealed(bureau: Bureau, survey: str, surveyor: Clerk) -> None:
    asked: list[str] = []
    count = len(bureau.files(survey))
    assert count > DOORS_AT_ONCE

    engine = bureau.office.store.engine
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    pages = walked(surveyor, f"/console/surveys/{survey}/doors/")

    assert len(pages[0]) == DOORS_AT_ONCE
    assert sum(len(page) for page in pages) == count
    assert sum("FROM person_secret" in statement for statement in asked) == len(pages)


def test_who_was_visited_is_not_on_the_list_and_who_was_not_met_stays(bureau: Bureau, survey: str, surveyor: Clerk) -> None:
    visited, shut, *_ = bureau.files(survey)
    path = f"/console/surveys/{survey}/doors/"
    form = f"/console/visits/{visited['id']}/"
    assert f"{path}?file={visited['id']}" in surveyor.get(form)
    bureau.visit(survey, [visited])
    call = {"file_id": shut["id"], "called_on": "2016-12-01", "reason": "not_home"}
    bureau.surveyor.post("/api/v1/survey-calls", call, on="2016-12-01")

    pages = walked(surveyor, path)

    numbers = {number: row for page in pages for number, row in page.items()}
    assert visited["household_no"] not in numbers
    assert "上门未遇" in numbers[shut["household_no"]]
    assert "/doors/" not in surveyor.get(form)
    assert shown(surveyor.get(f"{path}?file={visited['id']}")) == {}


def test_a_form_names_nobody_and_leads_to_the_one_door_which_is_logged(
    bureau: Bureau, rows: list[RosterRow], survey: str, surveyor: Clerk
) -> None:
    file = bureau.files(survey)[0]
    form = surveyor.get(f"/console/visits/{file['id']}/")
    assert heads(rows)[file["household_no"]].姓名 not in form
    assert readings(bureau) == []
    link = re.search(r'href="(/console/surveys/[^"]+/doors/\?file=[^"]+)"', form)
    assert link is not None

    page = surveyor.get(link.group(1))

    assert list(shown(page)) == [file["household_no"]]
    assert heads(rows)[file["household_no"]].姓名 in page
    assert {each.person_id for each in readings(bureau)} == present(bureau, {file["household_no"]})
    assert not SCRIPT.search(page)


def test_who_has_no_business_at_the_door_has_no_link_and_no_list(bureau: Bureau, survey: str) -> None:
    file = bureau.files(survey)[0]["id"]
    path = f"/console/surveys/{survey}/doors/"
    for role in ("clerk", "auditor"):
        other = at_work(Clerk(bureau.office, f"other-{role}", role))
        assert "/doors/" not in other.get(f"/console/visits/{file}/") + other.get(f"/console/surveys/{survey}/files/")
        other.get(path, 403)
    at_work(Clerk(bureau.office, "stranger", "surveyor", division=OTHER_DISTRICT)).get(path, 404)
    assert readings(bureau) == []


def test_an_accepted_survey_has_no_doors_left(bureau: Bureau, survey: str, surveyor: Clerk) -> None:
    bureau.visit(survey, bureau.files(survey)[:1])
    bureau.officer.post(f"/api/v1/surveys/{survey}/acceptance", {}, on="2016-12-20")

    surveyor.get(f"/console/surveys/{survey}/doors/", 409)

    assert "/doors/" not in surveyor.get(f"/console/surveys/{survey}/mine/")
    assert readings(bureau) == []


def test_who_moved_to_another_district_is_on_no_list_here(bureau: Bureau, rows: list[RosterRow]) -> None:
    here, there = sorted({row.区划代码[:6] + "000000" for row in rows})[:2]
    district = Bureau(bureau.office, division=here)
    survey = district.open_survey()
    more: dict[str, Any] = {"purpose": "survey", "survey_id": survey, "reference_on": "2016-10-10"}
    of_here = [row for row in rows if row.区划代码.startswith(here[:6])]
    district.accept(district.upload(of_here, on="2016-10-10", **more)["roster_id"], on="2016-10-10")
    moved, *stay = district.files(survey)
    household = district.surveyor.get(f"/api/v1/survey-files/{moved['id']}", on="2016-12-01")["file"]["household_id"]
    elsewhere = next(row.区划代码 for row in rows if row.区划代码.startswith(there[:6]))
    body = {"acted_on": "2016-12-01", "reason": "户口迁移", "division": elsewhere}
    district.clerk.post(f"/api/v1/households/{household}/relocations", body, on="2016-12-01")

    pages = walked(at_work(Clerk(bureau.office, "sun", "surveyor", division=here)), f"/console/surveys/{survey}/doors/")

    assert {number for page in pages for number in page} == {file["household_no"] for file in stay}
