"""The example requests of the standard's OpenAPI, path by path: sent as a conforming client would, answered as the schema says.

What is broken in the examples is filled in as `spdci_examples.FILLED` lists. Beyond that the examples ask for what no registry of ours has
(`poverty_score`, `central_region`, a page of 2000, a query in GraphQL, births): such a request stays valid, and is rejected by the
standard's reason. Each is therefore sent twice, as it stands and with names and numbers that this registry has.
"""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import pytest

from services.intake.app import SERVICE
from shared.demo.population import RosterRow
from tests.conftest import Office
from tests.service.intake.ministry import Ministry, terms
from tests.service.intake.receiver import Receiver
from tests.service.intake.spdci import check_answer, check_request
from tests.service.intake.spdci_examples import completed, example, form_example

QUERIES: Final = {"expression": 0, "idtype-value": 1, "predicate": 2}
"""`query_type` → which of the alternatives of `query` is of that type."""
SMALL: Final = 3
OURS: Final = {
    '"poverty_score": {"$lt": 5}': '"is_disabled": {"$in": [true, false]}',
    '"central_region"': '"420200000000"',
    '"$lt": 5': f'"$lt": {SMALL}',
    '"poverty_score"': '"category"',
    '"page_size": 2000, "page_number": 5': '"page_size": 50, "page_number": 1',
    "LiveBirth": "UPDATE",
    "0 0 0 5,15 * ? *": "* * * * *",
}
ENDS: Final = {"search": "on-search", "subscribe": "on-subscribe", "unsubscribe": "on-unsubscribe", "txn/status": "txn/on-status"}
"""Path → where its answer arrives, below `callback` as the example of sender_uri has it."""
ASKED_BY: Final = {"transaction_id": 0, "reference_id_list": 1, "correlation_id": 2}


@pytest.fixture
def office(service_client: Callable[..., Office], receiver: Receiver) -> Office:
    return service_client(SERVICE, plugin_settings=terms(callback_origins=[receiver.origin], callback_uri=receiver.origin, may_list=True))


@pytest.fixture
def ask(ministry: Ministry, receiver: Receiver) -> Callable[..., dict[str, Any]]:
    """Send a request to a path, and take the answer where it comes: both are of the standard. Gives what the answer says."""

    def send(path: str, body: dict[str, Any]) -> dict[str, Any]:
        check_request(path, body)
        if path.startswith("sync/"):
            answer = ministry.send(path, body)
            check_answer(path, answer)
            return {"header": answer["header"], **answer["message"]}
        before = len(receiver.got)
        acknowledged = ministry.send(path, body)
        check_answer(path, acknowledged)
        assert acknowledged["message"]["ack_status"] == "ACK"
        at, answer = receiver.until(before + 1)[before]
        assert at == f"/dci/callback/{ENDS[path]}"
        check_request(ENDS[path], answer)
        assert answer["message"]["correlation_id"] == acknowledged["message"]["correlation_id"]
        return {"header": answer["header"], **answer["message"]}

    return send


Ask = Callable[..., dict[str, Any]]


def ours(body: dict[str, Any], **more: str) -> dict[str, Any]:
    """The same with what this registry has."""
    written = json.dumps(body)
    for theirs, own in {**OURS, **more}.items():
        written = written.replace(theirs, own)
    found: dict[str, Any] = json.loads(written)
    return completed(found)


