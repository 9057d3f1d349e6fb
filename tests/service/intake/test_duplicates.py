"""Records that may be of one person come to a queue; people decide, a merge can be undone, and a "not the same" stays."""

import re
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlmodel import col

from services.intake.store import PersonSecret
from services.intake.store.duplicates import JOB, comparing
from shared.access import Actor
from shared.demo.population import Population
from shared.errors import WrongState
from shared.ids import new_id
from shared.work import Work
from tests.conftest import HUANGSHI
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_console import Clerk
from tests.service.intake.test_search import PERSON
from tests.service.intake.twins import AGAIN, TWINS, filed, numbered, only, person_in, queue

Pair = dict[str, Any]
MARK = re.compile("</?mark>")
WHY = {"reason": "入户核实为同一人"}


@pytest.fixture
def pair(bureau: Bureau) -> Pair:
    """One person, filed twice, in two streets."""
    filed(bureau, [PERSON], [AGAIN, *TWINS])
    return only(bureau)


def act(bureau: Bureau, pair: Pair, what: str, *, by: str = "officer", expect: int | None = None, **body: str) -> Any:
    return getattr(bureau, by).post(f"/api/v1/duplicates/{pair['id']}/{what}", WHY | body, on="2015-10-20", expect=expect)


def merged(bureau: Bureau, pair: Pair, *, keep: str = PERSON.户编号) -> Pair:
    """The clerk proposes, the officer merges; gives the two files."""
    act(bureau, pair, "proposal", by="clerk", keep=person_in(pair, keep))
    act(bureau, pair, "merge")
    return {each["household_no"]: each for each in pair["records"]}


def test_one_person_filed_twice_is_proposed_and_twins_of_one_household_are_not(bureau: Bureau, pair: Pair) -> None:
    assert {each["household_no"] for each in pair["records"]} == {PERSON.户编号, AGAIN.户编号}
    assert pair["likelihood"] == "very_likely"
    assert {"name_sound", "birth_close", "serial_same", "phone_same"} <= set(pair["evidence"])


def test_the_later_record_is_shown_beside_those_alike_masked_or_whole_and_each_is_logged(bureau: Bureau, pair: Pair) -> None:
    page = bureau.clerk.get(f"/api/v1/duplicates/{pair['id']}/comparison", purpose="registration")
    whole = bureau.clerk.get(f"/api/v1/duplicates/{pair['id']}/comparison", purpose="registration", whole="true")

    assert (page["subject"]["name"], page["subject"]["identity_number"]) == (AGAIN.姓名, f"420202********{AGAIN.身份证号[-4:]}")
    assert [(each["record"]["name"], each["record"]["phone"]) for each in page["pairs"]] == [(PERSON.姓名, "138****1234")]
    assert whole["pairs"][0]["record"]["identity_number"] == PERSON.身份证号
    for record in pair["records"]:
        log = bureau.officer.get(f"/api/v1/persons/{record['person_id']}/readings")["items"]
        assert [each["what"] for each in log] == ["comparison", "file"]


def test_five_at_most_stand_beside_the_later_record(bureau: Bureau) -> None:
    filed(bureau, *([PERSON._replace(户编号=f"420202006-2015-00100{n}", 身份证号=numbered(f"42020219500101{n}23"))] for n in range(1, 8)))
    first = queue(bureau)[0]

    page = bureau.clerk.get(f"/api/v1/duplicates/{first['id']}/comparison", purpose="registration")

    assert len(queue(bureau)) == 21
    assert len(page["pairs"]) == 5
    assert page["pairs"][0]["id"] == first["id"]


def test_a_merge_is_proposed_by_one_and_decided_by_another_and_the_person_counts_once(bureau: Bureau, pair: Pair) -> None:
    act(bureau, pair, "merge", expect=409)
    act(bureau, pair, "proposal", by="clerk", keep="00000000-0000-7000-8000-000000000000", expect=422)
    act(bureau, pair, "proposal", keep=person_in(pair, PERSON.户编号))
    act(bureau, pair, "merge", expect=403)  # the same officer

    act(bureau, pair, "proposal", by="clerk", keep=person_in(pair, PERSON.户编号))
    act(bureau, pair, "merge")

    assert queue(bureau) == []
    assert only(bureau, "merged")["id"] == pair["id"]
    count = bureau.officer.get("/api/v1/criteria/count", expression="age >= 60", division=HUANGSHI, reference_on="2015-12-31")
    assert (count["people"], count["admitted"]) == (3, 1)
    log = bureau.officer.get(f"/api/v1/households/{person_household(bureau, AGAIN.户编号)}/file", purpose="audit")
    assert [each["status"] for each in log["members"]] == ["merged"]
    assert [(each["what"], each["detail"]) for each in log["history"] if each["what"] == "merged"] == [("merged", "并入另一份档案")]


