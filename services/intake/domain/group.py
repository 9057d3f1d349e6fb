"""A target group (对象类别): declared once, asked of everybody for the count and of one person for the reason.

A department's own group is a plugin that returns a GroupDefinition, or a criterion that an officer writes for a programme; it needs
no SQL and no access to the store.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, Literal

from services.intake.domain.cel import clauses, evaluate
from services.intake.domain.criterion import FACTS, Compare, Comparison, Node, Value, said
from services.intake.domain.criterion import Fact as NamedFact
from services.intake.domain.person import PersonFacts, age_on
from shared.errors import RuleRefusal
from shared.sentences import S_

Fact = Literal["age", "living_members", "is_pupil", "has_single_parent", "is_disabled", "is_severely_disabled", "is_seriously_ill"]
Test = Literal["at_least", "below", "is"]
SIGNS: Final[Mapping[Test, Comparison]] = {"at_least": ">=", "below": "<", "is": "=="}


class UnknownGroup(RuleRefusal):
    code = "unknown-group"


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must be true, and how it is said in Chinese."""

    fact: Fact
    test: Test
    value: int | bool
    text: str

    @property
    def node(self) -> Node:
        return Compare(SIGNS[self.test], NamedFact(FACTS[self.fact]), Value(self.value))

    def holds(self, person: PersonFacts, on: date) -> bool:
        given = age_on(person.birth, on) if self.fact == "age" else getattr(person, self.fact)
        if self.test == "at_least":
            return bool(given >= self.value)
        if self.test == "below":
            return bool(given < self.value)
        return bool(given == self.value)


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that must be true, as somebody wrote it in CEL."""

    source: str
    node: Node

    @property
    def text(self) -> str:
        return said(self.node)

    def holds(self, person: PersonFacts, on: date) -> bool:
        return bool(evaluate(self.source, person, on))


@dataclass(frozen=True, slots=True)
class GroupDefinition:
    """Who belongs to a group: everybody for whom all conditions hold on the programme's reference date."""

    code: str
    name: str
    conditions: tuple[Condition | Clause, ...]

    @property
    def criterion(self) -> str:
        """As it is published: `G1 独居老人：年满60周岁，实际独自居住`."""
        told, *others = [condition.text for condition in self.conditions]
        for each in others:
            told = S_("{conditions}，{condition}", conditions=told, condition=each)
        return S_("{code} {group}：{conditions}", code=self.code, group=self.name, conditions=told)

    def admits(self, person: PersonFacts, on: date) -> bool:
        return all(condition.holds(person, on) for condition in self.conditions)

    def unmet(self, person: PersonFacts, on: date) -> list[str]:
        """Why a person is not in the group; empty for one who is."""
        return [condition.text for condition in self.conditions if not condition.holds(person, on)]


@lru_cache(maxsize=256)
def written(code: str, name: str, expression: str) -> GroupDefinition:
    """A group whose criterion is written in CEL, one condition for each part that must be true. Raises CriterionRefused."""
    return GroupDefinition(code, name, tuple(Clause(source, node) for source, node in clauses(expression)))


def spoken(kept: str, code: str, name: str, expression: str, definitions: Iterable[GroupDefinition]) -> str:
    """A criterion as it was kept and published, in the parts that a page in another language needs; bare where it reads otherwise today."""
    today = written(code, name, expression) if expression else next((each for each in definitions if each.code == code), None)
    return today.criterion if today is not None and today.criterion == kept else kept


def group_of(code: str, definitions: Iterable[GroupDefinition]) -> GroupDefinition:
    """Raises UnknownGroup."""
    for definition in definitions:
        if definition.code == code:
            return definition
    raise UnknownGroup(S_("没有启用对象类别 {code} 的插件", code=code), field="groups")
