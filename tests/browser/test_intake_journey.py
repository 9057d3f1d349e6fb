"""From a messy roster to the service, through the console of intake in a real Chromium, each person at a browser of their own.

Each step is a function that takes a page, so that more steps can be put between. QIAO_TEST_SHOTS names a folder for pictures.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import cast

import httpx
import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from services.intake.app import SERVICE
from shared.demo.figures import Figures
from shared.demo.population import RosterRow, populate
from shared.demo.workbook import workbook
from shared.personal import Keyring
from shared.service import Service, build_app
from tests.browser.consoles import PASSWORD
from tests.browser.intake_register import (
    accept_the_survey,
    bring_a_form,
    find_nobody_at_home,
    hand_in,
    merge,
    open_a_household,
    print_the_doors,
    propose_merge,
    read_the_faults,
    read_the_visit,
    refuse,
    take_in,
    visit_a_household,
)
from tests.browser.serving import serving
from tests.browser.walking import agree, at, choose_day, look, look_without_leaving, settle
from tests.conftest import HUANGSHI, Office
from tests.service.intake.bureau import Bureau, signed
from tests.service.intake.test_search import PERSON
from tests.service.intake.twins import AGAIN
from tests.unit.intake.test_xlsform import DOCTOR, workbook_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PEOPLE = {"sun": ["surveyor"], "liu": ["clerk"], "chen": ["officer"], "zhao": ["reviewer"], "wang": ["approver"]}


TITLE = ("黄石市城区最低生活保障对象名册", "填报单位：市社会救助局　2016 年 10 月 10 日", "")

OPTIONAL = [row for row in DOCTOR if row[0] != "select_multiple yn" and "yes" not in row]
OPTIONAL[OPTIONAL.index(DOCTOR[7])] = ("integer", "times", "一年内住院次数", "Times")
"""A form of which nothing must be answered."""


class Town:
    """A department that has opened a project and a survey, and has nobody in its books yet; the rosters lie on a clerk's desk."""

    def __init__(self, address: str, bureau: Bureau, desk: Path) -> None:
        self.address, self.bureau = address, bureau
        self.survey = bureau.open_survey()
        bureau.office.hear(signed())
        people = populate(Figures(0.01).census)
        rows = [*people.allowance, PERSON, AGAIN]
        wrong = rows[3]._replace(身份证号=rows[3].身份证号[:-1] + ("0" if rows[3].身份证号[-1] != "0" else "1"))
        self.messy = sheet(desk / "名册.xlsx", [*rows[:3], wrong, *rows[4:]])
        self.form = desk / "老人就医.xlsx"
        self.form.write_bytes(workbook_of(OPTIONAL))
        self.mended = sheet(desk / "名册（更正）.xlsx", rows)

    def visit_the_rest(self) -> None:
        """What the other surveyors enter, household by household."""
        self.bureau.visit(self.survey, [file for file in self.bureau.files(self.survey) if file["status"] != "verified"])


def sheet(path: Path, rows: Sequence[RosterRow]) -> Path:
    """A roster as it is sent: with a title, a line about the sender and an empty line above the headings."""
    book = load_workbook(BytesIO(workbook(rows, "名册")))
    book["名册"].insert_rows(1, len(TITLE))
    for number, line in enumerate(TITLE, start=1):
        book["名册"].cell(number, 1).value = line or None
    book.save(path)
    return path


@pytest.fixture(scope="module")
def town(migrated: Callable[[Service], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    data = tmp_path_factory.mktemp("journey")
    (data / SERVICE.name).mkdir()
    shutil.copy(migrated(SERVICE), data / SERVICE.name / f"{SERVICE.name}.db")
    Keyring.create(data / "key")
    app = build_app(SERVICE, SERVICE.settings(data=data, key_file=data / "key", nats_url="", is_rehearsal=True))
    with serving(app) as address, httpx.Client(base_url=address, trust_env=False, timeout=60) as http:
        bureau = Bureau(Office(cast(TestClient, http), app.state.runtime), patience=60)
        for account, roles in PEOPLE.items():
            body = {"account": account, "name": f"{account} 某", "password": PASSWORD, "roles": roles, "divisions": [HUANGSHI]}
            bureau.office.as_("admin").post("/api/v1/accounts", body)
        yield Town(address, bureau, data)


def test_from_a_messy_roster_to_the_reserve_who_moves_up(town: Town, browser: Browser) -> None:
    clerk, officer = at(browser, town.address, "liu", "2016-10-10"), at(browser, town.address, "chen", "2016-10-10")
    hand_in(clerk, town.messy, "城区低保名册")
    read_the_faults(clerk)
    refuse(officer)
    hand_in(clerk, town.mended, "城区低保名册（更正）")
    take_in(officer)
    open_a_household(clerk)
    propose_merge(clerk)
    merge(officer)
    bring_a_form(officer, town.form)
    surveyor = at(browser, town.address, "sun", "2016-12-01")
    find_nobody_at_home(surveyor)
    print_the_doors(surveyor)
    read_the_visit(clerk, visit_a_household(surveyor))
    town.visit_the_rest()
    choose_day(officer, "2016-12-20")
    accept_the_survey(officer, f"{town.address}/console/surveys/{town.survey}/")
    choose_day(officer, "2016-12-22")
    define(officer)
    screen(officer)
    compare(officer)
    propose(officer)
    programme = officer.url
    choose_day(clerk, "2016-12-27")
    tell(clerk, programme)
    object_to_somebody(clerk, programme)
    object_for_somebody(clerk, programme)
    decide(at(browser, town.address, "zhao", "2016-12-28"), programme)
    confirm(at(browser, town.address, "wang", "2017-01-09"), programme)
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


def screen(page: Page) -> None:
    agree(page, "开始筛选")
    settle(page)
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


def object_for_somebody(page: Page, programme: str) -> None:
    """Who was merged of two records was left out of the list: found by name, told why, taken down."""
    page.goto(f"{programme}objections/")
    page.get_by_role("link", name="登记“应入选而未入选”").click()
    page.get_by_label("姓名、拼音、身份证号").fill(PERSON.身份证号)
    page.get_by_role("button", name="查找", exact=True).click()
    look_without_leaving(page, "11b-found")
    page.get_by_role("link", name=PERSON.姓名).click()
    page.get_by_role("link", name="登记“应入选而未入选”").click()
    expect(page.get_by_role("heading", name="筛选时的说明")).to_be_visible()
    look(page, "11c-left-out")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("待处理")).to_have_count(2)


def decide(page: Page, programme: str) -> None:
    for number, reason in enumerate(("入户核实无误，符合条件", "需求分核算无误，名额已满")):
        page.goto(f"{programme}objections/")
        page.get_by_role("table").get_by_role("link").nth(number).click()
        expect(page.get_by_role("heading", name="处理异议")).to_be_visible()
        if number == 0:
            look(page, "12-decide")
        page.get_by_label("不成立").check()
        page.get_by_label("理由，用来答复本人").fill(reason)
        page.get_by_role("button", name="处理", exact=True).click()
        expect(page.get_by_text(reason)).to_be_visible()
    look(page, "12a-decided")
    page.get_by_role("link", name="打印答复书").click()
    look(page, "12b-answer")


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
