"""Who subscribed to it is told that somebody is registered no longer, and of the erased nothing more than that."""

import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.intake.app import SERVICE
from shared.demo.population import RosterRow
from tests.conftest import Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.ministry import Ministry, consent, now, search, terms
from tests.service.intake.receiver import Receiver
from tests.service.intake.social_registry.test_worker import PATIENCE, UNDELIVERED, Administrator
from tests.service.intake.spdci import check_request


@pytest.fixture
def office(service_client: Callable[..., Office], receiver: Receiver) -> Office:
    return service_client(SERVICE, plugin_settings=terms(callback_origins=[receiver.origin], callback_uri=f"{receiver.origin}/spmis"))


def subscribe(ministry: Ministry, row: RosterRow, event: str = "DELETE") -> None:
    criteria = {"reg_event_type": event, "filter": {"type": "UIN", "value": row.身份证号}, "notify_record_type": "Member"}
    asked = {"reference_id": uuid4().hex, "timestamp": now(), "subscribe_criteria": criteria | {"authorize": consent("name", "sex")}}
    message = {"transaction_id": uuid4().hex, "subscribe_request": [asked]}
    ministry.send("subscribe", ministry.envelope("subscribe", message))


def erase(bureau: Bureau, row: RosterRow) -> None:
    found = bureau.clerk.post("/api/v1/persons/search", {"text": row.身份证号, "purpose": "registration"})["items"][0]
    wish = {"scope": "all", "reason": "own_request"}
    asked = bureau.clerk.post(f"/api/v1/persons/{found['person_id']}/erasure", wish, on="2016-01-04")
    bureau.officer.post(f"/api/v1/erasures/{asked['id']}/confirmation", {}, on="2016-01-05")


def test_erasure_is_told_by_the_name_that_was_told_before(
    ministry: Ministry, bureau: Bureau, receiver: Receiver, rows: list[RosterRow]
) -> None:
    known = ministry.search(search(rows[0].身份证号))[0]["data"]["reg_records"][0]["@id"]
    subscribe(ministry, rows[0])
    subscribe(ministry, rows[0], "UPDATE")
    subscribe(ministry, rows[1])
    receiver.until(3)

    erase(bureau, rows[0])

    path, told = receiver.until(4)[3]
    check_request("notify", told)
    assert path == "/spmis/registry/notify"
    records = [event["data"]["reg_records"] for event in told["message"]["notify_event"]]
    assert records == [{"@type": "Member", "@id": known, "registration_status": "deregistered", "event": "DELETE"}]
    assert ministry.search(search(rows[0].身份证号))[0]["data"]["reg_records"] == []
    assert len(receiver.got) == 4
    assert rows[0].姓名 not in json.dumps(told, ensure_ascii=False)


def test_who_sees_another_division_is_told_of_nobody_here(bureau: Bureau, receiver: Receiver, rows: list[RosterRow]) -> None:
    elsewhere = Ministry(bureau.office, divisions=("429000000000",))
    subscribe(elsewhere, rows[0])
    receiver.until(1)

    erase(bureau, rows[0])

    assert changes(bureau) == 0


def test_subscription_that_cannot_be_read_ends_and_holds_up_no_other(
    ministry: Ministry, bureau: Bureau, receiver: Receiver, rows: list[RosterRow]
) -> None:
    subscribe(ministry, rows[0])
    receiver.until(1)
    with bureau.office.store.engine.begin() as connection:
        connection.execute(text("UPDATE partner_subscription SET sealed = X'00'"))
    subscribe(ministry, rows[1])
    receiver.until(2)

    erase(bureau, rows[1])

    assert receiver.until(3)[2][0] == "/spmis/registry/notify"
    Administrator(bureau.office).sees(UNDELIVERED, "订阅已终止")


def test_subscription_that_names_only_the_erased_ends_and_its_number_goes(
    ministry: Ministry, bureau: Bureau, receiver: Receiver, rows: list[RosterRow]
) -> None:
    for row, event in ((rows[0], "UPDATE"), (rows[0], "DELETE"), (rows[1], "DELETE")):
        subscribe(ministry, row, event)
    receiver.until(3)

    erase(bureau, rows[0])

    receiver.until(4)
    until(lambda: kept(bureau) == [("DELETE", True)])


def test_ended_subscription_keeps_nobody(ministry: Ministry, bureau: Bureau, receiver: Receiver, rows: list[RosterRow]) -> None:
    subscribe(ministry, rows[0])
    code = receiver.only()[1]["message"]["subscribe_response"][0]["subscriptions"][0]["code"]
    assert kept(bureau) == [("DELETE", True)]

    ended = {"transaction_id": uuid4().hex, "timestamp": now(), "subscription_codes": [code]}
    ministry.send("unsubscribe", ministry.envelope("unsubscribe", ended))

    receiver.until(2)
    assert kept(bureau) == []


def test_what_was_on_its_way_when_somebody_was_erased_is_not_set_aside(
    ministry: Ministry, bureau: Bureau, receiver: Receiver, rows: list[RosterRow]
) -> None:
    receiver.answers = [503]
    ministry.send("search", ministry.searching(search(rows[0].身份证号, "name")))
    receiver.only()

    erase(bureau, rows[0])
    receiver.answers = [400]

    receiver.until(2)
    page = Administrator(bureau.office).sees(UNDELIVERED, "对方答复 400")
    assert "内容已经销毁。" in page
    assert "/retry/" not in page


def changes(bureau: Bureau) -> Any:
    with bureau.office.store.engine.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM registration_change")).scalar_one()


def kept(bureau: Bureau) -> list[Any]:
    """Event of each subscription whose filter can be opened, and whether it is in force."""
    with bureau.office.store.engine.connect() as connection:
        found = connection.execute(
            text("SELECT event, is_active FROM partner_subscription WHERE wrapped_key IS NOT NULL OR fingerprint != ''")
        )
        return [(event, bool(is_active)) for event, is_active in found]


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
