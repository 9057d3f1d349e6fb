"""Who reads and writes what, and until when; and that nothing written about a person is readable outside."""

import json
from base64 import b64decode
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from nacl.public import PublicKey, SealedBox

from shared.errors import Busy
from shared.events.casework import ActivityHeld, AgencyKeyRegistered, DataReturned
from shared.events.event import Request
from shared.events.intake import DossierRequest
from tests.service.casework.agency import CONTRACT, SHIHUIYAO, Agency, session

CANARY = "石灰窑街道金丝雀巷七号"
DOSSIER = {"name": CANARY, "birth": "1950-01-01", "needs": ["health"]}


@pytest.fixture
def intake(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> list[DossierRequest]:
    """Stands in for intake at the other end of the bus; keeps what it was asked."""
    asked: list[DossierRequest] = []

    async def answer(request: Request) -> bytes:
        assert isinstance(request, DossierRequest)
        asked.append(request)
        return bytes(SealedBox(PublicKey(b64decode(request.reply_key))).encrypt(json.dumps(DOSSIER).encode()))

    monkeypatch.setattr(agency.office.runtime.bus, "ask", answer)
    return asked


def ask(agency: Agency, case: str, *, on: str = "2017-03-01", **more: Any) -> Any:
    return agency.worker.post(f"/api/v1/cases/{case}/dossier", {"purpose": "visit"}, on=on, **more)


def everything_stored(agency: Agency) -> bytes:
    """The store as it lies on the disk, with what was not yet moved from its log."""
    path = agency.office.store.path
    assert path is not None
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*") if file.is_file())


def test_a_dossier_is_opened_for_the_reader_and_kept_nowhere(
    agency: Agency, intake: list[DossierRequest], caplog: pytest.LogCaptureFixture
) -> None:
    agency.director.post("/api/v1/agency-key", {}, on="2016-09-05")
    case = agency.serve()

    assert ask(agency, case) == DOSSIER

    assert (intake[0].actor, intake[0].purpose, str(intake[0].worker_id)) == ("caseworker", "visit", agency.worker_id)
    assert intake[0].reply_key == agency.office.said(AgencyKeyRegistered)[0].public_key
    assert CANARY.encode() not in everything_stored(agency)
    assert CANARY not in caplog.text


def test_the_agency_has_one_key_however_often_it_is_registered(agency: Agency) -> None:
    first = agency.director.post("/api/v1/agency-key", {}, on="2016-09-05")

    assert agency.director.post("/api/v1/agency-key", {}, on="2016-09-06") == first
    assert len(agency.office.said(AgencyKeyRegistered)) == 1


def test_a_worker_asks_only_for_the_own_recipients_and_while_they_are_served(agency: Agency, intake: list[DossierRequest]) -> None:
    case, recipient = agency.serve(), agency.enrol()
    withdrawn = agency.open(recipient)["cases"][0]["case_id"]
    stranger = agency.office.as_("caseworker", divisions=(), contracts=(CONTRACT,))
    stranger.post(f"/api/v1/cases/{case}/dossier", {"purpose": "visit"}, on="2017-03-01", expect=403)
    agency.withdraw(recipient, date(2017, 3, 1))
    ask(agency, withdrawn, on="2017-03-02", expect=422)
    ask(agency, case, on="2017-10-01", expect=422)
    agency.close(case)
    ask(agency, case, on="2017-09-26", expect=409)

    assert intake == []


def test_no_answer_from_intake_is_said_plainly(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(request: Request) -> bytes:
        raise Busy("救助对象服务没有应答，请稍后再试")

    monkeypatch.setattr(agency.office.runtime.bus, "ask", silent)

    assert "救助对象服务" in ask(agency, agency.serve(), expect=503)["detail"]


def test_what_is_written_about_a_person_is_sealed_and_destroyed_at_the_end(agency: Agency) -> None:
    case = agency.serve()
    agency.record(session(case) | {"note": CANARY})
    agency.close(case)
    agency.accepted()
    document = agency.director.upload(b"%PDF-1.4 certificate")
    path = f"/api/v1/contracts/{CONTRACT}/data-return"

    returned = agency.director.post(path, {"document": document}, on="2017-12-08")

    assert (returned["recipients"], returned["keys_erased"]) == (1, 1)
    assert agency.office.said(DataReturned)[0].certificate_hash == returned["certificate_hash"]
    assert CANARY.encode() not in everything_stored(agency)
    agency.director.post(path, {"document": document}, on="2017-12-09", expect=409)
    names = [row["name"] for row in agency.director.get("/api/v1/workers", contract_id=CONTRACT)["items"]]
    assert names == ["李社工"]


def test_who_serves_a_case_reads_what_was_written_in_it_and_nobody_else(agency: Agency) -> None:
    case = agency.serve()
    agency.record(session(case) | {"note": CANARY})
    path = f"/api/v1/cases/{case}/notes"

    written = agency.worker.get(path)["items"]

    assert [next(key for key in row if key != "about") for row in written] == ["summary", "goals", "note"]
    assert agency.supervisor.get(path)["items"] == written
    agency.office.as_("caseworker", divisions=(), contracts=(CONTRACT,)).get(path, expect=404)
    agency.office.as_("buyer").get(path, expect=403)
    agency.accepted()
    agency.worker.get(path, expect=403)


def test_data_is_not_returned_before_acceptance_or_with_a_case_open(agency: Agency) -> None:
    agency.serve()
    document = agency.director.upload(b"%PDF-1.4 certificate")
    path = f"/api/v1/contracts/{CONTRACT}/data-return"

    assert "尚未验收" in agency.director.post(path, {"document": document}, on="2017-11-01", expect=409)["detail"]
    agency.accepted()
    assert "未结案" in agency.director.post(path, {"document": document}, on="2017-12-08", expect=409)["detail"]


def test_writing_ends_with_the_term_and_reading_with_acceptance(agency: Agency) -> None:
    case = agency.serve()
    agency.record(session(case), on="2017-10-01", expect=422)
    agency.propose(case, "referred", on="2017-10-01", expect=422)
    assert agency.supervisor.get(f"/api/v1/cases/{case}")["state"] == "serving"

    agency.accepted()

    assert agency.supervisor.get(f"/api/v1/cases/{case}", expect=403)["type"].endswith("access-ended")
    agency.worker.get(f"/api/v1/cases/{case}/sessions", expect=403)
    agency.supervisor.get("/api/v1/enrolments", contract_id=CONTRACT, expect=403)
    assert agency.supervisor.get("/api/v1/cases")["items"] == []
    assert agency.supervisor.get(f"/api/v1/contracts/{CONTRACT}/summary")["cases"] == 1
    assert len(agency.office.as_("buyer").get("/api/v1/cases", contract_id=CONTRACT)["items"]) == 1


def test_a_caseworker_sees_the_own_cases_only(agency: Agency) -> None:
    case = agency.serve()
    colleague = agency.office.as_("caseworker", divisions=(), contracts=(CONTRACT,))

    assert [row["id"] for row in agency.worker.get(f"/api/v1/workers/{agency.worker_id}/cases")["items"]] == [case]
    assert colleague.get("/api/v1/cases")["items"] == []
    colleague.get(f"/api/v1/cases/{case}", expect=404)
    assert [row["id"] for row in agency.supervisor.get("/api/v1/cases", contract_id=CONTRACT, state="serving")["items"]] == [case]


def test_the_buyer_reads_progress_without_names(agency: Agency) -> None:
    buyer = agency.office.as_("buyer")
    agency.serve()

    workers = buyer.get("/api/v1/workers", contract_id=CONTRACT)["items"]

    assert [(row["open_cases"], row["places_left"], "name" in row) for row in workers] == [(1, 1, False)]
    assert agency.office.as_("buyer", divisions=("430000000000",)).get("/api/v1/contracts")["items"] == []


def test_waiting_recipients_are_those_without_a_caseworker(agency: Agency) -> None:
    served, waiting, gone = agency.enrol(), agency.enrol(), agency.enrol()
    agency.open(served)
    agency.withdraw(gone, date(2017, 2, 7))

    listed = agency.supervisor.get("/api/v1/enrolments", contract_id=CONTRACT, waiting=True)["items"]

    assert [row["recipient_id"] for row in listed] == [str(waiting)]


def test_a_hundred_sessions_are_entered_at_once_and_no_more(agency: Agency) -> None:
    case = agency.serve()
    slots = [(f"{8 + slot // 2:02}:{slot % 2 * 30:02}", f"{8 + slot // 2:02}:{slot % 2 * 30 + 25}") for slot in range(20)]
    week = [session(case, f"2017-02-{day}", *slot) for day in range(20, 25) for slot in slots]

    kept = agency.record(*week)["sessions"]

    assert [row["number"] for row in kept] == list(range(1, 101))
    agency.record(*week, session(case, "2017-02-28"), expect=400)


def test_a_withdrawn_record_no_longer_counts(agency: Agency) -> None:
    case = agency.serve()
    first = agency.record(session(case))["sessions"][0]["id"]
    body = {key: value for key, value in session(case).items() if key != "case_id"}

    agency.worker.post(f"/api/v1/sessions/{first}/corrections", body | {"reason": "误登", "is_withdrawn": True}, on="2017-03-02")

    assert agency.supervisor.get(f"/api/v1/cases/{case}")["sessions"] == 0
    assert agency.supervisor.get(f"/api/v1/contracts/{CONTRACT}/summary")["sessions"] == 0
    agency.record(session(case), on="2017-03-02")


def test_an_activity_counts_people_and_names_nobody(agency: Agency) -> None:
    body = {
        "contract_id": str(CONTRACT),
        "kind": "community",
        "title": "邻里节",
        "held_on": "2017-05-20",
        "minutes": 90,
        "participants": 40,
        "division": SHIHUIYAO,
    }

    agency.worker.post("/api/v1/activities", body, on="2017-05-22")
    agency.worker.post("/api/v1/activities", body | {"held_on": "2017-05-23"}, on="2017-05-22", expect=422)
    agency.worker.post("/api/v1/activities", body, on="2017-10-02", expect=422)

    assert agency.office.said(ActivityHeld)[0].participants == 40
    assert [row["title"] for row in agency.office.as_("buyer").get("/api/v1/activities", contract_id=CONTRACT)["items"]] == ["邻里节"]
    assert agency.supervisor.get(f"/api/v1/contracts/{CONTRACT}/summary")["activities"] == 1


def test_a_crisis_is_flagged_beside_the_state_of_the_case(agency: Agency) -> None:
    case = agency.serve()

    agency.worker.post(f"/api/v1/cases/{case}/crisis", {"is_crisis": True, "note": CANARY}, on="2017-04-01")

    shown = agency.supervisor.get(f"/api/v1/cases/{case}")
    assert (shown["is_crisis"], shown["state"]) == (True, "serving")
    assert CANARY.encode() not in everything_stored(agency)


def test_a_second_outcome_of_a_kind_and_a_wrong_detail_are_refused(agency: Agency) -> None:
    case = agency.serve()
    document = agency.worker.upload(b"%PDF-1.4 contract")
    found = {"case_id": case, "kind": "welfare_enterprise", "detail": "shop", "achieved_on": "2017-05-02", "document": document}

    agency.worker.post("/api/v1/outcomes", found, on="2017-05-02", expect=422)
    agency.worker.post("/api/v1/outcomes", found | {"detail": "county", "document": str(uuid4())}, on="2017-05-02", expect=404)
    agency.worker.post("/api/v1/outcomes", found | {"detail": "county"}, on="2017-05-02")
    agency.worker.post("/api/v1/outcomes", found | {"detail": "city"}, on="2017-05-03", expect=422)

    assert [row["detail"] for row in agency.office.as_("buyer").get("/api/v1/outcomes", contract_id=CONTRACT)["items"]] == ["county"]
