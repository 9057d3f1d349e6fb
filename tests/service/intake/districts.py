"""Two districts of one city at work on one store, each with everything that intake keeps; and every address that can be read."""

import re
from collections.abc import Iterator, Sequence
from copy import copy
from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4
from zipfile import ZipFile

from fastapi.routing import APIRoute
from sqlalchemy import select

from services.intake.store import Consent, ErasureBatch, Household, ImportedForm, Person
from services.intake.store.minor_access import MinorAccess
from shared.clock import ACTED_ON
from shared.demo.population import Population
from shared.events.casework import NeedDiscovered
from shared.work import Reader
from tests.conftest import Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_search import PERSON
from tests.service.intake.twins import numbered, until_compared

OWN, OTHER = "420203000000", "420202000000"
ALIKE = {
    OTHER: (PERSON, PERSON._replace(户编号="420202006-2015-000778", 身份证号=numbered("42020219500102123"), 姓名="单雨彤")),
    OWN: tuple(
        PERSON._replace(
            户编号=f"420203007-2015-00077{n}",
            区划代码="420203007002",
            身份证号=numbered(f"4202031961070{n}002"),
            姓名=name,
            联系电话="13907145678",
            住址="黄石市西塞山区澄月街道石料山路8号2栋301室",
        )
        for n, name in ((1, "柯晓龙"), (2, "柯小龙"))
    ),
}
"""Two records in each district that may be of one person."""
ALL_ROLES = ("clerk", "officer", "reviewer", "approver", "surveyor", "auditor")


def people_of(division: str, people: Population) -> Population:
    """The people of a district, and two records that may be of one."""
    rows = [row for row in people.allowance if row.区划代码.startswith(division[:6])]
    return Population(allowance=[*rows, *ALIKE[division]], destitute=[])


def at_work(bureau: Bureau, people: Population) -> dict[str, str]:
    """A district's year, from roster to papers and an erasure asked for. Gives ids by the names that routes have for them."""
    faulty = PERSON._replace(户编号=f"{bureau.division[:9]}-2015-000999", 区划代码=bureau.division, 身份证号="420202195001011234")
    own = people_of(bureau.division, people)
    roster = bureau.upload([*own.allowance, faulty], on="2015-10-12")["roster_id"]
    bureau.accept(roster)
    survey = bureau.survey(own, is_accepted=False)
    communities = sorted({file["division"] for file in bureau.files(survey)})
    team = {"name": "第一组", "surveyors": ["D01", "D02"], "divisions": communities[:1]}
    team_id = bureau.officer.post(f"/api/v1/surveys/{survey}/teams", team, on="2016-12-20")["id"]
    bureau.officer.post(f"/api/v1/surveys/{survey}/acceptance", {}, on="2016-12-20")
    until_compared(bureau)
    programme = bureau.programme(survey, quota=1, reserve=2)
    listed = bureau.candidates(programme, "listed")[0]
    reserve = bureau.candidates(programme, "waiting")[0]
    body = {"kind": "omitted", "person_id": reserve["person_id"], "document": paper_of(bureau, "objection")}
    objection = bureau.clerk.post(f"/api/v1/programmes/{programme}/objections", body, on="2016-12-28")["id"]
    bureau.reviewer.post(f"/api/v1/objections/{objection}/decision", {"upheld": False, "reason": "情况属实"}, on="2016-12-29")
    proposed = bureau.programme(survey, quota=1, reserve=2)
    open_survey = bureau.open_survey()
    bureau.confirm(programme)
    recipient = bureau.serve(programme, listed, document=paper_of(bureau, "consent"))
    homes = homes_in(bureau)
    person, household = listed["person_id"], homes[listed["person_id"]]
    on_list = {each["person_id"] for state in ("listed", "waiting", "enrolled") for each in bureau.candidates(programme, state)}
    unlisted = next(each for each in sorted(homes) if each not in on_list)
    papers = f"/api/v1/households/{household}/attachments"
    paper = paper_of(bureau, "certificate")
    attachment = bureau.clerk.post(papers, {"file": paper, "kind": "disability"}, on="2017-02-01")["id"]
    pair = bureau.clerk.get("/api/v1/duplicates")["items"][0]
    asked = {"scope": "contact", "reason": "own_request"}
    erasure = bureau.clerk.post(f"/api/v1/persons/{unlisted}/erasure", asked, on="2017-02-01")["id"]
    return {
        "batch_id": batch_of(bureau),
        "need_id": found_at(bureau, recipient),
        "notice_id": kin_of(bureau, household, person),
        "access_id": access_to(bureau, household),
        "roster_id": roster,
        "survey_id": survey,
        "team_id": team_id,
        "survey_file_id": bureau.files(survey)[0]["id"],
        "programme_id": programme,
        "proposed_id": proposed,
        "open_survey_id": open_survey,
        "candidate_id": reserve["id"],
        "recipient_id": recipient,
        "consent_id": consent_of(bureau, listed["id"]),
        "objection_id": objection,
        "person_id": person,
        "household_id": household,
        "attachment_id": attachment,
        "form_id": form_of(bureau),
        **dict.fromkeys(("file_id", "stored_id"), paper),
        "pair_id": pair["id"],
        "erasure_id": erasure,
        "unlisted_id": unlisted,
        "id": roster,
        "job_id": job_of(bureau, roster),
        "project_id": str(bureau.project),
    }


