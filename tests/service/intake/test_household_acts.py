"""Death, moving, a new head, splitting and joining: recorded with day and basis, told in the file, seen by lists."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from services.intake.app import SERVICE
from shared.demo.population import Population
from shared.events.intake import RecipientWithdrawn
from tests.conftest import Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_console import SCRIPT, Clerk

ON = "2016-12-01"
LATER = "2017-02-01"


@pytest.fixture
def bureau(service_client: Callable[..., Office], people: Population) -> Bureau:
    found = Bureau(service_client(SERVICE))
    found.accept(found.upload(people.allowance[:60])["roster_id"])
    return found


def file_of(bureau: Bureau, household: str, **asked: Any) -> Any:
    return bureau.officer.get(f"/api/v1/households/{household}/file", purpose="audit", **asked)


def present(file: Any) -> dict[str, str]:
    return {each["id"]: each["relation"] for each in file["members"] if each["status"] == "present"}


def larger_household(bureau: Bureau, *, least: int = 2) -> str:
    households = bureau.clerk.get("/api/v1/households", limit=200)["items"]
    return str(next(each["id"] for each in households if each["people"] >= least))


def act(bureau: Bureau, household: str, what: str, *, on: str = ON, expect: int | None = None, **terms: Any) -> Any:
    body = {"acted_on": on, "reason": "户口簿"} | terms
    return bureau.clerk.post(f"/api/v1/households/{household}/{what}", body, on=LATER, expect=expect)


def parts(file: Any) -> tuple[str, list[str]]:
    here = present(file)
    head = next(key for key, relation in here.items() if relation == "head")
    return head, [key for key in here if key != head]


def test_who_lives_in_another_district_by_now_is_counted_in_the_file_of_an_earlier_day_and_not_shown(bureau: Bureau) -> None:
    household = larger_household(bureau)
    _, (other, *_) = parts(file_of(bureau, household))
    home = bureau.clerk.get("/api/v1/households", division="420203000000")["items"][0]
    act(bureau, household, "joinings", person_id=other, household_no=home["household_no"], relation="other")
    here, there = (bureau.office.as_("clerk", divisions=(division,)) for division in ("420202000000", "420203000000"))
    asked = f"/api/v1/households/{household}/file"

    shown = here.get(asked, purpose="audit", as_of="2016-11-30")
    assert (shown["elsewhere"], other in {each["id"] for each in shown["members"]}) == (1, False)
    assert other in {each["id"] for each in bureau.clerk.get(asked, purpose="audit", as_of="2016-11-30")["members"]}
    assert other in {each["id"] for each in there.get(f"/api/v1/households/{home['id']}/file", purpose="audit")["members"]}


def test_a_death_is_told_in_the_file_of_which_an_earlier_day_still_shows_the_living(bureau: Bureau) -> None:
    household = larger_household(bureau)
    head, (other, *_) = parts(file_of(bureau, household))

    assert "户主" in act(bureau, household, "departures", person_id=head, kind="died", expect=422)["detail"]
    act(bureau, household, "departures", person_id=other, kind="died")

    file = file_of(bureau, household)
    assert other not in present(file)
    assert file["history"][0]["what"] == "died"
    assert other in present(file_of(bureau, household, as_of="2016-11-30"))
    assert other not in present(file_of(bureau, household, as_of=ON))
    assert file_of(bureau, household, as_of="2014-01-01")["members"] == []

    act(bureau, household, "departures", person_id=other, kind="restored")
    assert other in present(file_of(bureau, household))


def test_a_son_parts_leads_his_own_house_and_comes_back(bureau: Bureau) -> None:
    household = larger_household(bureau)
    head, (other, *_) = parts(file_of(bureau, household))

    new = act(bureau, household, "splits", household_no="FH-1", relations={other: "head"})["household_id"]
    assert present(file_of(bureau, new)) == {other: "head"}
    assert other not in present(file_of(bureau, household))
    assert {event["what"] for event in file_of(bureau, new)["history"]} >= {"split", "filed"}
    assert act(bureau, household, "splits", household_no="FH-1", relations={head: "head"}, expect=422)["errors"]

    old_number = file_of(bureau, household)["household_no"]
    assert "户主" in act(bureau, new, "joinings", person_id=other, household_no=old_number, relation="head", expect=422)["detail"]
    act(bureau, new, "joinings", person_id=other, household_no=old_number, relation="other")
    assert present(file_of(bureau, household))[other] == "other"
    assert present(file_of(bureau, new)) == {}
    assert present(file_of(bureau, new, as_of="2016-11-30")) == {}


def test_another_leads_and_everybody_is_related_to_the_new_head(bureau: Bureau) -> None:
    household = larger_household(bureau)
    head, (other, *rest) = parts(file_of(bureau, household))
    relations = {head: "other", other: "head"} | dict.fromkeys(rest, "other")

    act(bureau, household, "heads", relations=relations)

    assert present(file_of(bureau, household)) == relations
    assert present(file_of(bureau, household, as_of="2016-11-30"))[head] == "head"


def test_a_household_that_moves_is_reached_by_the_clerks_of_its_new_division_alone(bureau: Bureau) -> None:
    household = larger_household(bureau)
    before = file_of(bureau, household)["division"]
    there = "420281001000" if before != "420281001000" else "420281002000"
    neighbour = bureau.office.as_("officer", divisions=("420281000000",), account="neighbour")
    neighbour.get(f"/api/v1/households/{household}/file", purpose="audit", expect=404)

    assert act(bureau, household, "relocations", division="999999999999", expect=422)["errors"][0]["field"] == "division"
    act(bureau, household, "relocations", division=there)

    assert neighbour.get(f"/api/v1/households/{household}/file", purpose="audit")["division"] == there
    assert file_of(bureau, household, as_of="2016-11-30")["division"] == before


def test_who_may_act_on_a_household(bureau: Bureau) -> None:
    household = larger_household(bureau)
    _, (other, *_) = parts(file_of(bureau, household))
    body = {"acted_on": ON, "reason": "死亡证明", "person_id": other, "kind": "died"}
    path = f"/api/v1/households/{household}/departures"

    for role in ("reviewer", "approver", "surveyor", "auditor", "admin"):
        bureau.office.as_(role).post(path, body, on=LATER, expect=403)
    bureau.office.as_("clerk", divisions=("420281000000",)).post(path, body, on=LATER, expect=404)
    bureau.clerk.post(path, body | {"person_id": str(uuid4())}, on=LATER, expect=422)
    act(bureau, household, "departures", person_id=other, kind="died", on="2017-02-02", expect=422)


def test_a_death_gives_the_place_on_a_list_to_the_next_reserve(bureau: Bureau, confirmed: str) -> None:
    listed = bureau.candidates(confirmed, "listed")[0]
    household = bureau.officer.get(f"/api/v1/persons/{listed['person_id']}/file", purpose="audit")["household"]["id"]
    head, others = parts(file_of(bureau, household))
    if listed["person_id"] == head and others:
        relations = {head: "other", others[0]: "head"} | dict.fromkeys(others[1:], "other")
        act(bureau, household, "heads", relations=relations, on="2017-01-20")

    done = act(bureau, household, "departures", person_id=listed["person_id"], kind="died", on="2017-01-20")

    assert len(done["replaced_by"]) == 1
    assert listed["id"] not in {each["id"] for each in bureau.candidates(confirmed, "listed")}
    assert done["replaced_by"][0] in {each["id"] for each in bureau.candidates(confirmed, "listed")}


@pytest.mark.parametrize(("kind", "reason"), [("died", "died"), ("left", "moved")])
def test_who_is_served_and_dies_or_moves_away_is_let_go_with_the_reason(bureau: Bureau, confirmed: str, kind: str, reason: str) -> None:
    listed = bureau.candidates(confirmed, "listed")[0]
    recipient = bureau.serve(confirmed, listed)
    household = bureau.officer.get(f"/api/v1/persons/{listed['person_id']}/file", purpose="audit")["household"]["id"]
    head, others = parts(file_of(bureau, household))
    if listed["person_id"] == head and others:
        relations = {head: "other", others[0]: "head"} | dict.fromkeys(others[1:], "other")
        act(bureau, household, "heads", relations=relations, on="2017-02-01")

    done = act(bureau, household, "departures", person_id=listed["person_id"], kind=kind, on="2017-02-01")

    [event] = bureau.office.said(RecipientWithdrawn)
    assert (str(event.recipient_id), event.reason) == (recipient, reason)
    changes = bureau.officer.get(f"/api/v1/programmes/{confirmed}/changes")["items"]
    assert [(each["left_id"], each["reason"], each["moved_up_id"]) for each in changes] == [(listed["id"], reason, done["replaced_by"][0])]


def test_the_pages_record_acts_without_a_name_and_say_what_is_missing(bureau: Bureau) -> None:
    household = larger_household(bureau)
    file = file_of(bureau, household)
    head, (other, *_) = parts(file)
    clerk = Clerk(bureau.office, "liu", "clerk").sign_in()
    path = f"/console/households/{household}/acts"
    names = [each["personal"]["name"] for each in file["members"]]

    for kind in ("died", "left", "restored", "relocated", "headed", "split", "joined"):
        page = clerk.get(f"{path}/{kind}/")
        assert not any(name in page for name in names)
        assert not SCRIPT.search(page)
    clerk.get(f"{path}/vanished/", 404)
    assert "请填写发生日期" in clerk.post(f"{path}/died/", 400, key="0" * 16)
    assert "请选择成员" in clerk.post(f"{path}/died/", 400, key="0" * 16, acted_on="2015-10-12")
    said: dict[str, Any] = {"acted_on": "2015-10-12", "reason": "本人申请", "household_no": "FH-2"}
    assert "请填写新户编号" in clerk.post(f"{path}/split/", 422, key="1" * 16, **said | {"household_no": "", f"relation-{other}": "head"})
    new = clerk.post(f"{path}/split/", key="2" * 16, **said | {f"relation-{other}": "head"})
    clerk.post("/console/households/purpose/", purpose="registration", back="/console/")
    assert "分户" in clerk.get(new)
    page = clerk.get(f"/console/households/{household}/?as_of=2015-10-11")
    assert "acts/died/" in page
    clerk.get(f"/console/households/{household}/?as_of=yesterday", 400)
    clerk.post(f"{path}/died/", key="3" * 16, acted_on="2015-10-12", reason="死亡证明", person=head)


@pytest.mark.parametrize(("told_of", "undoes"), [("2015-12-31", False), ("2016-12-31", True)])
def test_a_roster_of_an_earlier_day_undoes_no_act(bureau: Bureau, people: Population, told_of: str, undoes: bool) -> None:
    household = larger_household(bureau)
    _, (other, *_) = parts(file_of(bureau, household))
    place = file_of(bureau, household)["division"]
    there = next(row.区划代码 for row in people.allowance[:60] if row.区划代码 != place)
    new = act(bureau, household, "splits", household_no="FH-1", relations={other: "head"})["household_id"]
    act(bureau, household, "relocations", division=there)
    again = [row._replace(联系电话="13900000000") for row in people.allowance[:60]]

    bureau.accept(bureau.upload(again, on=LATER, reference_on=told_of)["roster_id"], on=LATER)

    file = file_of(bureau, household)
    assert (other in present(file), file["division"] == place) == (undoes, undoes)
    assert (present(file_of(bureau, new)) == {other: "head"}) is not undoes
    phones = {each["personal"]["phone"] for each in file["members"]}
    assert phones == {"13900000000"}, "what no act has changed is brought up to date"


def test_a_roster_says_before_it_is_accepted_where_what_an_act_said_stays(bureau: Bureau, people: Population) -> None:
    """A split, a new head and a death of a later day than the roster's: their rows are named with the field, and nobody else's."""
    household = larger_household(bureau, least=3)
    file = file_of(bureau, household)
    head, (gone, dead, *_) = parts(file)
    act(bureau, household, "splits", household_no="FH-9", relations={gone: "head"})
    act(bureau, household, "departures", person_id=dead, kind="died")
    number_of = {member["id"]: member["personal"]["identity_number"] for member in file["members"]}
    rows = [row for row in people.allowance if row.户编号 == file["household_no"]]
    line = {row.身份证号: at for at, row in enumerate(rows, start=2)}

    roster = bureau.upload(rows, on=LATER)["roster_id"]

    told = bureau.clerk.get(f"/api/v1/rosters/{roster}")
    listed = bureau.clerk.get(f"/api/v1/rosters/{roster}/differing")["items"]
    fields = {row["number"]: {fault["column"]: fault["message"] for fault in row["faults"]} for row in listed}
    assert {"户编号", "与户主关系"} <= set(fields[line[number_of[gone]]])
    assert "分户" in fields[line[number_of[gone]]]["户编号"]
    assert "死亡" in fields[line[number_of[dead]]]["在册状态"]
    assert all("户编号" not in fields.get(line[number_of[each]], {}) for each in (head, dead))
    assert told["differing"] == len(listed) == len(fields)
    assert told["faulty"] == 0
    assert bureau.clerk.get(f"/api/v1/rosters/{roster}/rows")["items"] == [], "they do not stay out"
    page = Clerk(bureau.office, "liu", "clerk").sign_in().get(f"/console/rosters/{roster}/")
    assert "与变更登记或更正不一致的行" in page
    assert "下载标出问题的工作簿" not in page

    bureau.accept(roster, on=LATER)
    assert gone not in present(file_of(bureau, household)), "as it was told"


def test_a_roster_that_knows_of_the_act_or_says_the_same_is_not_told_of(bureau: Bureau, people: Population) -> None:
    household = larger_household(bureau)
    file = file_of(bureau, household)
    _, (other, *_) = parts(file)
    rows = [row for row in people.allowance if row.户编号 == file["household_no"]]
    same = bureau.upload(rows, on=LATER)["roster_id"]
    assert bureau.clerk.get(f"/api/v1/rosters/{same}/differing")["items"] == []
    bureau.officer.post(f"/api/v1/rosters/{same}/rejection", {"reason": "重复"}, on=LATER)

    act(bureau, household, "splits", household_no="FH-9", relations={other: "head"})
    later = bureau.upload(rows, on=LATER, reference_on=LATER)["roster_id"]
    assert bureau.clerk.get(f"/api/v1/rosters/{later}/differing")["items"] == [], "it is of a later day, and counts"
