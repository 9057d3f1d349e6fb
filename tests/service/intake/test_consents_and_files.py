"""Consent before service, enrolment under a contract, and a mark of everybody who reads a file."""

from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from services.intake.store import Consent, Person
from shared.demo.population import Population
from tests.service.intake.bureau import Bureau, consent, signed


def test_a_child_does_not_consent_alone(bureau: Bureau, confirmed: str) -> None:
    child = next(each for each in bureau.candidates(confirmed, "listed") if each["needs_guardian"])

    refused = bureau.ask(confirmed, [consent(child) | {"signer": "self", "guardian_relation": ""}], expect=422)

    assert (refused["errors"][0]["field"], refused["errors"][0]["rule"]) == ("consents.0.signer", "guardian_signature")


def test_one_consent_that_does_not_count_keeps_out_the_whole_command(bureau: Bureau, confirmed: str) -> None:
    first, second = bureau.candidates(confirmed, "listed")[:2]

    bureau.ask(confirmed, [consent(first, given=False), consent(second, told_no_loss=False)], expect=422)

    assert bureau.candidates(confirmed, "refused") == []
    assert bureau.candidates(confirmed, "consented") == []


def test_nobody_is_asked_twice_and_nobody_before_the_list_is_confirmed(bureau: Bureau, proposed: str) -> None:
    candidate = bureau.candidates(proposed, "listed")[0]
    bureau.ask(proposed, [consent(candidate)], on="2016-12-30", expect=409)
    bureau.confirm(proposed)
    bureau.ask(proposed, [consent(candidate)])

    bureau.ask(proposed, [consent(candidate)], expect=409)


def test_an_answer_cannot_be_changed_afterwards(bureau: Bureau, confirmed: str) -> None:
    bureau.ask(confirmed, [consent(bureau.candidates(confirmed, "listed")[0])])

    with pytest.raises(IntegrityError, match="append-only"):
        bureau.office.store.run_now(lambda work: work.execute(update(Consent).values(is_given=False)))


def test_reserves_move_up_in_the_order_of_their_rank_until_none_is_left(bureau: Bureau, confirmed: str) -> None:
    of_group = [each for each in bureau.candidates(confirmed, "listed") if each["group"] == "G1"]
    [reserve] = [each for each in bureau.candidates(confirmed, "waiting") if each["group"] == "G1"]

    answer = bureau.ask(confirmed, [consent(each, given=False) for each in of_group])

    assert answer == {"given": 0, "refused": 2, "replacements": [reserve["id"]]}


def test_enrolment_waits_for_consent_contract_and_term(bureau: Bureau, confirmed: str) -> None:
    first, second = bureau.candidates(confirmed, "listed")[:2]
    bureau.ask(confirmed, [consent(first)])

    bureau.enrol(confirmed, [first["id"]], expect=409)
    bureau.office.hear(signed(), on=date(2016, 9, 1))
    bureau.enrol(confirmed, [second["id"]], expect=409)
    bureau.enrol(confirmed, [first["id"]], on="2017-04-03", expect=422)
    bureau.enrol(confirmed, [first["id"]])
    bureau.enrol(confirmed, [first["id"]], expect=409)


def test_who_has_died_is_not_enrolled(bureau: Bureau, confirmed: str) -> None:
    candidate = bureau.candidates(confirmed, "listed")[0]
    bureau.ask(confirmed, [consent(candidate)])
    bureau.office.hear(signed(), on=date(2016, 9, 1))
    bureau.office.store.run_now(lambda work: work.execute(update(Person).values(status="died")))

    assert "已死亡" in bureau.enrol(confirmed, [candidate["id"]], expect=422)["detail"]


def test_the_enrolment_does_not_end_while_places_can_be_filled(bureau: Bureau, confirmed: str) -> None:
    bureau.officer.post(f"/api/v1/programmes/{confirmed}/completion", {}, on="2017-01-24", expect=409)

    done = bureau.officer.post(f"/api/v1/programmes/{confirmed}/completion", {}, on="2017-04-01")

    assert done == {"enrolled": 0, "refused": 0, "replaced": 0}


def test_reading_a_file_leaves_a_mark_and_needs_a_purpose(bureau: Bureau, proposed: str) -> None:
    person = bureau.candidates(proposed, "listed")[0]["person_id"]

    bureau.clerk.get(f"/api/v1/persons/{person}/file", expect=400)
    file = bureau.clerk.get(f"/api/v1/persons/{person}/file", purpose="consent")
    marks = bureau.officer.get(f"/api/v1/persons/{person}/readings")["items"]

    assert len(file["personal"]["identity_number"]) == 18
    assert [(mark["reader"], mark["purpose"]) for mark in marks] == [("clerk", "consent")]


def test_who_people_are_stands_nowhere_in_the_store_in_clear(bureau: Bureau, people: Population) -> None:
    rows = [row._replace(联系电话="13800138000") for row in people.allowance[:40]]
    roster = bureau.upload([*rows, rows[0]._replace(户编号="420202070-2015-999999")])["roster_id"]
    bureau.clerk.get(f"/api/v1/rosters/{roster}")
    bureau.accept(roster)
    person = bureau.office.store.read_now(lambda reader: reader.select(select(Person))[0].id)
    bureau.clerk.get(f"/api/v1/persons/{person}/file", purpose="audit")

    folder = bureau.office.runtime.settings.data
    kept = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())

    for row in rows:
        for personal in (row.姓名, row.身份证号, row.住址, row.联系电话):
            assert personal.encode() not in kept
