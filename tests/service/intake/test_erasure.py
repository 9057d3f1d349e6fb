"""Personal data are erased by two people, and what was erased is nowhere any more; a copy for the person; what retention says is due."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col
from typer.testing import CliRunner

from services.casework.app import SERVICE as CASEWORK
from services.casework.store import PersonKey
from services.intake.app import SERVICE
from services.intake.cli import app
from services.intake.store import Person, PersonSecret, Reading, SearchEntry, SearchWord
from shared.demo.population import Population
from shared.errors import NotYet
from shared.events.intake import RecipientEnrolled, RecipientErased
from shared.personal import Erased, Keyring
from shared.work import Reader
from tests.conftest import Office
from tests.service.intake.bureau import CONTRACT, Bureau, signed
from tests.service.intake.test_canary import CANARY, found_in
from tests.service.intake.test_search import until_indexed

KEPT_ABOUT_THE_PERSON = {
    *("reading", "candidate", "recipient", "observation", "erasure"),
    *("household_act", "registration_change", "objection", "attachment_member"),
    "visit_answers_person",
    "correction",
    "former_fields",
    "kin_notice",
}
"""Acts and places that stay; nothing in them says who somebody is. `person_secret`, `staged_row` and the index go."""


@pytest.fixture
def bureau(service_client: Callable[..., Office]) -> Bureau:
    found = Bureau(service_client(SERVICE))
    found.accept(found.upload([CANARY])["roster_id"])
    until_indexed(found)
    return found


def person_of(bureau: Bureau) -> str:
    return str(bureau.office.store.read_now(lambda reader: reader.rows(select(col(Person.id)))[0].id))


def propose(bureau: Bureau, person: str, scope: str = "all") -> str:
    asked = bureau.clerk.post(f"/api/v1/persons/{person}/erasure", {"scope": scope, "reason": "own_request"}, on="2016-01-04")
    return str(asked["id"])


def traces(bureau: Bureau) -> list[bytes]:
    """By what the person could be found or opened again: the wrapped key, the sealed fields, the hashes."""

    def ask(reader: Reader) -> list[bytes]:
        secret = reader.rows(select(col(PersonSecret.wrapped_key), col(PersonSecret.sealed)))[0]
        tokens = reader.rows(select(col(SearchEntry.tokens)))[0].tokens
        key = reader.rows(select(col(Person.identity_key)))[0].identity_key
        return [secret.wrapped_key, secret.sealed[:64], key.encode(), *(tokens[at : at + 8] for at in range(0, len(tokens), 8))]

    return bureau.office.store.read_now(ask)


def left_of(marks: list[bytes], data: Path) -> int:
    contents = [path.read_bytes() for path in data.rglob("*") if path.is_file()]
    return sum(any(mark in content for content in contents) for mark in marks)


def test_after_an_erasure_no_byte_of_key_fields_or_hashes_is_on_the_disk(bureau: Bureau, caplog: pytest.LogCaptureFixture) -> None:
    data, marks, person = bureau.office.runtime.settings.data, traces(bureau), person_of(bureau)
    blobs = [path for path in (data / "intake" / "files").glob("*/*") if path.is_file()]
    assert left_of(marks, data) == len(marks) > 20
    assert len(blobs) == 1

    asked = propose(bureau, person)
    bureau.officer.post(f"/api/v1/erasures/{asked}/confirmation", {}, on="2016-01-05")

    assert left_of(marks, data) == 0
    assert not blobs[0].exists()
    assert {str(path): found for path in data.rglob("*") if path.is_file() and (found := found_in(path.read_bytes()))} == {}
    assert found_in("\n".join(str(event.model_dump()) for event in bureau.office.everything_said())) == []
    assert found_in(caplog.text) == []
    kept = bureau.office.store.read_now(lambda reader: reader.get(Person, UUID(person)))
    assert (kept.status, kept.birth, kept.is_seriously_ill, kept.disability_level) == ("erased", date(1950, 1, 1), False, 0)


def test_papers_of_every_household_that_the_person_was_in_are_destroyed(bureau: Bureau) -> None:
    person, home = person_of(bureau), bureau.clerk.get("/api/v1/households")["items"][0]["id"]
    path, paper = f"/api/v1/households/{home}/attachments", b"%PDF-1.4 " + CANARY.姓名.encode()
    bureau.clerk.post(path, {"file": bureau.clerk.upload(paper, "a.pdf"), "kind": "disability"})
    bureau.clerk.post(path, {"file": bureau.clerk.upload(b"%PDF-1.4 another", "b.pdf"), "kind": "photo"})
    files = bureau.office.runtime.settings.data / "intake" / "files"
    assert len([each for each in files.glob("*/*") if each.is_file()]) == 3, "the roster and two papers"

    bureau.officer.post(f"/api/v1/erasures/{propose(bureau, person)}/confirmation", {}, on="2016-01-05")

    assert [each for each in files.glob("*/*") if each.is_file()] == []
    assert [each["is_erased"] for each in bureau.clerk.get(path)["items"]] == [True, True]


def test_who_is_erased_is_shown_as_such_not_found_not_counted_and_not_the_same_in_a_new_roster(bureau: Bureau) -> None:
    person = person_of(bureau)
    bureau.officer.post(f"/api/v1/erasures/{propose(bureau, person)}/confirmation", {}, on="2016-01-05")

    household = bureau.clerk.get("/api/v1/households")["items"][0]
    file = bureau.officer.get(f"/api/v1/households/{household['id']}/file", purpose="audit")
    assert file["members"][0]["is_erased"]
    assert file["members"][0]["personal"] == {}
    for text in (CANARY.身份证号, CANARY.姓名, CANARY.身份证号[-4:]):
        assert bureau.clerk.post("/api/v1/persons/search", {"text": text, "purpose": "registration"})["items"] == []
    assert bureau.office.store.read_now(lambda reader: reader.rows(select(col(SearchWord.person_id)))) == []
    counted = bureau.officer.get("/api/v1/criteria/count", expression="age >= 0", reference_on="2016-01-01", division="420200000000")
    assert (counted["admitted"], counted["people"]) == (0, 0)
    assert bureau.clerk.get(f"/api/v1/rosters/{bureau.upload([CANARY])['roster_id']}")["new"] == 1
    bureau.officer.get(f"/api/v1/persons/{person}/copy", expect=404)


def test_nobody_confirms_the_own_proposal_and_a_refusal_says_why(bureau: Bureau) -> None:
    person = person_of(bureau)
    own = bureau.officer.post(f"/api/v1/persons/{person}/erasure", {"scope": "all", "reason": "own_request"}, on="2016-01-04")["id"]

    bureau.officer.post(f"/api/v1/erasures/{own}/confirmation", {}, on="2016-01-05", expect=403)
    bureau.clerk.post(f"/api/v1/erasures/{own}/confirmation", {}, on="2016-01-05", expect=403)
    other = bureau.office.as_("officer", account="second")
    other.post(f"/api/v1/erasures/{own}/refusal", {"reason": "仍在享受低保"}, on="2016-01-05")
    other.post(f"/api/v1/erasures/{own}/confirmation", {}, on="2016-01-05", expect=409)

    [kept] = bureau.officer.get("/api/v1/erasures", status="refused")["items"]
    assert kept["refusal"] == "仍在享受低保"
    assert bureau.officer.get(f"/api/v1/persons/{person}/file", purpose="audit")["personal"]["name"] == CANARY.姓名


def test_one_class_of_fields_goes_and_the_rest_stays_under_a_new_key(bureau: Bureau) -> None:
    person, before = person_of(bureau), traces(bureau)[0]
    bureau.officer.post(f"/api/v1/erasures/{propose(bureau, person, 'contact')}/confirmation", {}, on="2016-01-05")

    personal = bureau.officer.get(f"/api/v1/persons/{person}/file", purpose="audit")["personal"]
    assert (personal["name"], personal["phone"], personal["address"]) == (CANARY.姓名, "", "")
    assert left_of([before], bureau.office.runtime.settings.data) == 0

    def find(text: str) -> int:
        return len(bureau.clerk.post("/api/v1/persons/search", {"text": text, "purpose": "registration"})["items"])

    assert (find(CANARY.联系电话), find(CANARY.姓名)) == (0, 1)


def test_who_waits_in_a_roster_or_lives_elsewhere_is_not_erased(bureau: Bureau) -> None:
    person = person_of(bureau)
    roster = bureau.upload([CANARY])["roster_id"]
    body = {"scope": "all", "reason": "own_request"}
    bureau.clerk.post(f"/api/v1/persons/{person}/erasure", body, on="2016-01-04", expect=422)
    bureau.accept(roster)

    elsewhere = bureau.office.as_("clerk", "officer", divisions=("420281000000",))
    elsewhere.post(f"/api/v1/persons/{person}/erasure", body, on="2016-01-04", expect=404)
    elsewhere.get(f"/api/v1/persons/{person}/copy", expect=404)
    asked = propose(bureau, person)
    elsewhere.post(f"/api/v1/erasures/{asked}/confirmation", {}, on="2016-01-05", expect=404)
    assert elsewhere.get("/api/v1/erasures")["items"] == []


def test_the_copy_says_everything_of_the_person_and_who_read_it(bureau: Bureau) -> None:
    person = person_of(bureau)
    bureau.officer.get(f"/api/v1/persons/{person}/file", purpose="audit")

    copy = bureau.officer.get(f"/api/v1/persons/{person}/copy")

    assert copy["personal"]["identity_number"] == CANARY.身份证号
    assert copy["personal"]["address"] == CANARY.住址
    assert copy["household"]["household_no"] == CANARY.户编号
    assert [row["purpose"] for row in copy["readings"]][-1] == "audit"
    assert [row["what"] for row in bureau.officer.get(f"/api/v1/persons/{person}/copy")["readings"]][-1] == "access"


def test_the_copy_is_written_from_the_command_line_in_an_officers_name(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings, person, file = bureau.office.runtime.settings, person_of(bureau), tmp_path / "copy.json"
    monkeypatch.setenv("QIAO_DATA", str(settings.data))
    monkeypatch.setenv("QIAO_KEY_FILE", str(settings.key_file))

    refused = CliRunner().invoke(app, ["subject", person, str(file), "--by", "clerk"])
    assert (refused.exit_code, file.exists()) == (1, False)
    done = CliRunner().invoke(app, ["subject", person, str(file), "--by", "officer"])

    assert done.exit_code == 0, done.output
    assert json.loads(file.read_text(encoding="utf-8"))["personal"]["name"] == CANARY.姓名
    assert file.stat().st_mode & 0o077 == 0
    marks = bureau.office.store.read_now(lambda reader: reader.rows(select(col(Reading.what)).where(col(Reading.reader) == "officer")))
    assert [mark.what for mark in marks] == ["access"]


@pytest.mark.parametrize(
    ("on", "due"), [("2016-10-11", set()), ("2016-10-12", {"sensitive"}), ("2020-10-12", {"sensitive", "contact", "all"})]
)
def test_retention_says_what_has_been_kept_long_enough(bureau: Bureau, on: str, due: set[str]) -> None:
    told = {each["scope"]: each for each in bureau.officer.get("/api/v1/retention", on=on)["items"]}

    assert {scope for scope, each in told.items() if each["due"]} == due
    listed = bureau.officer.get("/api/v1/retention/all", on=on)["items"]
    assert [each["person_id"] for each in listed] == ([person_of(bureau)] if "all" in due else [])
    if listed:
        propose(bureau, person_of(bureau))
        assert bureau.officer.get("/api/v1/retention/all", on=on)["items"] == []


def test_who_is_served_is_not_erased_before_leaving(service_client: Callable[..., Office], people: Population) -> None:
    bureau = Bureau(service_client(SERVICE))
    programme = bureau.programme(bureau.survey(people))
    bureau.confirm(programme)
    recipient = bureau.serve(programme, bureau.candidates(programme, "listed")[0])
    person = bureau.officer.get(f"/api/v1/programmes/{programme}/recipients")["items"][0]["person_id"]
    body = {"scope": "all", "reason": "consent_withdrawn"}
    assert "服务" in bureau.clerk.post(f"/api/v1/persons/{person}/erasure", body, on="2017-02-01", expect=422)["detail"]
    bureau.clerk.post(f"/api/v1/recipients/{recipient}/withdrawal", {"reason": "consent_withdrawn"}, on="2017-02-20")

    asked = bureau.clerk.post(f"/api/v1/persons/{person}/erasure", body, on="2017-02-21")["id"]
    bureau.officer.post(f"/api/v1/erasures/{asked}/confirmation", {}, on="2017-02-22")

    [said] = bureau.office.said(RecipientErased)
    assert said == RecipientErased(recipient_id=UUID(recipient), contract_id=CONTRACT, erased_on=date(2017, 2, 22))


def test_casework_destroys_its_key_of_the_recipient(service_client: Callable[..., Office], tmp_path: Path) -> None:
    casework, recipient = service_client(CASEWORK), UUID(int=7)
    erased = RecipientErased(recipient_id=recipient, contract_id=CONTRACT, erased_on=date(2017, 2, 22))
    with pytest.raises(NotYet):
        casework.hear(erased)
    casework.hear(signed())
    enrolled = {"recipient_id": recipient, "programme_id": UUID(int=1), "contract_id": CONTRACT, "group": "G1", "division": "420202000000"}
    casework.hear(RecipientEnrolled(**enrolled, enrolled_on=date(2017, 1, 24), is_replacement=False))
    keyring = casework.runtime.keyring
    sealed = keyring.seal(recipient, {"note": "x"})
    key = PersonKey(person_id=recipient, contract_id=CONTRACT, wrapped_key=sealed.wrapped_key, wrapped_by=sealed.wrapped_by)
    casework.store.run_now(lambda work: work.add(key))

    casework.hear(erased)

    kept = casework.store.read_now(lambda reader: reader.get(PersonKey, recipient))
    with pytest.raises(Erased):
        Keyring.open(keyring, recipient, kept.wrapped_key, sealed.sealed)


def test_every_table_that_names_a_person_is_thought_of() -> None:
    naming = {name for name, table in SERVICE.table.metadata.tables.items() if "person_id" in table.columns}

    assert naming == KEPT_ABOUT_THE_PERSON | {"person_secret", "staged_row", "search_word", "search_entry"}
