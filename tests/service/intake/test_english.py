"""The console in English: what is refused, and why, is told in the language of the page."""

import re
from collections.abc import Callable

import pytest

from services.intake.app import SERVICE
from shared.demo.population import Population
from shared.demo.workbook import workbook
from tests.conftest import Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_console import PASSWORD, Clerk
from tests.service.intake.test_programme_pages import OWN, at, terms

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


@pytest.mark.parametrize(
    ("expression", "chinese", "in_english"),
    [
        ("income > 3", "没有“income”这一项", "At character 1, “income”: There is no “income”; there are: age, sex,"),
        ("age > 10001 * 1000", "数值可能超过", "The number could be above"),
        ("sex == 3", "不能把代码与整数相比", "These cannot be compared: Code and a whole number"),
    ],
)
def test_a_criterion_is_refused_in_the_language_of_the_form_with_what_was_typed(
    bureau: Bureau, people: Population, expression: str, chinese: str, in_english: str
) -> None:
    survey, officer = bureau.survey(people), at(bureau, "chen", "officer")
    form = terms(survey, **{**OWN, "expression-5": expression}) | {"act": "count"}

    assert chinese in officer.post("/console/programmes/new/", 400, **form, key=officer.key("/console/programmes/new/"))
    page = english(officer).post("/console/programmes/new/", 400, **form, key=officer.key("/console/programmes/new/"))

    assert in_english in told(page).replace("&#34;", '"')
    assert 'href="#expression-5"' in page


def test_a_criterion_reads_in_english_before_it_is_kept_and_after(bureau: Bureau, people: Population) -> None:
    survey, officer = bureau.survey(people), english(at(bureau, "chen", "officer"))
    form = terms(survey, **{**OWN, "expression-5": 'age >= 80 && (living_members == 1 || sex == "female")'})

    counted = officer.post("/console/programmes/new/", 200, **form, act="count", key=officer.key("/console/programmes/new/"))
    path = officer.post("/console/programmes/new/", 303, **form, key=officer.key("/console/programmes/new/"))
    kept = " ".join(TAG.sub("", officer.get(path)).split())

    assert "age in full years is at least 80; People who live there is 1 or Sex is Female" in counted
    assert "Z1 高龄: age in full years is at least 80, People who live there is 1 or Sex is Female" in kept
    assert "G1 Older people living alone: aged 60 or more, in fact living alone" in kept


def test_what_is_wrong_with_a_roster_is_read_back_from_the_store_in_english(office: Office, people: Population) -> None:
    clerk = Clerk(office, "liu", "clerk").sign_in()
    good = people.allowance[:6]
    wrong = good[0]._replace(身份证号="42020219500101123", 与户主关系="房东", 姓名="甲")

    path = clerk.upload(workbook([wrong, *good[1:]], "名册"))
    assert "身份证号码应为 18 位，现为 17 位" in clerk.settled(path)
    page = english(clerk).get(path)

    assert "An identity number has 18 characters; this one has 17" in page
    assert "A name has 2 to 40 characters and no digits" in page
    assert 'Enter one of: <span lang="zh-CN">本人、配偶、' in page
    assert 'Identity number <span lang="zh-CN">身份证号</span>' in page


def test_an_explanation_is_told_in_english(bureau: Bureau, proposed: str) -> None:
    reviewer = english(at(bureau, "gao", "reviewer"))
    selected, reserve = bureau.candidates(proposed, "listed")[0], bureau.candidates(proposed, "waiting")[0]
    reviewer.post("/console/households/purpose/", 303, purpose="objection", back="/console/")

    of_selected, of_reserve = (reviewer.get(f"/console/programmes/{proposed}/persons/{each['person_id']}/") for each in (selected, reserve))

    assert f"rank {selected['rank']} by need" in of_selected
    assert "reserves move up in order when somebody leaves, until 2017-03-31" in of_reserve
    assert "not eligible, because this is not met: " in of_selected + of_reserve
