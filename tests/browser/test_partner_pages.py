"""What could not be answered or delivered to another department's system, in a real Chromium: seen, and sent once more."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from services.intake.app import SERVICE
from shared.service import Service
from tests.browser.consoles import PASSWORD, console_of, open_page, sign_in
from tests.browser.walking import look
from tests.service.intake.ministry import ACCOUNT, Ministry, search, terms
from tests.service.intake.receiver import Receiver

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

NOBODY = "420202195001011233"
PATIENCE = 60
UNFIT = "CREATE TRIGGER unfit BEFORE INSERT ON partner_callback BEGIN SELECT RAISE(ABORT, 'unfit'); END"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.close()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "partners" / SERVICE.name / f"{SERVICE.name}.db"


@pytest.fixture
def console(migrated: Callable[[Service], Path], tmp_path: Path, receiver: Receiver) -> Iterator[str]:
    agreed = terms(callback_origins=[receiver.origin], callback_uri=f"{receiver.origin}/spmis")
    agreed["social_registry"]["tries"] = 1
    people = {"jin": ["admin"], "shen": ["auditor"], ACCOUNT: ["partner"]}
    with console_of(SERVICE, migrated(SERVICE), tmp_path / "partners", people, plugin_settings=agreed) as address:
        yield address


@pytest.fixture
def ministry(console: str) -> Iterator[Ministry]:
    with httpx.Client(base_url=console, trust_env=False, timeout=30) as http:
        token = http.post("/api/v1/sign-in", json={"account": ACCOUNT, "password": PASSWORD}).json()["token"]
        yield Ministry.over(http, token)


def opened(browser: Browser, console: str, account: str, name: str, shown: str, **context: bool) -> Page:
    """The page of this name, as soon as it shows something."""
    page = sign_in(open_page(browser, **context), console, account)
    page.goto(f"{console}/console/partners/")
    page.get_by_role("link", name=name).click()
    for _ in range(PATIENCE):
        if page.get_by_text(shown).first.is_visible():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.get_by_text(shown).first).to_be_visible()
    return page


def test_answer_that_was_refused_is_sent_once_more(console: str, ministry: Ministry, receiver: Receiver, browser: Browser) -> None:
    receiver.answers = [400]
    for _ in range(2):
        ministry.send("search", ministry.searching(search(NOBODY)))
    receiver.until(2)
    look(opened(browser, console, "jin", "未送达", "对方答复 400"), "partner-undelivered")
    auditor = opened(browser, console, "shen", "未送达", "对方答复 400")
    expect(auditor.get_by_role("button", name="重试")).to_have_count(0)

    receiver.answers = [200]
    page = opened(browser, console, "jin", "未送达", "对方答复 400", java_script_enabled=False)
    expect(page.get_by_role("button", name="重试")).to_have_count(2)
    page.get_by_role("button", name="重试").first.click()

    expect(page.get_by_role("heading", name="未送达")).to_be_visible()
    expect(page.get_by_role("button", name="重试")).to_have_count(1)
    receiver.until(3)


def test_message_that_could_not_be_answered_is_answered_after_all(
    console: str, ministry: Ministry, receiver: Receiver, store: Path, browser: Browser
) -> None:
    with closing(sqlite3.connect(store)) as connection:
        connection.execute(UNFIT)
    ministry.send("search", ministry.searching(search(NOBODY)))
    page = opened(browser, console, "jin", "往来消息", "未能答复")
    look(page, "partner-messages")
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("DROP TRIGGER unfit")

    page.get_by_role("button", name="重试").click()

    receiver.only()
    page.reload()
    expect(page.get_by_text("已答复")).to_be_visible()
    expect(page.get_by_text("IntegrityError")).to_have_count(0)