def paper_of(bureau: Bureau, what: str) -> str:
    """A scanned paper that the district's clerk has handed in."""
    return str(bureau.clerk.upload(f"%PDF-1.4 {what} {bureau.division}".encode(), f"{what}.pdf"))


def consent_of(bureau: Bureau, candidate: str) -> str:
    def find(reader: Reader) -> str:
        return str(next(each.id for each in reader.select(select(Consent)) if str(each.candidate_id) == candidate))

    return bureau.office.store.read_now(find)


def form_of(bureau: Bureau) -> str:
    """A form that the district has brought; it asks nothing."""
    terms: dict[str, Any] = {"form_id": "district", "version": "1", "title": "本区补充调查", "sections": []}
    form = ImportedForm(division=bureau.division, **terms, recorded_by=f"officer-{bureau.division[:6]}", recorded_on=date(2017, 2, 1))
    bureau.office.store.run_now(lambda work: work.add(form))
    return str(form.id)


def batch_of(bureau: Bureau) -> str:
    """Erasures that the district's clerk has asked for in one go."""
    asker = f"clerk-{bureau.division[:6]}"
    batch = ErasureBatch(divisions=[bureau.division], before={}, status="proposed", asked_by=asker, asked_on=date(2017, 2, 1))
    bureau.office.store.run_now(lambda work: work.add(batch))
    return str(batch.id)


def found_at(bureau: Bureau, recipient: str) -> str:
    """A report of a social worker, as casework tells it."""
    on, need = date(2017, 2, 20), uuid4()
    ids = {"report_id": need, "contract_id": bureau.contract, "recipient_id": recipient}
    codes = {"about": "recipient", "kind": "housing", "urgency": "soon", "division": bureau.division}
    bureau.office.hear(NeedDiscovered.model_validate({**ids, **codes, "found_on": on, "reported_on": on}), on=on)
    bureau.clerk.post(f"/api/v1/discovered-needs/{need}/taking", {}, on="2017-02-21")
    return str(need)


def homes_in(bureau: Bureau) -> dict[str, str]:
    """Household by person, in the bureau's division."""

    def find(reader: Reader) -> dict[str, str]:
        homes = {home.id for home in reader.select(select(Household)) if home.division.startswith(bureau.division[:6])}
        return {str(each.id): str(each.household_id) for each in reader.select(select(Person)) if each.household_id in homes}

    return bureau.office.store.read_now(find)


def kin_of(bureau: Bureau, household: str, person: str) -> str:
    """An entry in the register of near relatives."""
    body = {
        "person_id": person,
        "relation": "parent",
        "office": "committee",
        "staff": "居委会主任",
        "acted_on": "2017-02-01",
        "reason": "本人申明",
    }
    return str(bureau.officer.post(f"/api/v1/households/{household}/kin", body, on="2017-02-01")["id"])


