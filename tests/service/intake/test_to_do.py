"""What waits for somebody on the first page: the next act, for whoever may do it, where they work."""

import re

import pytest

from shared.demo.population import Population
from tests.conftest import HUANGSHI
from tests.service.intake.bureau import Bureau, consent
from tests.service.intake.test_console import Clerk

FIRST_DAY_AFTER_OBJECTIONS, IN_TIME = "2017-01-09", "2016-12-27"


@pytest.fixture
def programme(bureau: Bureau, people: Population) -> str:
    return bureau.open(bureau.survey(people))


def waiting(bureau: Bureau, account: str, role: str, *, on: str = IN_TIME, division: str = HUANGSHI) -> list[tuple[str, str]]:
    """(how many, of what) as the page says it."""
    person = Clerk(bureau.office, account, role, division=division).sign_in()
    person._cookies["qiao_acted_on"] = on
    return re.findall(r"<li><strong>(\d+)</strong><a[^>]*>(.*?)</a>", person.get("/console/"))


def test_the_next_act_on_a_programme_waits_for_whoever_may_do_it(bureau: Bureau, programme: str) -> None:
    assert ("1", "个服务计划待筛选") in waiting(bureau, "chen", "officer")
    assert waiting(bureau, "wang", "approver") == []

    bureau.screen(programme)
    assert ("1", "份名单待公示") in waiting(bureau, "chen2", "officer")

    bureau.officer.post(f"/api/v1/programmes/{programme}/proposal", {}, on="2016-12-26")
    assert waiting(bureau, "wang2", "approver") == [], "the time to object runs"
    assert waiting(bureau, "wang3", "approver", on=FIRST_DAY_AFTER_OBJECTIONS) == [("1", "份名单待确认")]


def test_objections_come_before_the_confirmation(bureau: Bureau, programme: str) -> None:
    bureau.screen(programme)
    bureau.officer.post(f"/api/v1/programmes/{programme}/proposal", {}, on="2016-12-26")
    chosen = bureau.candidates(programme, "listed")[0]["id"]
    about = {"kind": "not_entitled", "candidate_id": chosen}
    bureau.clerk.post(f"/api/v1/programmes/{programme}/objections", about, on=IN_TIME)

    assert waiting(bureau, "lin", "reviewer") == [("1", "件异议待办理")]
    assert waiting(bureau, "wang", "approver", on=FIRST_DAY_AFTER_OBJECTIONS) == []


def test_consent_waits_for_the_clerk_and_enrolment_for_the_officer(bureau: Bureau, programme: str) -> None:
    bureau.screen(programme)
    bureau.officer.post(f"/api/v1/programmes/{programme}/proposal", {}, on="2016-12-26")
    bureau.confirm(programme)
    listed = len(bureau.candidates(programme, "listed"))

    assert (str(listed), "人待征求意见") in waiting(bureau, "liu", "clerk")
    bureau.ask(programme, [consent(bureau.candidates(programme, "listed")[0])])
    assert (str(listed - 1), "人待征求意见") in waiting(bureau, "liu2", "clerk")
    assert ("1", "人待入组") in waiting(bureau, "chen", "officer")


def test_nothing_of_another_city_waits(bureau: Bureau, programme: str) -> None:
    assert waiting(bureau, "far", "officer", division="420300000000") == []
