"""What disclosure refuses to publish out of the box."""

import pytest

from services.disclosure import hooks
from services.disclosure.plugins import illnesses, personal_data
from shared.plugins import hooks_of

ASKED = hooks_of(hooks, personal_data=personal_data)


@pytest.mark.parametrize(
    ("text", "objection"),
    [
        ("联系人电话13812345678。", "内容中有手机号码"),
        ("身份证号42020219490601002X", "内容中有身份证号码"),
        ("残疾人证42020219490601002X43", "内容中有身份证号码"),
        ("账号6222021234567890128", "内容中有银行卡号"),
    ],
)
def test_number_of_a_person_is_not_published_and_not_repeated(text: str, objection: str) -> None:
    (found,) = ASKED.objections(text=text)

    assert objection in found
    assert not any(character.isdigit() for sentence in found for character in sentence)


@pytest.mark.parametrize(
    "text", ["", "成交金额 636,000.00 元，项目编号 HSCG-2016-001", "统一社会信用代码 52420200MJ00000345", "420202000000"]
)
def test_amounts_and_official_numbers_are_published(text: str) -> None:
    assert ASKED.objections(text=text) == [[]]


@pytest.mark.parametrize(
    "text",
    [
        f'"scheme_hash": "ab6222021234567890128cd{"0" * 41}"',
        f'"content_hash": "ab13812345678cd{"0" * 49}"',
        '"round_id": "01a20be1-4202-4202-8219-490601002123"',
    ],
)
def test_what_only_looks_like_a_number_in_a_hash_or_id_is_published(text: str) -> None:
    assert ASKED.objections(text=text) == [[]]


@pytest.mark.parametrize("text", ["入选名单：张某，尿毒症；李某，乳腺癌", "响应人：湖北省癌症基金会；服务对象患肺癌", "确诊艾滋病"])
def test_what_illness_somebody_has_is_not_published(text: str) -> None:
    assert hooks_of(hooks, illnesses=illnesses).objections(text=text) == [["内容中有具体疾病名称"]]


@pytest.mark.parametrize("text", ["为重病患者、残疾人各 100 人提供服务", "响应人：湖北省癌症基金会", "市糖尿病防治协会参加评议"])
def test_a_group_and_the_name_of_an_institution_are_published(text: str) -> None:
    assert hooks_of(hooks, illnesses=illnesses).objections(text=text) == [[]]
