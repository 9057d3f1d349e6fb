"""The whole way on the other database, and two commands at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from services.intake.app import SERVICE
from services.intake.settings import Settings
from shared.demo.figures import Figures
from shared.demo.population import Population
from shared.store.migrate import upgrade
from tests.conftest import Office
from tests.service.intake.bureau import Bureau, consent, signed
from tests.service.intake.test_criteria import agree
from tests.service.intake.test_search import PERSON
from tests.service.intake.twins import AGAIN, TWINS, filed, only, person_in, queue

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]


@pytest.fixture
def bureau(postgres_url: str, service_client: Callable[..., Office]) -> Bureau:
    store = SERVICE.open_store(Settings(store_url=postgres_url))
    upgrade(SERVICE, store)
    store.engine.dispose()
    return Bureau(service_client(SERVICE, store_url=postgres_url))


def test_records_of_one_person_are_found_merged_and_parted_there_too(bureau: Bureau) -> None:
    filed(bureau, [PERSON], [AGAIN, *TWINS])
    pair = only(bureau)
    keep = {"keep": person_in(pair, PERSON.户编号), "reason": "同一人"}

    bureau.clerk.post(f"/api/v1/duplicates/{pair['id']}/proposal", keep, on="2015-10-20")
    bureau.officer.post(f"/api/v1/duplicates/{pair['id']}/merge", {"reason": "同一人"}, on="2015-10-20")
    assert only(bureau, "merged")["id"] == pair["id"]
    bureau.officer.post(f"/api/v1/duplicates/{pair['id']}/undoing", {"reason": "有误"}, on="2015-10-21")
    bureau.clerk.post(f"/api/v1/duplicates/{pair['id']}/difference", {"reason": "不同"}, on="2015-10-21")

    filed(bureau, [AGAIN._replace(联系电话="")], on="2015-10-22")
    assert queue(bureau) == []


def test_the_whole_way_runs_there_too(bureau: Bureau, people: Population) -> None:
    bureau.accept(bureau.upload(people.allowance)["roster_id"])
    programme = bureau.programme(bureau.survey(people))
    bureau.confirm(programme)
    bureau.ask(programme, [consent(candidate) for candidate in bureau.candidates(programme, "listed")])
    bureau.office.hear(signed(), on=date(2016, 9, 1))
    bureau.enrol(programme, [candidate["id"] for candidate in bureau.candidates(programme, "consented")])

    report = bureau.officer.get(f"/api/v1/programmes/{programme}/report")

    census = Figures(0.01).census
    assert (report["population"]["people"], report["population"]["files"]) == (census.total.people, census.files)
    assert {code: group["eligible"] for code, group in report["screening"].items()} == census.eligible
    assert bureau.officer.get(f"/api/v1/programmes/{programme}/proof")["matches"]


def test_two_refusals_at_the_same_moment_never_call_one_reserve_for_both(bureau: Bureau, people: Population) -> None:
    programme = bureau.programme(bureau.survey(people))
    bureau.confirm(programme)
    of_group = [each for each in bureau.candidates(programme, "listed") if each["group"] == "G1"]

    with ThreadPoolExecutor(len(of_group)) as pool:
        answers = list(pool.map(lambda each: bureau.ask(programme, [consent(each, given=False)]), of_group))

    assert sum(len(answer["replacements"]) for answer in answers) == 1
    assert bureau.officer.get(f"/api/v1/programmes/{programme}")["groups"][0]["replaced"] == 1


def test_of_two_acceptances_at_the_same_moment_one_is_refused(bureau: Bureau, people: Population) -> None:
    rosters = [bureau.upload(people.allowance[:5])["roster_id"] for _ in range(2)]

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(bureau.accept, roster) for roster in rosters]
    refused = [str(each.exception()) for each in running if each.exception() is not None]

    assert len(refused) == 1
    assert "409" in refused[0]


def test_a_criterion_means_the_same_there(bureau: Bureau) -> None:
    agree(bureau.office.store, examples=60)
