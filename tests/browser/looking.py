"""What is demanded of every page, public or not."""

from typing import Final

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

OPTIONS: Final = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
UNMARKED = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const text = walker.currentNode;
    if (/[\\u3400-\\u9fff]/.test(text.data) && !text.parentElement.closest('[lang="zh-CN"]')) found.push(text.data.trim());
  }
  return found;
}"""
"""Script: Chinese text on a page in another language that is not marked as Chinese."""
WIDER: Final = """() => [...document.querySelectorAll("main *")]
  .filter(each => !each.closest(".scroll") && each.getBoundingClientRect().right > innerWidth + 1 && !each.closest(".unseen"))
  .map(each => each.outerHTML.slice(0, 120))"""
"""Script: what reaches beyond the right edge, outside the part of a table that scrolls by itself."""


def check_accessible(page: Page) -> None:
    """Nothing that axe can find, and no sideways scrolling."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = AxeResults(page.evaluate("options => axe.run(options)", OPTIONS))

    assert found.violations_count == 0, found.generate_report()
    check_reflows(page)


def check_reflows(page: Page) -> None:
    """Nothing scrolls sideways but a table within its own frame (WCAG 1.4.10)."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.evaluate(WIDER)
