"""A need that a social worker found becomes a task: heard once, in reach only, taken and answered; its texts are kept apart."""

import json
import logging
from base64 import b64decode
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from nacl.public import PublicKey, SealedBox
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select, update

from services.intake.app import SERVICE
from services.intake.store import NeedAct, Reading
from shared.bus.asking import AskRefused
from shared.errors import Busy
from shared.events.casework import DataReturned, NeedDiscovered, NeedReportRequest
from shared.events.event import Request
from shared.events.intake import NeedAnswered, NeedErased
from tests.conftest import Desk, Office
from tests.service.intake.bureau import CONTRACT, Bureau

HERE, OUTSIDE = "420202006007", "420300000000"
SEEN = "金丝雀巷三号的孩子没有上学"
NOTE = "已与金丝雀家联系"
DAY = "2017-03-03"


def told(**changes: Any) -> NeedDiscovered:
    given: dict[str, Any] = {"report_id": uuid4(), "contract_id": CONTRACT, "recipient_id": None, "about": "other", "kind": "education"}
    given |= {"urgency": "soon", "division": HERE, "found_on": date(2017, 3, 1), "reported_on": date(2017, 3, 2)}
    return NeedDiscovered(**given | changes)


@pytest.fixture
def casework(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> list[NeedReportRequest]:
    """Stands in for casework at the other end of the bus; keeps what it was asked."""
    return stand_in(bureau.office, monkeypatch)


def stand_in(office: Office, monkeypatch: pytest.MonkeyPatch, refusal: Exception | None = None) -> list[NeedReportRequest]:
    asked: list[NeedReportRequest] = []

    async def answer(request: Request) -> bytes:
        assert isinstance(request, NeedReportRequest)
        asked.append(request)
        if refusal is not None:
            raise refusal
        return bytes(SealedBox(PublicKey(b64decode(request.reply_key))).encrypt(json.dumps({"seen": SEEN}).encode()))

    monkeypatch.setattr(office.runtime.bus, "ask", answer)
    return asked


def heard(bureau: Bureau, **changes: Any) -> str:
    event = told(**changes)
    bureau.office.hear(event, on=event.reported_on)
    return str(event.report_id)


def act(desk: Desk, need: str, what: str, body: dict[str, str] | None = None, *, on: str = DAY, expect: int | None = None) -> Any:
    return desk.post(f"/api/v1/discovered-needs/{need}/{what}", body or {}, on=on, expect=expect)


def one(desk: Desk, need: str, expect: int = 200) -> Any:
    return desk.get(f"/api/v1/discovered-needs/{need}", expect=expect)


def test_a_report_is_one_task_however_often_it_is_heard(bureau: Bureau) -> None:
    event = told()
    for _ in range(2):
        bureau.office.hear(event, on=event.reported_on)

    [task] = bureau.clerk.get("/api/v1/discovered-needs")["items"]
    assert (task["id"], task["state"], task["due_on"]) == (str(event.report_id), "open", "2017-03-07")


@pytest.mark.parametrize(
    ("kind", "urgency", "due"),
    [
        ("health", "normal", "2017-03-17"),
        ("health", "soon", "2017-03-07"),
        ("health", "urgent", "2017-03-02"),
        ("harm_to_minor", "normal", "2017-03-02"),
        ("danger_to_life", "soon", "2017-03-02"),
    ],
)
def test_it_is_due_by_the_rule_and_harm_at_once(bureau: Bureau, kind: str, urgency: str, due: str) -> None:
    assert one(bureau.clerk, heard(bureau, kind=kind, urgency=urgency))["due_on"] == due


def test_a_task_is_taken_then_answered_and_casework_hears_codes(bureau: Bureau) -> None:
    need = heard(bureau)

    assert act(bureau.clerk, need, "answer", {"outcome": "included"}, expect=409)["detail"] == "请先受理，再答复"
    act(bureau.clerk, need, "taking")
    act(bureau.clerk, need, "taking", expect=409)
    act(bureau.clerk, need, "answer", {"outcome": "included", "note": NOTE}, on="2017-03-06")
    act(bureau.clerk, need, "refusal", {"reason": "unclear"}, on="2017-03-06", expect=409)

    kept = one(bureau.clerk, need)
    assert (kept["state"], kept["taken_by"]) == ("answered", "clerk")
    assert [(each["act"], each["outcome"], each["acted_on"]) for each in kept["acts"]] == [
        ("taken", "", DAY),
        ("answered", "included", "2017-03-06"),
    ]
    ids = {"report_id": UUID(need), "contract_id": CONTRACT}
    assert bureau.office.said(NeedAnswered) == [
        NeedAnswered(**ids, state="taken", outcome="", answered_on=date(2017, 3, 3)),
        NeedAnswered(**ids, state="answered", outcome="included", answered_on=date(2017, 3, 6)),
    ]


def test_a_task_may_be_refused_at_once_with_a_reason_of_the_list(bureau: Bureau) -> None:
    need = heard(bureau)

    fault = act(bureau.clerk, need, "refusal", {"reason": "no time"}, expect=400)
    act(bureau.clerk, need, "refusal", {"reason": "not_ours"})

    assert fault["errors"][0]["field"] == "reason"
    assert one(bureau.clerk, need)["state"] == "refused"
    assert [(said.state, said.outcome) for said in bureau.office.said(NeedAnswered)] == [("refused", "not_ours")]


def test_nobody_of_another_city_finds_counts_or_acts(bureau: Bureau) -> None:
    need = heard(bureau)
    other = bureau.office.as_("clerk", "officer", "auditor", divisions=(OUTSIDE,))

    assert other.get("/api/v1/discovered-needs")["items"] == []
    one(other, need, expect=404)
    other.get(f"/api/v1/discovered-needs/{need}/report", expect=404)
    for what, body in (("taking", {}), ("answer", {"outcome": "included"}), ("refusal", {"reason": "unclear"})):
        act(other, need, what, body, expect=404)
    assert one(bureau.clerk, need)["acts"] == []


def test_the_list_is_filtered_paged_and_what_is_due_first_stands_first(bureau: Bureau) -> None:
    late, soon, urgent = (heard(bureau, urgency=urgency) for urgency in ("normal", "soon", "urgent"))
    beside = heard(bureau, division="420203001001", urgency="urgent")
    act(bureau.clerk, soon, "taking")
    act(bureau.clerk, late, "refusal", {"reason": "unclear"})

    def found(**asked: Any) -> list[str]:
        return [row["id"] for row in bureau.clerk.get("/api/v1/discovered-needs", **asked)["items"]]

    assert found(division="420202000000") == [urgent, soon, late]
    assert found(state="waiting", division="420202000000") == [urgent, soon]
    assert (found(state="taken"), found(state="refused")) == ([soon], [late])
    assert set(found(urgency="urgent")) == {urgent, beside}
    first = bureau.clerk.get("/api/v1/discovered-needs", limit=3)
    assert len(bureau.clerk.get("/api/v1/discovered-needs", limit=3, after=first["next"])["items"]) == 1
    bureau.clerk.get("/api/v1/discovered-needs", state="everything", expect=400)


def test_what_was_seen_is_asked_of_casework_for_this_reader_and_each_reading_is_recorded(
    bureau: Bureau, casework: list[NeedReportRequest]
) -> None:
    need = heard(bureau)
    act(bureau.clerk, need, "taking")
    act(bureau.clerk, need, "answer", {"outcome": "unfounded", "note": NOTE})

    shown = bureau.officer.get(f"/api/v1/discovered-needs/{need}/report", on=DAY)

    assert (shown["seen"], [note["note"] for note in shown["notes"]]) == (SEEN, [NOTE])
    [request] = casework
    assert (str(request.report_id), request.actor) == (need, "officer")
    assert [(each["act"], each["acted_by"]) for each in one(bureau.officer, need)["acts"]][-1] == ("read", "officer")
    bureau.office.as_("auditor").get(f"/api/v1/discovered-needs/{need}/report", expect=403)
    another = bureau.officer.get(f"/api/v1/discovered-needs/{need}/report", on=DAY)
    assert another == shown
    assert casework[0].reply_key != casework[1].reply_key, "each answer has a key of its own"


def test_without_casework_the_reader_is_told_to_come_back_and_what_is_erased_there_is_said(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    need = heard(bureau)

    stand_in(bureau.office, monkeypatch, Busy("对方服务暂时没有应答，请稍后再试", retry_after=5))
    bureau.clerk.get(f"/api/v1/discovered-needs/{need}/report", on=DAY, expect=503)
    stand_in(bureau.office, monkeypatch, AskRefused("已删除", reason="erased"))
    assert bureau.clerk.get(f"/api/v1/discovered-needs/{need}/report", on=DAY)["seen"] is None
    stand_in(bureau.office, monkeypatch, AskRefused("没有找到该发现报告", reason="not-found"))
    bureau.clerk.get(f"/api/v1/discovered-needs/{need}/report", on=DAY, expect=403)


def test_what_was_seen_and_noted_is_in_no_file_no_log_and_no_event(
    bureau: Bureau, casework: list[NeedReportRequest], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    need = heard(bureau)
    act(bureau.clerk, need, "taking")
    act(bureau.clerk, need, "answer", {"outcome": "included", "note": NOTE})
    act(bureau.clerk, need, "refusal", {"reason": "unclear", "note": NOTE}, expect=409)
    assert SEEN in str(bureau.clerk.get(f"/api/v1/discovered-needs/{need}/report", on=DAY))

    files = [path.read_bytes() for path in bureau.office.runtime.settings.data.rglob("*") if path.is_file()]
    said = "".join(event.model_dump_json() for event in bureau.office.everything_said())
    logged = caplog.text + repr([record.__dict__ for record in caplog.records])
    for code in ("utf-8", "utf-16-le", "gb18030"):
        assert not any("金丝雀".encode(code) in content for content in files)
    assert "金丝雀" not in said + logged
    assert "金丝雀" not in str(one(bureau.clerk, need)) + str(bureau.clerk.get("/api/v1/discovered-needs"))


def test_what_was_done_cannot_be_changed_in_the_store(bureau: Bureau) -> None:
    act(bureau.clerk, heard(bureau), "taking")

    with pytest.raises(DBAPIError, match="append-only"):
        bureau.office.store.run_now(lambda work: work.execute(update(NeedAct).values(outcome="included")))


def test_sent_twice_an_answer_is_one(bureau: Bureau) -> None:
    need = heard(bureau)
    for _ in range(2):
        bureau.clerk.post(f"/api/v1/discovered-needs/{need}/taking", {}, on=DAY, key="taken-once-and-no-more")

    assert len(bureau.office.said(NeedAnswered)) == 1


def test_a_recipient_nobody_knows_is_a_task_all_the_same_and_known_as_soon_as_enrolled(bureau: Bureau, confirmed: str) -> None:
    stranger = heard(bureau, recipient_id=uuid4(), about="recipient")
    recipient = bureau.serve(confirmed, bureau.candidates(confirmed, "listed")[0])
    known = heard(bureau, recipient_id=UUID(recipient), about="household")

    assert (one(bureau.clerk, stranger)["is_known"], one(bureau.clerk, stranger)["household"]) == (False, None)
    shown = one(bureau.clerk, known)
    person = bureau.officer.get(f"/api/v1/programmes/{confirmed}/recipients")["items"][0]["person_id"]
    file = bureau.officer.get(f"/api/v1/persons/{person}/file", purpose="audit")
    assert (shown["is_known"], shown["household"]["household_no"]) == (True, file["household"]["household_no"])
    assert shown["project"]


@pytest.mark.parametrize(
    ("about", "kind", "is_told"), [("recipient", "health", True), ("recipient", "harm_to_minor", False), ("household", "health", False)]
)
def test_a_person_is_told_who_read_of_the_own_needs_and_of_no_harm(
    bureau: Bureau, confirmed: str, casework: list[NeedReportRequest], about: str, kind: str, is_told: bool
) -> None:
    """Else whoever does harm to a child would read in the own log that it was found."""
    recipient = bureau.serve(confirmed, bureau.candidates(confirmed, "listed")[0])
    need = heard(bureau, recipient_id=UUID(recipient), about=about, kind=kind)

    bureau.clerk.get(f"/api/v1/discovered-needs/{need}/report", on=DAY)

    marks = bureau.office.store.read_now(lambda reader: reader.rows(select(col(Reading.what)).where(col(Reading.what) == "need")))
    assert bool(marks) is is_told


def test_who_has_left_is_said_and_erasure_takes_the_notes_along(bureau: Bureau, confirmed: str, casework: list[NeedReportRequest]) -> None:
    recipient = bureau.serve(confirmed, bureau.candidates(confirmed, "listed")[0])
    need = heard(bureau, recipient_id=UUID(recipient), about="recipient")
    beside = heard(bureau, recipient_id=UUID(recipient), about="household")
    for each in (need, beside):
        act(bureau.clerk, each, "taking")
        act(bureau.clerk, each, "answer", {"outcome": "referred", "note": NOTE})
    bureau.clerk.post(f"/api/v1/recipients/{recipient}/withdrawal", {"reason": "consent_withdrawn"}, on="2017-03-20")
    assert one(bureau.clerk, need)["withdrawn_on"] == "2017-03-20"

    person = bureau.officer.get(f"/api/v1/programmes/{confirmed}/recipients")["items"][0]["person_id"]
    erase(bureau, person)

    for each in (need, beside):
        kept = one(bureau.clerk, each)
        assert (kept["is_erased"], kept["state"]) == (True, "answered")
        assert bureau.clerk.get(f"/api/v1/discovered-needs/{each}/report", on="2017-03-23")["notes"] == []
    assert bureau.office.said(NeedErased) == [], "RecipientErased says it"


def test_who_lives_with_a_recipient_takes_along_what_was_noted_of_the_household(bureau: Bureau, confirmed: str) -> None:
    recipient, other = with_somebody(bureau, confirmed)
    beside = heard(bureau, recipient_id=UUID(recipient), about="household")
    own = heard(bureau, recipient_id=UUID(recipient), about="recipient")

    erase(bureau, other)

    assert (one(bureau.clerk, beside)["is_erased"], one(bureau.clerk, own)["is_erased"]) == (True, False)
    assert [str(said.report_id) for said in bureau.office.said(NeedErased)] == [beside]
    act(bureau.clerk, beside, "taking", on="2017-03-23")
    refused = act(bureau.clerk, beside, "answer", {"outcome": "referred", "note": NOTE}, on="2017-03-23", expect=409)
    assert refused["errors"][0]["field"] == "note"
    act(bureau.clerk, beside, "answer", {"outcome": "referred"}, on="2017-03-23")


def with_somebody(bureau: Bureau, programme: str) -> tuple[str, str]:
    """A recipient, and a person of the same household who is on no list."""
    listed = {row["person_id"] for state in ("listed", "waiting", "consented") for row in bureau.candidates(programme, state)}
    for candidate in bureau.candidates(programme, "listed"):
        file = bureau.officer.get(f"/api/v1/persons/{candidate['person_id']}/file", purpose="audit")
        members = bureau.officer.get(f"/api/v1/households/{file['household']['id']}/file", purpose="audit")["members"]
        others = [each["id"] for each in members if each["id"] not in listed]
        if others:
            return bureau.serve(programme, candidate), others[0]
    raise AssertionError("everybody lives alone")


def erase(bureau: Bureau, person: str) -> None:
    asked = bureau.clerk.post(f"/api/v1/persons/{person}/erasure", {"scope": "all", "reason": "own_request"}, on="2017-03-21")["id"]
    bureau.officer.post(f"/api/v1/erasures/{asked}/confirmation", {}, on="2017-03-22")


def test_what_was_noted_of_people_on_no_file_goes_when_the_agency_returns_its_data(
    bureau: Bureau, casework: list[NeedReportRequest]
) -> None:
    need, elsewhere = heard(bureau), heard(bureau, contract_id=uuid4())
    for each in (need, elsewhere):
        act(bureau.clerk, each, "taking")
        act(bureau.clerk, each, "answer", {"outcome": "included", "note": NOTE})

    bureau.office.hear(DataReturned(contract_id=CONTRACT, returned_on=date(2017, 12, 8), certificate_hash="x"), on=date(2017, 12, 8))

    told = {each: bureau.clerk.get(f"/api/v1/discovered-needs/{each}/report", on="2017-12-09")["notes"] for each in (need, elsewhere)}
    assert (told[need], [note["note"] for note in told[elsewhere]]) == ([], [NOTE])


def test_a_new_store_has_none(service_client: Callable[..., Office]) -> None:
    assert service_client(SERVICE).as_("auditor").get("/api/v1/discovered-needs") == {"items": [], "next": None}
