"""Somebody easy to recognise goes the whole way, from a roster to an erasure, and strangers type rubbish; nothing of the person leaves.

What leaves is what others keep or see: events, logs, spans, metrics, the record of acts, what is refused and to whom, what is put up on
a board or handed on as a table, what a command says at a terminal. In the store itself nothing stands in clear.
"""

import logging
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import select
from sqlmodel import col
from typer.testing import CliRunner

import shared.service
from services.intake.app import SERVICE
from services.intake.cli import app
from services.intake.store import Person
from shared.demo.population import Population
from shared.demo.workbook import workbook
from shared.events.casework import AgencyKeyRegistered
from shared.events.intake import GroupPlan, ProgrammeOpened
from shared.telemetry import Telemetry
from shared.telemetry.logs import configure_logging
from shared.work import Work
from tests.conftest import HUANGSHI, Office
from tests.service.intake.bureau import Bureau, consent, signed
from tests.service.intake.test_canary import CANARY, WRONG, found_in
from tests.service.intake.test_console import Clerk
from tests.service.intake.test_dossier import AGENCY, Casework
from tests.service.intake.test_programme_pages import at
from tests.service.intake.test_roles import matrix

NAME, NUMBER, PHONE, ADDRESS, ILLNESS = CANARY.姓名, CANARY.身份证号, CANARY.联系电话, CANARY.住址, CANARY.重病病种
SHIFTED = CANARY._replace(户编号="420202006-2015-000779", 救助类别=NAME, 与户主关系=PHONE, 就读学段=ILLNESS, 姓名=NUMBER, 身份证号=NAME)
"""A row in which each column has what belongs into another."""
PAPER = b"%PDF-1.4 " + f"{NAME} {NUMBER} {ILLNESS}".encode()
OUTSIDE = "420281000000"


class Ears:
    """What came out of the service, wherever somebody listens."""

    def __init__(self, office: Office, caplog: pytest.LogCaptureFixture, lines: StringIO, spans: InMemorySpanExporter) -> None:
        self.office = office
        self._caplog, self._lines, self._spans = caplog, lines, spans
        self.told: dict[str, str] = {}

    def heard(self) -> dict[str, list[str]]:
        """By channel, what of the person was heard there."""
        records = [f"{record.getMessage()} {record.__dict__} {record.exc_text}" for record in self._caplog.records]
        channels = {
            "log records": "\n".join(records),
            "log lines": self._lines.getvalue(),
            "spans": "\n".join(span.to_json() for span in self._spans.get_finished_spans()),
            "metrics": self.office.runtime.telemetry.metrics.exposition("")[0].decode(),
            "events": "\n".join(str(event.model_dump()) for event in self.office.everything_said()),
            **{f"table {name}": self._rows(name) for name in ("outbox", "act", "job", "idempotency", "refusal")},
            **self.told,
        }
        assert [name for name in ("log records", "log lines", "spans", "metrics", "table act") if not channels[name]] == []
        return {name: found for name, text in channels.items() if (found := found_in(text))}

    def kept(self) -> dict[str, list[str]]:
        """By file of the service, what of the person stands in it for whoever has no key."""
        files = [path for path in self.office.runtime.settings.data.rglob("*") if path.is_file()]
        return {path.name: found for path in files if (found := found_in(path.read_bytes()))}

    def _rows(self, name: str) -> str:
        table = getattr(self.office.runtime.store.kernel, name)
        return str(self.office.store.read_now(lambda reader: [tuple(row) for row in reader.rows(select(table))]))


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def ears(
    service_client: Callable[..., Office], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, spans: InMemorySpanExporter
) -> Iterator[Ears]:
    """An office whose spans are collected, and whose process was told to log everything."""
    monkeypatch.setattr(shared.service, "Telemetry", partial(Telemetry, exporter=spans))
    office, root, lines = service_client(SERVICE), logging.getLogger(), StringIO()
    handlers, level = list(root.handlers), root.level
    configure_logging("intake", level=logging.DEBUG, stream=lines)
    caplog.set_level(logging.DEBUG)
    yield Ears(office, caplog, lines, spans)
    root.handlers, root.level = handlers, level


