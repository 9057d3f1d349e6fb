"""A need that a worker found: reported in codes, what was seen sealed, and gone when it must be."""

import json
import logging
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select, update

from services.casework.reactions import need_report
from services.casework.store import NeedReading, NeedReport, PersonKey
from shared.errors import NotFound, NotYet
from shared.events.casework import NeedDiscovered, NeedReportRequest
from shared.events.intake import NeedAnswered, NeedErased, RecipientErased
from shared.personal import Erased, ReplyKey, WrongKey
from tests.conftest import Desk
from tests.service.casework.agency import CONTRACT, SHIHUIYAO, Agency
from tests.service.casework.test_access import everything_stored

SEEN = "邻居金丝雀说孩子身上有伤"
FOUND = {"kind": "education", "urgency": "normal", "found_on": "2017-03-01", "seen": SEEN}


def report(desk: Desk, case: str, *, on: str = "2017-03-02", expect: int | None = None, **given: Any) -> Any:
    return desk.post(f"/api/v1/cases/{case}/discovered-needs", {"about": "recipient", **FOUND, **given}, on=on, expect=expect)


def report_another(desk: Desk, *, on: str = "2017-03-02", expect: int | None = None, **given: Any) -> Any:
    body = {"division": SHIHUIYAO, **FOUND, **given}
    return desk.post(f"/api/v1/contracts/{CONTRACT}/discovered-needs", body, on=on, expect=expect)


def read(desk: Desk, report_id: str, expect: int = 200) -> Any:
    return desk.get(f"/api/v1/discovered-needs/{report_id}", expect=expect)


def test_intake_is_told_in_codes_and_the_worker_reads_what_was_written(agency: Agency) -> None:
    case = agency.serve()
    recipient = UUID(agency.worker.get(f"/api/v1/cases/{case}")["recipient_id"])

    told = report(agency.worker, case)

    assert (told["urgency"], told["notice"]) == ("normal", "")
    [said] = agency.office.said(NeedDiscovered)
    assert said == NeedDiscovered(
        report_id=UUID(told["id"]),
        contract_id=CONTRACT,
        recipient_id=recipient,
        about="recipient",
        kind="education",
        urgency="normal",
        division=SHIHUIYAO,
        found_on=date(2017, 3, 1),
        reported_on=date(2017, 3, 2),
    )
    kept = read(agency.worker, told["id"])
    assert (kept["seen"], kept["state"], kept["answers"]) == (SEEN, "sent", [])
    assert read(agency.supervisor, told["id"])["seen"] == SEEN


def test_of_somebody_who_is_no_recipient_only_the_place_is_told(agency: Agency) -> None:
    told = report_another(agency.worker)

    [said] = agency.office.said(NeedDiscovered)
    assert (said.recipient_id, said.about, said.division) == (None, "other", SHIHUIYAO)
    assert read(agency.worker, told["id"])["seen"] == SEEN
    refused = report_another(agency.worker, division="420300000000", expect=422)
    assert refused["errors"][0]["field"] == "division"


@pytest.mark.parametrize(
    ("kind", "on", "words", "rule"),
    [
        ("harm_to_minor", "2017-03-02", "不代替立即报告", "法发〔2014〕24号"),
        ("danger_to_life", "2017-03-02", "110", "发现报告"),
    ],
)
def test_harm_is_urgent_and_the_worker_is_told_to_call_at_once(agency: Agency, kind: str, on: str, words: str, rule: str) -> None:
    told = report(agency.worker, agency.serve(), kind=kind, on=on)

    assert told["urgency"] == "urgent"
    assert words in told["notice"]
    assert rule in told["rule"]
    assert agency.office.said(NeedDiscovered)[0].urgency == "urgent"


def test_the_law_in_force_on_the_day_is_named(agency: Agency) -> None:
    rules = agency.office.runtime.rulebook
    named = [rules.rule("harm_to_minor", on=day).citation for day in (date(2020, 6, 1), date(2021, 6, 1))]

    assert "强制报告" in named[0]
    assert "未成年人保护法" in named[1]
    assert "第十一条第二款" in named[1]


