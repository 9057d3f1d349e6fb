"""The record of a roster, a survey, a programme and an objection, as its page shows it: who, when, what, by which rule, for what reason."""

import csv
import re
from io import StringIO

import pytest

from shared.demo.population import Population
from tests.service.intake.bureau import Bureau, consent
from tests.service.intake.test_console import Clerk
from tests.service.intake.test_programme_pages import at

ENTRY = re.compile(r"<li><time[^>]*>[^<]*</time> <div>(.*?)</div></li>", re.DOTALL)


def record(page: str) -> list[str]:
    """Each act as the page tells it, without marks, the latest first."""
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", found)).strip() for found in ENTRY.findall(page[page.index('class="history"') :])]


def rows(file: str) -> list[list[str]]:
    return list(csv.reader(StringIO(file.removeprefix("\ufeff"))))


@pytest.fixture
def survey(bureau: Bureau, people: Population) -> str:
    return bureau.survey(people)


def test_a_roster_tells_who_handed_it_in_and_why_it_was_not_taken(bureau: Bureau, people: Population) -> None:
    roster = bureau.upload(people.allowance[:3])["roster_id"]
    reason = "基准日期与任务书不符"
    bureau.officer.post(f"/api/v1/rosters/{roster}/rejection", {"reason": reason}, on="2015-10-13")

    told = record(at(bureau, "wang", "auditor", on="2015-10-13").get(f"/console/rosters/{roster}/"))

    assert [each.partition(" ")[0] for each in told] == ["不予采用名册", "上传名册"]
    assert f"理由：{reason}" in told[0]
    assert "理由" not in told[1]


def test_an_act_bears_the_name_of_the_account_and_the_account(bureau: Bureau, survey: str) -> None:
    officer = at(bureau, "chen", "officer", on="2016-12-22")
    programme = bureau.open(survey, tolerance=1)
    page = f"/console/programmes/{programme}/"
    officer.post(f"{page}quotas/", code="G1", quota="3", reason="新增一户", key=officer.key(page))

    adjusted, opened = record(officer.get(page))

    assert adjusted == "调整名额 刘 chen chen 理由：独居老人 3 名，新增一户"
    assert opened.startswith("定义服务计划")


def test_a_survey_shows_its_latest_acts_and_all_visits_on_a_page_of_their_own(bureau: Bureau, survey: str) -> None:
    auditor = at(bureau, "wang", "auditor", on="2016-12-22")

    latest = record(auditor.get(f"/console/surveys/{survey}/"))
    whole = record(auditor.get(f"/console/surveys/{survey}/record/"))

    assert [each.partition(" ")[0] for each in latest] == ["验收调查", "开展调查"]
    assert {each.partition(" ")[0] for each in whole} == {"验收调查", "登记走访", "开展调查"}
    assert len(whole) > len(latest)


def test_a_programme_tells_the_rule_and_each_reason_and_nobodys_name(bureau: Bureau, survey: str) -> None:
    programme = bureau.programme(survey)
    bureau.confirm(programme)
    [listed, *_] = bureau.candidates(programme, "listed")
    bureau.ask(programme, [consent(listed)])
    auditor = at(bureau, "wang", "auditor", on="2017-01-20")

    latest = record(auditor.get(f"/console/programmes/{programme}/"))
    whole = auditor.get(f"/console/programmes/{programme}/record/")
    file = rows(auditor.get(f"/console/programmes/{programme}/record/?as=csv"))

    assert [each.partition(" ")[0] for each in latest] == ["确认名单", "提出名单", "筛选", "定义服务计划"]
    assert "名单无误" in latest[0]
    assert "黄石市社会救助服务试点工作规程 异议期" in latest[1]
    assert record(whole)[0].startswith("登记知情同意")
    assert [row[1] for row in file] == ["事项", *(each.partition(" ")[0] for each in record(whole))]
    name = bureau.officer.get(f"/api/v1/persons/{listed['person_id']}/file", purpose="audit")["personal"]["name"]
    assert name not in whole
    assert listed["person_id"] not in whole


def test_each_screening_bears_its_own_reason(bureau: Bureau, survey: str) -> None:
    programme = bureau.open(survey)
    bureau.screen(programme)
    bureau.screen(programme, reason="更正了两份档案")
    bureau.screen(programme, reason="名册有更新", on="2016-12-23")

    told = record(at(bureau, "wang", "auditor", on="2016-12-23").get(f"/console/programmes/{programme}/"))

    reasons = [each.partition("理由：")[2].partition(" ")[0] for each in told if each.startswith("筛选")]
    assert reasons == ["名册有更新", "更正了两份档案", ""]


def test_an_objection_has_its_own_record_with_the_answer(bureau: Bureau, proposed: str) -> None:
    waiting = bureau.candidates(proposed, "waiting")[0]
    body = {"kind": "omitted", "person_id": waiting["person_id"]}
    objection = bureau.clerk.post(f"/api/v1/programmes/{proposed}/objections", body, on="2016-12-27")["id"]
    clerk = at(bureau, "liu", "clerk", on="2016-12-28")
    page = f"/console/programmes/{proposed}/objections/{objection}/"
    assert [each.partition(" ")[0] for each in record(clerk.get(page))] == ["登记异议"]

    bureau.reviewer.post(f"/api/v1/objections/{objection}/decision", {"upheld": False, "reason": "入户核实"}, on="2016-12-28")

    decided, recorded = record(clerk.get(page))
    assert decided.startswith("异议不成立")
    assert "理由：入户核实" in decided
    assert recorded.startswith("登记异议")


def test_nobody_reads_the_record_of_another_district(bureau: Bureau, people: Population) -> None:
    roster = bureau.upload(people.allowance[:3])["roster_id"]
    survey = bureau.open_survey()
    programme = bureau.open(survey)
    far = Clerk(bureau.office, "far", "officer", "auditor", division="420300000000").sign_in()
    near = at(bureau, "wang", "officer", "auditor")

    for place in (f"rosters/{roster}", f"surveys/{survey}", f"programmes/{programme}"):
        assert "办理记录</h1>" in near.get(f"/console/{place}/record/")
        assert "办理记录</h1>" not in far.get(f"/console/{place}/record/", 404)


def test_what_was_said_at_the_acceptance_of_a_survey_stays(bureau: Bureau, people: Population) -> None:
    survey = bureau.survey(people, is_accepted=False)
    body = {"remark": "联系人 13800138000"}
    refused = bureau.officer.post(f"/api/v1/surveys/{survey}/acceptance", body, on="2016-12-20", expect=422)
    assert refused["errors"][0]["field"] == "remark"

    bureau.officer.post(f"/api/v1/surveys/{survey}/acceptance", {"remark": "抽查 20 户，记录与实际相符"}, on="2016-12-20")

    assert "抽查 20 户，记录与实际相符" in record(at(bureau, "wang", "auditor", on="2016-12-23").get(f"/console/surveys/{survey}/"))[0]
