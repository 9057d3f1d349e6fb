"""Sensitive fields of a minor are shown to whom somebody responsible has given leave: for a purpose, for a time, and to nobody else."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.intake.app import SERVICE
from services.intake.domain.minor_access import WITHHELD, is_guarded
from shared.rules import RuleBook
from tests.conftest import Desk, Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_canary import CANARY
from tests.service.intake.test_subject_page import officer_with

BOOK = RuleBook.load(Path("services/intake/rules"))
ON = "2024-06-03"
CHILD = "420205201506010030"
DISEASE = "先天性心脏病"


@pytest.fixture
def bureau(service_client: Callable[..., Office]) -> Bureau:
    found = Bureau(service_client(SERVICE))
    child = CANARY._replace(
        姓名="单小桐",
        身份证号=CHILD,
        与户主关系="孙辈",
        婚姻状况="未婚",
        单亲原因="离异",
        残疾证号=CHILD + "41",
        重病病种=DISEASE,
        联系电话="",
    )
    head = CANARY._replace(实际居住人数=2)
    found.accept(
        found.upload([head, child._replace(实际居住人数=2)], on="2024-06-01", reference_on="2024-05-31")["roster_id"], on="2024-06-01"
    )
    return found


def home(bureau: Bureau, *, by: Desk | None = None, on: str = ON, purpose: str = "audit") -> Any:
    house = bureau.clerk.get("/api/v1/households", limit=200)["items"][0]
    return (by or bureau.clerk).get(f"/api/v1/households/{house['id']}/file", on=on, purpose=purpose)


def child_of(file: Any) -> Any:
    return next(each for each in file["members"] if each["relation"] == "grandchild")


def asked(bureau: Bureau, *, expect: int | None = None, **said: Any) -> Any:
    body = {"purpose": "audit", "days": 7, "reason": "核对残疾等级"} | said
    return bureau.clerk.post(f"/api/v1/households/{home(bureau)['id']}/minor-access", body, on=ON, expect=expect)


def test_without_leave_the_file_has_the_child_and_nothing_sensitive_of_it(bureau: Bureau) -> None:
    file = home(bureau)
    child, head = child_of(file), next(each for each in file["members"] if each["relation"] == "head")

    assert child["personal"]["name"] == "单小桐"
    assert not child["personal"].keys() & set(WITHHELD)
    assert (child["disability_level"], child["is_seriously_ill"], child["has_single_parent"]) == (0, False, False)
    assert (set(child["withheld"]), child["versions"]) == (set(WITHHELD), [])
    assert (head["withheld"], head["personal"]["illness"]) == ([], CANARY.重病病种)
    person = bureau.clerk.get(f"/api/v1/persons/{child['id']}/file", on=ON, purpose="audit")
    assert DISEASE not in str(file) + str(person)
    assert CHILD not in str(file) + str(person)


def test_with_leave_it_is_shown_to_who_asked_for_the_purpose_until_the_last_day(bureau: Bureau) -> None:
    access = asked(bureau)["id"]
    assert child_of(home(bureau))["withheld"]
    bureau.officer.post(f"/api/v1/minor-access/{access}/approval", {}, on=ON)

    child = child_of(home(bureau))
    assert (child["personal"]["illness"], child["disability_level"], child["withheld"]) == (DISEASE, 1, [])
    assert bureau.clerk.get(f"/api/v1/persons/{child['id']}/file", on=ON, purpose="audit")["personal"]["identity_number"] == CHILD
    assert child_of(home(bureau, on="2024-06-09"))["withheld"] == []
    assert child_of(home(bureau, on="2024-06-10"))["withheld"]
    assert child_of(home(bureau, purpose="registration"))["withheld"]
    assert child_of(home(bureau, by=bureau.officer))["withheld"]
    [told] = bureau.officer.get("/api/v1/minor-access", state="approved")["items"]
    assert (told["account"], told["decided_by"], told["valid_until"]) == ("clerk", "officer", "2024-06-09")
    assert "单小桐" not in str(told)


def test_nobody_gives_leave_to_oneself_and_a_decision_stands(bureau: Bureau) -> None:
    body = {"purpose": "audit", "days": 7, "reason": "核对残疾等级"}
    own = bureau.officer.post(f"/api/v1/households/{home(bureau)['id']}/minor-access", body, on=ON)["id"]
    assert not bureau.officer.answer(f"/api/v1/minor-access/{own}/approval", {}, on=ON).is_success
    bureau.approver.post(f"/api/v1/minor-access/{own}/refusal", {}, on=ON)
    bureau.approver.post(f"/api/v1/minor-access/{own}/approval", {}, on=ON, expect=409)

    assert child_of(home(bureau, by=bureau.officer))["withheld"]


@pytest.mark.parametrize(("said", "field"), [({"days": 31}, "days"), ({"reason": "单小桐的病情"}, "reason"), ({"reason": " "}, "reason")])
def test_what_is_wrong_is_refused_by_its_field(bureau: Bureau, said: dict[str, Any], field: str) -> None:
    assert asked(bureau, expect=422, **said)["errors"][0]["field"] == field


def test_before_the_regulation_was_in_force_nobody_was_guarded(bureau: Bureau) -> None:
    assert child_of(home(bureau, on="2023-12-31"))["withheld"] == []


def test_a_minor_is_guarded_until_the_eighteenth_birthday() -> None:
    rule = BOOK.rule("minor_access", on=date(2033, 5, 31), division="")

    assert is_guarded(date(2015, 6, 1), date(2033, 5, 31), rule)
    assert not is_guarded(date(2015, 6, 1), date(2033, 6, 1), rule)


def test_it_is_asked_for_and_given_on_the_console(bureau: Bureau) -> None:
    officer = officer_with(bureau, "audit")
    officer.post("/console/day/", day=ON, back="/console/")
    file = home(bureau)["id"]
    page = officer.get(f"/console/households/{file}/")
    assert DISEASE not in page
    address = f"/console/households/{file}/minor-access/"
    assert address in page
    assert "查阅期限为 1 至 30 天" in officer.post(address, 422, key=officer.key(address), days="90", reason="核对")
    officer.post(address, key=officer.key(address), days="3", reason="核对残疾等级")
    assert "同意查阅</button>" not in officer.get("/console/minor-access/")

    other = officer_with(bureau, "audit", "zhou")
    other.post("/console/day/", day=ON, back="/console/")
    listed = other.get("/console/minor-access/")
    assert "核对残疾等级" in listed
    access = bureau.officer.get("/api/v1/minor-access")["items"][0]["id"]
    other.post(f"/console/minor-access/{access}/approval/", key=other.key("/console/minor-access/"))

    assert DISEASE in officer.get(f"/console/households/{file}/")
    assert DISEASE not in other.get(f"/console/households/{file}/")