def person_household(bureau: Bureau, household_no: str) -> str:
    found = bureau.officer.get("/api/v1/households", limit=200)["items"]
    return str(next(each["id"] for each in found if each["household_no"] == household_no))


def test_what_is_said_to_be_two_people_never_comes_back_and_can_be_looked_at_again_by_an_officer(bureau: Bureau, pair: Pair) -> None:
    act(bureau, pair, "difference", by="clerk")

    for number, changed in enumerate((AGAIN._replace(姓名=PERSON.姓名), PERSON._replace(联系电话=""), AGAIN), start=1):
        filed(bureau, [changed], on=f"2015-11-0{number}")
        assert queue(bureau) == []

    act(bureau, pair, "reopening", by="clerk", expect=403)
    bureau.officer.post(f"/api/v1/duplicates/{pair['id']}/reopening", WHY, on="2015-11-09")
    assert only(bureau)["id"] == pair["id"]


def test_who_is_no_longer_alike_leaves_the_queue_and_comes_back_when_alike_again(bureau: Bureau, pair: Pair) -> None:
    unlike = AGAIN._replace(姓名="欧阳静", 联系电话="", 住址="大冶市金湖街道某路 1 号")
    filed(bureau, [unlike], on="2015-11-01")
    assert queue(bureau) == []
    filed(bureau, [AGAIN], on="2015-11-02")
    assert only(bureau)["id"] == pair["id"]


def test_a_pair_is_hidden_from_whoever_does_not_reach_both(bureau: Bureau, pair: Pair) -> None:
    for divisions in (("420202000000",), ("420203000000",), ()):
        clerk, officer = (bureau.office.as_(role, divisions=divisions) for role in ("clerk", "officer"))
        assert clerk.get("/api/v1/duplicates")["items"] == []
        clerk.get(f"/api/v1/duplicates/{pair['id']}/comparison", purpose="audit", expect=404)
        for what, body in (("proposal", {"keep": person_in(pair, PERSON.户编号)}), ("difference", {})):
            clerk.post(f"/api/v1/duplicates/{pair['id']}/{what}", WHY | body, expect=404)
        for what in ("merge", "undoing", "reopening"):
            officer.post(f"/api/v1/duplicates/{pair['id']}/{what}", WHY, expect=404)


@given(
    divisions=st.lists(
        st.sampled_from((HUANGSHI, "420202000000", "420203000000", "420202006000", "420203007002", "420281000000")), max_size=3
    )
)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whoever_sees_a_pair_reaches_both_records_and_whoever_does_sees_it(bureau: Bureau, pair: Pair, divisions: list[str]) -> None:
    clerk = bureau.office.as_("clerk", divisions=divisions)
    actor = Actor("any", "", frozenset({"clerk"}), tuple(divisions))
    reaches_both = all(actor.reaches(each["division"]) for each in pair["records"])

    seen = [each["id"] for each in clerk.get("/api/v1/duplicates")["items"]]

    assert seen == ([pair["id"]] if reaches_both else [])
    clerk.get(f"/api/v1/duplicates/{pair['id']}/comparison", purpose="audit", expect=200 if reaches_both else 404)


def test_who_may_do_what(bureau: Bureau, pair: Pair) -> None:
    keep = {"keep": person_in(pair, PERSON.户编号)}
    for role in ("clerk", "officer", "reviewer", "approver", "surveyor", "auditor", "admin"):
        desk, may_look = bureau.office.as_(role), role in ("clerk", "officer")
        desk.get("/api/v1/duplicates", expect=200 if may_look or role == "auditor" else 403)
        desk.get(f"/api/v1/duplicates/{pair['id']}/comparison", purpose="audit", expect=200 if may_look else 403)
        for what in ("merge", "undoing", "reopening"):
            desk.post(f"/api/v1/duplicates/{pair['id']}/{what}", WHY, expect=409 if role == "officer" else 403)
        if not may_look:
            desk.post(f"/api/v1/duplicates/{pair['id']}/proposal", WHY | keep, expect=403)
            desk.post(f"/api/v1/duplicates/{pair['id']}/difference", WHY, expect=403)


def test_a_number_given_up_by_a_merge_is_a_fault_in_a_later_roster_until_the_merge_is_undone(bureau: Bureau, pair: Pair) -> None:
    merged(bureau, pair)

    roster = bureau.upload([AGAIN], on="2015-11-01")["roster_id"]
    (row,) = bureau.clerk.get(f"/api/v1/rosters/{roster}/rows")["items"]
    assert [(each["cell"], each["message"]) for each in row["faults"]] == [("F2", "该号码的档案已并入另一份档案，请改填现行的身份证号")]

    bureau.officer.post(f"/api/v1/duplicates/{pair['id']}/undoing", WHY, on="2015-11-02")
    filed(bureau, [AGAIN], on="2015-11-03")


