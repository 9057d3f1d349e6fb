"""The public pages in a real Chromium: nothing that axe can find, no sideways scrolling on a phone, no Chinese unmarked in English."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from services.disclosure.app import SERVICE
from shared.service import Service, build_app
from tests.browser.looking import UNMARKED, check_accessible
from tests.browser.serving import serving
from tests.service.disclosure.events_of_the_case import Case
from tests.service.disclosure.telling import opened, release, tell

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PROJECT = "/projects/hszfcg-2016-0105/"
PATHS = (
    "/",
    "/projects/",
    PROJECT,
    f"{PROJECT}draw/",
    f"{PROJECT}selection/",
    f"{PROJECT}evaluation-final/",
    "/notices/",
    "/data/",
    "/feedback/",
)


@pytest.fixture(scope="module")
def site(migrated: Callable[[Service], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a disclosure service that has heard the case."""
    data = tmp_path_factory.mktemp("site")
    (data / SERVICE.name).mkdir()
    shutil.copy(migrated(SERVICE), data / SERVICE.name / f"{SERVICE.name}.db")
    with opened(data) as office:
        tell(office, Case(scale=10).told())
        release(office, "selection", "evaluation", "statistics", "petitions")
    with serving(build_app(SERVICE, SERVICE.settings(data=data, key_file=data / "key", nats_url="", is_rehearsal=True))) as address:
        yield address


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("path", PATHS)
def test_page_is_accessible(site: str, page: Page, path: str, prefix: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{site}{prefix}{path}")

    check_accessible(page)


@pytest.mark.parametrize("path", PATHS)
def test_chinese_on_an_english_page_is_marked(site: str, page: Page, path: str) -> None:
    page.goto(f"{site}/en{path}")

    assert page.evaluate(UNMARKED) == []


def test_large_text_is_chosen_and_remembered(site: str, page: Page) -> None:
    page.goto(f"{site}{PROJECT}")
    before = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")

    with page.expect_response("**/static/text-size.css"):
        page.get_by_role("link", name="大字版").click()
    page.wait_for_load_state("networkidle")

    assert page.url == f"{site}{PROJECT}"
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") > before * 1.3
    assert page.get_by_role("link", name="标准字号").is_visible()