def test_a_person_goes_the_whole_way_and_nothing_of_them_leaves(ears: Ears, people: Population, tmp_path: Path) -> None:
    bureau = Bureau(ears.office)
    programme = selected(bureau, people, ears)
    recipient, person = served(bureau, programme, ears, tmp_path)
    ears.told |= looked_at(bureau, programme, person) | asked_by_strangers(bureau, programme, person, recipient)

    assert ears.heard() == {}
    assert ears.kept() == {}

    erased(bureau, recipient, person)

    assert ears.heard() == {}
    assert ears.kept() == {}


def test_whatever_is_typed_where_it_does_not_belong_is_not_repeated_and_not_kept(ears: Ears) -> None:
    bureau = Bureau(ears.office)
    bureau.accept(bureau.upload([CANARY])["roster_id"])
    desk = ears.office.as_("clerk", "officer", "reviewer", "approver", "surveyor", "auditor", "admin")

    answers = dict(typed(ears.office, dict(desk._headers)))

    assert len(answers) > 500
    assert {place: found for place, text in answers.items() if (found := found_in(text))} == {}
    ears.told["files"] = str([bureau.clerk.answer("/api/v1/files", files={"file": (f"{NAME}{NUMBER}.exe", b"\x00")}).text])
    ears.told["headers"] = str(bureau.upload([CANARY], name="名册", purpose=NAME, expect=400))
    assert ears.heard() == {}
    assert ears.kept() == {}


def test_what_a_command_says_of_a_file_is_not_who_stands_in_it(
    ears: Ears, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, people: Population
) -> None:
    bureau, settings = Bureau(ears.office), ears.office.runtime.settings
    bureau.accept(bureau.upload([CANARY, *people.allowance[:9]])["roster_id"])
    monkeypatch.setenv("QIAO_DATA", str(settings.data))
    monkeypatch.setenv("QIAO_KEY_FILE", str(settings.key_file))
    table = tmp_path / "out.csv"

    def said(*arguments: str, code: int) -> str:
        done = CliRunner().invoke(app, list(arguments))
        assert done.exit_code == code, done.output
        assert code == 0 or done.output
        return done.output

    ears.told["export"] = said("export", str(table), code=0) + table.read_text("utf-8")
    ears.told["subject of nobody"] = said("subject", str(uuid4()), str(tmp_path / "a.json"), "--by", "officer", code=1)
    ears.told["retention"] = said("retention", "--json", code=0)
    for name, rows in {"faulty": [WRONG, SHIFTED], "again": [CANARY, CANARY]}.items():
        (tmp_path / f"{name}.xlsx").write_bytes(workbook(rows, "名册"))
        monkeypatch.setenv("QIAO_DATA", str(tmp_path / f"data-{name}"))
        monkeypatch.delenv("QIAO_KEY_FILE")
        ears.told[name] = CliRunner().invoke(app, ["import", str(tmp_path / f"{name}.xlsx"), "--json"]).output
        monkeypatch.setenv("QIAO_KEY_FILE", str(settings.key_file))

    assert ears.told["faulty"]
    assert ears.heard() == {}


@pytest.mark.parametrize("place", ["log", "span", "event", "metric", "file"])
def test_what_leaks_is_heard(ears: Ears, place: str) -> None:
    """The search itself is sound: planted on purpose, the person is found in each place and in no other."""
    runtime = ears.office.runtime
    runtime.telemetry.metrics.requests.labels("GET", PHONE if place == "metric" else "/", 200).observe(0.1)
    with runtime.telemetry.span("unit", attributes={"who": NAME if place == "span" else "x"}):
        logging.getLogger("qiao.intake").debug("a roster came", extra={"row": [ILLNESS] if place == "log" else []})
    (runtime.settings.data / "intake" / "note.txt").write_bytes(quote(ADDRESS).encode() if place == "file" else b"x")
    ears.office.store.run_now(partial(say, group=NAME if place == "event" else "独居老人"))
    ears.office.as_("clerk").get("/api/v1/households")
    ears.office.as_("clerk").post("/api/v1/persons/search", {"text": "王", "purpose": "audit"}, expect=400)

    planted = {"log": {"log records", "log lines"}, "span": {"spans"}, "event": {"events", "table outbox"}, "metric": {"metrics"}}
    assert set(ears.heard()) == planted.get(place, set())
    assert set(ears.kept()) == {"event": {"intake.db-wal"}, "file": {"note.txt"}}.get(place, set())


