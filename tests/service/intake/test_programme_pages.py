"""Programmes on the console, without a script: defined, counted, screened, looked at, told, confirmed by somebody else."""

import re

import pytest

from shared.demo.population import Population
from shared.divisions import name_of
from tests.conftest import HUANGSHI
from tests.service.intake.bureau import PROJECT, Bureau
from tests.service.intake.test_console import Clerk

GROUPS = {"quota-1": "2", "reserve-1": "1", "tolerance-1": "1", "quota-3": "2", "reserve-3": "1"}
OWN = {"code-5": "Z1", "name-5": "高龄", "expression-5": "age >= 80", "quota-5": "1", "reserve-5": "1"}


def at(bureau: Bureau, account: str, *roles: str, on: str = "2016-12-22") -> Clerk:
    person = Clerk(bureau.office, account, *roles).sign_in()
    person._cookies["qiao_acted_on"] = on
    return person


def terms(survey: str, **changes: str) -> dict[str, str]:
    dates = {"reference_on": "2017-01-01", "top_up_until": "2017-03-31"}
    about = {"name": "服务计划", "purpose": "个案服务", "project_id": str(PROJECT), "survey_id": survey, "division": HUANGSHI}
    return {**about, **dates, "seed": "种子 2016-12-22", **GROUPS, **changes}


@pytest.fixture
def survey(bureau: Bureau, people: Population) -> str:
    return bureau.survey(people)


def test_an_officer_counts_before_anything_is_kept_and_reads_the_criterion_in_chinese(bureau: Bureau, survey: str) -> None:
    officer = at(bureau, "chen", "officer")

    page = officer.post("/console/programmes/new/", 200, **terms(survey, **OWN), act="count", key=officer.key("/console/programmes/new/"))

    assert "周岁年龄不低于80" in page
    assert "没有保存任何内容" in page
    assert "没有服务计划" in officer.get("/console/programmes/")


def test_what_cannot_be_read_comes_back_at_its_field(bureau: Bureau, survey: str) -> None:
    officer = at(bureau, "chen", "officer")
    wrong = OWN | {"expression-5": "income > 3"}

    page = officer.post("/console/programmes/new/", 400, **terms(survey, **wrong), act="count", key=officer.key("/console/programmes/new/"))

    assert 'href="#expression-5"' in page
    assert "没有“income”这一项" in page


def test_terms_are_changed_until_somebody_was_screened_by_them(bureau: Bureau, survey: str) -> None:
    officer = at(bureau, "chen", "officer")
    path = officer.post("/console/programmes/new/", 303, **terms(survey, **OWN), key=officer.key("/console/programmes/new/"))
    form = officer.get(f"{path}terms/")
    assert 'value="Z1"' in form
    assert "age &gt;= 80" in form

    officer.post(f"{path}terms/", 303, **terms(survey, name="改过的计划"), key=officer.key(f"{path}terms/"))
    changed = officer.get(path)
    assert "改过的计划" in changed
    assert "高龄" not in changed
    screen(officer, path)

    assert "条件不再修改" in officer.post(f"{path}terms/", 409, **terms(survey), key="0" * 16)


def test_a_list_is_screened_looked_at_and_confirmed_by_another(bureau: Bureau, survey: str) -> None:
    officer, both = at(bureau, "chen", "officer", "approver"), at(bureau, "wang", "approver", on="2017-01-09")
    path = officer.post("/console/programmes/new/", 303, **terms(survey), key=officer.key("/console/programmes/new/"))
    assert "请先核对" in officer.post(f"{path}screening/", 400, key=officer.key(path))
    page = screen(officer, path)
    assert "名单散列" in page
    assert "符合条件" in officer.get(f"{path}fairness/")
    assert "得到同一份名单" in officer.get(f"{path}proof/")
    officer.post(f"{path}proposal/", key=officer.key(path), confirmed="yes")

    officer._cookies["qiao_acted_on"] = "2017-01-09"
    assert "须由另一人确认" in officer.get(path)
    refused = officer.post(f"{path}confirmation/", 403, key="0" * 16, confirmed="yes", reason="无误")
    assert "须由前一环节经办人以外的人员办理" in refused
    both.post(f"{path}confirmation/", key=both.key(path), confirmed="yes", reason="无误")
    assert "已确认" in both.get(path)


