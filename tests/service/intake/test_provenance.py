"""Of each field of a file: which row of which roster, which observation, which act it is from."""

from collections.abc import Callable
from typing import Any

from services.intake.app import SERVICE
from shared.demo.population import Population
from tests.conftest import Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_console import Clerk

ON = "2016-12-01"


def sources(file: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {field: source for source in file["sources"] for field in source["fields"]}


def test_each_field_says_where_it_is_from_and_what_comes_later_takes_over(
    service_client: Callable[..., Office], people: Population
) -> None:
    bureau = Bureau(service_client(SERVICE))
    roster = bureau.upload(people.allowance[:40])["roster_id"]
    bureau.accept(roster)
    listed = bureau.clerk.get("/api/v1/households", limit=200)["items"]
    household = next(each["id"] for each in listed if each["people"] == 2)
    path = f"/api/v1/households/{household}/file"

    def member(file: dict[str, Any], position: int) -> dict[str, Any]:
        found: dict[str, Any] = file["members"][position]
        return found

    first = bureau.officer.get(path, purpose="audit", on=ON)
    other = member(first, 1)
    told = sources(other)
    names = [row.姓名 for row in people.allowance[:40]]
    assert (told["name"]["kind"], told["name"]["name"], told["name"]["by"]) == ("roster", "名册", "officer")
    assert names[told["name"]["row"] - 2] == other["personal"]["name"]
    assert told["relation"]["kind"] == "roster"
    assert "father" not in told
    assert sources(first)["living_members"]["kind"] == "roster"

    seen = {"observed_on": ON, "beyond": ["bathing"]}
    bureau.clerk.post(f"/api/v1/persons/{other['id']}/circumstances", seen, on=ON)
    died = {"person_id": other["id"], "kind": "died", "acted_on": ON, "reason": "死亡证明"}
    bureau.clerk.post(f"/api/v1/households/{household}/departures", died, on=ON)

    later = bureau.officer.get(path, purpose="audit", on=ON)
    now = sources(next(each for each in later["members"] if each["id"] == other["id"]))
    assert (now["adl_unmet"]["kind"], now["adl_unmet"]["on"]) == ("observation", ON)
    assert now["status"]["kind"] == "act"
    assert now["name"]["kind"] == "roster"
    assert sources(later)["living_members"]["kind"] == "act"
    assert sources(later)["category"]["kind"] == "roster"

    clerk = Clerk(bureau.office, "liu", "clerk").sign_in()
    clerk.post("/console/households/purpose/", purpose="complaint", back="/console/")
    page = clerk.get(f"/console/households/{household}/")
    assert page.count("<summary>来源</summary>") == 3
    assert "变更登记 · <time" in page
