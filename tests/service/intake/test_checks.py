"""A household is checked outside a campaign: by different people, sealed, told in the file, and listed when it is due again."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from services.intake.app import SERVICE
from services.intake.store.check import HouseholdCheckNote
from tests.conftest import Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_canary import CANARY
from tests.service.intake.test_more_of_a_file import taken
from tests.service.intake.test_subject_page import officer_with

ON = "2015-10-20"
TODAY = "2015-10-12"
"""The day of the console."""
NOTE = "长子已外出务工"


@pytest.fixture
def bureau(service_client: Callable[..., Office]) -> Bureau:
    found = Bureau(service_client(SERVICE))
    found.accept(found.upload([CANARY], reference_on="2015-10-01")["roster_id"])
    return found


def home(bureau: Bureau) -> Any:
    house = bureau.clerk.get("/api/v1/households", limit=200)["items"][0]
    return bureau.officer.get(f"/api/v1/households/{house['id']}/file", purpose="audit")


def check(bureau: Bureau, *, on: str = ON, expect: int | None = None, **said: Any) -> Any:
    body = {"checked_on": on, "occasion": "regular", "kind": "home", "outcome": "unchanged", "investigators": ["D01", "D02"]} | said
    return bureau.clerk.post(f"/api/v1/households/{home(bureau)['id']}/checks", body, on=on, expect=expect)


def due(bureau: Bureau, on: str) -> list[tuple[int, str | None]]:
    """How often, and when it was looked at last."""
    return [(each["months"], each["last_on"]) for each in bureau.clerk.get("/api/v1/checks/due", on=on)["items"]]


def test_what_was_found_is_in_the_file_sealed_and_in_the_history(bureau: Bureau) -> None:
    check(bureau, kind="community", outcome="changed", investigators=["D01"], note=NOTE)
    file = home(bureau)

    assert [(each["kind"], each["outcome"], each["note"], each["recorded_by"]) for each in file["checks"]] == [
        ("community", "changed", NOTE, "clerk")
    ]
    event = next(each for each in file["history"] if each["what"] == "checked")
    assert (event["on"], "社区" in event["detail"], NOTE in event["detail"]) == (ON, True, False)
    [kept] = bureau.office.store.read_now(lambda reader: reader.select(select(HouseholdCheckNote)))
    assert NOTE.encode() not in kept.sealed
    copy = bureau.officer.get(f"/api/v1/persons/{file['members'][0]['id']}/copy")
    assert [each["note"] for each in copy["checks"]] == [NOTE]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"investigators": ["D01"]}, "investigators"),
        ({"investigators": ["D01", " d01 "]}, "investigators"),
        ({"investigators": ["chen", "刘 chen"]}, "investigators"),
        ({"investigators": ["D01", "13800138000"]}, "investigators"),
        ({"checked_on": "2015-10-21"}, "checked_on"),
        ({"outcome": "changed"}, "note"),
    ],
)
def test_what_is_wrong_is_refused_by_its_field(bureau: Bureau, said: dict[str, Any], field: str) -> None:
    officer_with(bureau, "audit")
    refusal = check(bureau, expect=422, **said)

    assert [fault["field"] for fault in refusal["errors"]] == [field]
    assert home(bureau)["checks"] == []


def test_one_person_is_enough_on_the_telephone_and_a_number_without_an_account_is_told(bureau: Bureau) -> None:
    done = check(bureau, kind="phone", investigators=["clerk"])
    assert done["unknown_investigators"] == []

    assert check(bureau, investigators=["clerk", "D09"])["unknown_investigators"] == ["D09"]
    assert "已有 2015-10-20 的核查" in check(bureau, on="2015-10-21", checked_on="2015-10-19", expect=422)["detail"]


def test_health_goes_and_so_does_what_was_found(bureau: Bureau) -> None:
    check(bureau, outcome="changed", note=NOTE)
    person = home(bureau)["members"][0]["id"]
    asked = bureau.clerk.post(f"/api/v1/persons/{person}/erasure", {"scope": "sensitive", "reason": "own_request"}, on=ON)
    bureau.officer.post(f"/api/v1/erasures/{asked['id']}/confirmation", {}, on=ON)

    [told] = home(bureau)["checks"]
    assert (told["note"], told["is_erased"]) == ("", True)


def test_a_household_is_due_after_a_year_and_after_half_a_year_where_somebody_can_work(bureau: Bureau) -> None:
    assert due(bureau, ON) == [(12, None)]
    check(bureau, outcome="not_met")
    assert due(bureau, ON) == [(12, None)]
    check(bureau)
    assert due(bureau, "2016-10-19") == []
    assert due(bureau, "2016-10-20") == [(12, ON)]

    taken(bureau, {"劳动能力": "有劳动能力"}, reference_on="2015-10-02", on=ON)

    assert due(bureau, "2016-04-19") == []
    assert due(bureau, "2016-04-20") == [(6, ON)]
    bureau.accept(
        bureau.upload([CANARY._replace(救助类别="低保边缘", 户编号="9", 身份证号="420203197005200010", 残疾证号="")], on=ON)["roster_id"],
        on=ON,
    )
    assert len(due(bureau, "2016-04-20")) == 1


def test_it_is_recorded_on_the_console_and_shown_in_the_file(bureau: Bureau) -> None:
    officer = officer_with(bureau, "audit")
    file = home(bureau)["id"]
    address = f"/console/households/{file}/checks/"
    given: Any = {"checked_on": TODAY, "occasion": "reported", "kind": "home", "outcome": "changed", "note": NOTE}
    refused = officer.post(address, 422, key=officer.key(address), investigators="D01", **given)
    assert "入户核查不少于 2 人" in refused
    assert NOTE in refused
    officer.post(address, key=officer.key(address), investigators="D01\nD02", **given)

    page = officer.get(f"/console/households/{file}/")
    for said in ("举报核实", "情况有变，待处理", NOTE):
        assert said in page
    person = home(bureau)["members"][0]["id"]
    assert NOTE in officer.get(f"/console/persons/{person}/copy/")
    assert CANARY.户编号 not in officer.get("/console/checks/")