def access_to(bureau: Bureau, household: str) -> str:
    """Leave to read of a household's minors, asked for by the district's clerk."""
    terms: dict[str, Any] = {"account": f"clerk-{bureau.division[:6]}", "purpose": "audit", "days": 7, "reason": "核对"}
    asked = MinorAccess(household_id=UUID(household), asked_on=date(2017, 2, 1), **terms)
    bureau.office.store.run_now(lambda work: work.add(asked))
    return str(asked.id)


def job_of(bureau: Bureau, subject: str) -> str:
    def find(reader: Any) -> str:
        job = reader.kernel.job.c
        return str(next(row.id for row in reader.rows(select(job.id, job.subject_id)) if str(row.subject_id) == subject))

    return bureau.office.store.read_now(find)


def addresses(office: Office, method: str) -> list[tuple[str, APIRoute]]:
    """Every route of this method that asks who somebody is, the kernel's too, with its whole path."""

    def walk(found: Any, prefix: str) -> Iterator[tuple[str, APIRoute]]:
        for route in found:
            if isinstance(route, APIRoute):
                yield prefix + route.path, route
            elif hasattr(route, "original_router"):
                yield from walk(route.original_router.routes, prefix + route.include_context.prefix)

    app: Any = office.http.app
    return [
        (path, route)
        for path, route in walk(app.router.routes, "")
        if method in (route.methods or ())
        and any(each.call and getattr(each.call, "__name__", "") == "authenticated" for each in route.dependant.dependencies)
    ]


def queries(route: APIRoute) -> set[str]:
    """What may follow the question mark."""
    of_dependencies = (param.alias for each in route.dependant.dependencies for param in each.query_params)
    return {*(param.alias for param in route.dependant.query_params), *of_dependencies}


class Viewer:
    """Somebody with every role in one district, who has said for what files are opened; reads pages and JSON alike."""

    def __init__(self, office: Office, division: str = OWN, account: str = "viewer", roles: Sequence[str] = ALL_ROLES) -> None:
        desk = office.as_(*roles, divisions=(division,), account=account)
        cookie = f"qiao_intake_purpose=audit.{account}"
        self._headers = {**desk._headers, "cookie": cookie, ACTED_ON: "2017-03-01"}
        self._http = office.http

    def at(self, office: Office) -> "Viewer":
        """The same person at another store, in which the sign-in is known too."""
        other = copy(self)
        other._http = office.http
        return other

    def get(self, path: str, **query: str) -> tuple[int, str, str]:
        """Status, where it leads to, and the body without what is new at every answer."""
        answer = self._http.get(path, params=query, headers=self._headers, follow_redirects=False)
        text = unpacked(answer.content) if answer.content.startswith(b"PK") else answer.text
        return answer.status_code, answer.headers.get("location", ""), bare(text)

    def send(self, path: str, json: Any = None, data: Any = None, *, on: str = "2017-03-01") -> tuple[int, str, str]:
        headers = self._headers | {"Idempotency-Key": str(uuid4()), ACTED_ON: on}
        answer = self._http.post(path, json=json, data=data, headers=headers, follow_redirects=False)
        return answer.status_code, answer.headers.get("location", ""), bare(answer.text)

    def hand_in(self, content: bytes) -> str:
        headers = self._headers | {"Idempotency-Key": str(uuid4())}
        return str(self._http.post("/api/v1/files", files={"file": ("名册.xlsx", content)}, headers=headers).json()["id"])


def unpacked(book: bytes) -> str:
    """What is in a workbook, without when it was made."""
    with ZipFile(BytesIO(book)) as archive:
        return "\n".join(archive.read(name).decode() for name in sorted(archive.namelist()) if name.endswith(".xml") and "core" not in name)


def bare(text: str) -> str:
    """Without ids, traces, keys, moments and places in lists, of which every answer has its own."""
    text = re.sub(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|<code>[0-9a-f]{6,8}</code>", "ID", text)
    text = re.sub(r'("next":"|after=)[\w=%-]+', r"\1PLACE", text)
    return re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.]*|data-seconds=.\d+", "NOW", text)
