"""The agency that the tests of casework share."""

from collections.abc import Callable
from datetime import date

import pytest

from services.casework.app import SERVICE
from tests.conftest import Office
from tests.service.casework.agency import CONTRACT, SIGNED, Agency


@pytest.fixture
def agency(service_client: Callable[..., Office]) -> Agency:
    office = service_client(SERVICE)
    office.hear(SIGNED, on=date(2016, 9, 1))
    people = {
        role: office.as_(role, divisions=(), contracts=(CONTRACT,), account=role) for role in ("director", "supervisor", "caseworker")
    }
    worker = {"contract_id": str(CONTRACT), "account": "caseworker", "name": "李社工", "level": "social_worker"}
    certificate = {"certificate_no": "2015HB4202001", "registered_until": "2018-12-31"}
    worker_id = people["supervisor"].post("/api/v1/workers", worker | certificate, on="2016-09-12")["id"]
    office.as_("buyer", account="buyer").post(f"/api/v1/workers/{worker_id}/verification", {}, on="2016-09-19")
    return Agency(office, people["director"], people["supervisor"], people["caseworker"], worker_id)
