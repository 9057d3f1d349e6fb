"""What the walks through a console have in common: somebody at a browser on a day, a look at a page, an act that is confirmed.

QIAO_TEST_SHOTS names a folder for pictures.
"""

import os

from playwright.sync_api import Browser, Page, expect

from tests.browser.consoles import open_page, sign_in
from tests.browser.looking import UNMARKED, check_accessible


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


def look_without_leaving(page: Page, name: str) -> None:
    """A form that would be emptied by another language."""
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        check_accessible(page)
        if folder := os.environ.get("QIAO_TEST_SHOTS"):
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


def at(browser: Browser, address: str, account: str, on: str) -> Page:
    page = sign_in(open_page(browser), address, account)
    choose_day(page, on)
    return page


def choose_day(page: Page, on: str) -> None:
    page.get_by_label("办理日期").fill(on)
    page.get_by_role("button", name="改为这一天").click()
    expect(page.get_by_label("办理日期")).to_have_value(on)


def go_to(page: Page, name: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()


def settle(page: Page) -> None:
    """Until the work behind a page is done."""
    while page.get_by_role("link", name="刷新").is_visible():
        page.reload()  # a click would race the page, which looks by itself


def agree(page: Page, button: str, *, within: str = "") -> None:
    """Tick the box of an act that cannot be undone, and do it."""
    form = page.locator("form.confirm").filter(has_text=within or button)
    form.get_by_label("我已核对").check()
    form.get_by_role("button", name=button).click()
