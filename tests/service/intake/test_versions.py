"""What a person's sealed fields said before: kept when a roster says them otherwise, shown with the file, destroyed with an erasure."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from services.intake.app import SERVICE
from services.intake.store import FormerFields
from tests.conftest import Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_canary import CANARY, found_in
from tests.service.intake.test_console import Clerk
from tests.service.intake.test_corrections import copy_of, correct, erase, person_of
from tests.service.intake.test_search import until_indexed

PHONES = ("13911112222", "13933334444")


@pytest.fixture
def bureau(service_client: Callable[..., Office]) -> Bureau:
    found = Bureau(service_client(SERVICE))
    found.accept(found.upload([CANARY], reference_on="2015-10-01")["roster_id"])
    until_indexed(found)
    return found


def told(bureau: Bureau) -> list[dict[str, Any]]:
    household = bureau.clerk.get("/api/v1/households")["items"][0]["id"]
    [member] = bureau.officer.get(f"/api/v1/households/{household}/file", purpose="audit")["members"]
    versions: list[dict[str, Any]] = member["versions"]
    return versions


def kept(bureau: Bureau) -> list[FormerFields]:
    return bureau.office.store.read_now(lambda reader: reader.select(select(FormerFields)))


def test_what_a_roster_changes_is_kept_with_who_when_and_from_where(bureau: Bureau) -> None:
    assert told(bureau) == [], "nothing was said before"
    bureau.accept(bureau.upload([CANARY._replace(联系电话=PHONES[0], 住址="")])["roster_id"])
    bureau.accept(bureau.upload([CANARY._replace(联系电话=PHONES[1], 住址="新的住址一号")])["roster_id"])

    second, first = told(bureau)
    assert first["before"] == {"phone": CANARY.联系电话, "address": CANARY.住址}
    assert second["before"] == {"phone": PHONES[0], "address": ""}
    assert [(each["kind"], each["name"], each["by"], each["on"]) for each in (first, second)] == [
        ("roster", "名册", "officer", "2015-10-12")
    ] * 2


def test_rosters_that_say_the_same_keep_nothing_and_corrections_stand_among_them(bureau: Bureau) -> None:
    bureau.accept(bureau.upload([CANARY])["roster_id"])
    bureau.accept(bureau.upload([CANARY._replace(实际居住人数=2)])["roster_id"])
    assert kept(bureau) == []

    correct(bureau, phone=PHONES[0])
    bureau.accept(
        bureau.upload([CANARY._replace(联系电话=PHONES[1])], on="2015-10-21", reference_on="2015-10-21")["roster_id"], on="2015-10-21"
    )

    assert [(each["kind"], each["before"], each["reason"]) for each in told(bureau)] == [
        ("roster", {"phone": PHONES[0]}, ""),
        ("correction", {"phone": CANARY.联系电话}, "户口簿"),
    ]


def test_it_lies_sealed_and_goes_with_an_erasure_of_the_class_and_of_the_person(bureau: Bureau) -> None:
    bureau.accept(bureau.upload([CANARY._replace(联系电话=PHONES[0], 姓名="单雨童")])["roster_id"])
    [row] = kept(bureau)
    assert sorted(row.fields) == ["name", "phone"]
    assert found_in(row.sealed) == []
    person = person_of(bureau)

    erase(bureau, person, "contact", on="2016-01-04")
    assert [each["before"] for each in copy_of(bureau, person)["versions"]] == [{"name": CANARY.姓名}]

    erase(bureau, person, "all", on="2016-01-06")
    assert [(each.wrapped_key, each.sealed) for each in kept(bureau)] == [(None, b"")]
    assert told(bureau) == []


def test_the_page_of_the_household_shows_it_and_the_reading_is_logged(bureau: Bureau) -> None:
    bureau.accept(bureau.upload([CANARY._replace(联系电话=PHONES[0])])["roster_id"])
    household = bureau.clerk.get("/api/v1/households")["items"][0]["id"]
    clerk = Clerk(bureau.office, "liu", "clerk").sign_in()
    clerk.post("/console/households/purpose/", purpose="complaint", back="/console/")

    page = clerk.get(f"/console/households/{household}/")

    assert "以前的内容" in page
    assert CANARY.联系电话 in page
    log = bureau.officer.get(f"/api/v1/persons/{person_of(bureau)}/readings")["items"]
    assert ("liu", "complaint", "file") in {(each["reader"], each["purpose"], each["what"]) for each in log}
