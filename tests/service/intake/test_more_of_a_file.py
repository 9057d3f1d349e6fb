"""What a roster says of the grant and of labour, work, health and insurance: in the file, in the copy, in a table, until it is erased."""

import json
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import select
from sqlmodel import col
from typer.testing import CliRunner

from services.intake.app import SERVICE
from services.intake.cli import app
from services.intake.store import Household, Person
from tests.conftest import HUANGSHI, Office
from tests.service.intake.bureau import Bureau
from tests.service.intake.test_canary import CANARY
from tests.service.intake.test_subject_page import officer_with

MORE = {
    "救助开始日期": "2014-10-01",
    "救助截止日期": "2015-10-11",
    "月保障金额": 420.5,
    "救助证件编号": "HS-0007",
    "致困原因": "疾病、年老",
    "劳动能力": "完全丧失",
    "就业状况": "不适用",
    "健康状况": "重病",
    "文化程度": "初中",
    "医疗保险": "居民医保",
    "养老保险": "已参保",
    "残疾证有效期": "2015-09-30",
}


ON = "2015-10-12"


@pytest.fixture
def bureau(service_client: Callable[..., Office]) -> Bureau:
    return Bureau(service_client(SERVICE))


def taken(bureau: Bureau, more: Mapping[str, Any], *, reference_on: str = "2015-09-01", on: str = ON, **row: Any) -> dict[str, Any]:
    """A roster with the canary alone and these columns beyond those of every roster, accepted; what its review said."""
    said = CANARY._asdict() | row
    book = Workbook()
    book.active.append([*said, *more])
    book.active.append([*said.values(), *more.values()])
    content = BytesIO()
    book.save(content)
    file = bureau.clerk.upload(content.getvalue(), "名册.xlsx")
    terms = {"name": "名册", "division": HUANGSHI, "file": file, "purpose": "planning", "reference_on": reference_on}
    roster = bureau.clerk.post("/api/v1/rosters", terms, on=on)
    bureau.done(roster["job_id"])
    told: dict[str, Any] = bureau.clerk.get(f"/api/v1/rosters/{roster['roster_id']}")
    bureau.accept(roster["roster_id"], on=on)
    return told


def house(bureau: Bureau) -> Any:
    household_id = bureau.office.store.read_now(lambda reader: reader.rows(select(col(Household.id)))[0].id)
    return bureau.officer.get(f"/api/v1/households/{household_id}/file", purpose="audit")


def person(bureau: Bureau) -> Any:
    return house(bureau)["members"][0]


def test_the_file_says_what_the_roster_said_and_whence(bureau: Bureau) -> None:
    assert taken(bureau, MORE)["doubtful"] == 0
    file = house(bureau)
    member = file["members"][0]

    assert (file["assistance_from"], file["assistance_to"], file["monthly_amount"]) == ("2014-10-01", "2015-10-11", 42_050)
    assert (file["certificate_no"], file["cause_codes"]) == ("HS-0007", ["illness", "age"])
    assert (member["labour"], member["employment"], member["health"]) == ("none", "not_applicable", "seriously_ill")
    assert (member["education"], member["medical_insurance"], member["pension_insurance"]) == ("junior", "resident", "insured")
    assert member["disability_valid_to"] == "2015-09-30"
    assert {"monthly_amount", "causes"} <= set(file["sources"][0]["fields"])
    assert {"labour", "disability_valid_to"} <= set(member["sources"][0]["fields"])


def test_the_page_warns_of_a_card_and_a_grant_that_have_run_out(bureau: Bureau) -> None:
    taken(bureau, MORE)
    page = officer_with(bureau, "audit").get(f"/console/households/{house(bureau)['id']}/")

    for said in (
        "420.50",
        "HS-0007",
        "疾病、",
        "完全丧失劳动能力",
        "居民医保",
        "已过有效期，请核对是否换证",
        "已届满，请核对是否已重新认定",
    ):
        assert said in page


def test_rigid_spending_beyond_its_term_is_told_when_it_is_read_and_on_the_page(bureau: Bureau) -> None:
    more = {"救助开始日期": "2014-01-01"}
    told = taken(bureau, more, 救助类别="刚性支出困难家庭")

    assert [each["message"] for each in told["doubts"]] == ["刚性支出困难认定超过 12 个月"]
    page = officer_with(bureau, "audit").get(f"/console/households/{house(bureau)['id']}/")
    assert "刚性支出困难认定已超过最长有效期" in page


def test_a_roster_without_the_columns_changes_nothing_of_them_and_one_with_them_does(bureau: Bureau) -> None:
    taken(bureau, MORE)
    bureau.accept(bureau.upload([CANARY._replace(联系电话="13900000000")])["roster_id"])
    assert (person(bureau)["health"], house(bureau)["monthly_amount"]) == ("seriously_ill", 42_050)

    taken(bureau, {"健康状况": "", "劳动能力": "马马虎虎", "月保障金额": "", "救助截止日期": "长期"}, 联系电话="13900000001")

    file = house(bureau)
    assert (file["members"][0]["health"], file["members"][0]["labour"]) == ("", "none")  # said empty; not read
    assert (file["monthly_amount"], file["assistance_to"]) == (42_050, "9999-12-31")
    assert "长期" in officer_with(bureau, "audit").get(f"/console/households/{file['id']}/")


