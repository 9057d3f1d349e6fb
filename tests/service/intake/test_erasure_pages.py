"""Erasures on the console: asked for at a member's file, confirmed or refused by somebody else, without a name on the page."""

import re
from collections.abc import Callable

import pytest

from services.intake.app import SERVICE
from tests.conftest import Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_canary import CANARY, found_in
from tests.service.intake.test_console import SCRIPT, Clerk


@pytest.fixture
def bureau(service_client: Callable[..., Office]) -> Bureau:
    found = Bureau(service_client(SERVICE))
    found.accept(found.upload([CANARY])["roster_id"])
    return found


@pytest.fixture
def form(bureau: Bureau) -> str:
    """The address of the form at the member's file."""
    clerk = Clerk(bureau.office, "first", "clerk").sign_in()
    household = bureau.clerk.get("/api/v1/households")["items"][0]["id"]
    clerk.post("/console/households/purpose/", purpose="audit", back="/console/")
    return str(re.findall(r'"(/console/persons/[0-9a-f-]+/erasure/)"', clerk.get(f"/console/households/{household}/"))[0])


def ask(bureau: Bureau, form: str, account: str) -> tuple[Clerk, str]:
    clerk = Clerk(bureau.office, account, "officer").sign_in()
    return clerk, clerk.post(form, scope="all", reason="own_request", key=clerk.key(form))


def test_what_is_missing_comes_back_at_its_field(bureau: Bureau, form: str) -> None:
    clerk = Clerk(bureau.office, "liu", "clerk").sign_in()
    assert 'href="#scope"' in clerk.post(form, 400, reason="own_request", key=clerk.key(form))
    assert 'href="#reason"' in clerk.post(form, 400, scope="all", key=clerk.key(form))
    assert "没有删除申请" in clerk.get("/console/erasures/")


def test_another_confirms_and_the_papers_leave_the_disk(bureau: Bureau, form: str) -> None:
    asker, path = ask(bureau, form, "liu")
    other = Clerk(bureau.office, "chen", "officer").sign_in()
    files = bureau.office.runtime.settings.data / "intake" / "files"

    assert "申请人以外" in asker.get(path)
    asker.post(f"{path}confirmation/", 403, confirmed="yes", key="0" * 16)
    assert "请先核对" in other.post(f"{path}confirmation/", 400, key="1" * 16)
    assert "份删除申请待确认" in other.get("/console/")
    assert [each for each in files.glob("*/*") if each.is_file()]
    other.post(f"{path}confirmation/", confirmed="yes", key=other.key(path))

    page = other.get(path)
    assert "已删除" in page
    assert not SCRIPT.search(page)
    assert [each for each in files.glob("*/*") if each.is_file()] == []
    assert found_in(page + other.get("/console/erasures/")) == []


def test_a_refusal_has_a_reason_that_the_person_is_told(bureau: Bureau, form: str) -> None:
    _, path = ask(bureau, form, "liu")
    other = Clerk(bureau.office, "chen", "officer").sign_in()

    assert 'href="#reason"' in other.post(f"{path}refusal/", 400, reason=" ", key="0" * 16)
    other.post(f"{path}refusal/", reason="仍在享受低保", key="1" * 16)

    assert "仍在享受低保" in other.get(path)
    assert "不予删除" in other.get("/console/erasures/?status=refused")


def test_how_long_what_is_kept_is_told_with_its_rule(bureau: Bureau) -> None:
    officer = Clerk(bureau.office, "chen", "officer").sign_in()
    page = re.sub("<[^>]+>", "", officer.get("/console/erasures/"))
    assert "联系电话和住址在最后一次需要之后保存" in page


def test_an_erasure_of_another_city_is_not_found(bureau: Bureau, form: str) -> None:
    _, path = ask(bureau, form, "liu")
    stranger = Clerk(bureau.office, "far", "officer", division="420300000000").sign_in()
    stranger.get(path, 404)
    stranger.get(form, 404)
    stranger.post(f"{path}confirmation/", 404, confirmed="yes", key="0" * 16)
    assert "没有删除申请" in stranger.get("/console/erasures/")
