"""The way of a list through the console of intake in a real Chromium, by the people who work on it, each at a browser of their own.

Each step is a function that takes a page, so that more steps can be put between. QIAO_TEST_SHOTS names a folder for pictures.
"""

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
from tests.browser.consoles import PASSWORD, open_page, sign_in
from tests.browser.looking import UNMARKED, check_accessible
from tests.browser.serving import serving
from tests.conftest import HUANGSHI, Office
from tests.service.intake.bureau import Bureau, signed

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PEOPLE = {"liu": ["clerk"], "chen": ["officer"], "zhao": ["reviewer"], "wang": ["approver"]}


@pytest.fixture(scope="module")
def console(migrated: Callable[[Service], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an intake service with a survey of a hundredth of the city that was accepted."""
    data = tmp_path_factory.mktemp("journey")
    (data / SERVICE.name).mkdir()
    shutil.copy(migrated(SERVICE), data / SERVICE.name / f"{SERVICE.name}.db")
    Keyring.create(data / "key")
    settings = SERVICE.settings(data=data, key_file=data / "key", nats_url="", is_rehearsal=True)
    app = build_app(SERVICE, settings)
    with TestClient(app) as http:
        bureau = Bureau(Office(http, app.state.runtime))
        bureau.survey(populate(Figures(0.01).census))
        bureau.office.hear(signed())
        for account, roles in PEOPLE.items():
            body = {"account": account, "name": f"{account} 某", "password": PASSWORD, "roles": roles, "divisions": [HUANGSHI]}
            bureau.office.as_("admin").post("/api/v1/accounts", body)
    with serving(build_app(SERVICE, settings)) as address:
        yield address


def look(page: Page, name: str) -> None:
    """On a phone and on a desk, in both languages, and a picture to look at where a folder for it is named."""
    folder = os.environ.get("QIAO_TEST_SHOTS")
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        check_accessible(page)
        if folder:
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    if page.get_by_role("link", name="English").is_visible():
        page.get_by_role("link", name="English").click()
        check_accessible(page)
        assert page.evaluate(UNMARKED) == []
        if folder:
            page.screenshot(path=f"{folder}/{name}-en.png", full_page=True)
        page.get_by_role("link", name="中文").click()


def at(browser: Browser, address: str, account: str, on: str) -> Page:
    page = sign_in(open_page(browser), address, account)
    choose_day(page, on)
    return page


def choose_day(page: Page, on: str) -> None:
    page.get_by_label("办理日期").fill(on)
    page.get_by_role("button", name="改为这一天").click()
    expect(page.get_by_label("办理日期")).to_have_value(on)


def test_a_list_from_its_terms_to_the_reserve_who_moves_up(console: str, browser: Browser) -> None:
    officer = at(browser, console, "chen", "2016-12-22")
    define(officer)
    screen(officer)
    compare(officer)
    propose(officer)
    programme = officer.url
    clerk = at(browser, console, "liu", "2016-12-27")
    tell(clerk, programme)
    object_to_somebody(clerk, programme)
    decide(at(browser, console, "zhao", "2016-12-28"), programme)
    confirm(at(browser, console, "wang", "2017-01-09"), programme)
    choose_day(clerk, "2017-01-16")
    record_consent(clerk, programme)
    choose_day(officer, "2017-01-24")
    enrol(officer, programme)
    withdraw(officer, programme)


def define(page: Page) -> None:
    page.get_by_role("link", name="服务计划").click()
    page.get_by_role("link", name="定义服务计划").click()
    page.get_by_label("名称", exact=True).fill("2017 年社会救助个案服务")
    page.get_by_label("目的").fill("为最需要帮助的人提供一年的个案服务")
    page.get_by_label("项目").select_option(index=1)
    page.get_by_label("依据的调查").select_option(index=1)
    page.get_by_label("基准日期").fill("2017-01-01")
    page.get_by_label("递补截止日期").fill("2017-03-31")
    for position in (0, 2):
        page.get_by_label("名额", exact=True).nth(position).fill("3")
        page.get_by_label("后备人数").nth(position).fill("2")
    own = page.get_by_role("group", name="自定类别").first
    own.get_by_label("代码").fill("Z1")
    own.get_by_label("类别名称").fill("高龄")
    own.get_by_label("条件（CEL）").fill("age >= 80")
    own.get_by_label("名额", exact=True).fill("2")
    page.get_by_label("抽签种子").fill("福彩双色球第 2016150 期")
    page.get_by_role("button", name="预览人数").click()
    expect(page.get_by_role("heading", name="预览")).to_be_visible()
    expect(page.get_by_role("cell", name="周岁年龄不低于80")).to_be_visible()
    look_without_leaving(page, "1-preview")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="2017 年社会救助个案服务")).to_be_visible()
    look(page, "2-programme")


def look_without_leaving(page: Page, name: str) -> None:
    """A form that would be emptied by another language."""
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        check_accessible(page)
        if folder := os.environ.get("QIAO_TEST_SHOTS"):
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


def screen(page: Page) -> None:
    agree(page, "开始筛选")
    while page.get_by_role("link", name="刷新").is_visible():
        page.reload()  # a click would race the page, which looks by itself
    expect(page.get_by_role("heading", name="名单与证明")).to_be_visible()
    look(page, "3-screened")


def compare(page: Page) -> None:
    programme = page.url
    page.get_by_role("link", name="重算并核对").click()
    expect(page.get_by_text("一致", exact=True)).to_be_visible()
    page.goto(programme)
    page.get_by_role("link", name="公平性对比").click()
    look(page, "4-fairness")
    page.goto(programme)


def propose(page: Page) -> None:
    agree(page, "提出名单", within="提出名单，开始异议期")
    expect(page.get_by_role("heading", name="确认名单")).to_be_visible()


def tell(page: Page, programme: str) -> None:
    page.goto(programme)
    page.get_by_role("link", name="名单（不显示姓名）").click()
    look(page, "5-list")
    page.get_by_role("link", name="打开").first.click()
    page.get_by_label("您为什么查阅档案？").select_option(label="筛选")
    page.get_by_role("button", name="继续").click()
    expect(page.get_by_role("heading", name="逐类判断")).to_be_visible()
    look(page, "6-why")
    page.get_by_role("link", name="打印告知书").click()
    look(page, "7-letter")
    page.goto(f"{programme}letters/")
    look(page, "8-letters")
    assert page.pdf().startswith(b"%PDF")
    page.goto(f"{programme}notice/")
    look(page, "9-notice")


def confirm(page: Page, programme: str) -> None:
    page.goto(programme)
    page.get_by_label("意见").fill("名单无误")
    agree(page, "确认名单")
    expect(page.get_by_text("已确认", exact=True).first).to_be_visible()
    look(page, "10-confirmed")


def open_first(page: Page, programme: str, state: str) -> None:
    page.goto(f"{programme}candidates/?state={state}")
    page.get_by_role("link", name="打开").first.click()


def object_to_somebody(page: Page, programme: str) -> None:
    open_first(page, programme, "listed")
    page.get_by_role("link", name="登记异议").click()
    look(page, "11-objection")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("待处理")).to_be_visible()


def decide(page: Page, programme: str) -> None:
    page.goto(f"{programme}objections/")
    look(page, "12-decide")
    page.get_by_label("不成立").check()
    page.get_by_label("理由，用来答复本人").fill("入户核实无误，符合条件")
    page.get_by_role("button", name="处理", exact=True).click()
    expect(page.get_by_text("入户核实无误，符合条件")).to_be_visible()


def record_consent(page: Page, programme: str) -> None:
    page.goto(f"{programme}consent-form/")
    look(page, "13-consent-form")
    open_first(page, programme, "listed")
    page.get_by_role("link", name="征求意见").click()
    look_without_leaving(page, "14-consent")
    page.get_by_label("已逐条告知").check()
    page.get_by_label("同意参加", exact=True).check()
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("heading", name="名单")).to_be_visible()


def enrol(page: Page, programme: str) -> None:
    page.goto(f"{programme}enrolment/")
    look(page, "15-enrolment")
    agree(page, "入组")
    expect(page.get_by_role("heading", name="服务对象")).to_be_visible()
    look(page, "16-recipients")


def withdraw(page: Page, programme: str) -> None:
    page.get_by_role("link", name="办理退出").first.click()
    look(page, "17-withdrawal")
    page.get_by_label("撤回同意").check()
    agree(page, "退出服务")
    row = page.get_by_role("row").filter(has_text="撤回同意")
    expect(row).to_be_visible()
    expect(row.get_by_role("cell", name="无", exact=True)).to_have_count(0)  # a reserve has moved up
    look(page, "18-changes")


def agree(page: Page, button: str, *, within: str = "") -> None:
    """Tick the box of an act that cannot be undone, and do it."""
    form = page.locator("form.confirm").filter(has_text=within or button)
    form.get_by_label("我已核对").check()
    form.get_by_role("button", name=button).click()
