"""A real Chromium, as Debian packages it; the only tests that need more than wheels."""

import shutil
from typing import Any

import pytest

from tests.servers import lacking

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""Root may run it, and it speaks with nobody but the page."""


def chromium() -> str:
    """Path of the browser. Skips the test if there is none."""
    return shutil.which("chromium") or lacking("chromium", "sudo apt-get install -y chromium fonts-noto-cjk")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": chromium(), "args": QUIET}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture(scope="session")
def base_url() -> str | None:
    """None: pages are opened by their whole address. Stands for the plugin's own fixture, whose form pytest 9.2 warns of."""
    return None
