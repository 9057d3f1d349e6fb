"""Why somebody is on the list or not, what becomes of a place that comes free, and quotas that are adjusted."""

from hashlib import sha256
from typing import Any

import pytest
from sqlmodel import select

from services.intake.store import Person
from shared.demo.population import Population
from tests.service.intake.bureau import Bureau, consent

SEED = "种子 2016-12-22"
EXPLAIN = "/api/v1/programmes/{}/persons/{}/explanation"


def explained(bureau: Bureau, programme: str, person: str) -> Any:
    return bureau.officer.get(EXPLAIN.format(programme, person), purpose="objection")


def everybody(bureau: Bureau) -> list[str]:
    people = bureau.office.store.read_now(lambda reader: reader.select(select(Person).order_by(Person.identity_key)))
    return [str(person.id) for person in people]


def test_the_selected_the_reserves_and_the_others_are_told_why(bureau: Bureau, proposed: str) -> None:
    selected, reserve = bureau.candidates(proposed, "listed")[0], bureau.candidates(proposed, "waiting")[0]
    listed = {each["person_id"] for state in ("listed", "waiting") for each in bureau.candidates(proposed, state)}

    of_selected, of_reserve = explained(bureau, proposed, selected["person_id"]), explained(bureau, proposed, reserve["person_id"])
    others = [explained(bureau, proposed, person) for person in everybody(bureau)[:25] if person not in listed]

    assert (of_selected["list"], of_selected["group"], of_selected["rank"]) == ("selected", selected["group"], selected["rank"])
    assert any("入选" in sentence for sentence in of_selected["told"])
    assert of_selected["more_need"] is None
    assert of_reserve["list"] == "reserve"
    assert any("依次递补" in sentence for sentence in of_reserve["told"])
    assert of_reserve["more_need"] is not None
    unfit = [each for each in others if not any(group["fits"] for group in each["groups"])]
    assert unfit
    for each in unfit:
        assert each["rank"] is None
        assert all(not all(condition["holds"] for condition in group["conditions"]) for group in each["groups"])
        assert any("不符合" in sentence or "不在筛选范围" in sentence for sentence in each["told"])


def test_whoever_is_told_the_lot_number_can_check_the_order(bureau: Bureau, proposed: str) -> None:
    listed = [each for each in bureau.candidates(proposed, "listed") if each["group"] == "G1"]
    told = {each["rank"]: explained(bureau, proposed, each["person_id"]) for each in listed}
    alike: dict[int, list[str]] = {}
    for each in sorted(listed, key=lambda each: each["rank"]):
        alike.setdefault(each["score"], []).append(told[each["rank"]]["lot_no"])

    assert max(map(len, alike.values())) > 1
    for lots in alike.values():
        assert lots == sorted(lots, key=lambda lot_no: sha256(f"{SEED}|{lot_no}".encode()).hexdigest())
    assert any(f"抽签号 {told[1]['lot_no']}" in sentence for sentence in told[1]["told"])


def test_every_explanation_leaves_a_mark_that_the_person_may_see(bureau: Bureau, proposed: str) -> None:
    person = bureau.candidates(proposed, "listed")[0]["person_id"]

    explained(bureau, proposed, person)

    kept = bureau.officer.get(f"/api/v1/persons/{person}/readings")["items"]
    assert [(each["reader"], each["purpose"]) for each in kept] == [("officer", "objection")]


def test_who_has_no_right_or_no_reach_learns_nothing(bureau: Bureau, proposed: str) -> None:
    person = bureau.candidates(proposed, "listed")[0]["person_id"]
    path = EXPLAIN.format(proposed, person)

    for role in ("approver", "surveyor", "auditor"):
        bureau.office.as_(role).get(path, purpose="audit", expect=403)
    bureau.office.as_("officer", divisions=["429004000000"]).get(path, purpose="audit", expect=404)

    assert bureau.officer.get(f"/api/v1/persons/{person}/readings")["items"] == []


def test_who_dies_before_the_service_is_replaced_and_the_change_keeps_its_reason(bureau: Bureau, confirmed: str) -> None:
    left = bureau.candidates(confirmed, "listed")[0]

    answer = bureau.clerk.post(f"/api/v1/programmes/{confirmed}/candidates/{left['id']}/departure", {"reason": "died"}, on="2017-01-10")

    assert answer["replaced_by"]
    changes = bureau.officer.get(f"/api/v1/programmes/{confirmed}/changes")["items"]
    assert [(each["left_id"], each["reason"], each["moved_up_id"]) for each in changes] == [(left["id"], "died", answer["replaced_by"])]
    assert explained(bureau, confirmed, left["person_id"])["barred"] == ["该人员已死亡"]
    bureau.clerk.post(f"/api/v1/programmes/{confirmed}/candidates/{left['id']}/departure", {"reason": "died"}, on="2017-01-10", expect=409)


def test_a_refusal_keeps_its_reason_and_after_the_last_day_nobody_moves_up(bureau: Bureau, confirmed: str) -> None:
    first, last = [each for each in bureau.candidates(confirmed, "listed") if each["group"] in ("G1", "G3")][::3][:2]

    bureau.ask(confirmed, [consent(first, given=False)])
    late = bureau.ask(confirmed, [consent(last, given=False)], on="2017-04-01")

    assert late["replacements"] == []
    changes = bureau.officer.get(f"/api/v1/programmes/{confirmed}/changes")["items"]
    assert [(each["reason"], each["moved_up_id"] is None) for each in changes] == [("refused", False), ("refused", True)]


def test_a_quota_is_adjusted_within_its_tolerance_and_the_list_is_made_again(bureau: Bureau, people: Population) -> None:
    programme = bureau.open(bureau.survey(people), tolerance=1)
    bureau.screen(programme)
    path = f"/api/v1/programmes/{programme}/quotas"

    bureau.officer.post(path, {"code": "G1", "quota": 4, "reason": "人多"}, on="2016-12-22", expect=422)
    bureau.officer.post(path, {"code": "G9", "quota": 3, "reason": "人多"}, on="2016-12-22", expect=422)
    bureau.clerk.post(path, {"code": "G1", "quota": 3, "reason": "人多"}, on="2016-12-22", expect=403)
    bureau.officer.post(path, {"code": "G1", "quota": 3, "reason": "独居老人多于测算"}, on="2016-12-22")

    bureau.officer.post(f"/api/v1/programmes/{programme}/proposal", {}, on="2016-12-22", expect=409)
    bureau.screen(programme, reason="名额调整")
    shown = bureau.officer.get(f"/api/v1/programmes/{programme}")["groups"][0]
    assert (shown["quota"], shown["planned"], shown["selected"]) == (3, 2, 3)
    assert [each["reason"] for each in shown["adjustments"]] == ["独居老人多于测算"]


@pytest.mark.parametrize("role", ["reviewer", "approver", "surveyor", "auditor"])
def test_nobody_else_strikes_somebody_off_a_list(bureau: Bureau, confirmed: str, role: str) -> None:
    left = bureau.candidates(confirmed, "listed")[0]

    bureau.office.as_(role).post(f"/api/v1/programmes/{confirmed}/candidates/{left['id']}/departure", {"reason": "died"}, expect=403)
