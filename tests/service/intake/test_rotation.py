"""The outer key is changed: all stays readable meanwhile, a killed rotation goes on, the old key opens nothing after."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from services.intake.actions import hash_again
from services.intake.app import SERVICE
from services.intake.store import Person, PersonSecret
from shared.demo.figures import Figures
from shared.demo.population import Population, populate
from shared.personal import Keyring, WrongKey, read_keys
from shared.rewrapping import Wrapped, begin, is_due, rewrap_chunk
from shared.work import Reader
from tests.service.intake.bureau import Bureau

PEOPLE = Wrapped(PersonSecret, also=hash_again)


def rotate(environment: Mapping[str, str]) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "shared.cli", "db", "rotate-key", "intake"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def environment_of(bureau: Bureau) -> dict[str, str]:
    settings = bureau.office.runtime.settings
    return {**os.environ, "QIAO_DATA": str(settings.data), "QIAO_KEY_FILE": str(settings.key_file), "PYTHONUNBUFFERED": "1"}


def found(bureau: Bureau, text: str) -> list[str]:
    items = bureau.clerk.post("/api/v1/persons/search", {"text": text, "purpose": "registration"})["items"]
    return [each["name"] for each in items]


def due(bureau: Bureau) -> int:
    keyring = bureau.office.runtime.keyring
    return len(bureau.office.store.read_now(lambda reader: reader.rows(select(col(PersonSecret.id)).where(is_due(PersonSecret, keyring)))))


@pytest.fixture(scope="module")
def people() -> Population:
    return populate(Figures(0.05).census)


@pytest.fixture
def town(bureau: Bureau, people: Population) -> Bureau:
    """More people than one chunk takes, in a service that is running."""
    bureau.accept(bureau.upload([*people.allowance[:520]])["roster_id"])
    deadline = time.monotonic() + 60
    while bureau.office.store.read_now(lambda reader: reader.scalar(select(func.count()).where(col(Person.indexed_by) == ""))):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return bureau


def test_a_killed_rotation_goes_on_and_people_are_found_all_the_time(town: Bureau, people: Population) -> None:
    settings, first, last = town.office.runtime.settings, people.allowance[0], people.allowance[519]
    assert settings.key_file is not None
    [old] = read_keys(settings.key_file)
    running = rotate(environment_of(town))
    assert running.stdout is not None
    while "500 of" not in running.stdout.readline():
        assert running.poll() is None
    running.send_signal(signal.SIGKILL)
    running.communicate()

    if len(read_keys(settings.key_file)) > 1:  # it was killed before its end
        assert read_keys(settings.key_file)[1] == old
    for row in (first, last):
        assert row.姓名 in found(town, row.身份证号)
        assert row.姓名 in found(town, f"{row.姓名} {row.身份证号[-4:]}")
    said = rotate(environment_of(town)).communicate()[0]

    assert "forgotten" in said, said
    [new] = read_keys(settings.key_file)
    assert new != old
    assert due(town) == 0
    for row in (first, last):
        assert row.姓名 in found(town, row.身份证号)
        assert row.姓名 in found(town, f"{row.姓名} {row.身份证号[-4:]}")

    def under_the_old(reader: Reader) -> None:
        row = reader.get(PersonSecret, reader.rows(select(col(PersonSecret.id)).limit(1))[0].id)
        with pytest.raises(WrongKey):
            Keyring(old).open(row.person_id, row.wrapped_key, row.sealed)

    town.office.store.read_now(under_the_old)


def test_halfway_nobody_is_doubled_and_no_roster_is_accepted(town: Bureau, people: Population) -> None:
    runtime = town.office.runtime
    assert runtime.settings.key_file is not None
    waiting = town.upload(people.allowance[520:530])["roster_id"]
    assert begin(runtime.settings.key_file)
    assert not begin(runtime.settings.key_file)
    assert town.office.store.run_now(lambda work: rewrap_chunk(PEOPLE, runtime.keyring, work)) == 500

    again = town.clerk.get(f"/api/v1/rosters/{town.upload(people.allowance[:520])['roster_id']}")
    refused = town.officer.post(f"/api/v1/rosters/{waiting}/acceptance", {}, on="2015-10-12", expect=409)

    assert again["new"] == 0
    assert "密钥" in refused["detail"]
    coming = town.clerk.get(f"/api/v1/rosters/{waiting}")["new"]
    said = rotate(environment_of(town)).communicate()[0]
    assert "forgotten" in said, said
    town.accept(waiting)
    keys = town.office.store.read_now(lambda reader: reader.rows(select(col(Person.identity_key))))
    assert len(keys) == len(set(keys)) == again["updated"] + coming
    assert town.clerk.get(f"/api/v1/rosters/{town.upload(people.allowance[:530])['roster_id']}")["updated"] >= len(keys) - coming


def test_documents_are_encrypted_anew_and_still_open(town: Bureau) -> None:
    files = town.office.runtime.files
    stored = files.put(b"%PDF-1.4 canary")
    before = files._path(stored.sha256).read_bytes()

    assert "forgotten" in rotate(environment_of(town)).communicate()[0]

    assert files._path(stored.sha256).read_bytes() != before
    assert files.open(stored.sha256) == b"%PDF-1.4 canary"
    assert files.encrypt_again() == 0


def test_each_service_that_wraps_keys_says_where() -> None:
    from services.casework.app import SERVICE as CASEWORK
    from services.disclosure.app import SERVICE as DISCLOSURE

    for service in (SERVICE, CASEWORK, DISCLOSURE):
        wrapping = {name for name, table in service.table.metadata.tables.items() if "wrapped_key" in table.columns}
        assert {each.model.__tablename__ for each in service.wrapped} == wrapping
