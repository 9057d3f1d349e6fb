"""Whatever stands at any place of a message, the answer is one of the standard's, and the messages after it are answered."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, Final
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.intake.app import SERVICE
from services.intake.dci.sending import deliver
from tests.conftest import Office
from tests.service.intake.ministry import Ministry, consent, now, search, terms
from tests.service.intake.spdci import check_answer

PATIENCE: Final = 60
NOBODY: Final = "420202195001011233"
RUBBISH: Final[tuple[Any, ...]] = (None, True, -1, 1e300, "", "²\u0000", "http://[x", [], {"type": []})


@pytest.fixture
def office(service_client: Callable[..., Office]) -> Office:
    settings = terms(must_sign=False, may_list=True)
    settings["social_registry"]["per_minute"] = 1_000_000
    return service_client(SERVICE, plugin_settings=settings)


def searching(ministry: Ministry) -> dict[str, Any]:
    by_law: dict[str, Any] = {"consent": None, "authorize": consent("sex", expires_at=now(days=1))}
    predicates = [
        {
            "seq_num": 1,
            "expression1": {"attribute_name": "group_size", "operator": "ge", "attribute_value": 1},
            "condition": "and",
            "expression2": {"attribute_name": "place", "operator": "in", "attribute_value": ["4202"]},
        }
    ]
    nested = {"value": {"expression": {"query": {"$and": [{"birth_date": {"$lt": "1957-01-01"}}, {"$not": {"is_disabled": True}}]}}}}
    more = {"sort": [{"attribute_name": "birth_date", "sort_order": "asc"}], "pagination": {"page_size": 1, "page_number": 1}}
    return ministry.searching(
        search(NOBODY, "sex", reg_type="ns:org:RegistryType:Social", response_entity="Member"),
        search("", query_type="predicate", query=predicates, **by_law, **more),
        search("", query_type="expression", query=nested, **by_law),
        receiver_id="social.example.org",
        sender_uri="http://127.0.0.1:9/spmis",
    )


def subscribing(ministry: Ministry) -> dict[str, Any]:
    criteria = {
        "reg_type": "ns:org:RegistryType:Social",
        "reg_event_type": "UPDATE",
        "filter_type": "idtype-value",
        "filter": {"type": "UIN", "value": NOBODY},
        "notify_record_type": "Member",
        "frequency": {"start_time": now(), "end_time": now(days=9), "frequency": "* * * * *"},
        "authorize": consent("sex"),
    }
    asked = {"reference_id": "s", "timestamp": now(), "subscribe_criteria": criteria}
    return ministry.envelope("subscribe", {"transaction_id": uuid4().hex, "subscribe_request": [asked]})


def unsubscribing(ministry: Ministry) -> dict[str, Any]:
    return ministry.envelope("unsubscribe", {"transaction_id": uuid4().hex, "timestamp": now(), "subscription_codes": [uuid4().hex]})


def asking_after(ministry: Ministry) -> dict[str, Any]:
    return ministry.status("reference_id_list", ["r"])


MESSAGES: Final = {
    "sync/search": searching,
    "sync/txn/status": asking_after,
    "search": searching,
    "subscribe": subscribing,
    "unsubscribe": unsubscribing,
    "txn/status": asking_after,
}


def places(node: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a message, the message itself too."""
    yield at
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from places(value, (*at, key))


def header_of(body: Any) -> list[tuple[Any, ...]]:
    return [at for at in places(body) if at[:1] == ("header",)]


def spoilt(body: Any, at: tuple[Any, ...], rubbish: Any) -> Any:
    if not at:
        return rubbish
    found = deepcopy(body)
    found["header"]["message_id"] = uuid4().hex
    node = found
    for key in at[:-1]:
        node = node[key]
    node[at[-1]] = rubbish
    return found


@pytest.mark.parametrize("path", MESSAGES)
def test_rubbish_at_any_place_is_answered_as_the_standard_says(office: Office, path: str) -> None:
    ministry = Ministry(office)
    whole = MESSAGES[path](ministry)
    whole["signature"] = ""
    faults: list[str] = []

    for at in places(whole) if path != "search" else header_of(whole):  # what it asks is read as by sync/search
        for rubbish in RUBBISH:
            try:
                body = json.dumps(spoilt(whole, at, rubbish)).encode()
                answer = ministry.http.post(f"/dci/registry/{path}", content=body, headers=ministry.headers)
                assert answer.status_code in (200, 400, 401, 403), answer.status_code
                check_answer(path, answer.json(), status=answer.status_code)
            except Exception as fault:
                faults.append(f"{at} {rubbish!r}: {type(fault).__name__} {str(fault)[:160]}")

    assert not faults, "\n".join(faults[:40])
    deadline = time.monotonic() + PATIENCE
    while waiting := unanswered(office):
        assert time.monotonic() < deadline, f"{waiting} messages are not answered"
        time.sleep(0.05)


def unanswered(office: Office) -> int:
    with office.store.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM partner_message WHERE status = 'rcvd'")).scalar_one())


@pytest.mark.parametrize(
    "address",
    [
        "http://[x",
        "http://127.0.0.1:9]/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:9/桥",
        "http://127.0.0.1:9/\u0000",
        "http://" + "a" * 70,
    ],
    ids=ascii,
)
def test_address_that_is_none_is_refused(office: Office, address: str) -> None:
    ministry = Ministry(office)

    found = ministry.send("search", ministry.searching(search(NOBODY), sender_uri=address), expect=400)

    assert found["message"]["error"]["code"] == "err.sender_uri.invalid"


@pytest.mark.parametrize("depth", [70, 300, 900, 980, 995, 1010])
def test_nesting_is_bounded_however_deep(office: Office, depth: int) -> None:
    ministry = Ministry(office)
    whole = ministry.searching(search(NOBODY))
    body = json.dumps({**whole, "message": {**whole["message"], "deep": 0}}).replace('"deep": 0', '"deep": ' + "[" * depth + "]" * depth)

    check_answer("sync/search", ministry.send("sync/search", body.encode(), expect=400))


def test_signature_may_nest_no_deeper_than_it_can_be_read(office: Office) -> None:
    ministry = Ministry(office)
    payload = urlsafe_b64encode(b"[" * 40_000).decode().rstrip("=")
    body = ministry.searching(search(NOBODY)) | {"signature": f"e30.{payload}.AAAA"}

    found = ministry.send("sync/search", body, expect=401)

    assert found["errors"][0]["code"] == "err.signature.invalid"


def test_name_that_no_host_can_have_is_not_delivered_to() -> None:
    assert deliver("http://" + "a" * 70 + ".example.org/", {}, may_be_inside=False).problem
