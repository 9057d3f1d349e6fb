"""People are found by what a clerk knows of them, inside the clerk's divisions, and the index holds no word in clear."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from services.intake.app import SERVICE
from shared.demo.population import Population, RosterRow
from tests.conftest import HUANGSHI, Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_console import Clerk

PERSON = RosterRow(
    户编号="420202006-2015-000777",
    救助类别="城市低保",
    区划代码="420202006007",
    实际居住人数=1,
    姓名="单雨桐",
    身份证号="420202195001011233",
    与户主关系="本人",
    婚姻状况="未婚",
    就读学段="",
    单亲原因="",
    残疾证号="",
    重病病种="",
    联系电话="13807231234",
    住址="黄石市黄石港区黄石港街道湖滨路12号3栋2单元501室",
)


@pytest.fixture
def bureau(service_client: Callable[..., Office], people: Population) -> Bureau:
    found = Bureau(service_client(SERVICE))
    found.accept(found.upload([*people.allowance[:60], PERSON])["roster_id"])
    until_indexed(found)
    return found


def until_indexed(bureau: Bureau) -> None:
    deadline = time.monotonic() + 60
    while not find(bureau, PERSON.身份证号[-4:]):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def find(bureau: Bureau, text: str, *, expect: int | None = None, **terms: Any) -> Any:
    body = {"text": text, "purpose": "registration", **terms}
    answer = bureau.clerk.post("/api/v1/persons/search", body, expect=expect)
    return [each["name"] for each in answer["items"]] if expect is None else answer


FINDING = (
    "单雨桐", "雨桐", "单雨", "shanyutong", "danyutong", "ShanYuTong", "syt", "yutong", "420202195001011233", "1233", "13807231234", "1234",
    "湖滨路12号", "湖滨 501", "420202006-2015-000777", "420202006-2015-0007", "雨桐 湖滨", "syt 1233", "yutong 420202006-2015",
)  # fmt: skip
MISSING = ("单桐", "tongyu", "420202195001011234", "9999", "湖滨路13号", "雨桐 第九社区", "syt 9999")
REFUSED = ("单", "w", "  ", "一 二 三 四 五", "字" * 61)


def test_somebody_is_found_by_whatever_a_clerk_knows_and_by_nothing_else(bureau: Bureau) -> None:
    assert [text for text in FINDING if PERSON.姓名 not in find(bureau, text)] == []
    assert [text for text in MISSING if PERSON.姓名 in find(bureau, text)] == []
    for text in REFUSED:  # too little, or too much
        find(bureau, text, expect=400)


def test_everybody_in_the_roster_is_found_by_name_and_number(bureau: Bureau, people: Population) -> None:
    for row in people.allowance[:60]:
        assert row.姓名 in find(bureau, row.身份证号)
        assert row.姓名 in find(bureau, f"{row.姓名} {row.身份证号[-4:]}")


def test_a_search_finds_nobody_outside_the_actors_divisions_and_logs_who_was_shown(bureau: Bureau) -> None:
    body = {"text": PERSON.身份证号, "purpose": "complaint"}
    elsewhere = bureau.office.as_("clerk", divisions=("420203000000",))
    here = bureau.office.as_("clerk", divisions=("420202006000",))
    nowhere = bureau.office.as_("clerk", divisions=())

    for text in (PERSON.身份证号, "单雨桐", "syt", PERSON.户编号, "湖滨路12号"):
        assert elsewhere.post("/api/v1/persons/search", body | {"text": text})["items"] == []
        assert elsewhere.post("/api/v1/persons/search", body | {"text": text, "division": HUANGSHI})["items"] == []
        assert nowhere.post("/api/v1/persons/search", body | {"text": text})["items"] == []
        found = here.post("/api/v1/persons/search", body | {"text": text})["items"]
        assert [each["name"] for each in found] == [PERSON.姓名]

    log = bureau.officer.get(f"/api/v1/persons/{found[0]['person_id']}/readings")["items"]
    assert sum(each["purpose"] == "complaint" and each["what"] == "search" for each in log) == 5


def test_who_may_search(bureau: Bureau) -> None:
    for role in ("clerk", "officer", "reviewer", "approver", "surveyor", "auditor", "admin"):
        expect = 200 if role in ("clerk", "officer", "reviewer") else 403
        bureau.office.as_(role).post("/api/v1/persons/search", {"text": "syt", "purpose": "audit"}, expect=expect)


def test_the_page_searches_by_post_shows_masked_numbers_and_keeps_what_was_typed(bureau: Bureau) -> None:
    clerk = Clerk(bureau.office, "liu", "clerk").sign_in()
    assert "households/purpose" in clerk.get("/console/search/", 303)
    clerk.post("/console/households/purpose/", purpose="registration", back="/console/search/")

    page = clerk.post("/console/search/", 200, text="雨桐")

    assert PERSON.姓名 in page
    assert "420202********1233" in page
    assert PERSON.身份证号 not in page
    assert 'value="雨桐"' in page
    assert "太短" in clerk.post("/console/search/", 400, text="单")


def test_who_has_a_new_number_in_a_new_roster_is_found_by_it_alone(bureau: Bureau) -> None:
    changed = PERSON._replace(联系电话="13900007777", 姓名="单雨彤")
    bureau.accept(bureau.upload([changed], on="2015-10-13")["roster_id"], on="2015-10-13")
    deadline = time.monotonic() + 60
    while not find(bureau, "7777"):
        assert time.monotonic() < deadline
        time.sleep(0.05)

    assert find(bureau, "13807231234") == []
    assert find(bureau, "雨桐") == []
    assert find(bureau, "雨彤") == ["单雨彤"]
