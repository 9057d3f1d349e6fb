"""The form of a survey (调查登记表) as data: sections of questions about a household or about each of its members.

The fixed sections stand in `forms/survey.toml`; a plugin adds its own. An answer is kept under its place, `section.question`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from tomllib import loads
from typing import Any, Final, Literal

from pydantic import ConfigDict, TypeAdapter
from pydantic_core import to_json

from services.intake.domain.group import written
from services.intake.domain.person import PersonFacts
from shared.errors import RuleRefusal
from shared.sentences import S_

Kind = Literal["one", "several", "number", "yes_no", "text"]
About = Literal["household", "person"]
NOTHING: Final = "none_of_them"
"""How a page says that none of several applies; kept as an empty list, which differs from no answer."""
LONGEST_TEXT: Final = 500
MOST_SECTIONS, MOST_QUESTIONS, MOST_CHOICES = 20, 60, 60
_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
_CODE_OF_CHOICE: Final = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_STRICT: Final = ConfigDict(extra="forbid")


class FormRefused(RuleRefusal):
    """A form that cannot be asked: a code twice, a choice without choices, a condition about nothing."""

    code = "form-refused"


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that is asked. Raises FormRefused, or CriterionRefused for a bad `relevant`.

    `relevant` is a criterion in CEL about the member ("age >= 60"), "" for everybody. `only_if` names another question of the same
    section and the answer to it without which this one is not asked. `least` and `most` bound a number. `none` is how "nothing of
    this" is said where several may be chosen; without it an answer names one at least.
    """

    code: str
    label: str
    kind: Kind
    choices: tuple[Choice, ...] = ()
    is_required: bool = False
    relevant: str = ""
    only_if: tuple[str, str] | None = None
    note: str = ""
    least: int = 0
    most: int = 1_000_000
    none: str = ""

    __pydantic_config__ = _STRICT

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise FormRefused(S_("问题代码“{code}”应为字母、数字和下划线，以字母开头，不超过 60 位", code=self.code[:40]), field="code")
        if not self.label.strip():
            raise FormRefused(S_("问题 {code} 没有题目", code=self.code), field="label")
        codes = [choice.code for choice in self.choices]
        if len(set(codes)) < len(codes) or NOTHING in codes or not all(_CODE_OF_CHOICE.fullmatch(code) for code in codes):
            raise FormRefused(S_("问题 {code} 的选项代码重复，或不是字母、数字、下划线、点和短横", code=self.code), field="choices")
        if len(codes) > MOST_CHOICES or (bool(codes) and self.kind not in ("one", "several")):
            raise FormRefused(S_("只有单选和多选题有选项，至多 {most} 个：{code}", most=MOST_CHOICES, code=self.code), field="choices")
        if self.relevant:
            written("", "", self.relevant)

    def is_asked_of(self, person: PersonFacts, on: date) -> bool:
        """Whether it concerns somebody on a day."""
        return not self.relevant or written("", "", self.relevant).admits(person, on)

    def wrong(self, answer: Any) -> str:
        """What is wrong with an answer that was given, in Chinese; "" for a right one."""
        codes = {choice.code for choice in self.choices}
        match self.kind:
            case "one":
                is_right = isinstance(answer, str) and answer in codes
                return "" if is_right else S_("请选择{label}", label=self.label)
            case "several":
                is_list = isinstance(answer, list) and all(isinstance(each, str) for each in answer)
                is_right = is_list and len(set(answer)) == len(answer) and set(answer) <= codes and bool(answer or self.none)
                if is_right or not self.none:
                    return "" if is_right else S_("请选择{label}", label=self.label)
                return S_("请选择{label}，或选“{none}”", label=self.label, none=self.none)
            case "number":
                is_right = isinstance(answer, int) and not isinstance(answer, bool) and self.least <= answer <= self.most
                return "" if is_right else S_("{label}为 {least} 至 {most} 的整数", label=self.label, least=self.least, most=self.most)
            case "yes_no":
                return "" if isinstance(answer, bool) else S_("请选择{label}", label=self.label)
            case "text":
                is_right = isinstance(answer, str) and len(answer) <= LONGEST_TEXT
                return "" if is_right else S_("{label}不超过 {most} 字", label=self.label, most=LONGEST_TEXT)

    def said(self, answer: Any) -> str:
        """An answer in words."""
        words = {choice.code: choice.label for choice in self.choices}
        match answer:
            case bool():
                return S_("是") if answer else S_("否")
            case list():
                return "、".join(words.get(str(each), str(each)) for each in answer) or self.none
            case _:
                return words.get(answer, str(answer))