def test_people_are_listed_without_names_and_opened_for_a_purpose(bureau: Bureau, proposed: str, people: Population) -> None:
    clerk, path = at(bureau, "liu", "clerk", on="2016-12-27"), f"/console/programmes/{proposed}/"
    listed = clerk.get(f"{path}candidates/")
    names = {row.姓名 for row in (*people.allowance, *people.destitute)}
    assert not [name for name in names if name in listed]
    person = re.findall(rf"{path}persons/[0-9a-f-]+/", listed)[0]

    assert clerk.get(person, 303).startswith("/console/households/purpose/")
    clerk.post("/console/households/purpose/", purpose="screening", back=person)
    opened, letter = clerk.get(person), clerk.get(f"{person}letter/")

    assert [name for name in names if name in opened]
    assert "名额 2" in opened
    assert "不影响您享受的救助" in letter
    person_id = person.rstrip("/").rpartition("/")[2]
    read = bureau.officer.get(f"/api/v1/persons/{person_id}/readings")["items"]
    assert [kept["purpose"] for kept in read] == ["screening", "screening"]


def test_letters_are_printed_by_group_and_the_notice_names_nobody(bureau: Bureau, proposed: str, people: Population) -> None:
    clerk, path = at(bureau, "liu", "clerk", on="2016-12-27"), f"/console/programmes/{proposed}/"

    letters, notice = clerk.get(f"{path}letters/?group=G3"), clerk.get(f"{path}notice/")

    assert letters.count('class="sheet"') == 3
    sheets = letters.split('class="sheet"')[1:]
    assert all("理由如下" in sheet and "（含当日）向社区或民政部门提出" in sheet and "2017" in sheet for sheet in sheets)
    assert [bool(re.search("后备第 1 名", sheet)) for sheet in sheets] == [False, False, True]
    assert [bool(re.search(f"入选“[^”]+”，按需求排第 {rank} 名", sheet)) for rank, sheet in enumerate(sheets[:2], 1)] == [True, True]
    assert "入选者中最低" in letters
    assert "名单散列" in notice
    assert not [row.姓名 for row in (*people.allowance, *people.destitute) if row.姓名 in notice]


def test_a_letter_has_an_address_and_a_childs_goes_to_the_guardian(bureau: Bureau, proposed: str) -> None:
    clerk, path = at(bureau, "liu", "clerk", on="2016-12-27"), f"/console/programmes/{proposed}/"
    clerk.post("/console/households/purpose/", purpose="screening", back=path)
    told = {code: clerk.get(f"{path}letters/?group={code}").split('class="sheet"')[1:] for code in ("G1", "G2", "G3", "G4")}
    on_list = [each for state in ("listed", "waiting") for each in bureau.candidates(proposed, state)]

    assert {each["needs_guardian"] for each in on_list} == {True, False}
    assert sum(map(len, told.values())) == len(on_list)
    for each in on_list:
        file = bureau.officer.get(f"/api/v1/persons/{each['person_id']}/file", purpose="audit")
        name, address = file["personal"]["name"], file["personal"]["address"]
        to = f"{name}的监护人" if each["needs_guardian"] else name
        envelope = f'<p class="to">{name_of(file["household"]["division"])}<br>{address}<br>{to} 收</p>'
        own = clerk.get(f"{path}persons/{each['person_id']}/letter/").split('class="sheet"')[1]
        for sheets in (told[each["group"]], [own]):
            (sheet,) = (sheet for sheet in sheets if envelope in sheet)
            assert f"<p>{to}：</p>" in sheet
            assert ("由监护人代为决定" in sheet) == each["needs_guardian"]


def test_who_has_moved_to_another_district_has_no_letter_there_and_is_counted(bureau: Bureau, proposed: str) -> None:
    moved = next(each for each in bureau.candidates(proposed, "listed") if each["group"] == "G3")
    file = bureau.officer.get(f"/api/v1/persons/{moved['person_id']}/file", purpose="audit")
    body = {"acted_on": "2016-12-27", "reason": "户口迁移", "division": "422327000000"}
    outside = bureau.office.as_("clerk", account="wide", divisions=(HUANGSHI, "422327000000"))
    outside.post(f"/api/v1/households/{file['household']['id']}/relocations", body, on="2016-12-27")

    page = at(bureau, "liu", "clerk", on="2016-12-27").get(f"/console/programmes/{proposed}/letters/?group=G3")

    assert page.count('class="sheet"') == 2
    assert file["personal"]["name"] not in page
    assert "另有 1 人的档案现在其他地区" in page