@pytest.mark.parametrize("path", ["search", "sync/search"])
@pytest.mark.parametrize("kind", QUERIES)
def test_search(ask: Ask, receiver: Receiver, rows: list[RosterRow], kind: str, path: str) -> None:
    """The predicate of the example asks twice for one year of birth, as text."""
    row = rows[0]
    body = example(path, callbacks=receiver.origin, query_type=kind, query=QUERIES[kind])
    as_it_stands = ask(path, body)["search_response"][0]
    assert (as_it_stands["status"], as_it_stands["status_reason_code"]) == ("rjct", "rjct.pagination.invalid")

    body = ours(body, **{'"12314567890"': json.dumps(row.身份证号), '"1980"': json.dumps(row.身份证号[6:10])})
    found = ask(path, body)["search_response"][0]

    sizes = Counter(each.户编号 for each in rows)
    expected = {
        "expression": {number for number, size in sizes.items() if size < SMALL},
        "idtype-value": {row.户编号},
        "predicate": {each.户编号 for each in rows if each.身份证号[6:10] == row.身份证号[6:10]},
    }[kind]
    assert found["status"] == "succ"
    assert found["data"]["reg_record_type"] == "Group"
    assert found["pagination"] == {"page_size": 50, "page_number": 1, "total_count": len(expected)}
    assert len({record["@id"] for record in found["data"]["reg_records"]}) == len(expected)


def test_search_for_members(ask: Ask, receiver: Receiver, rows: list[RosterRow]) -> None:
    body = ours(
        example("sync/search", callbacks=receiver.origin, query_type="idtype-value", query=1, response_entity="Member"),
        **{'"12314567890"': json.dumps(rows[0].身份证号)},
    )

    [record] = ask("sync/search", body)["search_response"][0]["data"]["reg_records"]

    assert (record["@type"], record["registration_status"]) == ("Member", "registered")


@pytest.mark.parametrize("kind", QUERIES)
def test_subscribe_and_unsubscribe(ask: Ask, receiver: Receiver, rows: list[RosterRow], kind: str) -> None:
    """Of its own the filter of type expression is in GraphQL, which nothing says how to read: a client takes that of a search."""
    body = example("subscribe", callbacks=receiver.origin, filter_type=kind, filter=QUERIES[kind])
    as_it_stands = ask("subscribe", body)["subscribe_response"][0]
    assert (as_it_stands["status"], as_it_stands["status_reason_code"]) == ("rjct", "rjct.notify_types.invalid")

    if kind == "expression":
        searched = example("search", callbacks=receiver.origin)["message"]["search_request"][0]["search_criteria"]["query"]
        body["message"]["subscribe_request"][0]["subscribe_criteria"]["filter"] = searched
    told = ask("subscribe", ours(body, **{'"12314567890"': json.dumps(rows[0].身份证号)}))["subscribe_response"][0]
    assert told["status"] == "succ", told
    [subscription] = told["subscriptions"]

    body = example("unsubscribe", callbacks=receiver.origin)
    unknown = ask("unsubscribe", body)
    assert (unknown["status"], unknown["status_reason_code"]) == ("rjct", "rjct.subscription_code.invalid")
    body["message"]["subscription_codes"] = [subscription["code"]]
    ended = ask("unsubscribe", completed(body))
    assert (ended["status"], ended["subscription_status"]) == ("succ", [{"code": subscription["code"], "status": "unsubscribe"}])


def test_subscribe_in_graphql_is_rejected(ask: Ask, receiver: Receiver) -> None:
    body = ours(example("subscribe", callbacks=receiver.origin, filter_type="graphql", filter=0))

    told = ask("subscribe", body)["subscribe_response"][0]

    assert (told["status"], told["status_reason_code"]) == ("rjct", "rjct.notify_details.invalid")


