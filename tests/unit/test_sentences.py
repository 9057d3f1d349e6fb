"""What people are told: Chinese in the program, another language on its pages."""

import json
import pickle
from copy import deepcopy
from datetime import date
from gettext import NullTranslations
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.support import Translations

from shared.errors import Malformed
from shared.sentences import S_, together
from shared.web.i18n import CHINESE, ENGLISH, T_
from shared.web.read_back import patterns_of
from shared.web.words import Words

TOLD = {
    "不超过 {limit} 个字": "At most {limit} characters",
    "名册目前为“{status}”": "The roster is “{status}” now",
    "应填写：{words}": "Give one of: {words}",
    "密码不符合要求：{faults}": "The password does not meet the rules: {faults}",
    "本户有 {heads} 个“本人”（户主），只能有一个": "The household has {heads} heads; it can have one only",
    "“{name}”有误": "“{name}” is wrong",
    "{a}：{b}": "{a}: {b}",
    "应为“已婚”": "Enter 已婚 (married), as 1956年3月1日",
    "不得包含账号": "It must not contain the account's name",
    "已采用": "Accepted",
    "告知书": "notice",
    "男": "Male",
    "女": "Female",
    "、": ", ",
    "；": "; ",
}


def catalogue() -> NullTranslations:
    written, said = BytesIO(), Catalog(locale="en")
    for message, string in TOLD.items():
        said.add(message, string)
    write_mo(written, said)
    written.seek(0)
    return Translations(written)


IN_ENGLISH = Words(ENGLISH, catalogue(), patterns_of(TOLD))
IN_CHINESE = Words(CHINESE, NullTranslations())


def test_a_sentence_is_its_chinese_text() -> None:
    sentence = S_("{on} 起不超过 {limit} 个字：{names}", on=date(2015, 10, 12), limit=200, names=["甲", "乙"])

    assert sentence == "2015-10-12 起不超过 200 个字：甲、乙"
    assert json.dumps({"detail": sentence}, ensure_ascii=False) == '{"detail": "2015-10-12 起不超过 200 个字：甲、乙"}'
    assert Malformed(sentence).message == str(sentence)
    assert IN_CHINESE.term(sentence) == IN_CHINESE.told(sentence) == sentence


def test_a_sentence_that_is_kept_is_text_and_no_more() -> None:
    sentence = S_("不超过 {limit} 个字", limit=200)

    assert type(pickle.loads(pickle.dumps(sentence))) is str  # noqa: S301  our own text, a line ago
    assert type(pickle.loads(pickle.dumps(together([sentence])))) is str  # noqa: S301  our own text, a line ago
    assert deepcopy(sentence) is sentence


def test_a_sentence_without_values_keeps_its_braces() -> None:
    assert S_("应为一组字段（{…}）") == "应为一组字段（{…}）"


def test_a_page_in_english_fills_the_english_sentence() -> None:
    assert IN_ENGLISH.term(S_("不超过 {limit} 个字", limit=200)) == "At most 200 characters"
    assert IN_ENGLISH.word(S_("不超过 {limit} 个字", limit=200)) == "At most 200 characters"


def test_values_that_are_words_are_translated_and_names_stay_chinese() -> None:
    assert IN_ENGLISH.term(S_("名册目前为“{status}”", status="已采用")) == "The roster is “Accepted” now"
    assert IN_ENGLISH.term(S_("“{name}”有误", name="余建平")) == '“<span lang="zh-CN">余建平</span>” is wrong'
    assert IN_ENGLISH.term(S_("“{name}”有误", name=T_("告知书"))) == '“notice <span lang="zh-CN">告知书</span>” is wrong'
    assert IN_ENGLISH.term(S_("应填写：{words}", words=["男", "女", "余"])) == 'Give one of: Male, Female, <span lang="zh-CN">余</span>'


def test_chinese_that_a_translation_names_is_marked() -> None:
    assert IN_ENGLISH.term("应为“已婚”") == 'Enter <span lang="zh-CN">已婚</span> (married), as 1956<span lang="zh-CN">年3月1日</span>'


def test_sentences_in_sentences_are_translated() -> None:
    faults = together([S_("不超过 {limit} 个字", limit=9), S_("不得包含账号")])

    assert faults == "不超过 9 个字；不得包含账号"
    told = IN_ENGLISH.term(S_("密码不符合要求：{faults}", faults=faults))
    assert told.unescape() == "The password does not meet the rules: At most 9 characters; It must not contain the account's name"


def test_what_somebody_typed_cannot_become_markup() -> None:
    assert "<b>" not in IN_ENGLISH.term(S_("“{name}”有误", name="<b>{x}"))
    assert "<b>" not in IN_ENGLISH.told("“<b>{x}”有误")


def test_a_sentence_nobody_has_translated_stays_chinese_and_says_so() -> None:
    assert IN_ENGLISH.term(S_("没有译文 {n}", n=1)) == '<span lang="zh-CN">没有译文 1</span>'


def test_what_the_store_kept_is_read_back_with_its_values() -> None:
    assert IN_ENGLISH.told("本户有 2 个“本人”（户主），只能有一个") == "The household has 2 heads; it can have one only"
    assert IN_ENGLISH.told("应填写：男、女") == "Give one of: Male, Female"
    assert IN_ENGLISH.told("名册目前为“已采用”；不超过 9 个字") == "The roster is “Accepted” now; At most 9 characters"
    assert IN_ENGLISH.told("不得包含账号").unescape() == "It must not contain the account's name"


def test_what_people_wrote_is_not_taken_for_a_sentence() -> None:
    assert IN_ENGLISH.told("本人：病重") == '<span lang="zh-CN">本人：病重</span>'
    assert IN_ENGLISH.told("不超过") == '<span lang="zh-CN">不超过</span>'
    assert IN_CHINESE.told("应填写：男、女") == "应填写：男、女"
