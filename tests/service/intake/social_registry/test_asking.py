"""Other ministries' systems ask whether somebody is registered (SPDCI): signed, with consent, within their divisions."""

import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.intake.app import SERVICE
from services.intake.dci.signature import SignatureWrong, check
from services.intake.domain.partner import Partner
from shared.demo.population import RosterRow
from tests.conftest import Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.ministry import PUBLIC, REGISTRY, SENDER, Ministry, consent, now, search, terms
from tests.service.intake.spdci import check_answer, check_request

DAY = "2015-10-12"


def person_id(bureau: Bureau, row: RosterRow) -> str:
    body = {"text": row.身份证号, "purpose": "registration"}
    return str(bureau.clerk.post("/api/v1/persons/search", body)["items"][0]["person_id"])


class TestSearch:
    def test_who_is_registered_is_said_to_be_since_when_and_nothing_more(self, ministry: Ministry, rows: list[RosterRow]) -> None:
        body = ministry.searching(search(rows[0].身份证号))
        check_request("sync/search", body)

        answer = ministry.send("sync/search", body)

        check_answer("sync/search", answer)
        assert (answer["header"]["action"], answer["header"]["status"], answer["header"]["receiver_id"]) == ("on-search", "succ", SENDER)
        found = answer["message"]["search_response"][0]
        assert (found["status"], found["pagination"]["total_count"]) == ("succ", 1)
        record = found["data"]["reg_records"][0]
        assert set(record) == {"@type", "@id", "registration_status", "registration_date", "last_updated"}
        assert (record["registration_status"], record["registration_date"]) == ("registered", f"{DAY}T00:00:00+08:00")

    def test_the_answer_is_signed_by_the_registry(self, ministry: Ministry, bureau: Bureau, rows: list[RosterRow]) -> None:
        admin = bureau.office.as_("admin")
        page = bureau.office.http.get("/console/partners/", headers=admin._headers).text
        public = page.split("base64")[1].split("<code>")[1].split("</code>")[0]
        key_id = page.split("<code>")[2].split("</code>")[0]
        registry = Partner(sender_id=REGISTRY, name="", account="", keys={key_id: public})

        answer = ministry.send("sync/search", ministry.searching(search(rows[0].身份证号)))

        check(answer["signature"], answer["header"], answer["message"], partner=registry, at=int(time.time()), skew=5)
        with pytest.raises(SignatureWrong):
            check(answer["signature"], answer["header"], {}, partner=registry, at=int(time.time()), skew=5)

    def test_fields_are_shown_that_consent_covers(self, ministry: Ministry, rows: list[RosterRow]) -> None:
        asked = search(
            rows[0].身份证号, "name", "identifier", "birth_date", "sex", "group_size", "category", "place", "is_disabled", "address"
        )

        record = ministry.search(asked)[0]["data"]["reg_records"][0]

        shown = record["demographic_info"]
        assert shown["name"]["full_name"] == rows[0].姓名
        assert shown["identifier"][0]["identifier_value"] == rows[0].身份证号
        assert "phone_number" not in shown
        assert (record["category"], record["place"]["identifier"]) == ("urban_allowance", rows[0].区划代码)
        assert record["group_size"] >= 1

    def test_of_two_bases_that_is_shown_which_both_cover(self, ministry: Ministry, rows: list[RosterRow]) -> None:
        asked = search(rows[0].身份证号, "name", "sex", authorize=consent("sex", "birth_date"))

        assert set(ministry.search(asked)[0]["data"]["reg_records"][0]["demographic_info"]) == {"@type", "sex"}

    def test_who_is_not_registered_and_who_lives_elsewhere_are_the_same_answer(self, bureau: Bureau, rows: list[RosterRow]) -> None:
        elsewhere = Ministry(bureau.office, divisions=("429000000000",))

        answers = elsewhere.search(search(rows[0].身份证号), search("420202195001011233"))

        assert [(each["status"], each["data"]["reg_records"], each["pagination"]["total_count"]) for each in answers] == [
            ("succ", [], 0)
        ] * 2

    def test_person_sees_who_asked_and_why(self, ministry: Ministry, bureau: Bureau, rows: list[RosterRow]) -> None:
        ministry.search(search(rows[0].身份证号))

        readings = bureau.office.as_("auditor").get(f"/api/v1/persons/{person_id(bureau, rows[0])}/readings")["items"]
        noted = [each for each in readings if each["what"] == "registry"]
        assert [(each["reader"], each["by"], each["purpose"]) for each in noted] == [(SENDER, "dci", "eligibility")]

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"consent": None}, "rjct.search_criteria.invalid"),
            ({"consent": consent(purpose={"code": "marketing"})}, "rjct.search_criteria.invalid"),
            ({"consent": consent(ts=now(days=-400))}, "rjct.search_criteria.invalid"),
            ({"consent": consent(ts=now(days=1))}, "rjct.search_criteria.invalid"),
            ({"consent": consent(expires_at=now(minutes=-1))}, "rjct.search_criteria.invalid"),
            ({"consent": consent("illness")}, "rjct.search_criteria.invalid"),
            ({"authorize": consent(expires_at=now(minutes=-1))}, "rjct.search_criteria.invalid"),
            ({"authorize": consent(purpose={"code": "benefit"})}, "rjct.search_criteria.invalid"),
            ({"authorize": "the law"}, "rjct.search_criteria.invalid"),
            ({"reg_type": "ns:org:RegistryType:Civil"}, "rjct.search_criteria.invalid"),
            ({"response_entity": "Farm"}, "rjct.search_criteria.invalid"),
            ({"query_type": "graphql"}, "rjct.filter.invalid"),
            ({"query": {"type": "UIN"}}, "rjct.filter.invalid"),
            ({"query": {"type": "BRN", "value": "1"}}, "rjct.filter.invalid"),
            ({"query": {"type": "UIN", "value": ["1"]}}, "rjct.filter.invalid"),
            ({"query_type": "predicate", "query": []}, "rjct.filter.invalid"),
            ({"query_type": "expression", "query": {"sex": {"$eq": "male"}}}, "rjct.filter.invalid"),
            ({"query_type": "expression", "query": {"$not": {"UIN": {"$eq": "1"}}}}, "rjct.filter.invalid"),
            ({"pagination": {"page_size": 0}}, "rjct.pagination.invalid"),
            ({"pagination": {"page_size": 1e300}}, "rjct.pagination.invalid"),
            ({"pagination": {"page_number": 2}}, "rjct.pagination.invalid"),
            ({"sort": [{"attribute_name": "name"}]}, "rjct.sort.invalid"),
            ({"sort": "name"}, "rjct.sort.invalid"),
        ],
    )
    def test_faulty_request_is_rejected_by_its_reason_and_the_others_are_answered(
        self, ministry: Ministry, rows: list[RosterRow], changes: dict[str, Any], code: str
    ) -> None:
        body = ministry.searching(search(rows[0].身份证号, **changes), search(rows[1].身份证号))

        answer = ministry.send("sync/search", body)

        check_answer("sync/search", answer)
        first, second = answer["message"]["search_response"]
        assert (first["status"], first["status_reason_code"]) == ("rjct", code)
        assert "data" not in first
        assert rows[0].身份证号 not in json.dumps(answer)
        assert (second["status"], second["pagination"]["total_count"], answer["header"]["status"]) == ("succ", 1, "succ")

    def test_references_and_times_are_checked(self, ministry: Ministry, rows: list[RosterRow]) -> None:
        whole = search(rows[0].身份证号)
        asked = [
            whole,
            whole,
            {**whole, "reference_id": "b", "timestamp": "yesterday"},
            {**whole, "reference_id": 3},
            "x",
            {"reference_id": "c"},
        ]

        codes = [each.get("status_reason_code") for each in ministry.search(*asked)]  # type: ignore[arg-type]  # one is no request at all

        reference, duplicate = "rjct.reference_id.invalid", "rjct.reference_id.duplicate"
        assert codes == [None, duplicate, "rjct.timestamp.invalid", reference, reference, "rjct.timestamp.invalid"]


