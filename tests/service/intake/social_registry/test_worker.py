"""What is wrong with one partner's message or server holds up nobody else, and is sent once more when the administrator says so."""

import re
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from services.intake.app import SERVICE
from services.intake.dci import messages, worker
from services.intake.dci.callbacks import forget
from services.intake.dci.search import answer_item
from services.intake.dci.sending import Delivery, deliver
from services.intake.domain.partner import RegistryTerms
from shared.demo.population import RosterRow
from tests.conftest import Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.ministry import Ministry, search, terms
from tests.service.intake.receiver import Receiver
from tests.service.intake.spdci import check_request

PATIENCE: Final = 30
SOON: Final = 5.0
OTHER: Final = "education.example.org"
MESSAGES: Final = "/console/partners/messages/"
UNDELIVERED: Final = "/console/partners/undelivered/"


@pytest.fixture
def mute() -> Iterator[str]:
    """The origin of a server that takes a connection and never says anything."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def office(service_client: Callable[..., Office], receiver: Receiver, mute: str) -> Office:
    settings: dict[str, Any] = terms(callback_origins=[receiver.origin], callback_uri=f"{receiver.origin}/spmis")
    registry = settings["social_registry"]
    other = registry["partners"][0] | {"sender_id": OTHER, "account": "education", "keys": {}, "must_sign": False}
    registry["partners"].append(other | {"callback_origins": [mute], "callback_uri": mute})
    registry |= {"tries": 2, "lease_seconds": 1}
    return service_client(SERVICE, plugin_settings=settings)


class Administrator:
    def __init__(self, office: Office) -> None:
        self.http, self.headers = office.http, office.as_("admin")._headers

    def sees(self, page: str, words: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while words not in (text := self.http.get(page, headers=self.headers).text):
            assert time.monotonic() < deadline, text
            time.sleep(0.05)
        return text

    def presses(self, page: str, text: str) -> Any:
        """The button on the page, as the browser does it."""
        [action] = re.findall(rf'action="({page}[^"]+/retry/)"', text)
        [key] = re.findall(r'name="key" value="([^"]+)"', text)
        return self.http.post(action, data={"key": key}, headers=self.headers, follow_redirects=False)


@pytest.fixture
def administrator(office: Office) -> Administrator:
    return Administrator(office)


def test_message_that_cannot_be_answered_is_set_aside_and_holds_up_no_other(
    ministry: Ministry, receiver: Receiver, administrator: Administrator, rows: list[RosterRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = search(rows[0].身份证号)

    def faulty(item: Any, *others: Any) -> dict[str, Any]:
        if item["reference_id"] == bad["reference_id"]:
            raise ValueError(f"a fault that names {rows[0].姓名}")
        return answer_item(item, *others)

    monkeypatch.setattr(messages, "answer_item", faulty)
    first = ministry.send("search", ministry.searching(bad))
    ministry.send("search", ministry.searching(good := search(rows[1].身份证号)))

    assert receiver.only()[1]["message"]["search_response"][0]["reference_id"] == good["reference_id"]
    page = administrator.sees(MESSAGES, "未能答复")
    assert "ValueError" in page
    assert rows[0].姓名 not in page

    monkeypatch.setattr(messages, "answer_item", answer_item)
    assert administrator.presses(MESSAGES, page).status_code == 303
    told = receiver.until(2)[1][1]
    check_request("on-search", told)
    assert told["message"]["correlation_id"] == first["message"]["correlation_id"]


def test_server_that_says_nothing_holds_up_no_other_partner(ministry: Ministry, receiver: Receiver, rows: list[RosterRow]) -> None:
    other = Ministry(ministry.office, account="education")
    for row in rows[:8]:
        other.send("search", other.searching(search(row.身份证号), sender_id=OTHER))
    time.sleep(1.5)  # they are on their way

    began = time.monotonic()
    ministry.send("search", ministry.searching(search(rows[0].身份证号)))
    receiver.only()

    assert time.monotonic() - began < SOON


def test_callback_whose_sending_fails_in_itself_ends_too(
    ministry: Ministry, receiver: Receiver, administrator: Administrator, rows: list[RosterRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_: Any, **__: Any) -> Delivery:
        raise ValueError("ours")

    monkeypatch.setattr(worker, "deliver", faulty)
    ministry.send("search", ministry.searching(search(rows[0].身份证号)))

    page = administrator.sees(UNDELIVERED, "发送时中断")

    monkeypatch.setattr(worker, "deliver", deliver)
    administrator.presses(UNDELIVERED, page)
    receiver.only()


class TestSetAside:
    @pytest.fixture
    def set_aside(self, ministry: Ministry, receiver: Receiver, administrator: Administrator, rows: list[RosterRow]) -> str:
        receiver.answers = [400]
        ministry.send("search", ministry.searching(search(rows[0].身份证号, "name")))
        return administrator.sees(UNDELIVERED, "对方答复 400")

    def test_callback_is_sent_once_more_and_no_third_time(self, set_aside: str, receiver: Receiver, administrator: Administrator) -> None:
        receiver.answers = [200]

        assert administrator.presses(UNDELIVERED, set_aside).status_code == 303

        first, second = receiver.until(2)
        assert first[1]["header"]["message_id"] == second[1]["header"]["message_id"]
        administrator.sees(UNDELIVERED, "没有未送达的答复")
        assert administrator.presses(UNDELIVERED, set_aside).status_code == 303  # the same form again is the same act
        another = set_aside.replace('name="key" value="', 'name="key" value="another-')
        assert "无需重试" in (refused := administrator.presses(UNDELIVERED, another)).text
        assert (refused.status_code, len(receiver.got)) == (409, 2)

    def test_content_is_destroyed_after_its_days(self, set_aside: str, office: Office, administrator: Administrator) -> None:
        office.store.run_now(lambda work: forget(terms=RegistryTerms(undelivered_days=1), work=work))
        assert "内容已经销毁" not in administrator.sees(UNDELIVERED, "重试")

        office.store.run_now(lambda work: forget(terms=RegistryTerms.model_construct(undelivered_days=0), work=work))

        assert "/retry/" not in administrator.sees(UNDELIVERED, "内容已经销毁。")
        assert administrator.presses(UNDELIVERED, set_aside).status_code == 409

    def test_content_is_destroyed_when_somebody_is_erased(
        self, set_aside: str, bureau: Bureau, administrator: Administrator, rows: list[RosterRow]
    ) -> None:
        found = bureau.clerk.post("/api/v1/persons/search", {"text": rows[0].身份证号, "purpose": "registration"})["items"][0]
        wish = {"scope": "all", "reason": "own_request"}
        asked = bureau.clerk.post(f"/api/v1/persons/{found['person_id']}/erasure", wish, on="2016-01-04")
        bureau.officer.post(f"/api/v1/erasures/{asked['id']}/confirmation", {}, on="2016-01-05")

        assert "/retry/" not in administrator.sees(UNDELIVERED, "内容已经销毁。")

    def test_auditor_sees_it_and_sends_nothing(self, set_aside: str, office: Office) -> None:
        auditor = office.as_("auditor")._headers
        text = office.http.get(UNDELIVERED, headers=auditor).text
        assert "对方答复 400" in text
        assert "/retry/" not in text
