"""The pages of the trace store in a real Chromium: nothing that axe can find, no sideways scrolling on a phone, no script."""

import threading
from collections.abc import Iterator
from time import monotonic, sleep

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from shared.traces.site import build
from shared.traces.spans import Span
from shared.traces.store import TraceStore

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
TRACE = bytes(range(16))
PATHS = ("/", f"/traces/{TRACE.hex()}", f"/traces/{TRACE.hex()}?at={2:016x}&service=casework&name=POST+%2Fsessions", "/traces/none")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a store that holds one trace of three services, with an error in it."""
    file = tmp_path_factory.mktemp("traces") / "traces.db"
    store = TraceStore(file)
    store.keep([span(1, None, "demo", "huangshi"), span(2, 1, "demo", "service"), span(3, 1, "intake", "POST /rosters", is_error=True)])
    store.keep([span(100 + n, 2, "casework", "POST /sessions") for n in range(120)])
    store.keep([span(300 + n, 100 + n, "disclosure", "process ev.casework.case.session_recorded.v1") for n in range(120)])
    store.close()
    server = uvicorn.Server(uvicorn.Config(build(file, megabytes=64), port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    until = monotonic() + 30
    while not server.started and monotonic() < until:
        sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def span(number: int, parent: int | None, service: str, name: str, *, is_error: bool = False) -> Span:
    start, length = (0, 10**9) if number < 3 else (number * 10**6, 10**6)
    above = parent.to_bytes(8) if parent else None
    return Span(TRACE, number.to_bytes(8), above, service, name, "internal", start, length, is_error, '{"http.route": "/sessions"}')


@pytest.mark.parametrize(("prefix", "width"), [("", 320), ("", 1280), ("/en", 320)])
@pytest.mark.parametrize("path", PATHS)
def test_page_is_accessible(site: str, page: Page, path: str, prefix: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{site}{prefix}{path}")

    found = Axe().run(page, options=RULES)

    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.locator("script").count() == 0


def test_bars_lie_where_the_work_was(site: str, page: Page) -> None:
    page.goto(f"{site}{PATHS[1]}")

    row = page.get_by_role("row").filter(has_text="POST /rosters")
    left = row.locator("svg.span rect").evaluate("bar => (bar.getBoundingClientRect().x - bar.ownerSVGElement.getBoundingClientRect().x)")

    assert left == pytest.approx(0.003 * row.locator("svg.span").bounding_box()["width"], abs=2)  # type: ignore[index]  # it is drawn
