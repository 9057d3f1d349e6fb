"""Rosters: what stays out and why, what is updated and never doubled, and what is forgotten."""

from typing import Any

from sqlalchemy import func, select

from services.intake.store import Household, Person, PersonSecret, StagedRow, Survey
from shared.demo.population import Population
from shared.events.intake import RosterAccepted
from tests.conftest import HUANGSHI
from tests.service.intake.bureau import PROJECT, Bureau, visit


def count(bureau: Bureau, table: type) -> int:
    return int(bureau.office.store.read_now(lambda reader: reader.scalar(select(func.count()).select_from(table))))


def test_a_roster_sent_twice_doubles_nobody(bureau: Bureau, people: Population) -> None:
    rows = people.allowance[:40]
    moved = [row._replace(联系电话="13800138000") for row in rows]
    for sent in (rows, moved):
        bureau.accept(bureau.upload(sent)["roster_id"])

    assert [count(bureau, table) for table in (Person, PersonSecret, StagedRow)] == [40, 40, 0]
    assert count(bureau, Household) == len({row.户编号 for row in rows})
    assert [(event.people, event.rejected) for event in bureau.office.said(RosterAccepted)] == [(40, 0), (40, 0)]


def test_an_update_is_what_is_read_afterwards(bureau: Bureau, people: Population) -> None:
    row = people.allowance[0]._replace(实际居住人数=1)
    for phone in ("13800138000", "13900139000"):
        bureau.accept(bureau.upload([row._replace(联系电话=phone)])["roster_id"])
    [person] = bureau.office.store.read_now(lambda reader: [person.id for person in reader.select(select(Person))])

    file = bureau.clerk.get(f"/api/v1/persons/{person}/file", purpose="consent")

    assert (file["personal"]["phone"], file["personal"]["name"]) == ("13900139000", row.姓名)
    assert file["household"]["household_no"] == row.户编号


def test_bad_rows_stay_out_with_a_reason_per_cell(bureau: Bureau, people: Population) -> None:
    rows = list(people.allowance[:10])
    rows[0] = rows[0]._replace(身份证号="420202195001011234")
    rows[1] = rows[1]._replace(区划代码="110101001001")
    roster = bureau.upload(rows)["roster_id"]

    told = bureau.clerk.get(f"/api/v1/rosters/{roster}")
    faulty = bureau.clerk.get(f"/api/v1/rosters/{roster}/rows", faulty=True)["items"]
    bureau.accept(roster)

    assert (told["rows"], told["status"], told["good"] + told["faulty"]) == (10, "reviewed", 10)
    assert {fault["column"] for row in faulty for fault in row["faults"]} >= {"身份证号", "区划代码"}
    assert "420202195001011234" not in str(told) + str(faulty)
    assert count(bureau, Person) == told["good"]
    assert bureau.office.said(RosterAccepted)[0].rejected == told["faulty"]


def test_a_doubt_is_counted_and_told_by_cell_and_the_row_counts(bureau: Bureau, people: Population) -> None:
    head = next(row for row in people.allowance if row.婚姻状况 == "已婚" and row.与户主关系 == "本人")
    rows = [row for row in people.allowance if row.户编号 == head.户编号]
    spouse = next(at for at, row in enumerate(rows) if row.与户主关系 == "配偶")
    rows[spouse] = rows[spouse]._replace(婚姻状况="离异")
    roster = bureau.upload(rows)["roster_id"]

    told = bureau.clerk.get(f"/api/v1/rosters/{roster}")
    doubtful = bureau.clerk.get(f"/api/v1/rosters/{roster}/doubtful")["items"]
    staying_out = bureau.clerk.get(f"/api/v1/rosters/{roster}/rows")["items"]
    bureau.accept(roster)

    assert (told["good"], told["doubtful"], told["faulty"], staying_out) == (len(rows), 1, 0, [])
    assert told["doubts"] == [{"column": "婚姻状况", "message": "配偶的婚姻状况不是已婚", "rows": 1}]
    assert [(row["number"], row["verdict"], row["faults"][0]["cell"]) for row in doubtful] == [(spouse + 2, "doubtful", f"H{spouse + 2}")]
    assert count(bureau, Person) == len(rows)


def test_a_bad_row_of_somebody_known_says_that_the_record_stays(bureau: Bureau, people: Population) -> None:
    known, new = (row._replace(实际居住人数=1) for row in people.allowance[:2])
    bureau.accept(bureau.upload([known])["roster_id"])

    roster = bureau.upload([row._replace(联系电话="12", 与户主关系="本人", 户编号=f"户{at}") for at, row in enumerate((known, new))])[
        "roster_id"
    ]

    rows = bureau.clerk.get(f"/api/v1/rosters/{roster}/rows")["items"]
    told = bureau.clerk.get(f"/api/v1/rosters/{roster}")
    assert [[fault["column"] for fault in row["faults"]] for row in rows] == [["联系电话", "身份证号"], ["联系电话"]]
    assert "已建档" in rows[0]["faults"][1]["message"]
    assert known.身份证号 not in str(rows)
    assert (told["faulty"], told["new"], told["updated"]) == (2, 0, 0)


