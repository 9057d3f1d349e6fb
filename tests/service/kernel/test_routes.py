"""The routes that every service has, and what a command and its repeat answer."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.http.call import KEY_HEADER
from shared.plugins import PluginState
from tests.conftest import HUANGSHI, Desk, Office
from tests.service.kernel.library import SERVICE

LOAN = {"title": "社会救助法", "division": HUANGSHI}
PDF = b"%PDF-1.7 agreement"
OURS, THEIRS = uuid4(), uuid4()
BROKEN = PluginState("hukou", "", is_required=False, faults=3, problem="not installed")


@pytest.fixture
def library(service_client: Callable[..., Office]) -> Office:
    return service_client(SERVICE)


@pytest.fixture
def librarian(library: Office) -> Desk:
    return library.as_("librarian", account="li")


class TestCommands:
    def test_same_key_gives_the_same_answer_and_one_act(self, library: Office, librarian: Desk) -> None:
        key = str(uuid4())
        first, again = librarian.post("/api/v1/loans", LOAN, key=key), librarian.post("/api/v1/loans", LOAN, key=key)

        assert first == again
        assert len(library.as_("auditor").get("/api/v1/acts", entity="loan", id=first["id"])["items"]) == 1

    def test_same_key_for_another_command_is_refused(self, librarian: Desk) -> None:
        key = str(uuid4())
        librarian.post("/api/v1/loans", LOAN, key=key)

        refused = librarian.post("/api/v1/loans", {**LOAN, "title": "慈善法"}, key=key, expect=422)
        assert refused["type"] == "urn:qiao:problem:idempotency-key-reused"

    def test_key_of_one_person_is_no_key_of_another(self, library: Office, librarian: Desk) -> None:
        key = str(uuid4())

        assert librarian.post("/api/v1/loans", LOAN, key=key) != library.as_("librarian").post("/api/v1/loans", LOAN, key=key)

    def test_refused_command_may_be_sent_again_under_its_key(self, librarian: Desk) -> None:
        key = str(uuid4())
        librarian.post("/api/v1/loans", {**LOAN, "title": "禁书"}, key=key, expect=422)

        librarian.post("/api/v1/loans", LOAN, key=key)

    def test_command_without_a_key_is_malformed(self, library: Office, librarian: Desk) -> None:
        librarian.post("/api/v1/loans", LOAN, key="short", expect=400)

    def test_unexpected_fault_leaves_nothing_and_says_nothing(self, library: Office, librarian: Desk) -> None:
        answer = librarian.post("/api/v1/loans", {**LOAN, "title": "崩"}, expect=500)

        assert "崩" not in str(answer)
        assert library.as_("auditor").get("/api/v1/acts")["items"] == []


class TestDocuments:
    def test_document_comes_back_as_it_was_handed_in(self, library: Office, librarian: Desk) -> None:
        file_id = librarian.upload(PDF, "张三的体检报告.pdf")

        answer = library.http.get(f"/api/v1/files/{file_id}", headers=librarian._headers)
        assert answer.content == PDF
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"] == f'attachment; filename="{file_id}"'
        assert answer.headers["cache-control"] == "no-store"

    def test_agency_reads_its_own_contracts_documents_only(self, library: Office) -> None:
        agency, colleague, rival = (library.as_("reader", contracts=[contract]) for contract in (OURS, OURS, THEIRS))
        file_id = agency.upload(PDF)

        assert library.http.get(f"/api/v1/files/{file_id}", headers=colleague._headers).status_code == 200
        assert library.http.get(f"/api/v1/files/{file_id}", headers=rival._headers).status_code == 404

    def test_department_reads_what_agencies_hand_in(self, library: Office, librarian: Desk) -> None:
        file_id = library.as_("reader", contracts=[OURS]).upload(PDF)

        assert library.http.get(f"/api/v1/files/{file_id}", headers=librarian._headers).status_code == 200

    def test_who_keeps_the_accounts_reads_no_documents(self, library: Office, librarian: Desk) -> None:
        library.as_("admin", divisions=()).get(f"/api/v1/files/{librarian.upload(PDF)}", expect=404)

    def test_file_that_is_no_document_is_refused(self, library: Office, librarian: Desk) -> None:
        headers = {**librarian._headers, KEY_HEADER: str(uuid4())}

        answer = library.http.post("/api/v1/files", files={"file": ("a.exe", b"MZ\x90\x00")}, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "file"

    def test_same_document_under_the_same_key_is_one_record(self, library: Office, librarian: Desk) -> None:
        headers = {**librarian._headers, KEY_HEADER: str(uuid4())}

        def send(content: bytes) -> Any:
            return library.http.post("/api/v1/files", files={"file": ("a.pdf", content)}, headers=headers)

        assert send(PDF).json() == send(PDF).json()
        assert send(PDF + b"!").status_code == 422

    def test_unknown_document_is_not_found(self, librarian: Desk) -> None:
        librarian.get(f"/api/v1/files/{uuid4()}", expect=404)


class TestRecord:
    def test_history_of_one_thing_says_who_did_what_when(self, librarian: Desk) -> None:
        loan = librarian.post("/api/v1/loans", LOAN, on="2017-03-01")["id"]

        (act,) = librarian.get("/api/v1/acts", entity="loan", id=loan)["items"]
        assert (act["name"], act["account"], act["acted_on"], act["roles"]) == ("lend", "li", "2017-03-01", ["librarian"])
        assert len(act["trace_id"]) == 32

    def test_only_auditors_read_the_record_of_everything(self, library: Office, librarian: Desk) -> None:
        librarian.post("/api/v1/loans", LOAN)

        librarian.get("/api/v1/acts", expect=404)
        assert len(library.as_("auditor").get("/api/v1/acts")["items"]) == 1

    def test_agency_does_not_read_what_others_staff_did(self, library: Office) -> None:
        loans = {contract: library.as_("librarian", contracts=[contract]).post("/api/v1/loans", LOAN)["id"] for contract in (OURS, THEIRS)}
        agency = library.as_("reader", contracts=[OURS])

        assert len(agency.get("/api/v1/acts", entity="loan", id=loans[OURS])["items"]) == 1
        assert agency.get("/api/v1/acts", entity="loan", id=loans[THEIRS])["items"] == []

    def test_long_work_tells_how_far_it_is(self, librarian: Desk) -> None:
        job = librarian.post("/api/v1/imports")["id"]

        progress = librarian.get(f"/api/v1/jobs/{job}")
        assert (progress["kind"], progress["total"]) == ("catalogue", 1)
        librarian.get(f"/api/v1/jobs/{UUID(int=0)}", expect=404)


class TestOperator:
    def test_probes_answer_strangers_and_say_nothing_else(self, library: Office) -> None:
        for probe in ("live", "ready"):
            answer = library.http.get(f"/-/health/{probe}")
            assert (answer.status_code, answer.json()) == (200, {"status": "ok"})

    @pytest.mark.parametrize("path", ["/-/health", "/-/plugins", "/-/events", "/-/metrics"])
    def test_everything_else_needs_a_role(self, library: Office, librarian: Desk, path: str) -> None:
        assert library.http.get(path).status_code == 401
        librarian.get(path, expect=403)
        assert library.http.get(path, headers=library.as_("auditor")._headers).status_code == 200

    def test_store_that_does_not_answer_makes_the_service_unready(self, library: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        async def lost(*args: Any, **more: Any) -> Any:
            raise OSError("disk gone")

        monkeypatch.setattr(library.runtime.store, "read", lost)

        assert library.http.get("/-/health/ready").status_code == 503
        assert library.http.get("/-/health/live").status_code == 200

    def test_health_names_what_is_degraded(self, library: Office) -> None:
        auditor = library.as_("auditor")
        library.runtime.hooks.plugins.append(BROKEN)  # type: ignore[attr-defined]  # a list, shown as a sequence

        answer = auditor.get("/-/health")
        assert answer["status"] == "degraded"
        assert answer["degraded"]["plugin hukou"] == "not installed"
