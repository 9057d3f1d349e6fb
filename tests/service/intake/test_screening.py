"""The list: who can be on it, that it can be repeated, how it is objected to, and who confirms it."""

from datetime import date
from functools import partial
from random import Random
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError

from services.intake.domain.group import Condition, GroupDefinition
from services.intake.plugins import disabled_people, lone_elders, seriously_ill, single_parent_pupils
from services.intake.store import Household, Person, Screening, admits
from shared.demo.population import Population
from shared.events.intake import SelectionConfirmed, SelectionProposed
from shared.ids import new_id
from shared.work import Reader, Work
from tests.service.intake.bureau import Bureau

ON = date(2017, 1, 1)
GROUPS = (
    lone_elders.LONE_ELDERS,
    single_parent_pupils.SINGLE_PARENT_PUPILS,
    disabled_people.DISABLED_PEOPLE,
    seriously_ill.SERIOUSLY_ILL,
    GroupDefinition("X1", "其他", (Condition("age", "is", 60, ""), Condition("living_members", "below", 3, ""))),
    GroupDefinition("X3", "其他", (Condition("is_severely_disabled", "is", False, ""), Condition("is_pupil", "is", False, ""))),
    GroupDefinition("X2", "其他", (Condition("living_members", "at_least", 2, ""), Condition("is_severely_disabled", "is", True, ""))),
)


def test_the_database_and_the_rule_agree_on_who_is_in_a_group(bureau: Bureau) -> None:
    random = Random(42)
    households, persons = [], []
    for number in range(300):
        household_id, roster_id = new_id(), new_id()
        more = {"category": "urban_allowance", "division": "420202070001", "needs": None, "housing": ""}
        living = random.randint(1, 4)
        households.append({"id": household_id, "household_no": str(number), "living_members": living, "roster_id": roster_id, **more})
        level = random.randint(0, 4)
        birth = date(random.choice((1940, 1956, 1957, 1980, 1998, 1999, 2005)), random.choice((1, 12)), random.choice((1, 2, 31)))
        facts = {
            "birth": birth,
            "schooling": random.choice(("", "preschool", "primary", "senior", "college")),
            "has_single_parent": random.random() < 0.5,
            "disability_level": level,
            "disability_kind": random.randint(1, 7) if level else 0,
            "is_seriously_ill": random.random() < 0.3,
        }
        fixed = {"sex": "female", "relation": "head", "status": "present", "secret_id": new_id(), "roster_id": roster_id}
        persons.append({"id": new_id(), "household_id": household_id, "identity_key": str(number), "lot_no": str(number), **facts, **fixed})

    def fill(work: Work) -> None:
        work.execute(insert(Household), households)
        work.execute(insert(Person), persons)

    def members(group: GroupDefinition, reader: Reader) -> tuple[set[object], set[object]]:
        at_home = Person.household_id == Household.id
        found = {row[0] for row in reader.rows(select(Person.id).join(Household, at_home).where(admits(group, ON)))}  # type: ignore[call-overload]  # SQLModel's fields are columns here
        homes = {household.id: household for household in reader.select(select(Household))}
        everybody = reader.select(select(Person))
        return found, {person.id for person in everybody if group.admits(person.facts(homes[person.household_id]), ON)}

    bureau.office.store.run_now(fill)
    for group in GROUPS:
        by_database, by_rule = bureau.office.store.read_now(partial(members, group))
        assert by_database == by_rule, group.code
        assert 0 < len(by_rule) < 300, group.code


def test_nobody_is_screened_before_the_survey_is_accepted(bureau: Bureau, people: Population) -> None:
    programme = bureau.open(bureau.survey(people, is_accepted=False))

    bureau.officer.post(f"/api/v1/programmes/{programme}/screening", {}, on="2016-12-22", expect=409)


def test_who_was_not_visited_is_not_on_the_list(bureau: Bureau, people: Population) -> None:
    survey = bureau.open_survey()
    more: dict[str, Any] = {"purpose": "survey", "survey_id": survey, "reference_on": "2016-10-10"}
    bureau.accept(bureau.upload(people.allowance, on="2016-10-10", **more)["roster_id"], on="2016-10-10")
    alone = {row.户编号 for row in people.allowance if row.实际居住人数 == 1}
    bureau.visit(survey, [file for file in bureau.files(survey) if file["household_no"] not in alone])
    bureau.officer.post(f"/api/v1/surveys/{survey}/acceptance", {}, on="2016-12-20")

    programme = bureau.open(survey)
    bureau.screen(programme)

    assert bureau.officer.get(f"/api/v1/programmes/{programme}")["groups"][0]["eligible"] == 0


