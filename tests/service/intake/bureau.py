"""The civil-affairs office at work, for the tests of intake."""

import time
from datetime import date
from typing import Any
from uuid import uuid4

from shared.demo.population import Population, RosterRow
from shared.demo.workbook import workbook
from shared.events.procurement import ContractSigned, ProjectOpened, Scheme
from tests.conftest import HUANGSHI, Office

PROJECT, CONTRACT = uuid4(), uuid4()
NEEDS = {"economy": 2, "health": 1, "education": 0, "housing": 1, "employment": 2, "guardianship": 0, "inclusion": 1}
QUOTA, RESERVE = 2, 1
MOST_AT_ONCE = 200


class Bureau:
    """The civil-affairs office at work; `patience` is how many seconds a job may take.

    Offices of two divisions may work on one store: each has accounts and a project of its own.
    """

    def __init__(self, office: Office, *, patience: float = 20, division: str = HUANGSHI) -> None:
        self.office = office
        self.patience = patience
        self.division = division
        self.project, self.contract = (PROJECT, CONTRACT) if division == HUANGSHI else (uuid4(), uuid4())
        of = "" if division == HUANGSHI else f"-{division[:6]}"
        self.clerk, self.officer, self.reviewer, self.approver, self.surveyor = (
            office.as_(role, account=f"{role}{of}", divisions=(division,))
            for role in ("clerk", "officer", "reviewer", "approver", "surveyor")
        )

    def done(self, job_id: str) -> None:
        deadline = time.monotonic() + self.patience
        while (job := self.clerk.get(f"/api/v1/jobs/{job_id}"))["status"] not in ("done", "failed"):
            assert time.monotonic() < deadline, job
            time.sleep(0.02)
        assert job["status"] == "done", job

    def upload(self, rows: list[RosterRow], *, on: str = "2015-10-12", expect: int | None = None, **terms: Any) -> Any:
        file = self.clerk.upload(workbook(rows, "名册"), "名册.xlsx")
        terms = {"purpose": "planning", "reference_on": "2015-12-31"} | terms
        answer = self.clerk.post(
            "/api/v1/rosters", {"name": "名册", "division": self.division, "file": file, **terms}, on=on, expect=expect
        )
        if expect is None:
            self.done(answer["job_id"])
        return answer

    def accept(self, roster_id: str, *, on: str = "2015-10-12") -> None:
        self.done(self.officer.post(f"/api/v1/rosters/{roster_id}/acceptance", {}, on=on)["job_id"])

    def open_survey(self) -> str:
        self.office.hear(opened().model_copy(update={"project_id": self.project, "division": self.division}))
        terms = {"project_id": str(self.project), "name": "调查", "division": self.division, "due_on": "2016-12-16"}
        survey: str = self.officer.post("/api/v1/surveys", terms, on="2016-10-10")["id"]
        return survey

    def survey(self, people: Population, *, is_accepted: bool = True) -> str:
        """A survey in which everybody of both rosters was visited."""
        survey = self.open_survey()
        more: dict[str, Any] = {"purpose": "survey", "survey_id": survey, "reference_on": "2016-10-10"}
        self.accept(self.upload(people.allowance, on="2016-10-10", **more)["roster_id"], on="2016-10-10")
        if people.destitute:
            self.accept(self.upload(people.destitute, on="2016-10-11", **more)["roster_id"], on="2016-10-11")
        self.visit(survey, self.files(survey))
        if is_accepted:
            self.officer.post(f"/api/v1/surveys/{survey}/acceptance", {}, on="2016-12-20")
        return survey

    def files(self, survey: str) -> list[dict[str, Any]]:
        """All files of a survey, over every page of the list."""
        found: list[dict[str, Any]] = []
        after: dict[str, Any] = {}
        while True:
            page = self.surveyor.get(f"/api/v1/surveys/{survey}/files", limit=MOST_AT_ONCE, **after)
            found += page["items"]
            if not page["next"]:
                return found
            after = {"after": page["next"]}

    def visit(self, survey: str, files: list[dict[str, Any]]) -> None:
        for part in (files[start : start + MOST_AT_ONCE] for start in range(0, len(files), MOST_AT_ONCE)):
            self.surveyor.post(f"/api/v1/surveys/{survey}/visits", {"visits": [visit(file) for file in part]}, on="2016-12-01")

    def programme(self, survey: str, *, quota: int = QUOTA, reserve: int = RESERVE) -> str:
        """A programme whose list is open to objection."""
        programme = self.open(survey, quota=quota, reserve=reserve)
        self.screen(programme)
        self.officer.post(f"/api/v1/programmes/{programme}/proposal", {}, on="2016-12-26")
        return programme

    def open(self, survey: str, *, tolerance: int = 0, quota: int = QUOTA, reserve: int = RESERVE) -> str:
        groups = [{"code": code, "quota": quota, "reserve": reserve, "tolerance": tolerance} for code in ("G1", "G2", "G3", "G4")]
        terms = {"project_id": str(self.project), "survey_id": survey, "name": "服务计划", "division": self.division}
        terms["seed"] = "种子 2016-12-22"
        dates = {"reference_on": "2017-01-01", "top_up_until": "2017-03-31"}
        programme: str = self.officer.post("/api/v1/programmes", {**terms, **dates, "groups": groups}, on="2016-12-22")["id"]
        return programme

    def screen(self, programme: str, *, reason: str = "", on: str = "2016-12-22") -> None:
        self.done(self.officer.post(f"/api/v1/programmes/{programme}/screening", {"reason": reason}, on=on)["job_id"])

    def confirm(self, programme: str) -> None:
        self.approver.post(f"/api/v1/programmes/{programme}/confirmation", {"reason": "名单无误"}, on="2017-01-09")

    def ask(self, programme: str, consents: list[dict[str, Any]], *, on: str = "2017-01-16", expect: int | None = None) -> Any:
        return self.clerk.post(f"/api/v1/programmes/{programme}/consents", {"consents": consents}, on=on, expect=expect)

    def enrol(self, programme: str, ids: list[str], *, on: str = "2017-01-24", expect: int | None = None) -> Any:
        return self.officer.post(f"/api/v1/programmes/{programme}/enrolments", {"candidate_ids": ids}, on=on, expect=expect)

    def serve(self, programme: str, candidate: dict[str, Any], **answered: Any) -> str:
        """Consent, contract and enrolment of one candidate; returns the recipient's id."""
        self.ask(programme, [consent(candidate, **answered)])
        contract = {"contract_id": self.contract, "project_id": self.project, "division": self.division}
        self.office.hear(signed().model_copy(update=contract), on=date(2016, 9, 1))
        recipient: str = self.enrol(programme, [candidate["id"]])["recipients"][0]["recipient_id"]
        return recipient

    def candidates(self, programme: str, state: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.clerk.get(f"/api/v1/programmes/{programme}/candidates", state=state, limit=200)["items"]
        return found


def opened() -> ProjectOpened:
    return ProjectOpened(
        project_id=PROJECT,
        project_no="HSSHJZ-2016",
        title="黄石市社会救助领域政府购买服务项目",
        buyer="黄石市民政局",
        procuring_entity="黄石市社会救助局",
        division=HUANGSHI,
        budget=68_000_000,
        opened_on=date(2016, 5, 9),
    )


def visit(file: dict[str, Any], **changes: Any) -> dict[str, Any]:
    found = {"file_id": file["id"], "visited_on": "2016-12-01", "kind": "home", "investigators": ["D01", "D02"]}
    return found | {"living_members": file["living_members"], "housing": "rented", "needs": NEEDS} | changes


def consent(candidate: dict[str, Any], *, given: bool = True, **changes: Any) -> dict[str, Any]:
    signer = {"signer": "guardian", "guardian_relation": "mother"} if candidate["needs_guardian"] else {"signer": "self"}
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