def say(work: Work, *, group: str) -> None:
    plan = GroupPlan(code="G1", name=group, quota=1, reserve=0)
    terms = {"programme_id": uuid4(), "project_id": uuid4(), "division": HUANGSHI, "reference_on": date(2017, 1, 1)}
    work.emit(ProgrammeOpened(**terms, groups=(plan,)))
    work.record_act("open_programme")


def selected(bureau: Bureau, people: Population, ears: Ears) -> str:
    """Surveyed with neighbours and a row out of order, and on the list, which is open to objection."""
    rows = [CANARY, WRONG, SHIFTED, *people.allowance[:40]]
    programme = bureau.programme(bureau.survey(Population(allowance=rows, destitute=[])), quota=20)
    page = f"/console/programmes/{programme}/"
    clerk, officer = at(bureau, "liu", "clerk", on="2016-12-27"), at(bureau, "chen", "officer", on="2016-12-27")
    clerk.post("/console/households/purpose/", purpose="consent", back="/console/")
    letters = "".join(clerk.get(f"{page}letters/?group={code}") for code in ("G1", "G2", "G3", "G4"))
    assert NAME in letters  # whose letter it is stands on it: the search would find it elsewhere
    for place in ("", "notice/", "candidates/?as=csv", "candidates/", "fairness/", "objections/"):
        ears.told[place or "programme"] = officer.get(f"{page}{place}")
    return programme


def served(bureau: Bureau, programme: str, ears: Ears, folder: Path) -> tuple[str, str]:
    """Objected to, confirmed, consenting, enrolled, and read about by an agency; gives the recipient and the person."""
    person = bureau.clerk.post("/api/v1/persons/search", {"text": NUMBER, "purpose": "objection"})["items"][0]["person_id"]
    candidate = next(each for each in bureau.candidates(programme, "listed") if each["person_id"] == person)
    terms = {"kind": "not_entitled", "candidate_id": candidate["id"], "document": bureau.clerk.upload(PAPER, f"{NAME}.pdf")}
    objection = bureau.clerk.post(f"/api/v1/programmes/{programme}/objections", terms, on="2016-12-28")["id"]
    decision = f"/api/v1/objections/{objection}/decision"
    for reason in (f"{NAME}确系独居", f"{NUMBER} 核实", f"电话 {PHONE} 核实"):
        ears.told[f"refused {reason[0]}"] = str(
            bureau.reviewer.post(decision, {"upheld": False, "reason": reason}, on="2016-12-29", expect=422)
        )
    bureau.reviewer.post(decision, {"upheld": False, "reason": "经核实确系独居"}, on="2016-12-29")
    bureau.confirm(programme)
    bureau.ask(programme, [consent(candidate, document=bureau.clerk.upload(PAPER + b"2", f"{NUMBER}.pdf"))])
    bureau.office.hear(signed(), on=date(2016, 9, 1))
    recipient: str = bureau.enrol(programme, [candidate["id"]])["recipients"][0]["recipient_id"]
    agency = Casework(bureau, UUID(recipient), folder / "casework.key")
    bureau.office.hear(AgencyKeyRegistered(agency_id=AGENCY, public_key=agency.public_key))
    assert agency.ask(purpose="open_case")["name"] == NAME
    return recipient, person


def looked_at(bureau: Bureau, programme: str, person: str) -> dict[str, str]:
    """Lists, tables as files and records of acts, which whoever reaches them may pass on."""
    officer, auditor = at(bureau, "wang", "officer", on="2017-02-10"), bureau.office.as_("auditor")
    pages = ["households/", "households/?as=csv", "rosters/?as=csv", "erasures/", "duplicates/"]
    pages.append(f"programmes/{programme}/recipients/?as=csv")
    return {
        **{page: officer.get(f"/console/{page}") for page in pages},
        "households": str(bureau.clerk.get("/api/v1/households", limit=200)),
        "acts": str(auditor.get("/api/v1/acts", limit=200)),
        "refusals": str(auditor.get("/api/v1/refusals")),
        "readings": str(bureau.officer.get(f"/api/v1/persons/{person}/readings")),
        "recipients": str(bureau.officer.get(f"/api/v1/programmes/{programme}/recipients")),
        "public": str([bureau.office.http.get(path).text for path in ("/api/v1/openapi.json", "/-/health/ready", "/-/patterns")]),
    }