def test_the_selection_can_be_repeated_byte_for_byte_whatever_happens_to_the_people(bureau: Bureau, proposed: str) -> None:
    bureau.office.store.run_now(lambda work: work.execute(update(Person).values(status="moved")))

    proof = bureau.officer.get(f"/api/v1/programmes/{proposed}/proof")

    assert proof["matches"]
    assert proof["list_hash"] == proof["repeated_list_hash"] == bureau.office.said(SelectionProposed)[0].list_hash


def test_a_screening_cannot_be_changed_afterwards(bureau: Bureau, proposed: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        bureau.office.store.run_now(lambda work: work.execute(update(Screening).values(seed="another")))


def test_screening_again_needs_a_reason_and_keeps_the_earlier_list(bureau: Bureau, people: Population) -> None:
    programme = bureau.open(bureau.survey(people))
    bureau.screen(programme)

    bureau.officer.post(f"/api/v1/programmes/{programme}/screening", {}, on="2016-12-23", expect=422)
    bureau.screen(programme, reason="补录入户结果", on="2016-12-23")

    screenings = bureau.officer.get(f"/api/v1/programmes/{programme}")["screenings"]
    assert [(each["number"], each["reason"]) for each in screenings] == [(1, ""), (2, "补录入户结果")]
    assert screenings[0]["list_hash"] == screenings[1]["list_hash"]


def test_fairness_shows_every_group_by_sex_age_district_and_disability(bureau: Bureau, proposed: str) -> None:
    shares = bureau.officer.get(f"/api/v1/programmes/{proposed}/fairness")["groups"]

    assert {share["dimension"] for share in shares} == {"sex", "age", "district", "disability"}
    assert sum(share["selected"] for share in shares if share["dimension"] == "sex") == 8


def test_the_counts_are_those_of_the_screening_whoever_goes_afterwards(bureau: Bureau, proposed: str) -> None:
    path = f"/api/v1/programmes/{proposed}"
    before = bureau.officer.get(f"{path}/fairness")
    listed = bureau.candidates(proposed, "listed")[0]

    bureau.clerk.post(f"{path}/candidates/{listed['id']}/departure", {"reason": "died"}, on="2016-12-28")

    assert bureau.officer.get(f"{path}/fairness") == before


def test_a_list_from_before_the_counts_were_kept_is_compared_all_the_same(bureau: Bureau, proposed: str) -> None:
    kept = bureau.officer.get(f"/api/v1/programmes/{proposed}/fairness")

    with bureau.office.store.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER IF EXISTS screening_no_update"))
        connection.execute(text("UPDATE screening SET shares = NULL"))

    assert bureau.officer.get(f"/api/v1/programmes/{proposed}/fairness") == kept


def test_nobody_confirms_before_the_window_is_over_nor_their_own_list(bureau: Bureau, proposed: str) -> None:
    own = bureau.office.as_("approver", account="officer")
    path = f"/api/v1/programmes/{proposed}/confirmation"

    assert bureau.officer.get(f"/api/v1/programmes/{proposed}")["objections_until"] == "2017-01-03"
    bureau.approver.post(path, {"reason": "无误"}, on="2017-01-03", expect=409)
    own.post(path, {"reason": "无误"}, on="2017-01-09", expect=403)
    bureau.approver.post(path, {"reason": "无误"}, on="2017-01-04")


def test_an_objection_is_decided_by_somebody_else_and_holds_up_the_confirmation(bureau: Bureau, proposed: str) -> None:
    candidate = bureau.candidates(proposed, "listed")[0]
    body = {"kind": "not_entitled", "candidate_id": candidate["id"]}
    objection = bureau.clerk.post(f"/api/v1/programmes/{proposed}/objections", body, on="2016-12-28")["id"]
    own = bureau.office.as_("reviewer", account="clerk")
    decision = {"upheld": True, "reason": "不符合"}

    bureau.approver.post(f"/api/v1/programmes/{proposed}/confirmation", {"reason": "无误"}, on="2017-01-05", expect=409)
    own.post(f"/api/v1/objections/{objection}/decision", decision, on="2017-01-06", expect=403)
    decided = bureau.reviewer.post(f"/api/v1/objections/{objection}/decision", decision, on="2017-01-06")
    bureau.confirm(proposed)

    assert decided["replaced_by"] in {each["id"] for each in bureau.candidates(proposed, "listed")}
    assert candidate["id"] not in {each["id"] for each in bureau.candidates(proposed, "listed")}
    [event] = bureau.office.said(SelectionConfirmed)
    assert (event.objections, event.objections_upheld) == (1, 1)
