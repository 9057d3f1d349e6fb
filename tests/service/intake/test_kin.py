"""Near relatives of who handles assistance are registered by an officer, told to who confirms a list, and never a criterion."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from services.intake.app import SERVICE
from services.intake.domain.criterion import FACTS
from services.intake.store.kin import KinNotice
from shared.demo.population import Population
from tests.conftest import Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_canary import CANARY
from tests.service.intake.test_console import Clerk
from tests.service.intake.test_subject_page import officer_with

ON, TODAY = "2015-10-20", "2015-10-12"
"""The second is the day of the console."""
STAFF = "钱经办"


@pytest.fixture
def bureau(service_client: Callable[..., Office]) -> Bureau:
    found = Bureau(service_client(SERVICE))
    found.accept(found.upload([CANARY], reference_on="2015-10-01")["roster_id"])
    return found


def home(bureau: Bureau) -> Any:
    house = bureau.clerk.get("/api/v1/households", limit=200)["items"][0]
    return bureau.officer.get(f"/api/v1/households/{house['id']}/file", purpose="audit")


def noted(bureau: Bureau, *, expect: int | None = None, **said: str) -> Any:
    file = home(bureau)
    body = {"person_id": file["members"][0]["id"], "relation": "parent", "office": "handler", "staff": STAFF}
    body |= {"acted_on": ON, "reason": "本人申明"} | said
    return bureau.officer.post(f"/api/v1/households/{file['id']}/kin", body, on=ON, expect=expect)


def register(bureau: Bureau, state: str = "standing") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bureau.reviewer.get("/api/v1/kin", state=state)["items"]
    return found


def test_the_file_says_whose_relative_it_is_and_the_register_does_not(bureau: Bureau) -> None:
    noted(bureau)
    file = home(bureau)

    assert [(each["relation"], each["office"], each["staff"], each["recorded_by"]) for each in file["kin"]] == [
        ("parent", "handler", STAFF, "officer")
    ]
    assert [(each["what"], each["by"]) for each in file["history"] if each["what"] == "kin_noted"] == [("kin_noted", "officer")]
    [entry] = register(bureau)
    assert (entry["household_no"], entry["relation"], entry["acted_on"]) == (CANARY.户编号, "parent", ON)
    assert "staff" not in entry
    [kept] = bureau.office.store.read_now(lambda reader: reader.select(select(KinNotice)))
    assert STAFF.encode() not in kept.sealed


def test_an_account_is_told_by_its_holders_name(bureau: Bureau) -> None:
    bureau.office.as_("clerk", account="qian")
    noted(bureau, staff="qian")

    assert home(bureau)["kin"][0]["account_name"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"reason": f"与{STAFF}系父子"}, "reason"),
        ({"reason": CANARY.姓名}, "reason"),
        ({"acted_on": "2015-10-21"}, "acted_on"),
        ({"person_id": "01a21bfa-3b4e-7426-9df9-9ff97d4afa59"}, "person_id"),
    ],
)
def test_what_is_wrong_is_refused_by_its_field(bureau: Bureau, said: dict[str, str], field: str) -> None:
    refusal = noted(bureau, expect=422, **said)

    assert [fault["field"] for fault in refusal["errors"]] == [field]
    assert register(bureau) == []


def test_the_same_relative_is_registered_once_until_it_is_ended_and_the_entry_stays(bureau: Bureau) -> None:
    notice = noted(bureau)["id"]
    assert "已经备案" in noted(bureau, expect=422)["detail"]
    ending = f"/api/v1/kin/{notice}/ending"
    assert "不能早于备案日期" in bureau.officer.post(ending, {"acted_on": "2015-10-01", "reason": "已离任"}, on=ON, expect=422)["detail"]

    bureau.officer.post(ending, {"acted_on": ON, "reason": "对方已离任"}, on=ON)

    bureau.officer.post(ending, {"acted_on": ON, "reason": "对方已离任"}, on=ON, expect=409)
    assert register(bureau) == []
    assert [each["ended_on"] for each in register(bureau, state="ended")] == [ON]
    assert len(register(bureau, state="all")) == 1
    noted(bureau)


def test_it_is_noted_and_ended_on_the_console(bureau: Bureau) -> None:
    officer = officer_with(bureau, "audit")
    file = home(bureau)
    address = f"/console/households/{file['id']}/kin/"
    given = {"acted_on": TODAY, "person": file["members"][0]["id"], "relation": "child", "office": "committee", "reason": "本人申明"}
    refused = officer.post(address, 422, key=officer.key(address), staff="", **given)
    assert "请填写对方的账号或姓名" in refused
    assert 'href="#staff"' in refused
    assert "请选择成员" in officer.post(address, 400, key=officer.key(address), staff=STAFF, **{**given, "person": ""})
    officer.post(address, key=officer.key(address), staff=STAFF, **given)

    page = officer.get(f"/console/households/{file['id']}/")
    assert STAFF in page
    assert "已备案" in page
    listed = officer.get("/console/kin/")
    assert CANARY.户编号 in listed
    assert STAFF not in listed
    assert CANARY.姓名 not in listed
    ending = f"/console/kin/{home(bureau)['kin'][0]['id']}/ending/"
    officer.post(ending, key=officer.key(ending), acted_on=TODAY, reason="备案有误")
    assert CANARY.户编号 not in officer.get("/console/kin/")
    assert CANARY.户编号 in officer.get("/console/kin/?state=ended")
    assert "已解除" in officer.get(f"/console/households/{file['id']}/")


def test_an_erasure_destroys_whose_relative_it_was(bureau: Bureau) -> None:
    noted(bureau)
    asked = bureau.clerk.post(
        f"/api/v1/persons/{home(bureau)['members'][0]['id']}/erasure", {"scope": "all", "reason": "own_request"}, on=ON
    )
    bureau.officer.post(f"/api/v1/erasures/{asked['id']}/confirmation", {}, on=ON)

    [kept] = bureau.office.store.read_now(lambda reader: reader.select(select(KinNotice)))
    assert (kept.wrapped_key, kept.sealed) == (None, b"")
    assert home(bureau)["kin"][0]["staff"] == ""


def test_who_confirms_a_list_is_told_of_it_and_the_list_stays_as_it_is(bureau: Bureau, people: Population) -> None:
    survey = bureau.survey(people)
    before = bureau.programme(survey)
    chosen = bureau.candidates(before, "listed")[0]
    home_of = bureau.officer.get(f"/api/v1/persons/{chosen['person_id']}/file", purpose="audit")["household"]["id"]
    body = {"person_id": chosen["person_id"], "relation": "sibling", "office": "handler", "staff": STAFF}
    bureau.officer.post(f"/api/v1/households/{home_of}/kin", body | {"acted_on": "2016-12-27", "reason": "群众反映"}, on="2016-12-27")
    after = bureau.programme(survey)

    assert [each["person_id"] for each in bureau.candidates(after, "listed")] == [
        each["person_id"] for each in bureau.candidates(before, "listed")
    ]
    approver = Clerk(bureau.office, "fenguan", "approver").sign_in()
    page = approver.get(f"/console/programmes/{after}/fairness/")
    assert "请在确认前核对" in page
    assert chosen["id"][-6:] in approver.get(f"/console/programmes/{before}/fairness/")
    assert STAFF not in page
    officer = officer_with(bureau, "audit")
    assert "本户有近亲属备案" in officer.get(f"/console/programmes/{after}/persons/{chosen['person_id']}/")
    letter = officer.get(f"/console/programmes/{after}/persons/{chosen['person_id']}/letter/")
    assert "近亲属备案" not in letter


def test_no_criterion_can_ask_for_it() -> None:
    assert not [name for name, fact in FACTS.items() if "近亲属" in fact.words or name.split(".")[0] == "kin"]