def asked_by_strangers(bureau: Bureau, programme: str, person: str, recipient: str) -> dict[str, str]:
    """What an office of another district and whoever has not signed in are answered."""
    desk = bureau.office.as_("clerk", "officer", "reviewer", divisions=(OUTSIDE,))
    stranger = Clerk(bureau.office, "far", "clerk", "officer", division=OUTSIDE).sign_in()
    search = {"text": NUMBER, "purpose": "audit"}
    withdrawal = {"reason": "moved"}
    return {
        **{what: str(desk.get(f"/api/v1/persons/{person}/{what}", purpose="audit", expect=404)) for what in ("file", "copy", "readings")},
        "recipients elsewhere": str(desk.get(f"/api/v1/programmes/{programme}/recipients", expect=404)),
        "search elsewhere": str(desk.post("/api/v1/persons/search", search)),
        "withdrawal elsewhere": str(desk.post(f"/api/v1/recipients/{recipient}/withdrawal", withdrawal, expect=404)),
        "page of a person": stranger.get(f"/console/programmes/{programme}/persons/{person}/", 303),
        "page elsewhere": stranger.get(f"/console/programmes/{programme}/", 404),
        "nobody": bureau.office.http.get(f"/api/v1/persons/{person}/file?purpose=audit").text,
    }


def erased(bureau: Bureau, recipient: str, person: str) -> None:
    """Withdrawn and erased, by two."""
    bureau.clerk.post(f"/api/v1/recipients/{recipient}/withdrawal", {"reason": "consent_withdrawn"}, on="2017-02-20")
    body = {"scope": "all", "reason": "consent_withdrawn"}
    asked = bureau.clerk.post(f"/api/v1/persons/{person}/erasure", body, on="2017-02-21")["id"]
    bureau.officer.post(f"/api/v1/erasures/{asked}/refusal", {"reason": f"{NAME}仍需服务"}, on="2017-02-22", expect=422)
    bureau.officer.post(f"/api/v1/erasures/{asked}/confirmation", {}, on="2017-02-22")
    kept = bureau.office.store.read_now(lambda reader: reader.rows(select(col(Person.status)).where(col(Person.id) == UUID(person))))
    assert [row[0] for row in kept] == ["erased"]


def typed(office: Office, headers: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The answers to a number, a name and an address in each path, query, key and field of every route; the first is where."""
    routes = [*matrix(), ("GET", f"/{NUMBER}"), ("POST", f"/api/v1/{quote(NAME)}"), ("GET", "/console/{page}/"), ("DELETE", "/api/v1/{x}")]
    for method, path in routes:
        for secret in (NUMBER, NAME):
            for address in (re.sub(r"\{[^}]+\}", quote(secret), path), re.sub(r"\{[^}]+\}", str(uuid4()), path)):
                for body in bodies(secret) if method == "POST" else [None]:
                    keyed = headers | {"Idempotency-Key": str(uuid4())}
                    query = {"purpose": secret, "division": secret, "after": secret, "limit": secret, secret: secret}
                    sent: dict[str, Any] = {"data": body} if path.startswith("/console") else {"json": body}
                    answer = office.http.request(method, address, params=query, headers=keyed, follow_redirects=False, **sent)
                    assert answer.status_code < 500, f"{method} {address} {body}: {answer.text}"
                    if "json" in answer.headers.get("content-type", ""):  # a page shows a form again as it was filled in
                        yield f"{method} {address} {body}", answer.text


def bodies(secret: str) -> list[Any]:
    """Keys that nobody declared, fields of the wrong kind, and what is declared with the person's data in it."""
    wrong = dict.fromkeys(("reason", "name", "division", "fields", "consents", "visits", "groups", "columns", "acted_on"), secret)
    nested = {"visits": [{secret: 1, "needs": {secret: 1}}], "fields": {secret: secret}, "consents": [{secret: secret}]}
    return [{secret: secret}, wrong, nested]