class TestLists:
    @pytest.fixture
    def office(self, service_client: Callable[..., Office]) -> Office:
        return service_client(SERVICE, plugin_settings=terms(may_list=True))

    def test_pages_of_a_list_are_sorted_and_make_the_whole(self, ministry: Ministry, rows: list[RosterRow]) -> None:
        by_law: dict[str, Any] = {
            "consent": None,
            "authorize": consent("birth_date"),
            "sort": [{"attribute_name": "birth_date", "sort_order": "desc"}],
        }
        query = {
            "type": "ns:org:QueryType:expression",
            "value": {"expression": {"collection": "Member", "query": {"$and": [{"place": {"$eq": "4202"}}]}}},
        }
        pages = [
            search("", query_type="expression", query=query, pagination={"page_size": 9, "page_number": number}, **by_law)
            for number in (1, 2, 3)
        ]

        found = ministry.search(*pages)

        births = [record["demographic_info"]["birth_date"] for each in found for record in each["data"]["reg_records"]]
        assert (len(births), births) == (len(rows), sorted(births, reverse=True))
        assert {each["pagination"]["total_count"] for each in found} == {len(rows)}

    @pytest.mark.parametrize(
        ("query_type", "query"),
        [
            ("expression", {"$or": [{"birth_date": {"$lt": "1957-01-01"}}, {"YOB": {"$ge": 1957}}]}),
            ("predicate", [{"seq_num": 1, "expression1": {"attribute_name": "group_size", "operator": "ge", "attribute_value": 1}}]),
            (
                "predicate",
                [
                    {
                        "expression1": {"attribute_name": "sex", "operator": "in", "attribute_value": ["male", "female"]},
                        "condition": "not",
                        "expression2": {"attribute_name": "status", "operator": "eq", "attribute_value": "deceased"},
                    }
                ],
            ),
            ("expression", {"is_disabled": {"$in": [True, False]}, "registration_date": {"$le": DAY}}),
        ],
    )
    def test_every_way_of_asking_means_what_it_says(self, ministry: Ministry, rows: list[RosterRow], query_type: str, query: Any) -> None:
        asked = search("", query_type=query_type, query=query, consent=None, authorize=consent(), pagination={"page_size": 1})

        assert ministry.search(asked)[0]["pagination"]["total_count"] == len(rows)

    def test_households_are_asked_for_by_number(self, ministry: Ministry, rows: list[RosterRow]) -> None:
        asked = search("", query={"type": "household_no", "value": rows[0].户编号}, response_entity="Group", consent=consent("group_size"))

        record = ministry.search(asked)[0]["data"]["reg_records"][0]

        assert (record["@type"], record["group_type"], record["registration_date"][:10]) == ("Group", "household", DAY)
        assert record["group_size"] == sum(1 for row in rows if row.户编号 == rows[0].户编号)

    def test_nobody_lists_by_consent_alone(self, ministry: Ministry) -> None:
        answer = ministry.search(search("", query_type="expression", query={"sex": {"$eq": "male"}}))[0]

        assert answer["status_reason_code"] == "rjct.filter.invalid"


