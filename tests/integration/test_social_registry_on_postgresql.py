"""The social registry's interface on the other database, where two processes answer and bring side by side."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from services.intake.app import SERVICE
from services.intake.settings import Settings
from shared.demo.figures import Figures
from shared.demo.population import Population, populate
from shared.personal import Keyring
from shared.service import build_app
from shared.store.migrate import upgrade
from tests.conftest import Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.ministry import Ministry, consent, now, search, terms
from tests.service.intake.receiver import Receiver
from tests.service.intake.spdci import check_answer, check_request

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

DAY = "2015-10-12"
LONG_ENOUGH_FOR_ANOTHER = 3.0


@pytest.fixture(scope="module")
def people() -> Population:
    return populate(Figures(0.01).census)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.close()


@pytest.fixture
def offices(tmp_path: Path, postgres_url: str, receiver: Receiver) -> Iterator[list[Office]]:
    """Two processes' worth of the service on one database, each with its worker."""
    Keyring.create(tmp_path / "key")
    agreed = terms(callback_origins=[receiver.origin], callback_uri=f"{receiver.origin}/spmis", may_list=True)
    agreed["social_registry"]["per_minute"] = 10_000
    common: dict[str, Any] = {"store_url": postgres_url, "key_file": tmp_path / "key", "nats_url": "", "is_rehearsal": True}
    store = SERVICE.open_store(Settings(store_url=postgres_url))
    upgrade(SERVICE, store)
    store.engine.dispose()
    with ExitStack() as stack:
        found = []
        for _ in range(2):
            app = build_app(SERVICE, Settings(data=tmp_path, plugin_settings=agreed, **common))
            found.append(Office(stack.enter_context(TestClient(app)), app.state.runtime))
        yield found


@pytest.fixture
def bureau(offices: list[Office], people: Population) -> Bureau:
    found = Bureau(offices[0])
    found.accept(found.upload(people.allowance[:24])["roster_id"])
    return found


def test_each_answer_is_brought_once_though_two_bring(
    offices: list[Office], bureau: Bureau, receiver: Receiver, people: Population
) -> None:
    ministries = [Ministry(office) for office in offices]
    sent = [
        ministries[number % 2].send("search", ministries[number % 2].searching(search(people.allowance[number % 24].身份证号)))
        for number in range(40)
    ]

    receiver.until(len(sent))
    time.sleep(LONG_ENOUGH_FOR_ANOTHER)

    told = Counter(body["message"]["correlation_id"] for _, body in receiver.got)
    assert told == Counter(each["message"]["correlation_id"] for each in sent)


def test_each_notice_is_brought_once(offices: list[Office], bureau: Bureau, receiver: Receiver, people: Population) -> None:
    ministry, rows = Ministry(offices[1]), people.allowance[:24]
    criteria = {"reg_event_type": "UPDATE", "notify_record_type": "Member", "authorize": consent("sex"), "filter_type": "expression"}
    asked = {"reference_id": "s1", "timestamp": now(), "subscribe_criteria": criteria | {"filter": {"place": {"$eq": "4202"}}}}
    ministry.send("subscribe", ministry.envelope("subscribe", {"transaction_id": uuid4().hex, "subscribe_request": [asked]}))
    receiver.until(1)

    changed = [row._replace(联系电话=f"1380723{number:04}") for number, row in enumerate(rows)]
    bureau.accept(bureau.upload(changed, on="2015-11-12")["roster_id"], on="2015-11-12")

    deadline = time.monotonic() + 60
    while len(events := notices(receiver)) < len(rows):
        assert time.monotonic() < deadline, len(events)
        time.sleep(0.05)
    time.sleep(LONG_ENOUGH_FOR_ANOTHER)
    assert set(Counter(notices(receiver)).values()) == {1}
    assert len(notices(receiver)) == len(rows)


def notices(receiver: Receiver) -> list[str]:
    """Of whom the ministry was told."""
    told = [body for path, body in receiver.got if path.endswith("/notify")]
    for each in told:
        check_request("notify", each)
    return [event["data"]["reg_records"]["@id"] for each in told for event in each["message"]["notify_event"]]


@pytest.mark.parametrize(
    "query",
    [
        {"$or": [{"birth_date": {"$lt": "1957-01-01"}}, {"YOB": {"$ge": 1957}}]},
        {"$not": {"status": {"$eq": "deceased"}}},
        {"is_disabled": {"$in": [True, False]}, "registration_date": {"$le": DAY}},
        {"group_size": {"$ge": 1}, "place": {"$eq": "4202"}, "sex": {"$in": ["male", "female"]}},
    ],
    ids=str,
)
def test_every_way_of_asking_means_the_same_there(bureau: Bureau, query: dict[str, Any]) -> None:
    by_law: dict[str, Any] = {"consent": None, "authorize": consent("name", "birth_date"), "pagination": {"page_size": 5}}
    ministry = Ministry(bureau.office)
    body = ministry.searching(
        search("", query_type="expression", query=query, sort=[{"attribute_name": "birth_date", "sort_order": "desc"}], **by_law)
    )

    answer = ministry.send("sync/search", body)

    check_answer("sync/search", answer)
    found = answer["message"]["search_response"][0]
    births = [each["demographic_info"]["birth_date"] for each in found["data"]["reg_records"]]
    assert (found["pagination"]["total_count"], births) == (24, sorted(births, reverse=True))


def test_the_same_message_twice_at_once_is_one(offices: list[Office], bureau: Bureau, receiver: Receiver, people: Population) -> None:
    ministries: list[Callable[..., Any]] = [Ministry(office).send for office in offices]
    body = Ministry(offices[0]).searching(search(people.allowance[0].身份证号))

    first, second = (send("search", body) for send in ministries)

    assert first["message"]["correlation_id"] == second["message"]["correlation_id"]
    receiver.until(1)
    time.sleep(LONG_ENOUGH_FOR_ANOTHER)
    assert len(receiver.got) == 1
