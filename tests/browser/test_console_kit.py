"""The parts of all consoles in a real Chromium, with script and without: `/-/patterns` in every state, and how they behave."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from services.intake.app import SERVICE
from shared.service import Service
from tests.browser.consoles import console_of, open_page, sign_in
from tests.browser.looking import UNMARKED, check_accessible

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

BYTES_OF_A_PAGE = 150_000


@pytest.fixture(scope="module")
def console(migrated: Callable[[Service], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with console_of(SERVICE, migrated(SERVICE), tmp_path_factory.mktemp("kit"), {"liu": ["clerk"]}) as address:
        yield address


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def page_either_way(request: pytest.FixtureRequest, browser: Browser) -> Page:
    return open_page(browser, java_script_enabled=request.param)


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(320, "light", "zh-CN"), (320, "dark", "en"), (1280, "light", "en"), (1280, "dark", "zh-CN")]
)
def test_every_part_is_accessible(console: str, page: Page, width: int, scheme: str, language: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{console}/console/display/?language={language}&back=/-/patterns")

    assert page.url == f"{console}/-/patterns"
    check_accessible(page)
    if language != "zh-CN":
        assert page.evaluate(UNMARKED) == []


@pytest.mark.parametrize("media", [{"forced_colors": "active"}, {"media": "print"}])
def test_nothing_is_lost_in_other_modes(console: str, page: Page, media: dict[str, str]) -> None:
    page.emulate_media(**media)  # type: ignore[arg-type]  # the names of the modes
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{console}/-/patterns")

    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    expect(page.get_by_role("table").first).to_be_visible()


def test_large_text_at_four_times_zoom_needs_no_sideways_scrolling(console: str, page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 256})  # 1280 × 1024 at 400 % (WCAG 1.4.10)
    page.goto(f"{console}/console/display/?text=large&back=/-/patterns")

    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") > 22


def test_a_table_is_sorted_filtered_and_turned_by_links(console: str, page_either_way: Page) -> None:
    page = page_either_way
    page.goto(f"{console}/-/patterns")
    districts = page.get_by_role("region", name="各区人数")

    districts.get_by_role("link", name="人数").click()
    expect(districts.locator("tbody tr").first).to_contain_text("西塞山区")
    expect(districts.get_by_role("columnheader", name="人数")).to_have_attribute("aria-sort", "ascending")
    districts.get_by_role("link", name="人数").click()
    expect(districts.locator("tbody tr").first).to_contain_text("大冶市")
    expect(page).to_have_url(f"{console}/-/patterns?sort=-people")
    page.get_by_label("状态").select_option("closed")
    page.get_by_role("button", name="筛选").click()
    expect(districts.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(f"{console}/-/patterns?status=closed&sort=-people")
    page.go_back()
    expect(districts.locator("tbody tr")).to_have_count(3)


def test_a_sorted_table_keeps_the_focus_and_breaks_no_rule_of_the_page(console: str, page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{console}/-/patterns")
    page.evaluate("window.stays = true")

    page.get_by_role("region", name="各区人数").get_by_role("link", name="人数").press("Enter")
    expect(page).to_have_url(f"{console}/-/patterns?sort=people")

    assert page.evaluate("window.stays") is True, "the page was loaded anew"
    expect(page.get_by_role("region", name="各区人数").get_by_role("link", name="人数")).to_be_focused()
    assert [line for line in said if "00000000" not in line and "404" not in line and "401" not in line] == []


def test_what_is_wrong_is_read_first(console: str, page: Page) -> None:
    page.goto(f"{console}/-/patterns")

    expect(page.locator(".summary")).to_be_focused()
    page.locator(".summary").get_by_role("link", name="请写明理由").click()
    expect(page.locator("#faulty_reason")).to_be_focused()


def test_characters_that_are_left_are_counted(console: str, page: Page) -> None:
    page.goto(f"{console}/-/patterns")

    page.locator("#reason").fill("一二三")

    expect(page.locator("#reason-count")).to_have_text("还可以写 197 字")


def test_no_page_weighs_more_than_150_kilobytes(console: str, browser: Browser) -> None:
    """Everything that a first visit transfers, headers included, as the browser itself counts it."""
    visitor = sign_in(open_page(browser), console, "liu").context.storage_state()
    for path in ("/-/patterns", "/console/", "/console/rosters/new/"):
        page = open_page(browser, storage_state=visitor)
        sizes: list[float] = []
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", lambda event, sizes=sizes: sizes.append(event["encodedDataLength"]))
        page.goto(f"{console}{path}", wait_until="networkidle")
        assert len(sizes) >= 6, sizes
        assert sum(sizes) < BYTES_OF_A_PAGE, f"{path}: {sum(sizes)}"


def test_a_sign_in_that_is_about_to_end_asks_and_lasts_on(console: str, browser: Browser) -> None:
    page = sign_in(open_page(browser), console, "liu")
    page.goto(f"{console}/console/rosters/new/")
    page.get_by_label("名称").fill("没有写完的名册")

    page.evaluate("localStorage.setItem('qiao_session_ends', String(Date.now() + 90000))")
    dialog = page.get_by_role("dialog", name="登录即将超时")
    expect(dialog).to_be_visible()
    check_accessible(page)
    dialog.get_by_role("button", name="继续").click()

    expect(dialog).to_be_hidden()
    expect(page.get_by_label("名称")).to_have_value("没有写完的名册")
    assert page.evaluate("Number(localStorage.getItem('qiao_session_ends')) - Date.now()") > 1_700_000
