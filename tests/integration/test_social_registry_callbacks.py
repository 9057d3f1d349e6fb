"""Answers and notices reach a ministry's own server, survive a killed service, and go nowhere else."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.intake.app import SERVICE
from services.intake.dci.sending import deliver
from shared.demo.figures import Figures
from shared.demo.population import Population, populate
from shared.personal import Keyring
from tests.conftest import HUANGSHI, Office
from tests.servers import free_port
from tests.service.intake.bureau import Bureau
from tests.service.intake.ministry import ACCOUNT, Ministry, consent, now, search, terms
from tests.service.intake.receiver import Receiver
from tests.service.intake.spdci import check_answer, check_request

pytestmark = pytest.mark.integration
PATIENCE = 60


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.close()


@pytest.fixture(scope="session")
def people() -> Population:
    return populate(Figures(0.01).census)


def agreed(receiver: Receiver, **more: Any) -> dict[str, dict[str, object]]:
    return terms(callback_origins=[receiver.origin], callback_uri=f"{receiver.origin}/spmis", **more)


@pytest.fixture
def bureau(service_client: Callable[..., Office], receiver: Receiver, people: Population) -> Bureau:
    found = Bureau(service_client(SERVICE, plugin_settings=agreed(receiver)))
    found.accept(found.upload(people.allowance[:12])["roster_id"])
    return found


def subscription(event: str, number: str, **criteria: Any) -> dict[str, Any]:
    asked = {
        "reg_event_type": f"spdci-common:RegistryEventType:{event}",
        "filter_type": "idtype-value",
        "filter": {"type": "UIN", "value": number},
        "notify_record_type": "spdci-extensions-dci:Member",
        "authorize": consent("sex"),
    }
    return {"reference_id": uuid4().hex, "timestamp": now(), "subscribe_criteria": asked | criteria}


def test_search_is_acknowledged_at_once_and_answered_by_callback_once(bureau: Bureau, receiver: Receiver, people: Population) -> None:
    ministry, row = Ministry(bureau.office), people.allowance[0]
    body = ministry.searching(search(row.身份证号, "name"))
    check_request("search", body)

    first, again = ministry.send("search", body), ministry.send("search", body)

    check_answer("search", first)
    assert (first["message"]["ack_status"], first["message"]["correlation_id"]) == ("ACK", again["message"]["correlation_id"])
    path, told = receiver.only()
    check_request("on-search", told)
    assert path == "/spmis/registry/on-search"
    assert told["message"]["correlation_id"] == first["message"]["correlation_id"]
    found = told["message"]["search_response"][0]
    assert found["data"]["reg_records"][0]["demographic_info"]["name"]["full_name"] == row.姓名
    asked = ministry.status("transaction_id", body["message"]["transaction_id"])
    ministry.send("txn/status", asked)
    path, told = receiver.until(2)[1]
    check_request("txn/on-status", told)
    assert (path, told["header"]["action"]) == ("/spmis/registry/txn/on-status", "txn-on-status")


def test_subscriber_is_told_when_somebody_dies_or_changes_and_not_after_it_unsubscribed(
    bureau: Bureau, receiver: Receiver, people: Population
) -> None:
    ministry, rows = Ministry(bureau.office), people.allowance[:14]
    asked = [
        subscription("UPDATE", rows[0].身份证号),
        subscription("UPDATE", rows[0].身份证号),
        subscription("REGISTER", rows[13].身份证号),
    ]
    body = ministry.envelope("subscribe", {"transaction_id": uuid4().hex, "subscribe_request": asked})
    check_request("subscribe", body)
    ministry.send("subscribe", body)
    told = receiver.only()[1]
    check_request("on-subscribe", told)
    one, twice, other = told["message"]["subscribe_response"]
    assert (one["status"], twice["status_reason_code"], other["status"]) == ("succ", "rjct.event.already_subscribed", "succ")

    changed = [rows[0]._replace(联系电话="13807230000"), *rows[1:]]
    bureau.accept(bureau.upload(changed, on="2015-11-12")["roster_id"], on="2015-11-12")

    notices = [notice for _, notice in receiver.until(3)[1:]]
    for notice in notices:
        check_request("notify", notice)
    events = {event["data"]["reg_records"]["event"]: event for notice in notices for event in notice["message"]["notify_event"]}
    assert {event["reference_id"] for event in events.values()} == {asked[0]["reference_id"], asked[2]["reference_id"]}
    assert "UPDATE" in events
    assert set(events) <= {"UPDATE", "REGISTER", "NewHouseHoldMember"}

    code = one["subscriptions"][0]["code"]
    ended = ministry.envelope("unsubscribe", {"transaction_id": uuid4().hex, "timestamp": now(), "subscription_codes": [code, "nobody's"]})
    check_request("unsubscribe", ended)
    ministry.send("unsubscribe", ended)
    told = receiver.until(4)[3][1]
    check_request("on-unsubscribe", told)
    assert told["message"]["status_reason_code"] == "rjct.subscription_code.invalid"
    assert told["message"]["subscription_status"] == [{"code": code, "status": "unsubscribe"}]


def test_what_cannot_be_delivered_is_tried_again_and_given_up_when_it_never_will(
    bureau: Bureau, receiver: Receiver, people: Population
) -> None:
    ministry = Ministry(bureau.office)
    receiver.answers = [503, 200]
    ministry.send("search", ministry.searching(search(people.allowance[0].身份证号)))
    first, second = receiver.until(2)
    assert first[1]["header"]["message_id"] == second[1]["header"]["message_id"]

    receiver.answers = [307]
    ministry.send("search", ministry.searching(search(people.allowance[0].身份证号)))

    receiver.until(3)
    admin = bureau.office.as_("admin")
    deadline = time.monotonic() + PATIENCE
    while "307" not in bureau.office.http.get("/console/partners/undelivered/", headers=admin._headers).text:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert [path for path, _ in receiver.got if path == "/elsewhere"] == []


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/",
        "https://evil.example.org/on-search",
        "http://spmis@127.0.0.1:9/",
        "file:///etc/passwd",
        "http://127.0.0.1:9?x",
        5,
    ],
    ids=str,
)
def test_nobody_is_called_at_another_address(bureau: Bureau, people: Population, address: Any) -> None:
    ministry = Ministry(bureau.office)
    found = ministry.send("search", ministry.searching(search(people.allowance[0].身份证号), sender_uri=address), expect=400)
    check_answer("search", found)
    assert found["message"]["error"]["code"] == "err.sender_uri.invalid"


def test_an_address_that_leads_inside_is_not_called_unless_agreed(receiver: Receiver) -> None:
    refused = deliver(f"{receiver.origin}/registry/on-search", {}, may_be_inside=False)

    assert (refused.is_final, receiver.got) == (True, [])
    assert deliver(f"{receiver.origin}/registry/on-search", {}, may_be_inside=True).problem == ""
    assert deliver("http://127.0.0.1:1/", {}, may_be_inside=True).problem


@contextmanager
def process(data: Path, port: int, settings: dict[str, Any]) -> Iterator[subprocess.Popen[bytes]]:
    """The service in a process of its own, as it is run."""
    environment = os.environ | {
        "QIAO_DATA": str(data),
        "QIAO_KEY_FILE": str(data / "key"),
        "QIAO_NATS_URL": "",
        "QIAO_INTAKE_PORT": str(port),
        "QIAO_INTAKE_ADMIN_TOKEN_FILE": str(data / "admin"),
        "QIAO_INTAKE_PLUGIN_SETTINGS": json.dumps(settings),
    }
    with (data / "log").open("ab") as log:
        running = subprocess.Popen([sys.executable, "-m", "shared.cli", "all", "intake"], env=environment, stdout=log, stderr=log)
        try:
            yield running
        finally:
            running.kill()
            running.wait()


def until_up(http: httpx.Client, data: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        assert time.monotonic() < deadline, (data / "log").read_text()
        try:
            if http.get("/-/health/live").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)


def test_killed_service_brings_after_its_restart_what_it_acknowledged(
    tmp_path: Path, migrated: Callable[[Any], Path], receiver: Receiver
) -> None:
    (tmp_path / "intake").mkdir()
    shutil.copy(migrated(SERVICE), tmp_path / "intake" / "intake.db")
    Keyring.create(tmp_path / "key")
    (tmp_path / "admin").write_text("an-administrator-of-the-tests-0123456789")
    (tmp_path / "admin").chmod(0o600)
    settings, port = agreed(receiver), free_port()
    settings["social_registry"]["lease_seconds"] = 1
    receiver.answers = [503]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as http:
        with process(tmp_path, port, settings) as running:
            until_up(http, tmp_path)
            ministry = Ministry.over(http, token_of_partner(http))
            acknowledged = ministry.send("search", ministry.searching(search("420202195001011233")))
            receiver.until(1)
            running.send_signal(signal.SIGKILL)
            running.wait()

        receiver.answers = [200]
        before = len(receiver.got)
        with process(tmp_path, port, settings):
            told = receiver.until(before + 1)[-1][1]

    check_request("on-search", told)
    assert told["message"]["correlation_id"] == acknowledged["message"]["correlation_id"]


def token_of_partner(http: httpx.Client) -> str:
    """As an administrator and a ministry do it: an account is opened, and the ministry signs in."""
    account = {"account": ACCOUNT, "name": "医保局", "password": "Huangshi-2016!", "roles": ["partner"], "divisions": [HUANGSHI]}
    admin = {"Authorization": "Bearer an-administrator-of-the-tests-0123456789", "Idempotency-Key": uuid4().hex}
    assert http.post("/api/v1/accounts", json=account, headers=admin).is_success
    return str(http.post("/api/v1/sign-in", json={"account": ACCOUNT, "password": "Huangshi-2016!"}).json()["token"])
