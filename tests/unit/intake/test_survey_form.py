"""The form of a survey: what it may be, when a question is asked, and which answers it takes."""

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from services.intake import hooks, labels
from services.intake.domain.cel import CriterionRefused
from services.intake.domain.person import NEEDS, PersonFacts
from services.intake.domain.survey_form import (
    FIXED,
    LONGEST_TEXT,
    Choice,
    FormRefused,
    Question,
    Section,
    SurveyForm,
    read_form,
    with_added,
)
from shared.plugins import load

ON = date(2016, 12, 1)
OLD = PersonFacts(birth=date(1940, 1, 1), sex="female", category="urban_allowance", living_members=1)
CHILD = PersonFacts(birth=date(2010, 1, 1), sex="male", category="urban_allowance", living_members=3)
ILL = Question("ill", "是否患慢性病", "yes_no")
WHICH = Question("which", "所患慢性病", "text", is_required=True, only_if=("ill", "yes"))
FALLS = Question("falls", "一年内跌倒次数", "number", is_required=True, relevant="age >= 60", most=99)
HELP = Question("help", "谁来帮忙", "several", (Choice("kin", "亲属"), Choice("neighbour", "邻居")), none="没有人")
HEALTH = Section("health", "健康", "person", (ILL, WHICH, FALLS, HELP))


def faults(person: PersonFacts, **answers: Any) -> dict[str, str]:
    form = with_added([[HEALTH]])
    return dict(form.faults("person", {f"health.{code}": answer for code, answer in answers.items()}, person, ON))


def test_the_fixed_sections_ask_what_screening_reads() -> None:
    questions = {section.place(question): question for section in FIXED.sections for question in section.questions}

    assert [place for place in questions if place.startswith("needs.")] == [f"needs.{need}" for need in NEEDS]
    assert {place: question.label for place, question in questions.items() if place.startswith("needs.")} == {
        f"needs.{need}": word for need, word in labels.NEED.items()
    }
    assert {choice.code: choice.label for choice in questions["needs.economy"].choices} == {
        str(degree): word for degree, word in labels.NEED_LEVEL.items()
    }
    assert {choice.code: choice.label for choice in questions["living.housing"].choices} == labels.HOUSING
    assert {choice.code: choice.label for choice in questions["daily.beyond"].choices} == labels.DAILY


def test_the_fixed_sections_are_translated() -> None:
    catalogue = read_po(BytesIO(Path("services/intake/locale/en/LC_MESSAGES/messages.po").read_bytes()))
    words = {text for section in FIXED.sections for text in (section.title, section.note)}
    for _, question in (*FIXED.asked("household"), *FIXED.asked("person")):
        words |= {question.label, question.note, question.none, *(choice.label for choice in question.choices)}

    assert {word for word in words - {""} if not (message := catalogue.get(word)) or not message.string} == set()


def test_the_built_in_plugins_ask_who_cares_for_a_child() -> None:
    enabled = load("intake", hooks, enabled=None, builtin=("left_behind_children",), config={})

    form = with_added(enabled.survey_questions())

    assert [section.code for section in form.sections] == ["living", "needs", "daily", "child_care"]
    assert {section.place(question) for section, question in form.asked("person") if question.is_asked_of(OLD, ON)} == {"daily.beyond"}
    assert not form.requires_members


def test_a_question_is_asked_of_whom_it_concerns() -> None:
    assert faults(OLD, falls=2) == {}
    assert set(faults(OLD)) == {"health.falls"}
    assert faults(CHILD) == {}
    assert "不适用" in faults(CHILD, falls=2)["health.falls"]


def test_a_question_follows_from_another() -> None:
    assert set(faults(CHILD, ill=True)) == {"health.which"}
    assert faults(CHILD, ill=True, which="高血压") == {}
    assert "不适用" in faults(CHILD, ill=False, which="高血压")["health.which"]
    assert "不适用" in faults(CHILD, which="高血压")["health.which"]


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        *(("ill", each) for each in ("yes", 1, ["yes"])),
        *(("falls", each) for each in (-1, 100, True, "2", 1.5)),
        *(("help", each) for each in ("kin", ["kin", "kin"], ["dog"], [1])),
    ],
)
def test_an_answer_is_of_its_kind(code: str, answer: Any) -> None:
    assert list(faults(OLD, **{"falls": 0, code: answer})) == [f"health.{code}"]


def test_what_is_not_asked_is_refused_without_repeating_it() -> None:
    assert set(faults(OLD, falls=0, nothing="x")) == {"health"}
    assert set(dict(FIXED.faults("person", {"张三": "x"}, OLD, ON))) == {""}


def test_nothing_of_several_is_an_answer_where_it_can_be_said() -> None:
    assert faults(CHILD, help=[]) == {}
    assert Question("help", "谁来帮忙", "several", HELP.choices).wrong([]) != ""
    assert Question("note", "备注", "text").wrong("字" * (LONGEST_TEXT + 1)) != ""


def test_answers_are_told_in_words() -> None:
    answers = {"health.ill": True, "health.which": "高血压", "health.falls": 0, "health.help": [], "health.gone": "x"}

    told = with_added([[HEALTH]]).words("person", answers)

    assert told == [("是否患慢性病", "是"), ("所患慢性病", "高血压"), ("一年内跌倒次数", "0"), ("谁来帮忙", "没有人")]


def test_of_two_sections_with_one_code_the_first_stands_and_the_version_follows_every_word() -> None:
    other = Section("health", "另一节", "person", (ILL,))
    fixed = Section("needs", "假的", "household", (ILL,))

    assert with_added([[HEALTH], [other, fixed]]) == with_added([[HEALTH]])
    assert with_added([]) == FIXED
    assert with_added([[HEALTH]]).version != with_added([[other]]).version != FIXED.version


def test_a_kept_form_reads_back_the_same() -> None:
    form = with_added([[HEALTH]])
    data = {"sections": [{name: getattr(section, name) for name in section.__dataclass_fields__} for section in form.sections]}

    assert isinstance(read_form(data), SurveyForm)
    assert read_form(data).version == form.version


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Question("1ll", "患病", "yes_no"),
        lambda: Question("ill", " ", "yes_no"),
        lambda: Question("ill", "患病", "yes_no", (Choice("a", "甲"),)),
        lambda: Question("ill", "患病", "one", (Choice("a", "甲"), Choice("a", "乙"))),
        lambda: Question("ill", "患病", "one", (Choice("甲", "甲"),)),
        lambda: Section("health", "健康", "person", ()),
        lambda: Section("health", "健康", "person", (ILL, ILL)),
        lambda: Section("health", "健康", "person", (Question("a", "甲", "one"),)),
        lambda: Section("health", "健康", "person", (WHICH, ILL)),
        lambda: Section("health", "健康", "person", (ILL, Question("b", "乙", "text", only_if=("ill", "maybe")))),
        lambda: Section("health", "健康", "household", (FALLS,)),
    ],
)
def test_a_form_that_cannot_be_asked_is_refused(wrong: Any) -> None:
    with pytest.raises(FormRefused):
        wrong()


def test_a_condition_that_names_nothing_known_is_refused() -> None:
    with pytest.raises(CriterionRefused):
        Question("falls", "跌倒次数", "number", relevant="mood >= 3")
