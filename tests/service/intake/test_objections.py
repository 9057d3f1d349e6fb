"""Objections: about whom, in time, decided by another, and what the list looks like afterwards."""

from typing import Any
from uuid import UUID

from sqlmodel import col, select, update

from services.intake.store import Person
from shared.events.intake import SelectionProposed, SelectionReopened
from tests.service.intake.bureau import Bureau

DECIDED = {"upheld": True, "reason": "漏报"}


def objected(bureau: Bureau, programme: str, *, on: str = "2016-12-28", expect: int | None = None, **body: Any) -> Any:
    found = bureau.clerk.post(f"/api/v1/programmes/{programme}/objections", body, on=on, expect=expect)
    return found if expect else found["id"]


def uphold(bureau: Bureau, objection: str, *, on: str = "2016-12-29") -> Any:
    return bureau.reviewer.post(f"/api/v1/objections/{objection}/decision", DECIDED, on=on)


def propose(bureau: Bureau, programme: str, *, on: str = "2016-12-30", expect: int | None = None) -> Any:
    return bureau.officer.post(f"/api/v1/programmes/{programme}/proposal", {}, on=on, expect=expect)


def listed(bureau: Bureau, programme: str) -> set[str]:
    return {each["person_id"] for state in ("listed", "waiting", "removed") for each in bureau.candidates(programme, state)}


def explained(bureau: Bureau, programme: str, person: str) -> Any:
    return bureau.officer.get(f"/api/v1/programmes/{programme}/persons/{person}/explanation", purpose="objection")


def outsider(bureau: Bureau, programme: str, *, is_eligible: bool) -> str:
    """Somebody who is on no list, though fit for a group, or not."""
    on_list = listed(bureau, programme)
    people = bureau.office.store.read_now(lambda reader: [row[0] for row in reader.rows(select(col(Person.id)).order_by(col(Person.id)))])
    for person in map(str, people):
        if person not in on_list and any(group["fits"] for group in explained(bureau, programme, person)["groups"]) == is_eligible:
            return person
    raise AssertionError("nobody such")


def test_an_objection_after_the_last_day_is_too_late(bureau: Bureau, proposed: str) -> None:
    person = bureau.candidates(proposed, "waiting")[0]["person_id"]

    refused = objected(bureau, proposed, kind="omitted", person_id=person, on="2017-01-04", expect=422)

    assert refused["errors"][0]["rule"] == "objection_window"


def test_who_was_left_out_is_named_is_in_reach_and_holds_no_place(bureau: Bureau, proposed: str) -> None:
    selected, waiting = bureau.candidates(proposed, "listed")[0], bureau.candidates(proposed, "waiting")[0]
    elsewhere = bureau.office.as_("clerk", divisions=["429004000000"])
    body = {"kind": "omitted", "person_id": waiting["person_id"]}

    assert objected(bureau, proposed, kind="omitted", expect=422)["errors"][0]["field"] == "person_id"
    assert objected(bureau, proposed, kind="not_entitled", expect=422)["errors"][0]["field"] == "candidate_id"
    objected(bureau, proposed, kind="omitted", person_id=selected["person_id"], expect=409)
    objected(bureau, proposed, kind="omitted", person_id=str(UUID(int=7)), expect=404)
    elsewhere.post(f"/api/v1/programmes/{proposed}/objections", body, on="2016-12-28", expect=404)
    objection = objected(bureau, proposed, **body)

    [kept] = bureau.clerk.get(f"/api/v1/programmes/{proposed}/objections")["items"]
    assert (kept["id"], kept["person_id"], kept["candidate_id"]) == (objection, waiting["person_id"], None)


def test_somebody_wrongly_left_out_makes_the_office_screen_again_for_a_reason(bureau: Bureau, proposed: str) -> None:
    objection = objected(bureau, proposed, kind="omitted", person_id=outsider(bureau, proposed, is_eligible=True))
    uphold(bureau, objection)

    [event] = bureau.office.said(SelectionReopened)
    assert (str(event.programme_id), event.reason) == (proposed, "objection")
    propose(bureau, proposed, expect=409)
    bureau.officer.post(f"/api/v1/programmes/{proposed}/screening", {}, on="2016-12-30", expect=422)
    bureau.screen(proposed, reason="异议成立", on="2016-12-30")
    again = propose(bureau, proposed)

    assert again["objections_until"] == "2017-01-06"
    assert [each["id"] for each in bureau.clerk.get(f"/api/v1/programmes/{proposed}/objections")["items"]] == [objection]
    assert len(bureau.office.said(SelectionProposed)) == 2


def test_a_list_that_still_leaves_the_person_out_is_not_proposed_until_the_file_is_right(bureau: Bureau, proposed: str) -> None:
    person = outsider(bureau, proposed, is_eligible=False)
    uphold(bureau, objected(bureau, proposed, kind="omitted", person_id=person))
    bureau.screen(proposed, reason="异议成立", on="2016-12-30")
    assert "请先更正其档案" in propose(bureau, proposed, expect=409)["detail"]

    ill = update(Person).where(col(Person.id) == UUID(person)).values(is_seriously_ill=True)
    bureau.office.store.run_now(lambda work: work.execute(ill))
    bureau.screen(proposed, reason="更正档案", on="2016-12-30")
    propose(bureau, proposed)

    assert [group["code"] for group in explained(bureau, proposed, person)["groups"] if group["rank"]] == ["G4"]


def test_who_is_not_entitled_is_found_by_no_later_screening(bureau: Bureau, proposed: str) -> None:
    gone, waiting = bureau.candidates(proposed, "listed")[0], outsider(bureau, proposed, is_eligible=True)
    to_place = objected(bureau, proposed, kind="not_entitled", candidate_id=gone["id"])
    left_out = objected(bureau, proposed, kind="omitted", person_id=waiting)
    uphold(bureau, to_place)
    uphold(bureau, left_out)

    bureau.screen(proposed, reason="异议成立", on="2016-12-30")
    propose(bureau, proposed)

    assert gone["person_id"] not in listed(bureau, proposed)
    assert explained(bureau, proposed, gone["person_id"])["barred"] == ["异议成立，认定不符合条件"]


def test_an_objection_to_a_place_is_decided_on_the_list_that_was_made_since(bureau: Bureau, proposed: str) -> None:
    first = bureau.candidates(proposed, "listed")[0]
    to_place = objected(bureau, proposed, kind="not_entitled", candidate_id=first["id"])
    uphold(bureau, objected(bureau, proposed, kind="omitted", person_id=outsider(bureau, proposed, is_eligible=True)))
    bureau.screen(proposed, reason="异议成立", on="2016-12-30")
    propose(bureau, proposed)

    uphold(bureau, to_place, on="2017-01-03")

    assert first["person_id"] in {each["person_id"] for each in bureau.candidates(proposed, "removed")}


def test_nobody_moves_up_for_a_reserve_who_is_not_entitled(bureau: Bureau, proposed: str) -> None:
    reserve, before = bureau.candidates(proposed, "waiting")[0], len(bureau.candidates(proposed, "listed"))

    answer = uphold(bureau, objected(bureau, proposed, kind="not_entitled", candidate_id=reserve["id"]))

    assert answer["replaced_by"] is None
    assert len(bureau.candidates(proposed, "listed")) == before
