"""Every route of intake, every role and a stranger: roles.txt says who may, and a route that does not stand there fails."""

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute

from services.intake.app import SERVICE
from shared.clock import ACTED_ON
from shared.demo.population import Population
from tests.conftest import HUANGSHI, Office
from tests.service.intake.bureau import Bureau

ROLES = ("clerk", "officer", "reviewer", "approver", "surveyor", "auditor", "admin", "partner")
MATRIX = Path(__file__).with_name("roles.txt")
"""METHOD path: roles that may; * is anybody who has signed in, - anybody at all."""
OUTSIDE = "420281000000"


def routes() -> Iterator[tuple[str, str, tuple[str, ...] | None]]:
    """Method, path and roles of each route; None where nobody is asked who it is."""

    def walk(found: Any, prefix: str) -> Iterator[tuple[str, APIRoute]]:
        for route in found:
            if isinstance(route, APIRoute):
                yield prefix + route.path, route
            elif hasattr(route, "original_router"):
                yield from walk(route.original_router.routes, prefix + route.include_context.prefix)

    for router in SERVICE.routers:
        for path, route in walk(router.routes, ""):
            asked = [
                each.call for each in route.dependant.dependencies if each.call and getattr(each.call, "__name__", "") == "authenticated"
            ]
            roles = inspect.getclosurevars(asked[0]).nonlocals.get("roles", ()) if asked else None
            for method in sorted(route.methods or ()):
                yield method, path, roles


def matrix() -> dict[tuple[str, str], set[str] | None]:
    """As roles.txt has it; None: anybody at all."""
    lines = [line for line in MATRIX.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    parted = [re.fullmatch(r"(\w+) (\S+): (.+)", line) for line in lines]
    told = [found.groups() for found in parted if found is not None]
    assert len(told) == len(lines)
    return {(method, path): None if who == "-" else set(ROLES if who == "*" else who.split()) for method, path, who in told}


def test_every_route_has_a_line_and_every_line_a_route() -> None:
    assert {(method, path) for method, path, _ in routes()} == set(matrix())


@pytest.mark.parametrize("who", [*ROLES, "stranger"])
def test_each_role_is_let_in_where_the_matrix_says_and_nowhere_else(service_client: Callable[..., Office], who: str) -> None:
    office = service_client(SERVICE)
    headers = {} if who == "stranger" else dict(office.as_(who)._headers)
    wrong = {}
    guarded = {place: allowed for place, allowed in matrix().items() if allowed is not None}
    for (method, path), allowed in guarded.items():
        address = re.sub(r"\{[^}]+\}", lambda _: str(uuid4()), path)
        is_page = path.startswith("/console")
        body: dict[str, str] | None = None if is_page or method == "GET" else {}
        keyed = {**headers, "Idempotency-Key": str(uuid4())}
        answer = office.http.request(method, address, headers=keyed, json=body, follow_redirects=False)
        refused = {401, 403} if who == "stranger" else {403}
        is_refused = answer.status_code in refused or (who == "stranger" and "sign-in" in answer.headers.get("location", ""))
        if is_refused is (who in allowed):
            wrong[method, path] = answer.status_code
        if who == "stranger" and not is_page and answer.status_code != 401:
            wrong[method, path] = answer.status_code
    assert wrong == {}


def test_who_is_of_another_district_sees_the_same_as_if_there_were_nobody(
    bureau: Bureau, people: Population, service_client: Callable[..., Office]
) -> None:
    """Lists, counts and searches of a full store and of an empty one are the same for somebody who reaches none of it."""
    bureau.accept(bureau.upload(people.allowance[:40])["roster_id"])
    asked = [bureau.clerk.get("/api/v1/households")["items"][0]["id"], str(uuid4())]
    row = people.allowance[0]
    full, empty = (told(office, asked[0], row) for office in (bureau.office, service_client(SERVICE)))

    assert full == empty


def told(office: Office, household: str, row: Any) -> list[Any]:
    other = office.as_("clerk", "officer", "auditor", "reviewer", divisions=(OUTSIDE,))
    search = [
        other.post("/api/v1/persons/search", {"text": text, "purpose": "registration"} | more)
        for text in (row.姓名, row.身份证号, row.身份证号[-4:], row.户编号)
        for more in ({}, {"division": HUANGSHI})
    ]
    lists = [other.get(f"/api/v1/{path}", on="2016-01-01") for path in ("households", "erasures", "retention")]
    counted = other.get("/api/v1/households", division=HUANGSHI)
    criterion = office.as_("officer", divisions=(OUTSIDE,))
    missing = other.get(f"/api/v1/households/{household}/file", purpose="audit", expect=404)["detail"]
    pages = [
        office.http.get(f"/console/{place}/", headers={**other._headers, ACTED_ON: "2016-01-01"}).text
        for place in ("households", "rosters")
    ]
    bare = [re.sub(r"(clerk|officer)-[\w-]+|data-seconds=\S+", "", page) for page in pages]
    return [
        search,
        lists,
        counted,
        criterion.get("/api/v1/criteria/count", expression="age >= 0", division=OUTSIDE, reference_on="2016-01-01"),
        missing,
        bare,
    ]
