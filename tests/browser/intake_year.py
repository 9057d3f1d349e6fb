"""Intake after a year's work, with something on every page of its console; and the address of each page."""

import re
from typing import Any, Final
from uuid import uuid4

from services.intake.pages.household_acts import ACTS
from shared.demo.figures import Figures
from shared.demo.population import Population, populate
from shared.events.casework import NeedDiscovered
from tests.conftest import Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.districts import OTHER, at_work, people_of
from tests.service.intake.ministry import Ministry, consent, now, search
from tests.service.intake.test_districts import WORDS, id_of
from tests.service.intake.test_roles import routes
from tests.service.intake.test_search import PERSON

NO_PAGE: Final = {
    "/console/display/": "keeps how pages are shown and leads back",
    "/console/static/{name}": "style and script",
    "/console/jobs/{id}/events": "how far long work is, for the script",
    "/console/sign-on/": "leads to the sign-on of the city, which is away here",
    "/console/sign-on/back": "the way back from it",
    "/console/sign-on/leave": "the way out of it",
    "/console/households/{household_id}/attachments/{attachment_id}/file": "a file to keep",
    "/console/rosters/{roster_id}/marked/": "a file to keep",
    "/console/programmes/{programme_id}/objections/{objection_id}/document": "a file to keep",
    "/console/programmes/{programme_id}/consents/{consent_id}/document": "a file to keep",
}
"""Addresses of the console that draw no page, and what they do instead."""


def year_of(office: Office) -> list[str]:
    """Fills the store of an office. Gives the addresses of all pages, and of some of them once more in another state."""
    people, bureau = populate(Figures(0.01).census), Bureau(office, division=OTHER)
    ids = at_work(bureau, people)
    return [*(filled(path, ids) for path in pages()), *_other_states(bureau, people, ids)]


def pages() -> list[str]:
    """The path of every page of the console."""
    return [path for method, path, _ in routes() if method == "GET" and path.startswith("/console") and path not in NO_PAGE]


def filled(path: str, ids: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: WORDS.get(found.group(1)) or id_of(found.group(1), path, ids), path)


def _other_states(bureau: Bureau, people: Population, ids: dict[str, str]) -> list[str]:
    """What a page shows on another day of its thing: a roster that waits, a list that may be objected to, a form of each kind."""
    rows = people_of(OTHER, people).allowance
    faulty = PERSON._replace(户编号=f"{OTHER[:9]}-2015-000998", 区划代码=OTHER, 身份证号="420202195001011234")
    waiting = bureau.upload([*rows[:3], faulty, faulty], on="2017-02-01")["roster_id"]
    due: dict[str, Any] = {"purpose": "survey", "survey_id": ids["open_survey_id"], "reference_on": "2016-10-10"}
    bureau.accept(bureau.upload(rows[:4], on="2017-02-01", **due)["roster_id"], on="2017-02-01")
    proposed, programme = ids["proposed_id"], ids["programme_id"]
    listed = bureau.candidates(programme, "listed")[0]["person_id"]
    objected = _objection(bureau, proposed)
    home = ids["household_id"]
    addresses = [
        "/-/patterns",
        f"/console/rosters/{waiting}/",
        f"/console/surveys/{ids['open_survey_id']}/",
        f"/console/visits/{bureau.files(ids['open_survey_id'])[0]['id']}/",
        f"/console/programmes/{proposed}/",
        f"/console/programmes/{proposed}/objections/{objected}/",
        f"/console/programmes/{programme}/persons/{listed}/",
        f"/console/programmes/{programme}/persons/{listed}/consent/",
        f"/console/programmes/{proposed}/objections/new/?person={ids['unlisted_id']}",
        f"/console/households/{home}/?as_of=2016-12-31",
        f"/console/needs/{_harm(bureau)}/",
        *(f"/console/households/{home}/acts/{kind}/" for kind in ACTS if kind != WORDS["kind"]),
    ]
    _asked_by_a_ministry(bureau.office)
    return addresses


def _objection(bureau: Bureau, programme: str) -> str:
    """One that waits to be decided."""
    about = bureau.candidates(programme, "waiting")[0]["person_id"]
    body = {"kind": "omitted", "person_id": about}
    return str(bureau.clerk.post(f"/api/v1/programmes/{programme}/objections", body, on="2016-12-28")["id"])


def _harm(bureau: Bureau) -> str:
    """A report that is reported elsewhere at once."""
    report = uuid4()
    codes = {"about": "other", "kind": "harm_to_minor", "urgency": "urgent", "division": OTHER}
    on = {"found_on": "2017-02-20", "reported_on": "2017-02-20"}
    bureau.office.hear(NeedDiscovered.model_validate({"report_id": report, "contract_id": uuid4(), "recipient_id": None, **codes, **on}))
    return str(report)


def _asked_by_a_ministry(office: Office) -> None:
    """Another department's system that asks, subscribes, and wants an answer where nobody listens."""
    ministry = Ministry(office)
    ministry.send("sync/search", ministry.searching(search(PERSON.身份证号)))
    criteria = {"reg_event_type": "UPDATE", "filter": {"type": "UIN", "value": PERSON.身份证号}, "notify_record_type": "Member"}
    asked = {"reference_id": "1", "timestamp": now(), "subscribe_criteria": criteria | {"authorize": consent()}}
    ministry.send("subscribe", ministry.envelope("subscribe", {"transaction_id": "1", "subscribe_request": [asked]}))