def test_who_moved_up_is_told_so_and_the_single_letter_says_the_same(bureau: Bureau, proposed: str) -> None:
    clerk, path = at(bureau, "liu", "clerk", on="2016-12-27"), f"/console/programmes/{proposed}/"
    left = next(each for each in bureau.candidates(proposed, "listed") if each["group"] == "G3")
    moved = bureau.clerk.post(f"/api/v1/programmes/{proposed}/candidates/{left['id']}/departure", {"reason": "died"}, on="2016-12-27")
    person = next(each["person_id"] for each in bureau.candidates(proposed, "listed") if each["id"] == moved["replaced_by"])

    letters = clerk.get(f"{path}letters/?group=G3")
    clerk.get(f"{path}persons/{person}/letter/", 303)
    clerk.post("/console/households/purpose/", purpose="screening", back=f"{path}persons/{person}/letter/")
    own = clerk.get(f"{path}persons/{person}/letter/")

    told = re.findall(r"<li>(.*?)</li>", own[own.index('class="sheet"') :])
    assert any("因有人退出，已递补入选" in sentence for sentence in told)
    assert all(sentence in letters for sentence in told)


def test_who_says_to_have_been_left_out_is_found_told_why_and_taken_down(bureau: Bureau, proposed: str, people: Population) -> None:
    clerk, path = at(bureau, "liu", "clerk", on="2016-12-27"), f"/console/programmes/{proposed}/"
    waiting = bureau.candidates(proposed, "waiting")[0]["person_id"]
    number = bureau.officer.get(f"/api/v1/persons/{waiting}/file", purpose="objection")["personal"]["identity_number"]

    found = clerk.post(f"{path}objections/person/", 200, text=number)
    assert f'href="{path}persons/{waiting}/"' in found
    clerk.post("/console/households/purpose/", purpose="objection", back=f"{path}persons/{waiting}/")
    form = re.findall(rf'href="({path}objections/new/\?person=[0-9a-f-]+)"', clerk.get(f"{path}persons/{waiting}/"))[0]
    assert "依次递补" in clerk.get(form)
    clerk.post(f"{path}objections/new/", person_id=waiting, kind="omitted", key=clerk.key(form))

    [objection] = re.findall(rf'href="({path}objections/[0-9a-f-]{{36}}/)"', clerk.get(f"{path}objections/"))
    assert f'href="{path}persons/{waiting}/"' in clerk.get(objection)
    marks = bureau.officer.get(f"/api/v1/persons/{waiting}/readings")["items"]
    assert {mark["purpose"] for mark in marks if mark["reader"] == "liu"} == {"objection"}


def test_an_objection_is_answered_by_a_letter_once_it_is_decided(bureau: Bureau, proposed: str) -> None:
    clerk, path = at(bureau, "liu", "clerk", on="2016-12-28"), f"/console/programmes/{proposed}/objections/"
    listed, waiting = bureau.candidates(proposed, "listed")[0], bureau.candidates(proposed, "waiting")[0]
    bodies = ({"kind": "not_entitled", "candidate_id": listed["id"]}, {"kind": "omitted", "person_id": waiting["person_id"]})
    ids = [bureau.clerk.post(f"/api/v1/programmes/{proposed}/objections", body, on="2016-12-27")["id"] for body in bodies]
    clerk.get(f"{path}{ids[1]}/answer/", 404)
    for objection, upheld in zip(ids, (True, False), strict=True):
        decision = {"upheld": upheld, "reason": "入户核实"}
        bureau.reviewer.post(f"/api/v1/objections/{objection}/decision", decision, on="2016-12-28")

    assert all(f"{path}{objection}/answer/" in clerk.get(f"{path}{objection}/") for objection in ids)
    assert "您不再列入名单" in clerk.get(f"{path}{ids[0]}/answer/")
    assert "异议不成立，名单不变" in clerk.get(f"{path}{ids[1]}/answer/")
    marks = bureau.officer.get(f"/api/v1/persons/{waiting['person_id']}/readings")["items"]
    assert [mark["purpose"] for mark in marks if mark["reader"] == "liu"] == ["objection"]


def screen(officer: Clerk, path: str) -> str:
    officer.post(f"{path}screening/", key=officer.key(path), confirmed="yes")
    while "刷新" in (page := officer.get(path)):
        pass
    return page