def test_a_person_of_another_category_is_not_pulled_over(bureau: Bureau, people: Population) -> None:
    row = people.allowance[0]._replace(救助类别="城市低保", 实际居住人数=1)
    bureau.accept(bureau.upload([row])["roster_id"])

    roster = bureau.upload([row._replace(救助类别="城市特困")])["roster_id"]
    other = bureau.upload([people.allowance[1]._replace(救助类别="城市特困", 户编号=row.户编号, 与户主关系="本人")])["roster_id"]

    [fault] = bureau.clerk.get(f"/api/v1/rosters/{roster}/rows")["items"][0]["faults"]
    [shared_number] = bureau.clerk.get(f"/api/v1/rosters/{other}/rows")["items"][0]["faults"]
    assert (fault["column"], shared_number["column"]) == ("救助类别", "户编号")


def test_a_workbook_that_is_none_is_refused_before_anything_is_kept(bureau: Bureau) -> None:
    file = bureau.clerk.upload(b"no workbook", "x.txt")
    body = {"name": "x", "purpose": "planning", "reference_on": "2015-12-31", "division": HUANGSHI, "file": file}

    refused = bureau.clerk.post("/api/v1/rosters", body, on="2015-10-12", expect=422)

    assert "表头" in refused["detail"]


def test_who_uploads_a_roster_does_not_decide_on_it(bureau: Bureau, people: Population) -> None:
    roster = bureau.upload(people.allowance[:5])["roster_id"]
    both = bureau.office.as_("clerk", "officer", account="clerk")

    both.post(f"/api/v1/rosters/{roster}/acceptance", {}, on="2015-10-12", expect=403)
    both.post(f"/api/v1/rosters/{roster}/rejection", {"reason": "重传"}, on="2015-10-12", expect=403)


def test_a_review_that_others_have_overtaken_is_not_accepted(bureau: Bureau, people: Population) -> None:
    first, second = (bureau.upload(people.allowance[:5])["roster_id"] for _ in range(2))
    bureau.accept(first)

    refused = bureau.officer.post(f"/api/v1/rosters/{second}/acceptance", {}, on="2015-10-12", expect=409)

    assert "重新上传" in refused["detail"]
    assert count(bureau, Person) == 5


def test_of_a_rejected_roster_nothing_is_taken(bureau: Bureau, people: Population) -> None:
    roster = bureau.upload(people.allowance[:5])["roster_id"]

    bureau.officer.post(f"/api/v1/rosters/{roster}/rejection", {"reason": "名册有误"}, on="2015-10-12")

    assert [count(bureau, table) for table in (Person, PersonSecret, StagedRow)] == [0, 0, 0]
    assert bureau.clerk.get(f"/api/v1/rosters/{roster}")["reason"] == "名册有误"
    bureau.officer.post(f"/api/v1/rosters/{roster}/acceptance", {}, on="2015-10-13", expect=409)
    assert bureau.office.said(RosterAccepted) == []


def test_a_roster_for_a_survey_names_it_and_one_for_planning_does_not(bureau: Bureau, people: Population) -> None:
    bureau.upload(people.allowance[:5], purpose="survey", expect=422)
    survey = bureau.survey(Population(people.allowance[:5], people.destitute[:1]))

    bureau.upload(people.allowance[:5], purpose="planning", survey_id=survey, expect=422)
    bureau.upload(people.allowance[:5], on="2016-12-22", purpose="survey", survey_id=survey, expect=409)


def test_a_file_counts_the_people_of_its_household_and_is_due_once(bureau: Bureau, people: Population) -> None:
    survey = bureau.survey(people)

    shown = bureau.officer.get(f"/api/v1/surveys/{survey}")

    assert shown["people_due"] == shown["people_verified"] == len(people.allowance) + len(people.destitute)
    assert shown["files_due"] == len({row.户编号 for row in [*people.allowance, *people.destitute]})
    assert sum(community["files_due"] for community in shown["communities"]) == shown["files_due"]


def test_a_visit_by_one_investigator_is_refused_and_named(bureau: Bureau, people: Population) -> None:
    survey = bureau.open_survey()
    more: dict[str, Any] = {"purpose": "survey", "survey_id": survey, "reference_on": "2016-10-10"}
    bureau.accept(bureau.upload(people.allowance[:5], on="2016-10-10", **more)["roster_id"], on="2016-10-10")
    files = bureau.files(survey)

    visits = [visit(files[0]), visit(files[1], investigators=["D01"])]
    refused = bureau.surveyor.post(f"/api/v1/surveys/{survey}/visits", {"visits": visits}, on="2016-12-02", expect=422)

    assert [error["field"] for error in refused["errors"]] == ["visits.1.investigators"]
    assert refused["errors"][0]["rule"] == "survey_investigators"
    assert bureau.officer.get(f"/api/v1/surveys/{survey}")["files_verified"] == 0


def test_a_survey_needs_a_project_that_procurement_opened(bureau: Bureau) -> None:
    body = {"project_id": str(PROJECT), "name": "调查", "division": HUANGSHI, "due_on": "2016-12-16"}

    bureau.officer.post("/api/v1/surveys", body, on="2016-10-10", expect=409)

    assert count(bureau, Survey) == 0
