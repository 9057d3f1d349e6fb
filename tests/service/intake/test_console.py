"""The console of intake as its users meet it, without a script: forms posted and answered."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from services.intake.app import SERVICE
from shared.demo.population import Population
from shared.demo.workbook import workbook
from tests.conftest import HUANGSHI, Office

PASSWORD = "Huangshi-2016!"
KEY = re.compile(r'name="key" value="([^"]+)"')
SCRIPT = re.compile(r'<script(?! src="/console/static/)|\son\w+=|style=|https?://(?!127)')


class Clerk:
    """Somebody at a browser of their own: cookies, links, forms."""

    def __init__(self, office: Office, account: str, *roles: str, division: str = HUANGSHI) -> None:
        self._http, self._cookies = office.http, {"qiao_acted_on": "2015-10-12"}
        body = {"account": account, "name": "刘 " + account, "password": PASSWORD, "roles": list(roles), "divisions": [division]}
        office.as_("admin").post("/api/v1/accounts", body)
        self.account = account

    def get(self, path: str, status: int = 200) -> str:
        answer = self._http.get(path, headers=self._headers(), follow_redirects=False)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
        return answer.text if status < 300 or status >= 400 else answer.headers["location"]

    def post(self, path: str, status: int = 303, *, files: Any = None, **form: str) -> str:
        answer = self._http.post(path, data=form, files=files, headers=self._headers(), follow_redirects=False)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text}"
        for cookie in answer.headers.get_list("set-cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        self._http.cookies.clear()
        return answer.headers["location"] if status == 303 else answer.text

    def sign_in(self) -> "Clerk":
        self.post("/console/sign-in/", account=self.account, password=PASSWORD)
        return self

    def upload(self, book: bytes, status: int = 303, **changes: str) -> str:
        form = {"name": "城区低保名册", "reference_on": "2015-12-31", "division": HUANGSHI, "survey_id": ""}
        key = changes.pop("key", "") or self.key("/console/rosters/new/")
        return self.post("/console/rosters/new/", status, files={"file": ("名册.xlsx", book)}, **form, **changes, key=key)

    def key(self, path: str) -> str:
        found = KEY.search(self.get(path))
        assert found is not None
        return found.group(1)

    def settled(self, path: str) -> str:
        deadline = time.monotonic() + 60
        while "刷新</a>" in (page := self.get(path)):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return page

    def _headers(self) -> dict[str, str]:
        return {"cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()), "sec-fetch-site": "same-origin"}


@pytest.fixture(scope="session")
def book(people: Population) -> bytes:
    return workbook(people.allowance[:40], "名册")


@pytest.fixture
def office(service_client: Callable[..., Office]) -> Office:
    return service_client(SERVICE)


def test_who_is_not_signed_in_signs_in_and_comes_back_to_the_page(office: Office) -> None:
    clerk = Clerk(office, "liu", "clerk")

    assert clerk.get("/console/rosters/?status=reviewed", 303) == "/console/sign-in/?back=%2Fconsole%2Frosters%2F%3Fstatus%3Dreviewed"
    back = clerk.post("/console/sign-in/", account="liu", password=PASSWORD, back="/console/rosters/?status=reviewed")

    assert back == "/console/rosters/?status=reviewed"
    assert "没有名册" in clerk.get(back)
    assert "经办人员" in clerk.get("/console/")


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/console/", "/console/\\evil", "/api/v1/rosters"])
def test_nobody_is_sent_to_another_site_by_signing_in(office: Office, back: str) -> None:
    clerk = Clerk(office, "liu", "clerk")

    assert clerk.post("/console/sign-in/", account="liu", password=PASSWORD, back=back) == "/console/"


def test_a_wrong_password_says_nothing_about_the_account_and_five_lock_it(office: Office) -> None:
    clerk = Clerk(office, "liu", "clerk")

    pages = [clerk.post("/console/sign-in/", 401, account="liu", password="wrong") for _ in range(5)]
    stranger = clerk.post("/console/sign-in/", 401, account="nobody", password="wrong")
    locked = clerk.post("/console/sign-in/", 401, account="liu", password=PASSWORD)

    assert "账号或密码不正确，或账号已锁定" in locked
    assert pages[0].replace("liu", "") == stranger.replace("nobody", "") == locked.replace("liu", "")


def test_after_signing_out_the_cookie_opens_nothing(office: Office) -> None:
    clerk = Clerk(office, "liu", "clerk").sign_in()
    kept = dict(clerk._cookies)

    clerk.post("/console/sign-out/")
    clerk._cookies = kept

    assert clerk.get("/console/", 303).startswith("/console/sign-in/")


def test_a_new_password_follows_the_rules_and_ends_what_is_open(office: Office) -> None:
    clerk = Clerk(office, "liu", "clerk").sign_in()

    weak = clerk.post("/console/password/", 422, account="liu", password=PASSWORD, new_password="liu123")
    clerk.post("/console/password/", account="liu", password=PASSWORD, new_password="Cihu-Lake-2017")

    assert 'href="#new_password"' in weak
    assert "不得包含账号" in weak
    clerk.get("/console/", 303)
    clerk.post("/console/sign-in/", account="liu", password="Cihu-Lake-2017")


def test_a_clerk_hands_in_a_roster_and_an_officer_accepts_it(office: Office, book: bytes) -> None:
    clerk, officer = Clerk(office, "liu", "clerk").sign_in(), Clerk(office, "chen", "officer").sign_in()

    path = clerk.upload(book)
    page = clerk.settled(path)
    assert "待采用" in page
    assert "采用后" not in page  # a clerk sees no button that would be refused
    assert "份名册待采用" in officer.get("/console/")
    officer.post(f"{path}acceptance/", key=officer.key(path))

    accepted = officer.settled(path)
    assert "已采用" in accepted
    assert "2015年10月12日" in accepted


def test_the_same_form_sent_twice_is_one_roster(office: Office, book: bytes) -> None:
    clerk = Clerk(office, "liu", "clerk").sign_in()
    key = clerk.key("/console/rosters/new/")

    assert clerk.upload(book, key=key) == clerk.upload(book, key=key)
    assert len(re.findall(r'<th scope="row">', clerk.get("/console/rosters/"))) == 1


def test_who_uploaded_does_not_decide_and_is_told_why(office: Office, book: bytes) -> None:
    both = Clerk(office, "liu", "clerk", "officer").sign_in()
    path = both.upload(book)
    page = both.settled(path)

    assert "须由另一人决定" in page
    refused = both.post(f"{path}acceptance/", 403, key="0" * 16)
    assert "待采用" in refused


def test_a_rejection_needs_its_reason_and_keeps_what_was_written(office: Office, book: bytes) -> None:
    clerk, officer = Clerk(office, "liu", "clerk").sign_in(), Clerk(office, "chen", "officer").sign_in()
    path = clerk.upload(book)
    clerk.settled(path)

    assert "请写明不予采用的理由" in officer.post(f"{path}rejection/", 422, key="1" * 16, reason=" ")
    officer.post(f"{path}rejection/", key="1" * 16, reason="<b>口径不一致</b>")

    page = officer.settled(path)
    assert "不予采用" in page
    assert "&lt;b&gt;口径不一致&lt;/b&gt;" in page


def test_every_field_that_is_wrong_is_named_and_what_was_right_stays(office: Office) -> None:
    clerk = Clerk(office, "liu", "clerk").sign_in()

    page = clerk.post("/console/rosters/new/", 400, name="名册甲", reference_on="昨天", division="4202", survey_id="", key="2" * 16)
    broken = clerk.post(
        "/console/rosters/new/",
        422,
        files={"file": ("名册.xlsx", b"PK\x03\x04 broken")},
        name="名册甲",
        reference_on="2015-12-31",
        division=HUANGSHI,
        key="3" * 16,
    )

    for field in ("reference_on", "division", "file"):
        assert f'href="#{field}"' in page
    assert 'value="名册甲"' in page
    assert "文件已损坏" in broken
    assert "没有名册" in clerk.get("/console/rosters/")


def test_what_a_role_may_not_do_is_refused_as_a_page_and_kept_for_the_auditor(office: Office) -> None:
    surveyor = Clerk(office, "wang", "surveyor").sign_in()

    page = surveyor.get("/console/rosters/new/", 403)

    assert "需要以下角色之一：经办人员" in page
    assert "没有任何内容被改动" in page
    kept = office.as_("auditor").get("/api/v1/refusals")["items"]
    assert [(each["account"], each["path_template"]) for each in kept] == [("wang", "/console/rosters/new/")]


def test_another_city_sees_nothing(office: Office, book: bytes) -> None:
    clerk = Clerk(office, "liu", "clerk").sign_in()
    path = clerk.upload(book)
    clerk.settled(path)
    office.as_("admin").post("/api/v1/accounts/liu/scope", {"divisions": ["429000000000"], "contracts": []})

    assert "没有名册" in clerk.get("/console/rosters/")
    clerk.get(path, 404)


def test_pages_hold_no_inline_script_no_person_and_stay_private(office: Office, book: bytes, people: Population) -> None:
    clerk = Clerk(office, "liu", "clerk").sign_in()
    path = clerk.upload(book)
    clerk.settled(path)

    for page in (clerk.get(path), clerk.get("/console/"), clerk.get("/console/rosters/"), clerk.get("/console/rosters/new/")):
        assert not SCRIPT.search(page), SCRIPT.search(page)
        assert not any(row.身份证号 in page or row.姓名 in page for row in people.allowance[:40])
    answer = office.http.get("/console/sign-in/")
    assert answer.headers["cache-control"] == "no-store"


def test_a_reader_may_have_it_in_english(office: Office) -> None:
    clerk = Clerk(office, "liu", "clerk").sign_in()
    clerk._cookies["qiao_language"] = "en"

    page = clerk.get("/console/rosters/new/")

    assert '<html lang="en">' in page
    assert "Upload a roster" in page


def test_long_work_tells_how_far_it_is_until_it_has_ended(office: Office, book: bytes) -> None:
    clerk = Clerk(office, "liu", "clerk").sign_in()
    path = clerk.upload(book)
    clerk.settled(path)
    roster_id = path.rstrip("/").rpartition("/")[2]

    told = clerk.get(f"/console/jobs/{roster_id}/events")

    assert told.startswith("retry: ")
    assert '"status": "done", "position": 40, "total": 40' in told
    assert clerk.get("/console/jobs/00000000-0000-0000-0000-000000000000/events", 404)
