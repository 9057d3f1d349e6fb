"""`./run shots`: pictures of every public page that a running demo links to, on a phone and on a desk, into shots/."""

import shutil
import sys
from pathlib import PurePosixPath
from urllib.parse import urldefrag, urlsplit

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import QUIET
from tests.project.sources import ROOT

ADDRESS = "http://127.0.0.1:8105"
WIDTHS = {"phone": 320, "desk": 1280}
MOST_PAGES = 60


def main(address: str = ADDRESS) -> None:
    executable = shutil.which("chromium")
    if executable is None:
        sys.exit("Chromium is missing: sudo apt-get install -y chromium fonts-noto-cjk")
    folder = ROOT / "shots"
    folder.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=QUIET)
        page = browser.new_page(locale="zh-CN", timezone_id="Asia/Shanghai")
        for path in public_paths(page, address):
            for name, width in WIDTHS.items():
                page.set_viewport_size({"width": width, "height": 900})
                page.goto(address + path)
                picture = folder / f"{path.strip('/').replace('/', '_') or 'home'}-{name}.png"
                page.screenshot(path=picture, full_page=True)
                print(picture.relative_to(ROOT))
        browser.close()


def public_paths(page: Page, address: str) -> list[str]:
    """Pages of this site that can be reached from its two homes, nearest first."""
    found: list[str] = []
    waiting = ["/", "/en/"]
    while waiting and len(found) < MOST_PAGES:
        path = waiting.pop(0)
        answer = page.goto(address + path)
        if answer is None or not answer.ok:
            sys.exit(f"{address}{path} does not answer: start ./run demo first")
        found.append(path)
        links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        for link in map(urlsplit, (urldefrag(link).url for link in links)):
            is_page = f"{link.scheme}://{link.netloc}" == address and not link.query and not PurePosixPath(link.path).suffix
            if is_page and link.path not in found + waiting:
                waiting.append(link.path)
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
