"""Where somebody meets a rule, the page says which: in the words and with the article that were in force on that day."""

import pytest

from shared.demo.population import Population
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_programme_pages import at

HOUSE, LAW = "2017-01-10", "2022-01-10"
"""Before the law on personal data and the procedure of 2021, and after."""


@pytest.fixture
def home(bureau: Bureau, people: Population) -> dict[str, str]:
    """A household and one of its people."""
    bureau.accept(bureau.upload(people.allowance[:3])["roster_id"])
    home = bureau.clerk.get("/api/v1/households")["items"][0]["id"]
    file = bureau.officer.get(f"/api/v1/households/{home}/file", purpose="audit")
    return {"id": home, "person": file["members"][0]["id"]}


@pytest.mark.parametrize(("on", "article"), [(HOUSE, "黄石市社会救助个人信息管理规定"), (LAW, "个人信息保护法")])
def test_the_rights_of_a_person_are_cited_by_the_law_of_the_day(bureau: Bureau, home: dict[str, str], on: str, article: str) -> None:
    officer = at(bureau, "chen", "officer", "clerk", on=on)
    officer.post("/console/households/purpose/", purpose="own_request", back="/console/")
    person = f"/console/persons/{home['person']}"

    for place, number in (("readings", "四十五"), ("correction", "四十六"), ("erasure", "四十七"), ("copy", "四十五")):
        page = officer.get(f"{person}/{place}/")
        assert f">{article} " in page
        assert (f"第{number}条" in page) is (on == LAW)


def test_an_erasure_after_the_period_tells_the_period(bureau: Bureau, home: dict[str, str]) -> None:
    asked = {"scope": "contact", "reason": "retention"}
    erasure = bureau.clerk.post(f"/api/v1/persons/{home['person']}/erasure", asked, on="2018-02-01")["id"]

    page = at(bureau, "chen", "officer", on="2018-02-01").get(f"/console/erasures/{erasure}/")

    assert "联系电话和住址在最后一次需要之后保存 2 年。" in page
    assert ">黄石市社会救助个人信息管理规定 保存期限</cite>" in page


@pytest.mark.parametrize(("on", "article"), [(HOUSE, "工作规程 调查摸底"), (LAW, "（民发〔2021〕57号） 第十六条")])
def test_two_investigators_are_asked_for_by_the_rule_of_the_day(bureau: Bureau, on: str, article: str) -> None:
    survey = bureau.open_survey()

    page = at(bureau, "chen", "officer", on=on).get(f"/console/surveys/{survey}/teams/new/")

    assert f"{article}</cite>" in page


def test_the_notice_says_by_which_rule_small_numbers_stay_away(bureau: Bureau, proposed: str) -> None:
    page = at(bureau, "wang", "auditor", on="2016-12-27").get(f"/console/programmes/{proposed}/notice/")

    assert "黄石市社会救助信息公开办法（试点） 小数抑制</cite>" in page