@pytest.mark.parametrize("path", ["txn/status", "sync/txn/status"])
@pytest.mark.parametrize("by", ASKED_BY)
@pytest.mark.parametrize("kind", ["search", "subscribe", "receipt"])
def test_status_of_a_transaction(ask: Ask, receiver: Receiver, kind: str, by: str, path: str) -> None:
    """All examples have one transaction_id and reference_id; the correlation_id is the one that was acknowledged."""
    done = {each: ask(each, ours(example(each, callbacks=receiver.origin))) for each in ("search", "subscribe")}
    body = example(path, callbacks=receiver.origin, txn_type=kind, attribute_type=by, attribute_value=ASKED_BY[by])
    if by == "correlation_id" and kind in done:
        asked = body["message"]["txnstatus_request"]
        assert ask(path, body)["header"]["status"] == "rjct"
        asked["attribute_value"] = done[kind]["correlation_id"]
        body = completed(body)

    told = ask(path, body)

    assert (told["header"]["status"], told["txnstatus_response"]["txn_type"]) == ("succ" if kind in done else "rjct", kind)
    found = told["txnstatus_response"]["txn_status"]["search_response"]
    wanted = {"search": ["succ"], "subscribe": ["rjct"], "receipt": []}[kind]
    assert [each["status"] for each in found] == wanted


@pytest.mark.parametrize("path", ["search", "subscribe", "unsubscribe", "txn/status", "sync/search", "sync/txn/status"])
def test_encrypted_message_is_refused_by_its_reason(ministry: Ministry, receiver: Receiver, path: str) -> None:
    """What the standard says of encryption names no keys to use: nobody could have agreed on any."""
    body = example(path, callbacks=receiver.origin, message=1)
    body["header"]["is_msg_encrypted"] = True
    body = completed(body)
    check_request(path, body)

    answer = ministry.send(path, body, expect=400)

    check_answer(path, answer)
    assert "err.encryption.invalid" in json.dumps(answer)


class TestForm:
    """The example form says `fileFormat: csv`, but no table can hold a message: a client sends it in JSON, which is the default."""

    @pytest.mark.parametrize("path", ENDS)
    def test_file_is_the_message(self, ministry: Ministry, receiver: Receiver, path: str) -> None:
        body, form = example(path, callbacks=receiver.origin), form_example(path)
        assert form == {"action": body["header"]["action"], "fileName": "fileName", "fileFormat": "csv"}

        table = send_form(ministry, path, body, form)
        taken = send_form(ministry, path, body, form | {"fileFormat": "json"})
        as_text = send_form(ministry, path, body, {"action": form["action"]}, is_file=False)
        other = send_form(ministry, path, body, {"action": "on-search"})

        assert [each.status_code for each in (table, taken, as_text, other)] == [400, 200, 200, 400]
        for each in (table, taken, as_text, other):
            check_answer(path, each.json())
        assert taken.json()["message"]["correlation_id"] == as_text.json()["message"]["correlation_id"]
        assert "fileFormat" in table.json()["message"]["error"]["message"]
        assert "rjct.action.invalid" in other.json()["message"]["error"]["message"]
        assert receiver.only()[1]["message"]["correlation_id"] == taken.json()["message"]["correlation_id"]

    def test_form_that_is_none_too_long_or_sent_for_an_answer_at_once_is_refused(self, ministry: Ministry, receiver: Receiver) -> None:
        body = example("search", callbacks=receiver.origin)
        headers = ministry.headers | {"Content-Type": "multipart/form-data; boundary=x"}
        for content in (b"", b"--x", b"no form", b"--x\r\n\r\n\xff\r\n--x--"):
            answer = ministry.http.post("/dci/registry/search", content=content, headers=headers)
            assert answer.status_code == 400
            check_answer("search", answer.json())
        long = send_form(ministry, "search", body | {"padding": "x" * 2_000_000}, {"action": "search"})
        assert long.status_code == 413
        check_answer("search", long.json())
        at_once = send_form(ministry, "sync/search", body, {"action": "search"})
        assert at_once.status_code == 400
        check_answer("sync/search", at_once.json())


def send_form(ministry: Ministry, path: str, body: dict[str, Any], form: dict[str, str], *, is_file: bool = True) -> Any:
    content = json.dumps(body)
    fields = {name: (None, value) for name, value in form.items() if name != "fileName"}
    file = {"fileName": ("message.json" if is_file else None, content)}
    return ministry.http.post(f"/dci/registry/{path}", files=fields | file, headers=ministry.headers)
