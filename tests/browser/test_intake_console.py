"""A clerk's and an officer's way through the console of intake in a real Chromium."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from services.intake.app import SERVICE
from shared.demo.figures import Figures
from shared.demo.population import populate
from shared.demo.workbook import workbook
from shared.personal import Keyring
from shared.service import Service, build_app
from tests.browser.looking import UNMARKED, check_accessible
from tests.browser.serving import serving
from tests.conftest import HUANGSHI

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PASSWORD = "Huangshi-2016!"
ADMIN_TOKEN = "an-administrator-of-the-tests-0123456789"
CLERK, OFFICER = ("liu", "刘经办", "clerk"), ("chen", "陈主任", "officer")


@pytest.fixture(scope="module")
def console(migrated: Callable[[Service], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an intake service with a clerk and an officer."""
    data = tmp_path_factory.mktemp("console")
    (data / SERVICE.name).mkdir()
    shutil.copy(migrated(SERVICE), data / SERVICE.name / f"{SERVICE.name}.db")
    Keyring.create(data / "key")
    token = data / "admin-token"
    token.write_text(ADMIN_TOKEN)
    token.chmod(0o600)
    settings = SERVICE.settings(data=data, key_file=data / "key", admin_token_file=token, nats_url="", is_rehearsal=True)
    with serving(build_app(SERVICE, settings)) as address:
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        for account, name, role in (CLERK, OFFICER):
            body = {"account": account, "name": name, "password": PASSWORD, "roles": [role], "divisions": [HUANGSHI]}
            keyed = headers | {"Idempotency-Key": f"open-{account}"}
            answer = httpx.post(f"{address}/api/v1/accounts", json=body, headers=keyed, trust_env=False)
            assert answer.is_success, answer.text
        yield address


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty rows, of which two cannot be taken."""
    rows = populate(Figures(0.01).census).allowance[:40]
    rows[3] = rows[3]._replace(身份证号=rows[3].身份证号[:-1] + ("0" if rows[3].身份证号[-1] != "0" else "1"))
    rows[7] = rows[7]._replace(救助类别="低保")
    path = tmp_path_factory.mktemp("roster") / "名册.xlsx"
    path.write_bytes(workbook(rows, "名册"))
    return path


def sign_in(browser: Browser, address: str, account: str) -> Page:
    page = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai").new_page()
    page.goto(f"{address}/console/")
    page.get_by_label("账号").fill(account)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="待办")).to_be_visible()
    return page


def check(page: Page) -> None:
    """On a phone and on a desk, by day and by night, in both languages."""
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        check_accessible(page)
    page.emulate_media(color_scheme="dark")
    check_accessible(page)
    page.emulate_media(color_scheme="light")
    page.get_by_role("link", name="English").click()
    check_accessible(page)
    assert page.evaluate(UNMARKED) == []
    page.get_by_role("link", name="中文").click()


def test_a_roster_from_the_file_to_the_register(console: str, browser: Browser, roster: Path) -> None:
    clerk = sign_in(browser, console, "liu")
    clerk.get_by_label("办理日期").fill("2016-10-10")
    clerk.get_by_role("button", name="改为这一天").click()
    check(clerk)
    clerk.get_by_role("link", name="上传名册").first.click()
    check(clerk)
    clerk.get_by_label("文件").set_input_files(roster)
    clerk.get_by_label("名称").fill("城区低保名册（2016 年 10 月）")
    clerk.get_by_role("button", name="上传并读取").click()
    expect(clerk.get_by_role("heading", name="城区低保名册")).to_be_visible()
    while clerk.get_by_role("link", name="刷新").is_visible():
        clerk.reload()  # a click would race the page, which looks by itself
    expect(clerk.get_by_text("待采用")).to_be_visible()
    expect(clerk.get_by_role("region", name="逐行").get_by_role("row")).to_have_count(3)
    check(clerk)
    check_page_of_list(clerk, console)

    officer = sign_in(browser, console, "chen")
    officer.get_by_role("link", name="份名册待采用").click()
    officer.get_by_role("link", name=re.compile("城区低保名册")).click()
    check(officer)
    officer.get_by_role("button", name="采用", exact=True).click()
    while officer.get_by_role("link", name="刷新").is_visible():
        officer.reload()  # a click would race the page, which looks by itself
    expect(officer.get_by_text("已采用", exact=True)).to_be_visible()


def check_page_of_list(page: Page, address: str) -> None:
    page.goto(f"{address}/console/rosters/")
    check(page)


def test_the_forms_that_come_back_are_accessible(console: str, browser: Browser) -> None:
    page = browser.new_context(locale="zh-CN").new_page()
    page.goto(f"{console}/console/sign-in/")
    check(page)
    page.get_by_label("账号").fill("liu")
    page.get_by_label("密码").fill("wrong")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("账号或密码不正确")
    check_accessible(page)
    page.goto(f"{console}/console/password/")
    check(page)
