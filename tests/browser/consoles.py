"""Consoles for a browser: a service with people who may sign in, and the way in."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, expect

from shared.personal import Keyring
from shared.service import Service, build_app
from tests.browser.serving import serving
from tests.conftest import HUANGSHI, copy_data

PASSWORD = "Huangshi-2016!"
ADMIN_TOKEN = "an-administrator-of-the-tests-0123456789"


@contextmanager
def console_of(service: Service, store: Path, data: Path, people: Mapping[str, Sequence[str]], **settings: Any) -> Iterator[str]:
    """Address of a service in rehearsal; `people` are account → roles. `store` is an empty store of the service, or the folder of one
    that is in use, of which a copy is served."""
    if store.is_dir():
        copy_data(service, store, data)
    else:
        (data / service.name).mkdir(parents=True)
        shutil.copy(store, data / service.name / f"{service.name}.db")
        Keyring.create(data / "key")
    token = data / "admin-token"
    token.write_text(ADMIN_TOKEN)
    token.chmod(0o600)
    chosen = {"nats_url": "", "is_rehearsal": True, **settings}
    with serving(build_app(service, service.settings(data=data, key_file=data / "key", admin_token_file=token, **chosen))) as address:
        for account, roles in people.items():
            body = {"account": account, "name": f"{account} 某", "password": PASSWORD, "roles": list(roles), "divisions": [HUANGSHI]}
            headers = {"Authorization": f"Bearer {ADMIN_TOKEN}", "Idempotency-Key": f"open-{account}"}
            answer = httpx.post(f"{address}/api/v1/accounts", json=body, headers=headers, trust_env=False)
            assert answer.is_success, answer.text
        yield address


def open_page(browser: Browser, **context: Any) -> Page:
    return browser.new_context(**{"locale": "zh-CN", "timezone_id": "Asia/Shanghai", **context}).new_page()


def sign_in(page: Page, address: str, account: str) -> Page:
    page.goto(f"{address}/console/")
    page.get_by_label("账号").fill(account)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="待办")).to_be_visible()
    return page
