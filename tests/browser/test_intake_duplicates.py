"""Records that may be of one person, in a real Chromium: the queue, those alike side by side, proposed, merged, undone."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page, expect

from services.intake.app import SERVICE
from shared.personal import Keyring
from shared.service import Service, build_app
from tests.browser.serving import serving
from tests.browser.test_intake_console import PASSWORD, check, sign_in
from tests.browser.test_intake_households import shot
from tests.conftest import HUANGSHI, Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_search import PERSON
from tests.service.intake.twins import AGAIN, TWINS, filed, numbered

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def console(migrated: Callable[[Service], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an intake service in which one person was filed three times."""
    data = tmp_path_factory.mktemp("duplicates")
    (data / SERVICE.name).mkdir()
    shutil.copy(migrated(SERVICE), data / SERVICE.name / f"{SERVICE.name}.db")
    Keyring.create(data / "key")
    settings = SERVICE.settings(data=data, key_file=data / "key", nats_url="", is_rehearsal=True)
    app = build_app(SERVICE, settings)
    with TestClient(app) as http:
        bureau = Bureau(Office(http, app.state.runtime))
        third = PERSON._replace(户编号="420202006-2015-000999", 身份证号=numbered("42020219500101124"), 联系电话="")
        filed(bureau, [third], [PERSON], [AGAIN, *TWINS])
        for account, roles in (("liu", ["clerk"]), ("chen", ["officer"])):
            body = {"account": account, "name": account, "password": PASSWORD, "roles": roles, "divisions": [HUANGSHI]}
            bureau.office.as_("admin").post("/api/v1/accounts", body)
    with serving(build_app(SERVICE, settings)) as address:
        yield address


def opened(browser: Browser, console: str, account: str) -> Page:
    """The likeliest pair, after the purpose was said."""
    page = sign_in(browser, console, account)
    page.get_by_role("navigation").get_by_role("link", name="疑似重复").click()
    check(page)
    shot(page, f"duplicates-{account}")
    page.get_by_role("row").nth(1).get_by_role("link").click()
    page.get_by_label("您为什么查阅档案？").select_option(label="档案维护")
    page.get_by_role("button", name="继续").click()
    expect(page.get_by_role("heading", name="是不是同一人")).to_be_visible()
    return page


def submit(page: Page, result: str, reason: str = "入户核实") -> None:
    page.get_by_label(result, exact=True).check()
    page.get_by_label("理由").fill(reason)
    page.get_by_role("button", name="提交").click()


def test_a_clerk_proposes_an_officer_merges_and_undoes(console: str, browser: Browser) -> None:
    clerk = opened(browser, console, "liu")
    shot(clerk, "duplicate-masked")
    check(clerk)
    clerk.get_by_role("link", name="显示完整的身份证号和电话").click()
    expect(clerk.get_by_role("cell", name=PERSON.身份证号)).to_be_visible()
    check(clerk)
    shot(clerk, "duplicate-whole")
    clerk.get_by_role("button", name="提交").evaluate("button => button.form.noValidate = true")
    clerk.get_by_role("button", name="提交").click()
    expect(clerk.get_by_text("请选择核对结果").first).to_be_visible()
    check(clerk)
    submit(clerk, "是同一人，建议合并")
    expect(clerk.get_by_role("cell", name="入户核实")).to_be_visible()

    officer = opened(browser, console, "chen")
    submit(officer, "是同一人，合并")
    expect(officer.get_by_text("已合并").first).to_be_visible()
    check(officer)
    shot(officer, "duplicate-merged")
    submit(officer, "撤销合并", "号码属于他人")
    expect(officer.get_by_text("待核对").first).to_be_visible()
    submit(officer, "不是同一人")
    expect(officer.get_by_label("重新核对")).to_be_visible()