def test_a_roster_reviewed_before_a_merge_is_read_again(bureau: Bureau, pair: Pair) -> None:
    roster = bureau.upload([AGAIN], on="2015-10-13")["roster_id"]
    merged(bureau, pair)

    answer = bureau.officer.post(f"/api/v1/rosters/{roster}/acceptance", {}, on="2015-10-21", expect=409)

    assert "已并入另一份档案" in answer["detail"]


def test_merges_in_a_row_are_undone_in_the_opposite_order(bureau: Bureau, pair: Pair) -> None:
    third = PERSON._replace(户编号="420202006-2015-000999", 身份证号=numbered("42020219500101124"))
    merged(bureau, pair)
    filed(bureau, [third], on="2015-10-21")
    second = only(bureau)
    assert {each["household_no"] for each in second["records"]} == {
        PERSON.户编号,
        third.户编号,
    }  # of two records of one person, the one that counts
    bureau.clerk.post(f"/api/v1/duplicates/{second['id']}/proposal", WHY | {"keep": person_in(second, third.户编号)}, on="2015-10-22")
    bureau.officer.post(f"/api/v1/duplicates/{second['id']}/merge", WHY, on="2015-10-22")

    act(bureau, pair, "undoing", expect=409)
    bureau.officer.post(f"/api/v1/duplicates/{second['id']}/undoing", WHY, on="2015-10-23")
    bureau.officer.post(f"/api/v1/duplicates/{pair['id']}/undoing", WHY, on="2015-10-23")

    assert {each["status"] for each in queue(bureau)} == {"open"}


def test_of_somebody_erased_only_the_record_is_left_to_compare(bureau: Bureau, pair: Pair) -> None:
    gone = UUID(person_in(pair, PERSON.户编号))
    forget = update(PersonSecret).where(col(PersonSecret.person_id) == gone).values(wrapped_key=None)
    bureau.office.store.run_now(lambda work: work.execute(forget))

    page = bureau.clerk.get(f"/api/v1/duplicates/{pair['id']}/comparison", purpose="registration")

    assert (page["pairs"][0]["record"]["is_erased"], page["pairs"][0]["record"]["name"]) == (True, "")
    filed(bureau, [AGAIN._replace(联系电话="")], on="2015-11-01")
    assert queue(bureau) == []


def test_how_far_the_comparing_has_come_is_known_while_it_goes_on(bureau: Bureau) -> None:
    def look(work: Work) -> None:
        assert comparing(reader=work) is None
        work.start_job(JOB, new_id(), 900)
        found = comparing(reader=work)
        assert found is not None
        raise WrongState(f"{found.position} / {found.total}")  # leaves no job for the runner to take up

    with pytest.raises(WrongState, match="0 / 900"):
        bureau.office.store.run_now(look)


def test_the_sample_city_has_no_false_alarm_worth_a_name(bureau: Bureau, people: Population) -> None:
    filed(bureau, people.allowance)
    assert [each for each in queue(bureau) if each["likelihood"] != "possible"] == []


def test_the_pages_do_the_same_without_a_script(bureau: Bureau, pair: Pair) -> None:
    clerk, officer = (Clerk(bureau.office, f"{role}-2", role).sign_in() for role in ("clerk", "officer"))
    address = f"/console/duplicates/{pair['id']}/"
    assert "households/purpose" in clerk.get(address, 303)
    for each in (clerk, officer):
        each.post("/console/households/purpose/", purpose="registration", back=address)
    assert PERSON.户编号 in clerk.get("/console/duplicates/?status=open")

    keep = person_in(pair, PERSON.户编号)
    assert "请写明理由" in clerk.post(address, 400, act="propose", keep=keep, reason="", key=clerk.key(address))
    clerk.post(address, act="propose", keep=keep, reason="同一人", key=clerk.key(address))
    assert "需要以下角色" in clerk.post(address, 403, act="merge", reason="同一人", key=clerk.key(address))
    officer.post(address, act="merge", reason="同一人", key=officer.key(address))

    assert "撤销合并" in officer.get(address)
    assert "撤销合并" not in clerk.get(address)
    masked, whole = (MARK.sub("", clerk.get(address + query)) for query in ("", "?whole=yes"))
    assert PERSON.身份证号 not in masked
    assert PERSON.身份证号 in whole
