"""Every page that the links of a console lead to, as a phone by day in Chinese and a desk by night in English: axe finds nothing.

A new page is looked at as soon as another page links to it.
"""

import re
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from urllib.parse import urldefrag, urlsplit
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page

from services.disclosure.app import SERVICE as DISCLOSURE
from services.intake.app import SERVICE as INTAKE
from services.intake.reactions import need_discovered
from shared.demo.figures import Figures
from shared.demo.population import populate
from shared.demo.workbook import workbook
from shared.events.casework import NeedDiscovered, NeedKind
from shared.service import Runtime, Service
from tests.browser.consoles import PASSWORD, console_of, open_page
from tests.browser.looking import UNMARKED, check_accessible
from tests.conftest import HUANGSHI
from tests.service.intake.ministry import ACCOUNT, Ministry, consent, now, search, terms

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

MOST_PAGES = 60
SAME = 2
"""Of pages that differ only in whose they are, so many are looked at."""
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4,}")
LOOKS = (
    {"width": 320, "scheme": "light", "language": "zh-CN"},
    {"width": 1280, "scheme": "dark", "language": "en"},
)


def with_two_rosters(address: str) -> None:
    """One that was accepted, with its households, and one that waits and has faults."""
    rows = populate(Figures(0.01).census).allowance[:60]
    rows[3] = rows[3]._replace(身份证号=rows[3].身份证号[:-1] + ("0" if rows[3].身份证号[-1] != "0" else "1"))
    with httpx.Client(base_url=f"{address}/api/v1", trust_env=False, timeout=30) as http:

        def as_(account: str) -> dict[str, str]:
            token = http.post("/sign-in", json={"account": account, "password": PASSWORD}).json()["token"]
            return {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex}

        for name, part in (("第一份", rows[10:]), ("第二份", rows[:10])):
            sent = http.post("/files", files={"file": ("名册.xlsx", workbook(part, "名册"))}, headers=as_("liu"))
            body = {"name": name, "purpose": "planning", "reference_on": "2015-12-31", "division": HUANGSHI, "file": sent.json()["id"]}
            roster = http.post("/rosters", json=body, headers=as_("liu"))
            assert roster.is_success, roster.text
            path = f"/rosters/{roster.json()['roster_id']}"
            until_status(http, path, "reviewed", as_("liu"))
            if name == "第一份":
                assert http.post(f"{path}/acceptance", json={}, headers=as_("chen")).is_success
                until_status(http, path, "accepted", as_("liu"))


def with_a_ministry(address: str) -> None:
    """Another department's system that asks, subscribes, and wants an answer where nobody listens."""
    with httpx.Client(base_url=address, trust_env=False, timeout=30) as http:
        signed_in = http.post("/api/v1/sign-in", json={"account": ACCOUNT, "password": PASSWORD}).json()
        ministry = Ministry.over(http, signed_in["token"])
        ministry.send("sync/search", ministry.searching(search("420202195001011233")))
        criteria = {"reg_event_type": "UPDATE", "filter": {"type": "UIN", "value": "420202195001011233"}, "notify_record_type": "Member"}
        asked = {"reference_id": "1", "timestamp": now(), "subscribe_criteria": criteria | {"authorize": consent()}}
        ministry.send("subscribe", ministry.envelope("subscribe", {"transaction_id": "1", "subscribe_request": [asked]}))


def with_found_needs(data: Path) -> None:
    """What caseworkers reported, one of it harm to a minor."""
    runtime = Runtime(INTAKE, INTAKE.settings(data=data, key_file=data / "key", nats_url="", is_rehearsal=True))
    on = date(2015, 10, 9)
    kinds: tuple[NeedKind, ...] = ("harm_to_minor", "housing")
    for kind in kinds:
        event = NeedDiscovered(
            report_id=uuid4(),
            contract_id=uuid4(),
            recipient_id=None,
            about="other",
            kind=kind,
            urgency="normal",
            division="420202006007",
            found_on=on,
            reported_on=on,
        )
        runtime.store.run_now(partial(runtime.react, need_discovered, event), today=on)
    runtime.store.engine.dispose()


def until_status(http: httpx.Client, path: str, status: str, headers: dict[str, str]) -> None:
    until = time.monotonic() + 60
    while http.get(path, headers=headers).json()["status"] != status:
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.fixture(scope="module")
def intake(migrated: Callable[[Service], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    people = {"liu": ["clerk"], "chen": ["officer"], "wang": ["clerk", "officer", "reviewer", "approver", "surveyor", "auditor"]}
    people[ACCOUNT] = ["partner"]
    data = tmp_path_factory.mktemp("intake")
    with console_of(INTAKE, migrated(INTAKE), data, people, plugin_settings=terms()) as address:
        with_two_rosters(address)
        with_found_needs(data)
        with_a_ministry(address)
        yield address


@pytest.fixture(scope="module")
def disclosure(migrated: Callable[[Service], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with console_of(DISCLOSURE, migrated(DISCLOSURE), tmp_path_factory.mktemp("disclosure"), {"wang": ["auditor"]}) as address:
        yield address


@pytest.mark.parametrize("service", ["intake", "disclosure"])
def test_every_page_that_is_linked_is_accessible(service: str, request: pytest.FixtureRequest, browser: Browser) -> None:
    address: str = request.getfixturevalue(service)
    page = open_page(browser)
    sign_in_anywhere(page, address)
    waiting, seen, kinds = ["/console/", "/-/patterns"], set[str](), dict[str, int]()
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        seen.add(path)
        answer = page.goto(address + path)
        assert answer is not None
        assert answer.status < 500, path
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        assert answer.status < 400, f"{path}: a link of the console leads to {answer.status}"
        waiting += [link for link in links(page, address) if link not in seen and link not in waiting and is_new(link, kinds)]
        look(page, address, path)

    assert "/console/rights/" in seen
    assert len(seen) > (8 if service == "intake" else 3), seen


def look(page: Page, address: str, path: str) -> None:
    for each in LOOKS:
        page.set_viewport_size({"width": int(str(each["width"])), "height": 900})
        page.emulate_media(color_scheme="dark" if each["scheme"] == "dark" else "light")
        page.context.add_cookies([{"name": "qiao_language", "value": str(each["language"]), "url": address}])
        page.goto(address + path)
        try:
            check_accessible(page)
        except AssertionError as found:
            raise AssertionError(f"{path} {each}: {found}") from found
        if each["language"] != "zh-CN":
            assert page.evaluate(UNMARKED) == [], path
    page.context.add_cookies([{"name": "qiao_language", "value": "zh-CN", "url": address}])


def links(page: Page, address: str) -> list[str]:
    """Where the page leads within the console, without what only changes how pages are shown."""
    found = page.eval_on_selector_all("a[href]:not([download])", "links => links.map(link => link.href)")
    parts = [urlsplit(urldefrag(link).url) for link in found]
    own = [part for part in parts if f"{part.scheme}://{part.netloc}" == address and part.path.startswith("/console/")]
    return [f"{part.path}?{part.query}" if part.query else part.path for part in own if not part.path.startswith("/console/display/")]


def is_new(link: str, kinds: dict[str, int]) -> bool:
    """Whether a page of this kind was not yet looked at often enough."""
    parts = urlsplit(link)
    kind = ID.sub("*", parts.path) + ("?" if parts.query else "")
    kinds[kind] = kinds.get(kind, 0) + 1
    return kinds[kind] <= SAME


def sign_in_anywhere(page: Page, address: str) -> None:
    """In a console whose first page may have any name."""
    page.goto(f"{address}/console/sign-in/")
    page.get_by_label("账号").fill("wang")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{address}/console/**")
