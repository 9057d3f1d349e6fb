"""From a workbook to an enrolled recipient, over HTTP, and what refuses on the way."""

import time
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.intake.app import SERVICE
from shared.demo.figures import Figures
from shared.demo.population import Population, RosterRow, populate
from shared.demo.workbook import workbook
from shared.events.intake import (
    EnrolmentCompleted,
    RecipientEnrolled,
    RecipientWithdrawn,
    RosterAccepted,
    SelectionConfirmed,
    SelectionProposed,
)
from shared.events.procurement import ContractSigned, ProjectOpened, Scheme
from tests.conftest import HUANGSHI, Desk, Office

PROJECT, CONTRACT = uuid4(), uuid4()
NEEDS = {"economy": 2, "health": 1, "education": 0, "housing": 1, "employment": 2, "guardianship": 0, "inclusion": 1}
QUOTA, RESERVE = 2, 1


class Bureau:
    """The civil-affairs office at work."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.clerk, self.officer, self.reviewer, self.approver, self.surveyor = (
            office.as_(role, account=role) for role in ("clerk", "officer", "reviewer", "approver", "surveyor")
        )

    def done(self, job_id: str) -> None:
        deadline = time.monotonic() + 20
        while (job := self.clerk.get(f"/api/v1/jobs/{job_id}"))["status"] not in ("done", "failed"):
            assert time.monotonic() < deadline, job
            time.sleep(0.02)
        assert job["status"] == "done", job

    def upload(self, rows: list[RosterRow], *, on: str = "2015-10-12", **terms: str) -> Any:
        file = self.clerk.upload(workbook(rows, "名册"), "名册.xlsx")
        terms = {"purpose": "planning", "reference_on": "2015-12-31"} | terms
        answer = self.clerk.post("/api/v1/rosters", {"name": "名册", "division": HUANGSHI, "file": file, **terms}, on=on)
        self.done(answer["job_id"])
        return answer

    def accept(self, roster_id: str, *, on: str = "2015-10-12") -> None:
        self.done(self.officer.post(f"/api/v1/rosters/{roster_id}/acceptance", {}, on=on)["job_id"])

    def survey(self, people: Population) -> str:
        self.office.hear(
            ProjectOpened(
                project_id=PROJECT,
                project_no="HSSHJZ-2016",
                title="黄石市社会救助领域政府购买服务项目",
                buyer="黄石市民政局",
                procuring_entity="黄石市社会救助局",
                division=HUANGSHI,
                budget=68_000_000,
                opened_on=date(2016, 5, 9),
            )
        )
        terms = {"project_id": str(PROJECT), "name": "调查", "division": HUANGSHI, "due_on": "2016-12-16"}
        survey: str = self.officer.post("/api/v1/surveys", terms, on="2016-10-10")["id"]
        more = {"purpose": "survey", "survey_id": survey, "reference_on": "2016-10-10"}
        self.accept(self.upload(people.allowance, on="2016-10-10", **more)["roster_id"], on="2016-10-10")
        self.accept(self.upload(people.destitute, on="2016-10-11", **more)["roster_id"], on="2016-10-11")
        for file in self.surveyor.get(f"/api/v1/surveys/{survey}/files", limit=200)["items"]:
            self.surveyor.post(f"/api/v1/surveys/{survey}/visits", {"visits": [visit(file)]}, on="2016-12-01")
        self.officer.post(f"/api/v1/surveys/{survey}/acceptance", {}, on="2016-12-20")
        return survey

    def programme(self, survey: str) -> str:
        groups = [{"code": code, "quota": QUOTA, "reserve": RESERVE} for code in ("G1", "G2", "G3", "G4")]
        terms = {"project_id": str(PROJECT), "survey_id": survey, "name": "服务计划", "division": HUANGSHI, "seed": "种子 2016-12-22"}
        dates = {"reference_on": "2017-01-01", "top_up_until": "2017-03-31"}
        programme: str = self.officer.post("/api/v1/programmes", {**terms, **dates, "groups": groups}, on="2016-12-22")["id"]
        self.done(self.officer.post(f"/api/v1/programmes/{programme}/screening", {}, on="2016-12-22")["job_id"])
        self.officer.post(f"/api/v1/programmes/{programme}/proposal", {}, on="2016-12-26")
        return programme

    def candidates(self, programme: str, state: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.clerk.get(f"/api/v1/programmes/{programme}/candidates", state=state, limit=200)["items"]
        return found


def visit(file: dict[str, Any], **changes: Any) -> dict[str, Any]:
    found = {"file_id": file["id"], "visited_on": "2016-12-01", "kind": "home", "investigators": ["D01", "D02"]}
    return found | {"living_members": file["living_members"], "housing": "rented", "needs": NEEDS} | changes


def consent(candidate: dict[str, Any], *, given: bool = True, **changes: Any) -> dict[str, Any]:
    signer = {"signer": "guardian", "guardian_relation": "父母"} if candidate["needs_guardian"] else {"signer": "self"}
    answer = {"candidate_id": candidate["id"], "given": given, "version": "2016-12", "signed_on": "2017-01-16", "told_no_loss": True}
    return answer | signer | changes


def signed() -> ContractSigned:
    scheme = Scheme(
        dimensions=(),
        bands=(),
        satisfaction_dimension="D5",
        satisfaction_floor="80",
        pass_at_least="80",
        rectify_at_least="60",
        appeal_working_days=5,
    )
    return ContractSigned(
        contract_id=CONTRACT,
        contract_no="HSSHJZ-2016-01",
        project_id=PROJECT,
        title="合同",
        division=HUANGSHI,
        provider="黄石市某社会工作服务中心",
        provider_uscc="52420200MJ00000345",
        amount=63_600_000,
        signed_on=date(2016, 9, 1),
        starts_on=date(2016, 10, 1),
        ends_on=date(2017, 9, 30),
        clients_at_least=8,
        workers=1,
        worker_capacity=30,
        scheme=scheme,
        scheme_hash="",
        milestones=(),
    )


@pytest.fixture(scope="module")
def people() -> Population:
    return populate(Figures(0.01).census)


@pytest.fixture
def bureau(service_client: Callable[..., Office]) -> Bureau:
    return Bureau(service_client(SERVICE))


def test_the_way_from_a_roster_to_recipients(bureau: Bureau, people: Population) -> None:
    first = bureau.upload(people.allowance)
    bureau.accept(first["roster_id"])
    survey = bureau.survey(people)
    programme = bureau.programme(survey)
    bureau.approver.post(f"/api/v1/programmes/{programme}/confirmation", {"reason": "名单无误"}, on="2017-01-09")
    listed = bureau.candidates(programme, "listed")
    consents = [consent(candidate, given=number > 0) for number, candidate in enumerate(listed)]
    asked = bureau.clerk.post(f"/api/v1/programmes/{programme}/consents", {"consents": consents}, on="2017-01-16")
    moved_up = bureau.candidates(programme, "listed")
    bureau.clerk.post(f"/api/v1/programmes/{programme}/consents", {"consents": [consent(each) for each in moved_up]}, on="2017-01-17")
    bureau.office.hear(signed(), on=date(2016, 9, 1))
    ids = [candidate["id"] for candidate in bureau.candidates(programme, "consented")]
    bureau.officer.post(f"/api/v1/programmes/{programme}/enrolments", {"candidate_ids": ids}, on="2017-01-24")
    done = bureau.officer.post(f"/api/v1/programmes/{programme}/completion", {}, on="2017-01-24")

    assert (asked["given"], asked["refused"], len(asked["replacements"]), len(moved_up)) == (4 * QUOTA - 1, 1, 1, 1)
    assert done == {"enrolled": 4 * QUOTA, "refused": 1, "replaced": 1}
    report = bureau.officer.get(f"/api/v1/programmes/{programme}/report")
    census = Figures(0.01).census
    assert report["population"] == {
        "people": census.total.people,
        "aged_60_plus": census.total.elders,
        "disabled": census.total.disabled,
        "minors": census.total.minors,
        "seriously_ill": census.total.ill,
        "surveyed": census.surveyed,
        "files": census.files,
    }
    assert {code: group["eligible"] for code, group in report["screening"].items()} == census.eligible
    for kind, count in (
        (RosterAccepted, 3),
        (SelectionProposed, 1),
        (SelectionConfirmed, 1),
        (RecipientEnrolled, 8),
        (EnrolmentCompleted, 1),
    ):
        assert len(bureau.office.said(kind)) == count, kind
    recipients = [event.recipient_id for event in bureau.office.said(RecipientEnrolled)]
    assert {recipient.version for recipient in recipients} == {4}


def test_a_roster_sent_twice_doubles_nobody(bureau: Bureau, people: Population) -> None:
    for _ in range(2):
        bureau.accept(bureau.upload(people.allowance)["roster_id"])

    population = bureau.officer.get("/api/v1/population", on="2015-12-31")

    assert population["people"] == len(people.allowance)


def test_bad_rows_stay_out_with_a_reason_per_cell(bureau: Bureau, people: Population) -> None:
    rows = list(people.allowance[:10])
    rows[0] = rows[0]._replace(身份证号="420202195001011234")
    rows[1] = rows[1]._replace(区划代码="110101001001")
    roster = bureau.upload(rows)["roster_id"]

    told = bureau.clerk.get(f"/api/v1/rosters/{roster}")
    faulty = bureau.clerk.get(f"/api/v1/rosters/{roster}/rows", faulty=True)["items"]

    assert (told["rows"], told["status"]) == (10, "reviewed")
    assert told["faulty"] >= 2
    assert {fault["column"] for row in faulty for fault in row["faults"]} >= {"身份证号", "区划代码"}
    assert "420202195001011234" not in str(told) + str(faulty)


def test_a_workbook_that_is_none_is_refused_before_anything_is_kept(bureau: Bureau) -> None:
    file = bureau.clerk.upload(b"no workbook", "x.txt")
    body = {"name": "x", "purpose": "planning", "reference_on": "2015-12-31", "division": HUANGSHI, "file": file}

    refused = bureau.clerk.post("/api/v1/rosters", body, on="2015-10-12", expect=422)

    assert "Excel" in refused["detail"]


def test_who_uploads_a_roster_does_not_accept_it(bureau: Bureau, people: Population) -> None:
    roster = bureau.upload(people.allowance[:5])["roster_id"]
    both = bureau.office.as_("clerk", "officer", account="clerk")

    both.post(f"/api/v1/rosters/{roster}/acceptance", {}, on="2015-10-12", expect=403)


def test_a_visit_by_one_investigator_is_refused_and_named(bureau: Bureau, people: Population) -> None:
    bureau.survey(Population(people.allowance[:5], people.destitute[:2]))
    survey = bureau.officer.post(
        "/api/v1/surveys", {"project_id": str(PROJECT), "name": "再调查", "division": HUANGSHI, "due_on": "2016-12-30"}, on="2016-12-21"
    )["id"]
    more = {"purpose": "survey", "survey_id": survey, "reference_on": "2016-12-21"}
    bureau.accept(bureau.upload(people.allowance[:5], on="2016-12-21", **more)["roster_id"], on="2016-12-21")
    file = bureau.surveyor.get(f"/api/v1/surveys/{survey}/files")["items"][0]

    one = visit(file, investigators=["D01"], visited_on="2016-12-22")
    refused = bureau.surveyor.post(f"/api/v1/surveys/{survey}/visits", {"visits": [one]}, on="2016-12-22", expect=422)

    assert refused["errors"][0]["field"] == "visits.0.investigators"


@pytest.fixture
def proposed(bureau: Bureau, people: Population) -> str:
    return bureau.programme(bureau.survey(people))


def test_the_selection_can_be_repeated_byte_for_byte(bureau: Bureau, proposed: str) -> None:
    proof = bureau.officer.get(f"/api/v1/programmes/{proposed}/proof")

    assert proof["matches"]
    assert proof["list_hash"] == bureau.office.said(SelectionProposed)[0].list_hash


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

    bureau.approver.post(f"/api/v1/programmes/{proposed}/confirmation", {"reason": "无误"}, on="2017-01-09", expect=409)
    decided = bureau.reviewer.post(f"/api/v1/objections/{objection}/decision", {"upheld": True, "reason": "不符合"}, on="2017-01-06")

    assert decided["replaced_by"]
    assert candidate["id"] not in {each["id"] for each in bureau.candidates(proposed, "listed")}


def test_a_child_does_not_consent_alone(bureau: Bureau, proposed: str) -> None:
    bureau.approver.post(f"/api/v1/programmes/{proposed}/confirmation", {"reason": "无误"}, on="2017-01-09")
    child = next(each for each in bureau.candidates(proposed, "listed") if each["needs_guardian"])

    alone = consent(child) | {"signer": "self", "guardian_relation": ""}
    refused = bureau.clerk.post(f"/api/v1/programmes/{proposed}/consents", {"consents": [alone]}, on="2017-01-16", expect=422)

    assert refused["errors"][0]["field"] == "consents.0.signer"


def test_reading_a_file_leaves_a_mark_and_never_shows_without_purpose(bureau: Bureau, proposed: str) -> None:
    person = bureau.candidates(proposed, "listed")[0]["person_id"]

    bureau.clerk.get(f"/api/v1/persons/{person}/file", expect=400)
    file = bureau.clerk.get(f"/api/v1/persons/{person}/file", purpose="consent")
    marks = bureau.officer.get(f"/api/v1/persons/{person}/readings")["items"]

    assert len(file["personal"]["identity_number"]) == 18
    assert [(mark["reader"], mark["purpose"]) for mark in marks] == [("clerk", "consent")]


def test_withdrawal_closes_and_calls_the_next_reserve(bureau: Bureau, proposed: str) -> None:
    bureau.approver.post(f"/api/v1/programmes/{proposed}/confirmation", {"reason": "无误"}, on="2017-01-09")
    first = bureau.candidates(proposed, "listed")[0]
    bureau.clerk.post(f"/api/v1/programmes/{proposed}/consents", {"consents": [consent(first)]}, on="2017-01-16")
    bureau.office.hear(signed(), on=date(2016, 9, 1))
    path = f"/api/v1/programmes/{proposed}/enrolments"
    recipient = bureau.officer.post(path, {"candidate_ids": [first["id"]]}, on="2017-01-24")["recipients"][0]["recipient_id"]

    left = bureau.clerk.post(f"/api/v1/recipients/{recipient}/withdrawal", {"reason": "consent_withdrawn"}, on="2017-02-20")

    assert left["replaced_by"]
    assert [event.recipient_id for event in bureau.office.said(RecipientWithdrawn)] == [UUID(recipient)]


def test_a_clerk_of_another_city_finds_nothing(bureau: Bureau, proposed: str) -> None:
    stranger: Desk = bureau.office.as_("officer", divisions=("110000000000",))

    stranger.get(f"/api/v1/programmes/{proposed}", expect=404)
    assert stranger.get("/api/v1/population")["people"] == 0
