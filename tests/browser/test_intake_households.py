"""Household files of intake in a real Chromium: the list, the purpose, the file, and who has read it."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page, expect

from services.intake.app import SERVICE
from shared.demo.figures import Figures
from shared.demo.population import populate
from shared.personal import Keyring
from shared.service import Service, build_app
from tests.browser.looking import check_accessible
from tests.browser.serving import serving
from tests.browser.test_intake_console import PASSWORD, check, sign_in
from tests.conftest import HUANGSHI, Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.twins import numbered

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def console(migrated: Callable[[Service], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an intake service with forty people on file."""
    data = tmp_path_factory.mktemp("households")
    (data / SERVICE.name).mkdir()
    shutil.copy(migrated(SERVICE), data / SERVICE.name / f"{SERVICE.name}.db")
    Keyring.create(data / "key")
    settings = SERVICE.settings(data=data, key_file=data / "key", nats_url="", is_rehearsal=True)
    app = build_app(SERVICE, settings)
    with TestClient(app) as http:
        bureau = Bureau(Office(http, app.state.runtime))
        bureau.accept(bureau.upload(populate(Figures(0.01).census).allowance[:40])["roster_id"])
        body = {"account": "chen", "name": "陈主任", "password": PASSWORD, "roles": ["clerk", "officer"], "divisions": [HUANGSHI]}
        bureau.office.as_("admin").post("/api/v1/accounts", body)
    with serving(build_app(SERVICE, settings)) as address:
        yield address


def shot(page: Page, name: str) -> None:
    """A picture to look at, where a folder for it is named."""
    if folder := os.environ.get("QIAO_TEST_SHOTS"):
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


def test_a_household_is_found_opened_for_a_purpose_and_the_reading_shown(console: str, browser: Browser) -> None:
    page = sign_in(browser, console, "chen")
    page.get_by_role("link", name="户档案").click()
    check(page)
    shot(page, "list")
    page.get_by_role("row").nth(1).get_by_role("link").click()
    expect(page.get_by_role("heading", name="查阅目的")).to_be_visible()
    check(page)
    page.get_by_label("您为什么查阅档案？").select_option(label="档案维护")
    page.get_by_role("button", name="继续").click()
    expect(page.get_by_role("heading", name="成员")).to_be_visible()
    check(page)
    shot(page, "file")
    page.get_by_role("link", name="谁看过这名成员的资料").first.click()
    expect(page.get_by_role("cell", name="档案维护").first).to_be_visible()
    check(page)
    shot(page, "log")


def test_what_happens_to_a_household_is_recorded_on_pages_that_anybody_can_read(console: str, browser: Browser) -> None:
    page = sign_in(browser, console, "chen")
    page.get_by_role("link", name="户档案").click()
    page.get_by_role("row").nth(1).get_by_role("link").click()
    page.get_by_label("您为什么查阅档案？").select_option(label="档案维护")
    page.get_by_role("button", name="继续").click()
    file = page.url
    for kind in ("died", "left", "restored", "relocated", "headed", "split", "joined", "recategorised"):
        page.goto(f"{file}acts/{kind}/")
        check(page)
        if kind in ("died", "split"):
            shot(page, f"act-{kind}")
    page.goto(f"{file}acts/relocated/")
    page.get_by_label("发生日期").fill("2016-01-01")
    page.get_by_label("新地区的区划代码").fill("999999999999")
    page.get_by_label("依据").fill("户口迁移证")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("没有这一区划代码").first).to_be_visible()
    check(page)
    page.goto(f"{file}?as_of=2015-10-01")
    check(page)


def test_a_household_is_filed_with_its_head_and_a_second_wife_is_looked_at_before_she_is(console: str, browser: Browser) -> None:
    page = sign_in(browser, console, "chen")
    page.get_by_role("link", name="户档案").click()
    page.get_by_role("link", name="建户").click()
    check(page)
    say(page, "迁入", "柯建国", numbered("42020219860305001"))
    page.get_by_label("区划代码").fill("420202006007")
    page.get_by_label("救助类别").select_option(label="低保边缘家庭")
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_role("heading", name="请核对后确认")).to_be_visible()
    check_accessible(page)
    shot(page, "new-household-check")
    page.get_by_role("button", name="已核对，登记").click()
    page.get_by_label("您为什么查阅档案？").select_option(label="档案维护")
    page.get_by_role("button", name="继续").click()
    for name, serial in (("柯秀英", "002"), ("柯玉兰", "004")):
        page.get_by_role("link", name="新增成员").click()
        say(page, "结婚", name, numbered(f"42020219870405{serial}"))
        page.get_by_label("与户主关系").select_option(label="配偶")
        page.get_by_role("button", name="下一步：核对").click()
        expect(page.get_by_role("heading", name="请核对后确认")).to_be_visible()
        if serial == "004":
            expect(page.get_by_text("本户有 2 名“配偶”")).to_be_visible()
            check_accessible(page)
            shot(page, "new-member-check")
        page.get_by_role("button", name="已核对，登记").click()
        expect(page.get_by_role("heading", name=name)).to_be_visible()
    check(page)
    shot(page, "new-household")
    page.get_by_role("link", name="新增成员").click()
    say(page, "出生", "柯小明", "")
    page.get_by_label("身份证号").evaluate("field => field.required = false")
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_role("alert")).to_contain_text("出生登记")
    shot(page, "new-member-fault")
    check_accessible(page)


def say(page: Page, cause: str, name: str, number: str) -> None:
    """What the form asks of everybody."""
    page.get_by_label("原因").select_option(label=cause)
    page.get_by_label("发生日期").fill("2015-10-12")
    page.get_by_label("身份证号").fill(number)
    page.get_by_label("姓名").fill(name)
    page.get_by_label("依据").fill("结婚证")
