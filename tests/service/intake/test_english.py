"""The console in English: what is refused, and why, is told in the language of the page."""

import re
from collections.abc import Callable

import pytest

from services.intake.app import SERVICE
from tests.conftest import Office
from tests.service.intake.test_console import PASSWORD, Clerk

SUMMARY = re.compile(r'<div class="summary" role="alert"[^>]*>(.*?)</div>', re.DOTALL)
TAG = re.compile(r"<[^>]+>")


@pytest.fixture
def office(service_client: Callable[..., Office]) -> Office:
    return service_client(SERVICE)


def english(clerk: Clerk) -> Clerk:
    clerk._cookies["qiao_language"] = "en"
    return clerk


def told(page: str) -> str:
    """What stands where a page says what is wrong, without its tags."""
    found = SUMMARY.search(page)
    assert found is not None, page
    return " ".join(TAG.sub(" ", found.group(1)).split())


def test_a_wrong_password_is_refused_in_english_with_the_numbers_of_the_rule(office: Office) -> None:
    clerk = Clerk(office, "liu", "clerk")

    assert "连续 5 次不正确将锁定 15 分钟" in clerk.post("/console/sign-in/", 401, account="liu", password="wrong")
    page = english(clerk).post("/console/sign-in/", 401, account="liu", password="wrong")

    assert "The account or the password is wrong, or the account is locked (5 failures in a row lock it for 15 minutes)" in told(page)


def test_who_lacks_the_role_is_told_in_english_which_it_takes(office: Office) -> None:
    clerk = english(Clerk(office, "liu", "surveyor").sign_in())

    assert told(clerk.get("/console/rosters/new/", 403)) == "This needs one of the roles: clerk"


def test_a_file_of_another_kind_is_refused_in_english(office: Office) -> None:
    clerk = english(Clerk(office, "liu", "clerk").sign_in())

    page = clerk.upload(b"\x00\x01\x02", 422)

    assert "Files of this kind are not taken; upload a PDF, PNG, JPG, XLSX, DOCX or text file" in told(page)


def test_a_weak_password_is_refused_in_english_with_all_that_is_wrong(office: Office) -> None:
    clerk = english(Clerk(office, "liu", "clerk").sign_in())

    page = clerk.post("/console/password/", 422, account="liu", password=PASSWORD, new_password="liu")

    assert "It has 10 to 128 characters" in told(page)
    assert "It must not contain the account&#39;s name" in told(page)
