"""What is demanded of every page, public or not."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
UNMARKED = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const text = walker.currentNode;
    if (/[\\u3400-\\u9fff]/.test(text.data) && !text.parentElement.closest('[lang="zh-CN"]')) found.push(text.data.trim());
  }
  return found;
}"""
"""Script: Chinese text on a page in another language that is not marked as Chinese."""


def check_accessible(page: Page) -> None:
    """Nothing that axe can find, and no sideways scrolling."""
    found = Axe().run(page, options=RULES)

    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
