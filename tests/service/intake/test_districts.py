"""Who works for one district learns nothing of another: not by a list, a count, a search, an address or the kind of a refusal."""

import re
from collections.abc import Callable
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from services.intake.app import SERVICE
from shared.demo.population import Population
from shared.demo.workbook import workbook
from shared.work import Reader
from tests.conftest import Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.districts import ALIKE, ALL_ROLES, OTHER, OWN, Viewer, addresses, at_work, queries

PARTNERS = {"message_id": str(UUID(int=1)), "callback_id": str(UUID(int=2))}
"""Of other departments' systems, for the administrator of the service: they are of no district."""
WORDS = {"kind": "died", "scope": "contact", "account": "clerk", "name": "console.css", **PARTNERS}
"""What stands in a path and is no id of a district; the same whoever asks."""
ASKED = {"purpose": "audit", "expression": "age >= 0", "reference_on": "2017-01-01", "division": OWN, "limit": "50"}
"""What an address asks for, so that it answers at all."""
NAMED = {"survey_id": "survey_id", "team": "team_id", "candidate": "candidate_id", "person": "person_id", "file": "survey_file_id"}
"""Ids behind a question mark."""
WHOLE_SERVICE = {"/api/v1/accounts", "/api/v1/acts", "/api/v1/refusals"}
"""For administrators and auditors of the whole service: accounts, acts and refusals, with no person in them."""
NOT_OPEN = {
    "/api/v1/discovered-needs/{need_id}/report",
    "/api/v1/files/{file_id}",
    "/console/programmes/{programme_id}/objections/{objection_id}/answer/",
    "/console/programmes/{programme_id}/recipients/{recipient_id}/withdrawal/",
}
"""Refused in the own district too: a file is given to who handed it in, a letter of refusal to who was refused; what a worker
saw is asked of casework, which is away here."""


class City:
    """Two districts on one store; `own` and `other` are their ids."""

    def __init__(self, start: Callable[..., Office], people: Population) -> None:
        self.office = office = start(SERVICE)
        self.own = at_work(Bureau(office, division=OWN), people)
        self.viewer = Viewer(office, roles=ALL_ROLES)
        self.staff = Viewer(office, account="staff", roles=ALL_ROLES[:-1])
        self.own["stored_id"] = self.viewer.hand_in(workbook(people.allowance[:3], "名册"))
        self.viewer_alone = self.viewer.at(start(SERVICE, like=office))
        self.other = at_work(Bureau(office, division=OTHER), people)
        self.viewer_beside = self.viewer.at(start(SERVICE, like=office))

    def acts(self) -> list[tuple[str, str]]:
        """Records of the other district of which there are acts, by what they are."""

        def ask(reader: Reader) -> list[tuple[str, str]]:
            act = reader.kernel.act.c
            rows = reader.rows(select(act.entity, act.entity_id, act.account).distinct())
            return sorted({(row.entity, row.entity_id) for row in rows if row.account.endswith(f"-{OTHER[:6]}")})

        return self.office.store.read_now(ask)


@pytest.fixture(scope="module")
def city(module_client: Callable[..., Office], people: Population) -> City:
    return City(module_client, people)


def id_of(name: str, path: str, ids: dict[str, str]) -> str:
    if name == "survey_id" and path.endswith("/doors/"):
        return ids["open_survey_id"]
    return ids[{"file_id": "file_id" if path.startswith("/api/v1/files") else "survey_file_id"}.get(name, name)]


def filled(path: str, chosen: dict[str, dict[str, str]]) -> str:
    def put(found: re.Match[str]) -> str:
        name = found.group(1)
        return WORDS[name] if name in WORDS else id_of(name, path, chosen[name])

    return re.sub(r"\{(\w+)\}", put, path)


def named_in(path: str) -> list[str]:
    return [name for name in re.findall(r"\{(\w+)\}", path) if name not in WORDS]


def nobody() -> dict[str, str]:
    """Ids of nothing."""

    class Nothing(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return str(uuid4())

    return Nothing()


def test_each_address_opens_for_its_own_district(city: City) -> None:
    """Or the next test would compare one refusal with another."""
    shut = {}
    for path, route in addresses(city.office, "GET"):
        query = {name: ASKED[name] for name in queries(route) if name in ASKED}
        told = city.viewer.get(filled(path, {name: city.own for name in named_in(path)}), **query)
        if told[0] >= 400 and path not in NOT_OPEN and told[0] != 403:
            shut[path] = told
    assert shut == {}


def test_what_is_of_another_district_answers_word_for_word_like_what_does_not_exist(city: City) -> None:
    told: dict[tuple[str, ...], Any] = {}
    for path, route in addresses(city.office, "GET"):
        query = {name: ASKED[name] for name in queries(route) if name in ASKED}
        for choice in product(("own", "other"), repeat=len(names := named_in(path))):
            if "other" not in choice:
                continue
            theirs = {name: city.own if which == "own" else city.other for name, which in zip(names, choice, strict=True)}
            none = {name: city.own if which == "own" else nobody() for name, which in zip(names, choice, strict=True)}
            answers = [city.viewer.get(filled(path, ids), **query) for ids in (theirs, none)]
            if answers[0] != answers[1]:
                told[path, *choice] = answers
        for name in queries(route) & NAMED.keys():
            own = filled(path, {each: city.own for each in names})
            answers = [city.viewer.get(own, **query | {name: id}) for id in (city.other[NAMED[name]], str(uuid4()))]
            if answers[0] != answers[1]:
                told[path, name] = answers
    assert [*sorted(told), *told.values()] == []


def test_the_acts_on_records_of_another_district_are_not_told(city: City) -> None:
    """But to an auditor, who reads the whole record of acts: numbers, no person."""
    assert len({entity for entity, _ in city.acts()}) > 5
    nothing = city.staff.get("/api/v1/acts", entity="person", id=str(uuid4()))
    told = {entity: answer for entity, id in city.acts() if (answer := city.staff.get("/api/v1/acts", entity=entity, id=id)) != nothing}
    assert told == {}


def test_lists_counts_and_searches_are_the_same_whether_or_not_there_is_another_district(city: City) -> None:
    """Every address of the own district, on a copy of the store that was made before the other district came, and on one made after."""
    told = {}
    for path, route in addresses(city.office, "GET"):
        if path.startswith("/-/") or path in WHOLE_SERVICE:
            continue
        query = {name: ASKED[name] for name in queries(route) if name in ASKED}
        own = filled(path, {each: city.own for each in named_in(path)})
        for more in ({}, {"division": OTHER, "status": "", "limit": "1", "team": city.other["team_id"]}):
            here, alone = (viewer.get(own, **query | more) for viewer in (city.viewer_beside, city.viewer_alone))
            if here != alone:
                told[path, *more] = here, alone
    assert [*sorted(told), *told.values()] == []


@pytest.mark.parametrize("division", [OWN, OTHER, ""])
def test_a_search_finds_nobody_of_another_district(city: City, division: str) -> None:
    known = ALIKE[OTHER][0]
    for text in (known.姓名, known.身份证号, known.身份证号[-4:], known.联系电话, known.户编号, "湖滨路12号", "shanyutong", "单雨"):
        body = {"text": text, "purpose": "registration"} | ({"division": division} if division else {})
        here, alone = (viewer.send("/api/v1/persons/search", body) for viewer in (city.viewer_beside, city.viewer_alone))
        assert here == alone
        assert city.viewer.send("/console/search/", data={"text": text, "division": division})[:1] == (200,)
        page = city.viewer.send("/console/search/", data={"text": text, "division": division})[2]
        assert known.姓名 not in page.replace(f'value="{text}"', "")