def test_what_was_seen_is_in_no_file_no_log_and_no_event(agency: Agency, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    case = agency.serve()
    report(agency.worker, case)
    report(agency.worker, case, about="household")
    report_another(agency.worker)
    report(agency.worker, case, found_on="2030-01-01", expect=422)

    for code in ("utf-8", "utf-16-le", "gb18030"):
        assert "金丝雀".encode(code) not in everything_stored(agency)
    assert "金丝雀" not in caplog.text + repr([record.__dict__ for record in caplog.records])
    assert "金丝雀" not in "".join(event.model_dump_json() for event in agency.office.everything_said())


def test_who_may_not_report_and_who_may_not_read(agency: Agency) -> None:
    case = agency.serve()
    told = report(agency.worker, case)
    colleague = agency.office.as_("caseworker", divisions=(), contracts=(CONTRACT,))
    other_agency = agency.office.as_("caseworker", "supervisor", divisions=(), contracts=(UUID(int=5),))

    report(colleague, case, expect=403)
    report(agency.director, case, expect=403)
    report(other_agency, case, expect=404)
    report_another(other_agency, expect=404)
    read(colleague, told["id"], expect=404)
    read(other_agency, told["id"], expect=404)
    read(agency.director, told["id"], expect=403)
    assert colleague.get("/api/v1/discovered-needs")["items"] == []
    assert other_agency.get("/api/v1/discovered-needs")["items"] == []
    [listed] = agency.director.get("/api/v1/discovered-needs", contract_id=CONTRACT)["items"]
    assert (listed["id"], "seen" in listed) == (told["id"], False)


def test_sent_twice_it_is_one_report(agency: Agency) -> None:
    case = agency.serve()
    body = {"about": "recipient", **FOUND}
    first, second = (
        agency.worker.post(f"/api/v1/cases/{case}/discovered-needs", body, on="2017-03-02", key="one-report-and-no-more") for _ in range(2)
    )

    assert first == second
    assert len(agency.office.said(NeedDiscovered)) == 1


def test_a_list_is_turned_page_by_page_the_latest_first(agency: Agency) -> None:
    case = agency.serve()
    ids = [report(agency.worker, case)["id"] for _ in range(3)]

    first = agency.worker.get("/api/v1/discovered-needs", limit=2)
    second = agency.worker.get("/api/v1/discovered-needs", limit=2, after=first["next"])

    assert [row["id"] for row in [*first["items"], *second["items"]]] == ids[::-1]


def test_a_report_cannot_be_changed_in_the_store(agency: Agency) -> None:
    report(agency.worker, agency.serve())

    with pytest.raises(DBAPIError, match="append-only"):
        agency.office.store.run_now(lambda work: work.execute(update(NeedReport).values(kind="health")))


def test_who_is_erased_takes_the_texts_of_the_household_along(agency: Agency) -> None:
    case = agency.serve()
    recipient = UUID(agency.worker.get(f"/api/v1/cases/{case}")["recipient_id"])
    own, beside = (report(agency.worker, case, about=about)["id"] for about in ("recipient", "household"))
    another = report_another(agency.worker)["id"]

    agency.office.hear(RecipientErased(recipient_id=recipient, contract_id=CONTRACT, erased_on=date(2017, 4, 1)))

    for report_id in (own, beside):
        kept = read(agency.worker, report_id)
        assert (kept["seen"], kept["is_erased"], kept["kind"]) == ("", True, "education")
    assert read(agency.worker, another)["seen"] == SEEN


def test_the_return_of_the_data_destroys_the_keys_of_all_reports(agency: Agency) -> None:
    case = agency.serve()
    report(agency.worker, case, about="household")
    agency.close(case)
    report_another(agency.worker)
    agency.accepted()
    document = agency.director.upload(b"%PDF-1.4 deleted")

    returned = agency.director.post(f"/api/v1/contracts/{CONTRACT}/data-return", {"document": document}, on="2017-12-08")

    assert returned["keys_erased"] == 3
    keys = agency.office.store.read_now(
        lambda reader: reader.rows(select(col(PersonKey.person_id)).where(col(PersonKey.wrapped_key).is_not(None)))
    )
    assert [str(row.person_id) for row in keys] == [agency.worker_id]


def test_after_acceptance_the_agency_reports_and_reads_no_more(agency: Agency) -> None:
    case = agency.serve()
    told = report(agency.worker, case)
    agency.accepted()

    report(agency.worker, case, on="2017-11-20", expect=403)
    read(agency.worker, told["id"], expect=403)
    assert agency.worker.get("/api/v1/discovered-needs")["items"] == []


def answered(report_id: str, state: str, outcome: str = "", day: int = 3) -> NeedAnswered:
    ids = {"report_id": report_id, "contract_id": CONTRACT}
    return NeedAnswered.model_validate({**ids, "state": state, "outcome": outcome, "answered_on": date(2017, 3, day)})


def test_what_became_of_it_is_kept_with_the_report_once_however_often_it_is_heard(agency: Agency) -> None:
    told = report(agency.worker, agency.serve())
    other = report_another(agency.worker)

    for event in (answered(told["id"], "taken"), answered(told["id"], "answered", "included", 6)):
        for _ in range(2):
            agency.office.hear(event)

    kept = read(agency.worker, told["id"])
    assert kept["state"] == "answered"
    assert [(each["state"], each["outcome"], each["answered_on"]) for each in kept["answers"]] == [
        ("taken", "", "2017-03-03"),
        ("answered", "included", "2017-03-06"),
    ]
    states = {row["id"]: row["state"] for row in agency.worker.get("/api/v1/discovered-needs")["items"]}
    assert states == {told["id"]: "answered", other["id"]: "sent"}


def test_an_answer_to_a_report_that_is_not_here_yet_waits(agency: Agency) -> None:
    with pytest.raises(NotYet):
        agency.office.hear(answered(str(uuid4()), "taken"))


def ask(agency: Agency, report_id: str, key: ReplyKey) -> bytes:
    """As intake asks over the bus."""
    on = date(2017, 3, 3)
    request = NeedReportRequest(report_id=UUID(report_id), actor="刘经办", asked_on=on, reply_key=key.public)
    answer: bytes = agency.office.store.run_now(lambda work: agency.office.runtime.react(need_report, request, work), today=on)
    return answer


def readers(agency: Agency) -> list[tuple[str, str]]:
    rows = agency.office.store.read_now(lambda reader: reader.rows(select(col(NeedReading.report_id), col(NeedReading.reader))))
    return [(str(row.report_id), row.reader) for row in rows]


def test_intake_is_answered_sealed_to_the_key_of_its_question_and_the_reading_is_written_down(agency: Agency) -> None:
    told, key = report(agency.worker, agency.serve()), ReplyKey()

    sealed = ask(agency, told["id"], key)

    assert "金丝雀".encode() not in sealed
    assert json.loads(key.open(sealed)) == {"seen": SEEN}
    with pytest.raises(WrongKey):
        ReplyKey().open(sealed)
    assert readers(agency) == [(told["id"], "刘经办")]


def test_what_is_not_here_or_erased_is_refused_and_leaves_no_mark(agency: Agency) -> None:
    told = report(agency.worker, agency.serve(), about="household")
    agency.office.hear(NeedErased(report_id=UUID(told["id"]), contract_id=CONTRACT, erased_on=date(2017, 3, 5)))

    with pytest.raises(Erased):
        ask(agency, told["id"], ReplyKey())
    with pytest.raises(NotFound):
        ask(agency, str(uuid4()), ReplyKey())
    assert readers(agency) == []
    assert read(agency.worker, told["id"])["is_erased"]
