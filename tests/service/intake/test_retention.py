"""What has been kept long enough is asked for and erased in one go, by two people, whoever is needed left out; killed, it goes on."""

import json
import re
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlmodel import col
from typer.testing import CliRunner

from services.intake.app import SERVICE
from services.intake.cli import app
from services.intake.store import Erasure, Person
from shared.demo.population import Population
from tests.conftest import Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_console import SCRIPT, Clerk

PEOPLE = 12
LATER, MUCH_LATER = "2016-10-12", "2020-10-12"
"""One year and five after the roster was decided on: a class of fields is due, and everything."""


@pytest.fixture
def bureau(service_client: Callable[..., Office], people: Population) -> Bureau:
    found = Bureau(service_client(SERVICE))
    found.accept(found.upload(people.allowance[:PEOPLE])["roster_id"])
    return found


def ask(bureau: Bureau, on: str, **who: Any) -> str:
    client = who.get("client", bureau.clerk)
    return str(client.post("/api/v1/retention/batches", {}, on=on)["id"])


def settled(bureau: Bureau, batch: str) -> dict[str, Any]:
    deadline = time.monotonic() + 30
    path = f"/api/v1/retention/batches/{batch}"
    while (found := bureau.officer.get(path))["status"] in ("asking", "confirming"):
        assert time.monotonic() < deadline, found
        time.sleep(0.02)
    return dict(found)


def asked(bureau: Bureau) -> list[tuple[UUID, str]]:
    def find(reader: Any) -> list[tuple[UUID, str]]:
        return [(row.person_id, row.scope) for row in reader.rows(select(col(Erasure.person_id), col(Erasure.scope)))]

    return bureau.office.store.read_now(find)


def in_status(bureau: Bureau, status: str) -> int:
    counted = select(func.count()).select_from(Person).where(col(Person.status) == status)
    return int(bureau.office.store.read_now(lambda reader: reader.scalar(counted)))


def test_each_is_asked_for_once_and_another_confirms(bureau: Bureau) -> None:
    files = bureau.office.runtime.settings.data / "intake" / "files"
    batch = ask(bureau, MUCH_LATER, client=bureau.officer)
    told = settled(bureau, batch)
    assert (told["status"], told["asked"], told["needed"], told["waiting"]) == ("proposed", PEOPLE, 0, PEOPLE)
    assert {scope for _, scope in asked(bureau)} == {"all"}, "a class of fields goes with the whole"
    assert bureau.officer.get("/api/v1/retention", on=MUCH_LATER)["people"] == 0
    bureau.clerk.post("/api/v1/retention/batches", {}, on=MUCH_LATER, expect=409)

    path = f"/api/v1/retention/batches/{batch}/confirmation"
    bureau.officer.post(path, {}, on=MUCH_LATER, expect=403)
    bureau.clerk.post(path, {}, on=MUCH_LATER, expect=403)
    other = bureau.office.as_("officer", account="second")
    other.post(path, {}, on=MUCH_LATER)
    told = settled(bureau, batch)

    assert (told["status"], told["erased"], told["left"], told["waiting"]) == ("done", PEOPLE, 0, 0)
    assert in_status(bureau, "erased") == PEOPLE
    assert [each for each in files.glob("*/*") if each.is_file()] == [], "the workbook went from the disk"
    decided = bureau.officer.get("/api/v1/erasures", status="done")["items"][0]
    assert (decided["reason"], decided["proposed_by"], decided["decided_by"]) == ("retention", "officer", "second")
    other.post(path, {}, on=MUCH_LATER, expect=409)


def test_a_class_of_fields_goes_and_its_refusal_keeps_one(bureau: Bureau) -> None:
    batch = ask(bureau, LATER)
    settled(bureau, batch)
    assert {scope for _, scope in asked(bureau)} == {"sensitive"}
    kept = bureau.officer.get("/api/v1/erasures")["items"][0]
    bureau.officer.post(f"/api/v1/erasures/{kept['id']}/refusal", {"reason": "仍在申诉"}, on=LATER)

    bureau.officer.post(f"/api/v1/retention/batches/{batch}/confirmation", {}, on=LATER)

    assert settled(bureau, batch)["erased"] == PEOPLE - 1
    assert in_status(bureau, "present") == PEOPLE
    personal = bureau.officer.get(f"/api/v1/persons/{kept['person_id']}/file", purpose="audit")["personal"]
    assert personal["name"]
    assert len(bureau.officer.get("/api/v1/erasures", status="refused")["items"]) == 1