def test_the_same_roster_again_changes_nothing(bureau: Bureau) -> None:
    taken(bureau, MORE)

    again = taken(bureau, MORE)

    assert (again["updated"], again["unchanged"]) == (0, 1)


def test_a_field_is_put_right_by_word_or_code_and_an_older_roster_does_not_undo_it(bureau: Bureau) -> None:
    taken(bureau, MORE)
    address = f"/api/v1/persons/{person(bureau)['id']}/corrections"
    fields = {"health": "weak", "employment": "灵活就业", "disability_valid_to": "2025年9月30日", "education": "无"}
    done = bureau.clerk.post(address, {"acted_on": "2015-10-11", "reason": "证件", "fields": fields}, on=ON)
    assert set(done["fields"]) == set(fields)
    told = taken(bureau, MORE | {"医疗保险": "职工医保"})

    member = person(bureau)
    assert (member["health"], member["employment"], member["education"]) == ("weak", "flexible", "")
    assert (member["disability_valid_to"], member["medical_insurance"]) == ("2025-09-30", "employee")
    assert told["differing"] == 1
    before = bureau.officer.get(f"/api/v1/persons/{member['id']}/copy")["versions"][0]["before"]
    assert (before["health"], before["disability_valid_to"]) == ("seriously_ill", "2015-09-30")
    page = officer_with(bureau, "own_request").get(f"/console/persons/{member['id']}/copy/")
    assert "较弱" in page
    assert "420.50" in page


@pytest.mark.parametrize(("field", "text"), [("health", "马马虎虎"), ("disability_valid_to", "不知道")])
def test_a_correction_that_cannot_be_read_is_refused_by_its_field(bureau: Bureau, field: str, text: str) -> None:
    taken(bureau, MORE)
    body = {"acted_on": "2015-10-11", "reason": "证件", "fields": {field: text}}

    refusal = bureau.clerk.post(f"/api/v1/persons/{person(bureau)['id']}/corrections", body, on=ON, expect=422)

    assert [fault["field"] for fault in refusal["errors"]] == [field]


def test_health_goes_with_its_class_and_the_grant_with_the_last_member(bureau: Bureau) -> None:
    taken(bureau, MORE)
    member = person(bureau)["id"]
    for scope in ("sensitive", "all"):
        asked = bureau.clerk.post(f"/api/v1/persons/{member}/erasure", {"scope": scope, "reason": "own_request"}, on=ON)
        bureau.officer.post(f"/api/v1/erasures/{asked['id']}/confirmation", {}, on=ON)
        if scope == "sensitive":
            assert {person(bureau)[name] for name in ("health", "labour", "disability_valid_to")} == {"", None}
            assert person(bureau)["employment"] == "not_applicable"

    kept: Any = bureau.office.store.read_now(lambda reader: [*reader.select(select(Person)), *reader.select(select(Household))])
    assert [(each.employment, each.education) for each in kept if isinstance(each, Person)] == [("", "")]
    assert [(each.certificate_no, each.monthly_amount, each.causes) for each in kept if isinstance(each, Household)] == [("", None, "")]


def test_a_table_has_the_words_and_the_certificate_only_where_people_may_be_known(
    bureau: Bureau, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken(bureau, MORE | {"残疾证有效期": "长期"})
    settings = bureau.office.runtime.settings
    monkeypatch.setenv("QIAO_DATA", str(settings.data))
    monkeypatch.setenv("QIAO_KEY_FILE", str(settings.key_file))
    for name, asked in {"nobody": (), "named": ("--personal", "--purpose", "audit", "--by", "officer")}.items():
        assert CliRunner().invoke(app, ["export", str(tmp_path / f"{name}.json"), *asked]).exit_code == 0
    [nobody], [named] = (json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8")) for name in ("nobody", "named"))

    assert (nobody["月保障金额"], nobody["致困原因"], nobody["健康状况"], nobody["残疾证有效期"]) == (
        "420.50",
        "疾病、年老",
        "重病",
        "长期",
    )
    assert "救助证件编号" not in nobody
    assert named["救助证件编号"] == "HS-0007"


def test_a_criterion_may_ask_for_them(bureau: Bureau) -> None:
    taken(bureau, MORE)
    asked = 'labour == "none" && causes.age && monthly_yuan >= 420 && is_card_expired && medical_insurance != "employee"'

    found = bureau.officer.get("/api/v1/criteria/count", expression=asked, division=HUANGSHI, reference_on=ON)

    assert found["admitted"] == 1
