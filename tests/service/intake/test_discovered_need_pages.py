"""The tasks on the console: what waits on the first page, one task, what was seen, and the acts with their faults at the field."""

from datetime import date

import pytest

from shared.errors import Busy
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_console import SCRIPT, Clerk
from tests.service.intake.test_discovered_needs import HERE, NOTE, SEEN, heard, stand_in

REPORTED = {"found_on": date(2015, 10, 8), "reported_on": date(2015, 10, 9)}


@pytest.fixture
def clerk(bureau: Bureau) -> Clerk:
    return Clerk(bureau.office, "liu", "clerk").sign_in()


def path_of(bureau: Bureau, **changes: object) -> str:
    return f"/console/needs/{heard(bureau, **{**REPORTED, **changes})}/"


def test_what_waits_stands_on_the_first_page_the_urgent_apart(bureau: Bureau, clerk: Clerk) -> None:
    for urgency in ("normal", "normal", "urgent"):
        path_of(bureau, urgency=urgency)

    page = clerk.get("/console/")

    assert '<strong>1</strong><a href="/console/needs/?urgency=urgent">件紧急发现报告待办</a>' in page
    assert '<strong>2</strong><a href="/console/needs/">件发现报告待办</a>' in page
    assert "发现报告待办" not in Clerk(bureau.office, "far", "clerk", division="420300000000").sign_in().get("/console/")
    assert "发现报告待办" not in Clerk(bureau.office, "lin", "reviewer").sign_in().get("/console/")


def test_the_list_shows_what_is_late_and_filters(bureau: Bureau, clerk: Clerk) -> None:
    path_of(bureau, urgency="urgent", kind="health")
    path_of(bureau, urgency="normal", kind="housing")

    page = clerk.get("/console/needs/")
    assert page.count("逾期") == 1
    assert page.index(">健康<") < page.index(">居住<")
    urgent = clerk.get("/console/needs/?urgency=urgent")
    assert ">健康<" in urgent
    assert ">居住<" not in urgent
    assert "没有发现报告" in clerk.get("/console/needs/?state=answered")
    assert ">居住<" in clerk.get("/console/needs/?state=nonsense&division=420300000000")
    assert not SCRIPT.search(page)


def test_what_is_closed_stands_behind_a_choice(bureau: Bureau, clerk: Clerk) -> None:
    path = path_of(bureau, kind="health")
    clerk.post(f"{path}refusal/", reason="repeated", confirmed="yes", key=clerk.key(path))

    assert ">健康<" not in clerk.get("/console/needs/")
    for state in ("all", "refused"):
        assert ">健康<" in clerk.get(f"/console/needs/?state={state}")


def test_a_clerk_takes_reads_and_answers_and_the_page_tells_it(bureau: Bureau, clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(bureau.office, monkeypatch)
    path = path_of(bureau)
    page = clerk.get(path)
    assert SEEN not in page
    assert "办结并答复社工" not in page

    assert SEEN in clerk.post(f"{path}report/", 200)
    assert SEEN not in clerk.get(path)
    clerk.post(f"{path}taking/", key=clerk.key(path))
    assert 'href="#outcome"' in clerk.post(f"{path}answer/", 400, confirmed="yes", key="0" * 16)
    unticked = clerk.post(f"{path}answer/", 400, outcome="included", note=NOTE, key="1" * 16)
    assert 'href="#confirmed"' in unticked
    assert NOTE in unticked, "what was written is not lost"
    clerk.post(f"{path}answer/", outcome="included", note=NOTE, confirmed="yes", key=clerk.key(path))

    page = clerk.get(path)
    assert "已纳入服务" in page
    assert "调取报告内容" in page
    assert NOTE not in page
    assert NOTE in clerk.post(f"{path}report/", 200)
    assert not SCRIPT.search(page)


def test_a_refusal_needs_a_reason_of_the_list(bureau: Bureau, clerk: Clerk) -> None:
    path = path_of(bureau)

    assert 'href="#reason"' in clerk.post(f"{path}refusal/", 400, confirmed="yes", key="0" * 16)
    clerk.post(f"{path}refusal/", reason="repeated", confirmed="yes", key=clerk.key(path))

    assert "重复报告" in clerk.get(path)
    assert "重复报告" in clerk.post(f"{path}taking/", 409, key="2" * 16)


def test_harm_to_a_minor_says_that_the_report_does_not_replace_the_call(bureau: Bureau, clerk: Clerk) -> None:
    page = clerk.get(path_of(bureau, kind="harm_to_minor", urgency="normal"))

    assert "本报告不代替立即报告" in page
    assert "法发〔2014〕24号" in page
    assert "110" in page
    clerk._cookies["qiao_acted_on"] = "2022-01-04"
    assert "未成年人保护法 第十一条第二款" in clerk.get(path_of(bureau, kind="harm_to_minor"))
    assert "不代替立即报告" not in clerk.get(path_of(bureau, kind="health"))


def test_without_casework_the_page_says_so_and_keeps_the_task(bureau: Bureau, clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(bureau.office, monkeypatch, Busy("对方服务暂时没有应答，请稍后再试", retry_after=5))
    path = path_of(bureau)

    page = clerk.post(f"{path}report/", 503)

    assert "对方服务暂时没有应答" in page
    assert "不予受理" in page


def test_an_auditor_sees_the_task_and_neither_acts_nor_reads(bureau: Bureau) -> None:
    auditor = Clerk(bureau.office, "zhou", "auditor").sign_in()
    path = path_of(bureau)

    page = auditor.get(path)
    assert "<button" not in page.split("<main")[1].split("</main>")[0]
    auditor.post(f"{path}report/", 403)
    auditor.post(f"{path}taking/", 403, key="0" * 16)


def test_in_english_the_page_is_english(bureau: Bureau, clerk: Clerk) -> None:
    path = path_of(bureau, kind="harm_to_minor")
    clerk._cookies["qiao_language"] = "en"

    assert "This report does not replace the call" in clerk.get(path)
    assert "Found by caseworkers" in clerk.get("/console/needs/")
    assert HERE in clerk.get(path)
