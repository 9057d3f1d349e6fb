"""A text that stays may say why something was done, and not to whom."""

import pytest

from services.intake.domain.naming import NamesSomebody, check_reason, check_texts, has_number, is_of_somebody

NUMBERS = (
    "420202195001011233",
    "身份证42020219500101123x已核对",
    "４２０２０２１９５００１０１１２３３",
    "420202 19500101 1233",
    "420202500101123",
    "残疾证42020219500101123341",
    "13807231234",
    "电话：138-0723-1234",
    "+86 13807231234",
    "0714-6231234",
    "（0714）6231234",
    "01062312345",
)
PLAIN = (
    "",
    "2016年12月22日社区公示无异议",
    "鄂民政〔2016〕12号",
    "种子 2016-12-22",
    "双色球2016150期 0714192631",
    "户编号 420202006-2015-000777",
    "区划 420202006007",
    "91420200MA48ABCD1X",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "合同 HSSHJZ-2016-01，金额 63600000 分",
)


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers_of_people_are_found_however_they_are_written(text: str) -> None:
    assert has_number(text)
    assert is_of_somebody(text)
    with pytest.raises(NamesSomebody) as refused:
        check_texts({"name": ("名称", text), "purpose": ("目的", "服务")})
    assert [(fault.field, fault.rule) for fault in refused.value.faults] == [("name", "names-somebody")]
    assert text not in refused.value.message


@pytest.mark.parametrize("text", PLAIN)
def test_dates_papers_and_seeds_are_no_numbers_of_people(text: str) -> None:
    assert not has_number(text)
    check_texts({"name": ("名称", text)})


@pytest.mark.parametrize("text", ["单雨桐本人申请", "单 雨桐 已迁出", "经核实，阿依古丽·买买提不在此居住", "证号 4202021950"])
def test_the_reason_of_an_act_does_not_name_whom_it_concerns(text: str) -> None:
    with pytest.raises(NamesSomebody, match="可写“本人”") as refused:
        check_reason(text, names=("单雨桐", "阿依古丽 买买提"))
    assert "单雨桐" not in refused.value.message
    assert refused.value.faults[0].field == "reason"


@pytest.mark.parametrize("text", ["本人申请", "死亡证明 2016-12", "和单位联系过", "黄石港派出所开具的户口迁移证 第 0042 号"])
def test_a_reason_may_name_papers_offices_and_kinship(text: str) -> None:
    check_reason(text, names=("单雨桐", "和", ""))


@pytest.mark.parametrize("cell", ["姓名", "截至20151231年龄", "身份证号（18位）", "2015年12月", "联系电话", ""])
def test_headings_belong_to_nobody(cell: str) -> None:
    assert not is_of_somebody(cell)
