"""Every page of every console: axe finds nothing by day and by night, on a phone and a desk, and nothing scrolls sideways.

The pages of intake are its routes: a new one fails here until it is opened, or stands among those that draw none. 320 CSS pixels are
also what 1,280 pixels show at 400 %.
"""

import re
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Literal
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from services.disclosure.app import SERVICE as DISCLOSURE
from services.intake.app import SERVICE as INTAKE
from shared.service import Service
from tests.browser.consoles import PASSWORD, console_of, open_page
from tests.browser.intake_year import NO_PAGE, pages, year_of
from tests.browser.looking import UNMARKED, check_accessible, check_reflows
from tests.conftest import Office
from tests.service.intake.ministry import terms

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

SAME = 2
"""Of links that differ only in whose they are, so many are followed."""
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4,}")
ROLES = ["clerk", "officer", "reviewer", "approver", "surveyor", "auditor"]
UNLINKED = {
    "/console/sign-in/",
    "/console/password/",
    "/console/households/purpose/",
    "/console/programmes/{programme_id}/terms/",
    "/console/programmes/{programme_id}/objections/new/",
}
"""Where one is led, and what has a link only while nobody was screened or a list may be objected to."""
PHONE, DESK = ViewportSize(width=320, height=900), ViewportSize(width=1280, height=900)


@pytest.fixture(scope="module")
def intake(module_client: Callable[..., Office], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str]]]:
    """Address of the console, and of its pages."""
    office = module_client(INTAKE, plugin_settings=terms())
    addresses = year_of(office)
    copy = tmp_path_factory.mktemp("intake") / "data"
    with console_of(INTAKE, office.runtime.settings.data, copy, {"wang": ROLES}, plugin_settings=terms()) as address:
        yield address, addresses


@pytest.fixture(scope="module")
def disclosure(migrated: Callable[[Service], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with console_of(DISCLOSURE, migrated(DISCLOSURE), tmp_path_factory.mktemp("disclosure"), {"wang": ["auditor"]}) as address:
        yield address


def test_every_page_of_intake_is_accessible_and_no_link_leads_astray(intake: tuple[str, list[str]], browser: Browser) -> None:
    address, addresses = intake
    page = open_page(browser)
    sign_in_anywhere(page, address)
    say(page, address, qiao_acted_on="2017-03-01", qiao_intake_purpose="audit.wang")
    opened, followed, kinds, faults = set[str](), set[str](), dict[str, int](), list[str]()

    for path in addresses:
        found = look(page, address, path, faults)
        assert urlsplit(page.url).path == urlsplit(path).path, f"{path} leads to {page.url}"
        opened.add(path)
        followed.update(link for link in found if is_new(link, kinds))

    assert not faults, "\n".join(faults)
    astray = {link: status for link in followed - opened if (status := page.request.get(address + link).status) >= 400}
    assert astray == {}
    assert routes_of(opened) >= set(pages())
    assert routes_of(chain(opened, followed)) - {"/console/sign-in/", "/console/password/"} <= {*pages(), *NO_PAGE}
    assert set(pages()) - routes_of(followed) - UNLINKED == set()


def test_every_page_of_disclosure_that_is_linked_is_accessible(disclosure: str, browser: Browser) -> None:
    page = open_page(browser)
    sign_in_anywhere(page, disclosure)
    waiting, seen, kinds, faults = ["/console/", "/-/patterns"], set[str](), dict[str, int](), list[str]()
    while waiting:
        seen.add(path := waiting.pop(0))
        found = look(page, disclosure, path, faults)
        waiting += [link for link in found if link not in seen and link not in waiting and is_new(link, kinds)]

    assert not faults, "\n".join(faults)
    assert "/console/rights/" in seen
    assert len(seen) > 3, seen


def look(page: Page, address: str, path: str, faults: list[str]) -> list[str]:
    """Opens a page in each language and looks at it in each width; gives the links that are on it.

    axe takes most of the time: it sees each page on a phone by day in Chinese and on a desk by night in English.
    """
    say(page, address, qiao_language="zh-CN")
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="light")
    answer = page.goto(address + path)
    assert answer is not None
    assert answer.status < 400, f"{path}: {answer.status}"
    faults += [*demand(page, path, PHONE, "light"), *demand(page, path, DESK, "light", check_reflows)]
    found = links(page, address)
    say(page, address, qiao_language="en")
    page.goto(address + path)
    faults += [*demand(page, path, DESK, "dark"), *demand(page, path, PHONE, "dark", check_reflows)]
    faults += [f"{path} in English, not marked as Chinese: {text}" for text in page.evaluate(UNMARKED)]
    return found


def demand(
    page: Page, path: str, size: ViewportSize, scheme: Literal["light", "dark"], check: Callable[[Page], None] = check_accessible
) -> Iterator[str]:
    """What is wrong with an open page in this width and light."""
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    try:
        check(page)
    except AssertionError as found:
        yield f"{path} {size['width']} {scheme}: {found}"


def say(page: Page, address: str, **cookies: str) -> None:
    page.context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])


def routes_of(paths: Iterator[str] | set[str]) -> set[str]:
    """To which addresses of the console, as the routes have them, these paths belong; the most exact one of each."""
    patterns = {path: re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))) for path in (*pages(), *NO_PAGE)}
    belong = ([route for route, pattern in patterns.items() if pattern.fullmatch(urlsplit(path).path)] for path in paths)
    return {min(found, key=lambda route: route.count("{")) for found in belong if found}


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