def test_who_is_needed_is_left_out_of_asking_and_of_erasing(bureau: Bureau, people: Population) -> None:
    batch = ask(bureau, LATER)
    settled(bureau, batch)
    bureau.upload(people.allowance[PEOPLE : PEOPLE + 2], on=LATER)
    bureau.officer.post(f"/api/v1/retention/batches/{batch}/confirmation", {}, on=LATER)
    told = settled(bureau, batch)
    assert (told["erased"], told["left"], told["waiting"]) == (0, PEOPLE, PEOPLE), "a roster waits, in which they may stand"

    told = settled(bureau, ask(bureau, MUCH_LATER))
    assert (told["status"], told["asked"], told["needed"]) == ("done", 0, PEOPLE)


def test_nobody_else_sees_or_confirms_it(bureau: Bureau) -> None:
    batch = ask(bureau, MUCH_LATER)
    settled(bureau, batch)
    elsewhere = bureau.office.as_("clerk", "officer", account="far", divisions=("420281000000",))
    elsewhere.get(f"/api/v1/retention/batches/{batch}", expect=404)
    elsewhere.post(f"/api/v1/retention/batches/{batch}/confirmation", {}, on=MUCH_LATER, expect=404)
    assert elsewhere.get("/api/v1/retention", on=MUCH_LATER)["people"] == 0
    elsewhere.post("/api/v1/retention/batches", {}, on=MUCH_LATER, expect=409)


def test_on_the_pages_one_asks_and_another_confirms(bureau: Bureau) -> None:
    clerk, officer = Clerk(bureau.office, "liu", "clerk").sign_in(), Clerk(bureau.office, "chen", "officer").sign_in()
    for each in (clerk, officer):
        each._cookies["qiao_acted_on"] = MUCH_LATER
    page = clerk.get("/console/erasures/")
    assert f"对 {PEOPLE} 人" in page
    key = clerk.key("/console/erasures/")

    path = clerk.post("/console/retention/", key=key)
    assert clerk.post("/console/retention/", key=key) == path, "the same form is one act"
    page = clerk.settled(path)
    assert "申请人以外" in page
    assert not SCRIPT.search(page)
    assert path in officer.get("/console/erasures/")
    assert "请先核对" in officer.post(f"{path}confirmation/", 400, key="0" * 16)
    officer.post(f"{path}confirmation/", confirmed="yes", key=officer.key(path))

    assert "已办结" in officer.settled(path)
    assert in_status(bureau, "erased") == PEOPLE
    assert "没有保存期满" in clerk.post("/console/retention/", 409, key="1" * 16)


@pytest.fixture
def command(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """`qiao intake retention` on the bureau's store, on a day when everything is due."""
    settings = bureau.office.runtime.settings
    monkeypatch.setenv("QIAO_DATA", str(settings.data))
    monkeypatch.setenv("QIAO_KEY_FILE", str(settings.key_file))

    def run(*options: str, exit_code: int = 0) -> Any:
        done = CliRunner().invoke(app, ["retention", *options, "--json"])
        assert done.exit_code == exit_code, done.output
        return json.loads(done.stdout) if exit_code == 0 else re.sub(r"\s", "", done.output)

    return run


def test_the_command_counts_asks_once_and_has_nothing_left_to_ask_for(bureau: Bureau, command: Callable[..., Any]) -> None:
    counted = command()
    assert {each["scope"]: each["due"] for each in counted["items"]} == {"contact": PEOPLE, "sensitive": PEOPLE, "all": PEOPLE}
    assert counted["people"] == PEOPLE

    first, second = (command("--ask", "--by", "clerk") for _ in range(2))

    assert (first["batch"]["asked"], first["batch"]["status"], first["batch"]["asked_by"]) == (PEOPLE, "proposed", "clerk")
    assert (second["people"], second["batch"]) == (0, None)
    assert len(asked(bureau)) == PEOPLE


def test_the_command_asks_in_nobodys_name_and_for_nobody_who_may_not(bureau: Bureau, command: Callable[..., Any]) -> None:
    assert "--by" in command("--ask", exit_code=2)
    assert "没有账号" in command("--ask", "--by", "nobody", exit_code=1)
    assert "经办人员或业务负责人" in command("--ask", "--by", "reviewer", exit_code=1)
    assert asked(bureau) == []


def test_the_periods_are_those_of_the_rules(bureau: Bureau) -> None:
    told = bureau.officer.get("/api/v1/retention", on=LATER)
    assert {each["scope"]: each["due"] for each in told["items"]} == {"contact": 0, "sensitive": PEOPLE, "all": 0}
    assert told["people"] == PEOPLE
