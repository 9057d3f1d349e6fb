"""Nobody acts on anything of another district, nor learns by the kind of the refusal that it is there."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from fastapi.routing import APIRoute

from tests.service.intake.districts import OWN, addresses
from tests.service.intake.test_districts import WORDS, City, city, id_of, nobody

__all__ = ["city"]

WHY = {"reason": "核对无误"}
ON = {"acted_on": "2017-02-20", "reason": "本人申请"}
NEEDS = {"economy": 2, "health": 1, "education": 0, "housing": 1, "employment": 2, "guardianship": 0, "inclusion": 1}
VISIT = {
    "visited_on": "2017-02-01",
    "kind": "home",
    "investigators": ["D01", "D02"],
    "living_members": 1,
    "housing": "rented",
    "needs": NEEDS,
}
CHECK = {"checked_on": "2017-02-20", "occasion": "regular", "kind": "phone", "outcome": "unchanged", "investigators": ["D01"]}
CONSENT = {"given": True, "version": "2016-12", "signed_on": "2017-01-16", "signer": "self", "told_no_loss": True}
GROUP = {"code": "G1", "quota": 1, "reserve": 1}
PROGRAMME = {
    "name": "二期",
    "division": OWN,
    "reference_on": "2017-01-01",
    "top_up_until": "2017-03-31",
    "seed": "种子 2017-02-01",
    "groups": [GROUP],
}
ROSTER = {"name": "名册", "purpose": "survey", "reference_on": "2016-12-31", "division": OWN}
NEWCOMER = {"cause": "moved_in", "identity_number": "420203197005200010", "name": "新来者", **ON}
BODIES: dict[str, list[Any]] = {
    "/api/v1/households": [{"division": OWN, "category": "urban_allowance", **NEWCOMER}],
    "/api/v1/households/{household_id}/category": [{"category": "edge_family", **ON}],
    "/api/v1/households/{household_id}/members": [{"relation": "other", **NEWCOMER}],
    "/api/v1/discovered-needs/{need_id}/answer": [{"outcome": "included"}],
    "/api/v1/discovered-needs/{need_id}/refusal": [{"reason": "unclear"}],
    "/api/v1/discovered-needs/{need_id}/taking": [{}],
    "/api/v1/duplicates/{pair_id}/difference": [WHY],
    "/api/v1/duplicates/{pair_id}/merge": [WHY],
    "/api/v1/duplicates/{pair_id}/proposal": [{"keep": "{person_id}", **WHY}],
    "/api/v1/duplicates/{pair_id}/reopening": [WHY],
    "/api/v1/duplicates/{pair_id}/undoing": [WHY],
    "/api/v1/erasures/{erasure_id}/confirmation": [{}],
    "/api/v1/erasures/{erasure_id}/refusal": [WHY],
    "/api/v1/households/{household_id}/attachments": [{"file": "{stored_id}", "kind": "photo"}],
    "/api/v1/households/{household_id}/checks": [CHECK],
    "/api/v1/households/{household_id}/departures": [{"person_id": "{person_id}", "kind": "died", **ON}],
    "/api/v1/households/{household_id}/heads": [{"relations": {"{person_id}": "head"}, **ON}],
    "/api/v1/households/{household_id}/joinings": [{"person_id": "{person_id}", "household_no": "1-1", "relation": "head", **ON}],
    "/api/v1/households/{household_id}/kin": [{"person_id": "{person_id}", "relation": "child", "office": "handler", "staff": "D01", **ON}],
    "/api/v1/households/{household_id}/minor-access": [{"purpose": "audit", "days": 7, **WHY}],
    "/api/v1/households/{household_id}/relocations": [{"division": "420203007002", **ON}],
    "/api/v1/households/{household_id}/splits": [{"household_no": "1-2", "relations": {"{person_id}": "head"}, **ON}],
    "/api/v1/kin/{notice_id}/ending": [ON],
    "/api/v1/minor-access/{access_id}/approval": [{}],
    "/api/v1/minor-access/{access_id}/refusal": [{}],
    "/api/v1/objections/{objection_id}/decision": [{"upheld": True, **WHY}],
    "/api/v1/persons/{person_id}/circumstances": [{"observed_on": "2017-02-01"}],
    "/api/v1/persons/{person_id}/corrections": [{"fields": {"phone": "13907145678"}, **ON}],
    "/api/v1/persons/{person_id}/erasure": [{"scope": "all", "reason": "own_request"}],
    "/api/v1/programmes": [{"project_id": "{project_id}", "survey_id": "{survey_id}", **PROGRAMME}],
    "/api/v1/programmes/{programme_id}/candidates/{candidate_id}/departure": [{"reason": "died"}],
    "/api/v1/programmes/{programme_id}/completion": [{}],
    "/api/v1/programmes/{programme_id}/confirmation": [WHY],
    "/api/v1/programmes/{programme_id}/consents": [{"consents": [{"candidate_id": "{candidate_id}", **CONSENT}]}],
    "/api/v1/programmes/{programme_id}/enrolments": [{"candidate_ids": ["{candidate_id}"]}],
    "/api/v1/programmes/{proposed_id}/objections": [
        {"kind": "not_entitled", "candidate_id": "{candidate_id}"},
        {"kind": "omitted", "person_id": "{person_id}"},
        {"kind": "omitted", "person_id": "{unlisted_id}", "document": "{stored_id}"},
    ],
    "/api/v1/programmes/{programme_id}/proposal": [{}],
    "/api/v1/programmes/{programme_id}/quotas": [{"code": "G1", "quota": 1, **WHY}],
    "/api/v1/programmes/{programme_id}/screening": [WHY],
    "/api/v1/recipients/{recipient_id}/withdrawal": [{"reason": "consent_withdrawn"}],
    "/api/v1/retention/batches": [{}],
    "/api/v1/retention/batches/{batch_id}/confirmation": [{}],
    "/api/v1/rosters": [
        {**ROSTER, "file": "{stored_id}", "survey_id": "{survey_id}"},
        {**ROSTER, "file": "{stored_id}", "survey_id": "{open_survey_id}"},
    ],
    "/api/v1/rosters/{roster_id}/acceptance": [{}],
    "/api/v1/rosters/{roster_id}/rejection": [WHY],
    "/api/v1/survey-calls": [{"file_id": "{survey_file_id}", "called_on": "2017-02-01", "reason": "not_home"}],
    "/api/v1/surveys": [{"project_id": "{project_id}", "name": "调查", "division": OWN, "due_on": "2017-12-16"}],
    "/api/v1/surveys/{survey_id}/acceptance": [{}],
    "/api/v1/surveys/{survey_id}/teams": [{"name": "三组", "surveyors": ["D01", "D02"], "divisions": ["420203007002"]}],
    "/api/v1/surveys/{open_survey_id}/visits": [{"visits": [{"file_id": "{survey_file_id}", **VISIT}]}],
}
"""What each command of the API says, with the ids that it names."""
FORM = {
    **{
        "confirmed": "yes",
        "act": "propose",
        "keep": "{person_id}",
        "scope": "all",
        "kind": "omitted",
        "outcome": "included",
        "upheld": "yes",
        "code": "G1",
        "quota": "1",
    },
    **{"person": "{person_id}", "person_id": "{person_id}", "candidate_id": "{candidate_id}", "team_id": "{team_id}"},
    **{"project_id": "{project_id}", "survey_id": "{survey_id}", "name": "二期", "division": OWN, "due_on": "2017-12-16"},
    **{"reference_on": "2017-01-01", "top_up_until": "2017-03-31", "seed": "种子 2017-02-01", "answer": "yes", "version": "2016-12"},
    **{"signed_on": "2017-01-16", "signer": "self", "told_no_loss": "yes", "observed_on": "2017-02-01", **ON},
    **{"relation": "child", "office": "handler", "staff": "D01"},
    **{"surveyors": "D01\nD02", "divisions": "420203007002", "text": "单雨桐"},
}
"""What a form of the console may say; each takes of it what it knows."""
OF_NOBODY = ("/console/session/", "/console/day/", "/console/households/purpose/", "/api/v1/files", "/api/v1/accounts", "/api/v1/criteria")
SEARCHES = ("/api/v1/persons/search", "/console/search/")


def _plain(found: re.Match[str]) -> str:
    return f"{{{PLAIN[found.group(1)]}_id}}"


def commands(city: City) -> Iterator[tuple[str, APIRoute, Any]]:
    """Path, route and body, for each command that names anything by an id."""
    asked = {re.sub(r"\{(proposed|open_survey)_id\}", _plain, path): path for path in BODIES}
    for path, route in addresses(city.office, "POST"):
        if path.startswith(("/dci/", *OF_NOBODY)) or path in SEARCHES:
            continue
        if path.startswith("/console/"):
            yield INSTEAD.get(path, path), route, {name: FORM[name] for name in sorted(fields(route) & FORM.keys())}
        else:
            for body in BODIES[asked[path]]:
                yield asked[path], route, body


PLAIN = {"proposed": "programme", "open_survey": "survey"}
INSTEAD = {
    "/console/surveys/{survey_id}/teams/new/": "/console/surveys/{open_survey_id}/teams/new/",
    "/console/programmes/{programme_id}/objections/new/": "/console/programmes/{proposed_id}/objections/new/",
}
"""Where the record must be in a certain state, or that would be the reason of every refusal."""


def fields(route: APIRoute) -> set[str]:
    return {param.alias for param in route.dependant.body_params}


def put(text: str, path: str, which: dict[str, dict[str, str]]) -> str:
    def one(found: re.Match[str]) -> str:
        name = found.group(1)
        return WORDS[name] if name in WORDS else id_of(name, path, which[name])

    return re.sub(r"\{(\w+)\}", one, text)


def names_in(path: str, body: Any) -> list[str]:
    return list(dict.fromkeys(name for name in re.findall(r"\{(\w+)\}", path + json.dumps(body)) if name not in WORDS))


def test_acts_on_what_is_of_another_district_are_refused_like_acts_on_nothing(city: City) -> None:
    told = {}
    for path, _, body in commands(city):
        names = names_in(path, body)
        for name in names:
            answers = []
            for theirs in (city.other, nobody()):
                which = {each: theirs if each == name else city.own for each in names}
                said = json.loads(put(json.dumps(body), path, which))
                kind = {"data": said | {"key": uuid4().hex}} if path.startswith("/console/") else {"json": said}
                on = "2016-12-30" if "{proposed_id}/objections" in path else "2017-03-01"
                answers.append(city.viewer.send(put(path, path, which), **kind, on=on))
            if answers[0] != answers[1] or answers[0][0] < 300:
                told[path, name] = answers
    assert [*sorted(told), *told.values()] == []