@dataclass(frozen=True, slots=True)
class Section:
    """Questions that belong together. `same_choices` are those of every question that has none of its own. Raises FormRefused."""

    code: str
    title: str
    about: About
    questions: tuple[Question, ...]
    note: str = ""
    same_choices: tuple[Choice, ...] = ()

    __pydantic_config__ = _STRICT

    def __post_init__(self) -> None:
        codes = [question.code for question in self.questions]
        if not _CODE.fullmatch(self.code) or not self.title.strip() or not 1 <= len(codes) <= MOST_QUESTIONS:
            raise FormRefused(
                S_("一节须有代码、标题和 1 至 {most} 个问题：{code}", most=MOST_QUESTIONS, code=self.code[:40]),
                field="code",
            )
        if len(set(codes)) < len(codes):
            raise FormRefused(S_("“{title}”中有问题代码重复", title=self.title), field="questions")
        for position, question in enumerate(self.questions):
            self._check(question, {each.code: each for each in self.questions[:position]})

    def _check(self, question: Question, before: Mapping[str, Question]) -> None:
        if question.kind in ("one", "several") and not self.choices_of(question):
            raise FormRefused(S_("选择题“{label}”没有选项", label=question.label), field="choices")
        if question.relevant and self.about == "household":
            raise FormRefused(S_("“{label}”的条件针对成员，而本节针对全户", label=question.label), field="relevant")
        if question.only_if is None:
            return
        asked = before.get(question.only_if[0])
        answers = {"yes", "no"} if asked and asked.kind == "yes_no" else {each.code for each in self.choices_of(asked)} if asked else set()
        if question.only_if[1] not in answers:
            raise FormRefused(S_("“{label}”的条件应为本节前面一道选择题的一个答案", label=question.label), field="only_if")

    def choices_of(self, question: Question) -> tuple[Choice, ...]:
        return question.choices or (self.same_choices if question.kind in ("one", "several") else ())

    def place(self, question: Question) -> str:
        """Under what an answer is kept."""
        return f"{self.code}.{question.code}"

    @property
    def whole(self) -> "Section":
        """With the choices written out at each question."""
        written_out = tuple(_with_choices(question, self.choices_of(question)) for question in self.questions)
        return Section(self.code, self.title, self.about, written_out, self.note)

    def is_open(self, question: Question, answers: Mapping[str, Any]) -> bool:
        """Whether the answers so far lead to this question."""
        if question.only_if is None:
            return True
        code, wanted = question.only_if
        given = answers.get(f"{self.code}.{code}")
        if any(each.code == code and each.kind == "yes_no" for each in self.questions):
            return given is (wanted == "yes")
        return wanted in given if isinstance(given, list) else wanted == given


@dataclass(frozen=True)
class SurveyForm:
    """All sections in the order in which they are asked."""

    sections: tuple[Section, ...]

    __pydantic_config__ = _STRICT

    @cached_property
    def version(self) -> str:
        """Changes with every word of the form."""
        return sha256(to_json(self)).hexdigest()[:16]

    def asked(self, about: About) -> Iterator[tuple[Section, Question]]:
        for section in self.sections:
            if section.about == about:
                yield from ((section, question) for question in section.questions)

    @cached_property
    def requires_members(self) -> bool:
        """Whether something must be answered of members too."""
        return any(question.is_required for _, question in self.asked("person"))

    def faults(
        self, about: About, answers: Mapping[str, Any], person: PersonFacts | None = None, on: date = date.max
    ) -> Iterator[tuple[str, str]]:
        """(place, what is wrong) of answers about a household, or about one person on a day.

        Of what the form does not ask the section alone is named, or nothing: somebody's name may stand there.
        """
        known, sections = set(), {section.code for section, _ in self.asked(about)}
        for section, question in self.asked(about):
            place = section.place(question)
            known.add(place)
            given = answers.get(place)
            concerns = (person is None or question.is_asked_of(person, on)) and section.is_open(question, answers)
            if given is None or given == "":
                if question.is_required and concerns:
                    yield (
                        place,
                        S_("请选择{label}", label=question.label) if question.choices else S_("请填写{label}", label=question.label),
                    )
            elif not concerns:
                yield place, S_("“{label}”不适用，请留空", label=question.label)
            elif wrong := question.wrong(given):
                yield place, wrong
        for place in sorted({place.partition(".")[0] for place in set(answers) - known}):
            yield place if place in sections else "", S_("登记表没有这一项")

    def words(self, about: About, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
        """(label, answer in words) of what was answered, in the order of the form."""
        asked = ((question, answers.get(section.place(question))) for section, question in self.asked(about))
        return [(question.label, question.said(given)) for question, given in asked if given is not None and given != ""]


def with_added(sections: Iterable[Sequence[Section]]) -> SurveyForm:
    """The fixed sections and those that others add; of two with one code the first stands."""
    found = {section.code: section for section in FIXED.sections}
    for added in sections:
        for section in added:
            found.setdefault(section.code, section.whole)
    if len(found) > MOST_SECTIONS:
        raise FormRefused(S_("一张登记表至多 {most} 节", most=MOST_SECTIONS))
    return SurveyForm(tuple(found.values()))


def read_form(data: Mapping[str, Any]) -> SurveyForm:
    """From what TOML or JSON says. Raises FormRefused, CriterionRefused, or pydantic's ValidationError."""
    form = TypeAdapter(SurveyForm).validate_python(data)
    return SurveyForm(tuple(section.whole for section in form.sections))


def _with_choices(question: Question, choices: tuple[Choice, ...]) -> Question:
    values = {name: getattr(question, name) for name in question.__dataclass_fields__}
    return Question(**values | {"choices": choices})


FIXED: Final = read_form(loads((files("services.intake") / "forms" / "survey.toml").read_text("utf-8")))
"""The sections that every survey has; their answers are columns, since screening asks for them."""
