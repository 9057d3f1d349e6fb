"""Who may send a message to the registry, and which messages are none."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.intake.app import SERVICE
from services.intake.dci.envelope import read
from shared.demo.population import RosterRow
from tests.conftest import Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.ministry import ACCOUNT, KEY, SENDER, Ministry, search, signed, terms
from tests.service.intake.spdci import check_answer


class TestWhoMayAsk:
    def test_without_a_token_nothing_is_answered(self, ministry: Ministry, rows: list[RosterRow]) -> None:
        body = ministry.searching(search(rows[0].身份证号))
        for headers in ({}, {"Authorization": "Bearer nonsense"}):
            ministry.headers = headers
            check_answer("sync/search", found := ministry.send("sync/search", body, expect=401), status=401)
            assert found["errors"][0]["code"] == "err.request.unauthorized"

    def test_a_clerk_is_no_system_and_a_system_is_no_other(self, ministry: Ministry, bureau: Bureau, rows: list[RosterRow]) -> None:
        body = ministry.searching(search(rows[0].身份证号))
        ministry.headers = bureau.clerk._headers
        check_answer("search", found := ministry.send("search", body, expect=403), status=403)
        assert found["errors"][0]["code"] == "err.request.forbidden"

        other = Ministry(bureau.office, account="another")
        assert other.send("sync/search", body, expect=403)["errors"][0]["code"] == "err.sender_id.invalid"

    def test_signature_must_be_there_and_right_and_in_force(self, ministry: Ministry, rows: list[RosterRow]) -> None:
        whole = ministry.searching(search(rows[0].身份证号))
        header, message = whole["header"], whole["message"]
        stranger = Ed25519PrivateKey.generate()
        wrong = {
            "": "err.signature.missing",
            "unsigned-stub": "err.signature.invalid",
            "a.b.c": "err.signature.invalid",
            signed(header, message, key=stranger): "err.signature.invalid",
            signed(header, {**message, "transaction_id": "x"}): "err.signature.invalid",
            signed(header, message, kid=f"{SENDER}|k2|ed25519"): "err.signature.invalid",
            signed(header, message, kid="other|k1|ed25519"): "err.signature.invalid",
            signed(header, message, created=1000, expires=1300): "err.signature.invalid",
            signed(header, message, created=int(time.time()) + 5000, expires=int(time.time()) + 6000): "err.signature.invalid",
        }
        for signature, code in wrong.items():
            found = ministry.send("sync/search", {**whole, "signature": signature}, expect=401)
            check_answer("sync/search", found, status=401)
            assert found["errors"][0]["code"] == code, signature

    def test_a_jws_is_a_signature_too(self, ministry: Ministry, rows: list[RosterRow]) -> None:
        whole = ministry.searching(search(rows[0].身份证号))
        payload = json.dumps(
            {"header": whole["header"], "message": whole["message"]}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        parts = [urlsafe_b64encode(each).decode().rstrip("=") for each in (b'{"alg":"EdDSA","kid":"k1"}', payload.encode())]
        value = urlsafe_b64encode(KEY.sign(".".join(parts).encode())).decode().rstrip("=")

        for signature in (f"{parts[0]}.{parts[1]}.{value}", f"{parts[0]}..{value}"):
            assert ministry.send("sync/search", {**whole, "signature": signature})["header"]["status"] == "succ"
        assert ministry.send("sync/search", {**whole, "signature": f"{parts[0]}..{value[:-4]}AAAA"}, expect=401)

    def test_refused_systems_are_in_the_auditors_list(self, ministry: Ministry, bureau: Bureau, rows: list[RosterRow]) -> None:
        ministry.send("sync/search", {**ministry.searching(search(rows[0].身份证号)), "signature": ""}, expect=401)

        refusals = bureau.office.as_("auditor").get("/api/v1/refusals")["items"]
        assert [(each["code"], each["account"]) for each in refusals] == [("partner-refused", ACCOUNT)]

    def test_too_many_messages_are_refused(self, service_client: Callable[..., Office]) -> None:
        settings = terms()
        settings["social_registry"]["per_minute"] = 3
        ministry = Ministry(service_client(SERVICE, plugin_settings=settings))
        for _ in range(3):
            ministry.send("sync/search", ministry.searching(search("420202195001011233")))

        sync = ministry.send("sync/search", ministry.searching(search("420202195001011233")), expect=429)
        other = ministry.send("search", ministry.searching(search("420202195001011233")), expect=429)

        check_answer("sync/search", sync)
        check_answer("search", other)
        assert other["message"]["error"]["code"] == "err.request.too_many_requests"

    def test_where_no_plugin_answers_the_interface_is_closed(self, service_client: Callable[..., Office]) -> None:
        ministry = Ministry(service_client(SERVICE, plugins=["still_here"]))

        found = ministry.send("search", ministry.searching(search("420202195001011233")), expect=503)

        check_answer("search", found)
        assert found["message"]["error"]["code"] == "err.service.unavailable"


class TestEnvelope:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b"\xff",
            b'{"header": {}}',
            b'{"header": 1, "message": {}}',
            b"[" * 100_000,
            b'{"header":{},"message":{},"signature":1}',
        ],
        ids=str,
    )
    def test_what_is_no_message_is_answered_as_the_standard_says(self, office: Office, body: bytes) -> None:
        ministry = Ministry(office)
        for path in ("search", "subscribe", "unsubscribe", "txn/status", "sync/search", "sync/txn/status"):
            check_answer(path, ministry.send(path, body, expect=400))

    @pytest.mark.parametrize(
        ("header", "code"),
        [
            ({"version": "9.0.0"}, "rjct.version.invalid"),
            ({"action": "subscribe"}, "rjct.action.invalid"),
            ({"message_ts": "2001-01-01T00:00:00Z"}, "rjct.message_ts.invalid"),
            ({"message_ts": "now"}, "rjct.message_ts.invalid"),
            ({"total_count": 2}, "rjct.total_count.invalid"),
            ({"total_count": "1"}, "rjct.total_count.invalid"),
        ],
    )
    def test_faulty_header_is_rejected_by_its_reason(self, office: Office, header: dict[str, Any], code: str) -> None:
        ministry = Ministry(office)
        body = ministry.searching(search("420202195001011233"), **header)

        sync, later = ministry.send("sync/search", body, expect=400), ministry.send("search", body, expect=400)

        check_answer("sync/search", sync)
        check_answer("search", later)
        assert sync["header"]["status_reason_code"] == code
        assert later["message"]["error"]["message"].startswith(code)

    def test_encrypted_misdirected_and_overlong_messages_are_refused(self, office: Office) -> None:
        ministry = Ministry(office)
        one = search("420202195001011233")
        wrong = {
            "err.encryption.invalid": ministry.searching(one, is_msg_encrypted=True),
            "err.receiver_id.invalid": ministry.searching(one, receiver_id="another"),
            "rjct.total_count.limit_exceeded": ministry.searching(*[one] * 51),
            "err.request.bad": ministry.envelope("search", {"transaction_id": "t", "search_request": []}),
        }
        for code, body in wrong.items():
            found = ministry.send("sync/search", body, expect=400)
            check_answer("sync/search", found)
            assert code in json.dumps(found["header"])

    def test_an_id_is_for_one_message(self, ministry: Ministry, rows: list[RosterRow]) -> None:
        body = ministry.searching(search(rows[0].身份证号))
        first, again = ministry.send("sync/search", body), ministry.send("sync/search", body)
        assert first["message"]["correlation_id"] == again["message"]["correlation_id"]

        other = ministry.searching(search(rows[1].身份证号), message_id=body["header"]["message_id"])
        found = ministry.send("sync/search", other, expect=400)
        assert found["header"]["status_reason_code"] == "rjct.message_id.duplicate"

    def test_half_a_character_is_no_message(self, office: Office) -> None:
        with pytest.raises(Exception, match="JSON"):
            read(b'{"header": {"message_id": "\\ud800"}, "message": {}}', "search")
        assert Ministry(office).send("search", b'{"header": {"x": "\\ud800"}, "message": {}}', expect=400)["message"]["ack_status"] == "ERR"