class TestTransactionStatus:
    def test_status_tells_of_each_request_and_repeats_no_data(self, ministry: Ministry, rows: list[RosterRow]) -> None:
        body = ministry.searching(search(rows[0].身份证号, "name"), search(rows[1].身份证号, sort="x"))
        answer = ministry.send("sync/search", body)
        references = [each["reference_id"] for each in answer["message"]["search_response"]]
        ways = {
            "transaction_id": body["message"]["transaction_id"],
            "correlation_id": answer["message"]["correlation_id"],
            "reference_id_list": references,
        }
        for by, value in ways.items():
            asked = ministry.status(by, value)
            check_request("sync/txn/status", asked)

            found = ministry.send("sync/txn/status", asked)

            check_answer("sync/txn/status", found)
            told = found["message"]["txnstatus_response"]["txn_status"]["search_response"]
            assert [(each["reference_id"], each["status"]) for each in told] == [(references[0], "succ"), (references[1], "rjct")], by
            assert rows[0].姓名 not in json.dumps(found, ensure_ascii=False)

    def test_what_another_asked_is_unknown(self, ministry: Ministry) -> None:
        found = ministry.send("sync/txn/status", ministry.status("transaction_id", "nobody's"))

        check_answer("sync/txn/status", found)
        assert (found["header"]["status"], found["message"]["txnstatus_response"]["txn_status"]["search_response"]) == ("rjct", [])

    def test_question_that_cannot_be_read_is_refused(self, ministry: Ministry) -> None:
        check_answer("sync/txn/status", ministry.send("sync/txn/status", ministry.status("colour", "x"), expect=400))


def test_nothing_kept_or_said_names_anybody(ministry: Ministry, bureau: Bureau, rows: list[RosterRow]) -> None:
    subscription = {
        "reference_id": "s1",
        "timestamp": now(),
        "subscribe_criteria": {
            "reg_event_type": "UPDATE",
            "filter": {"type": "UIN", "value": rows[0].身份证号},
            "notify_record_type": "spdci-extensions-dci:Member",
            "authorize": consent(),
        },
    }
    ministry.search(search(rows[0].身份证号, "name", "identifier"))
    ministry.send("search", ministry.searching(search(rows[0].身份证号, "name", "identifier")))
    ministry.send("subscribe", ministry.envelope("subscribe", {"transaction_id": uuid4().hex, "subscribe_request": [subscription]}))

    with bureau.office.store.engine.connect() as connection:
        tables = ("partner_message", "partner_callback", "partner_subscription", "registration_change", "reading")
        kept = "".join(str(list(connection.execute(text(f"SELECT * FROM {table}")))) for table in tables)
    for secret in (rows[0].身份证号, rows[0].姓名):
        assert secret not in kept
    assert PUBLIC not in kept
