"""The terms of a screening: who may be served, how many of them, and what decides between two."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.intake.domain.cel import read_number
from services.intake.domain.criterion import Node
from services.intake.domain.flag import FlagDefinition, written_out
from services.intake.domain.group import GroupDefinition, group_of, written
from services.intake.domain.naming import check_texts
from services.intake.domain.programme import GroupsRefused
from services.intake.domain.selection import GroupQuota
from shared.sentences import S_

MOST_GROUPS = 20
MOST_PLACES = 100_000


@dataclass(frozen=True, slots=True)
class GroupAsked:
    """A group as somebody asks for it: one of a plugin by its code, or one of one's own with a name and a criterion in CEL."""

    quota: GroupQuota
    name: str = ""
    expression: str = ""
    score: str = ""
    tolerance: int = 0

    def written_out(self, known: Sequence[FlagDefinition]) -> "GroupAsked":
        """With the criteria of the flags that it names. Raises CriterionRefused."""
        return replace(self, expression=written_out(self.expression, known), score=written_out(self.score, known, field="score"))


@dataclass(frozen=True, slots=True)
class GroupTerms:
    """A group that a screening seats people in. `score` is its own need in CEL, "" where it has none."""

    definition: GroupDefinition
    quota: GroupQuota
    score: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything that decides a screening, beside the people. Without a survey everybody present is judged."""

    reference_on: date
    division: str
    categories: Sequence[str]
    seed: str
    groups: Sequence[GroupTerms]
    survey_id: UUID | None = None
    score: str = ""
    precedence: str = ""

    @property
    def need(self) -> Node | None:
        """How great a person's need is; None where the plugins say it."""
        return read_number(self.score) if self.score else None

    @property
    def first_among_equals(self) -> Node | None:
        return read_number(self.precedence, field="precedence") if self.precedence else None


def definition_of(asked: GroupAsked, known: Sequence[GroupDefinition]) -> GroupDefinition:
    """What the group asks of a person. Raises UnknownGroup, GroupsRefused or CriterionRefused."""
    if not asked.expression:
        return group_of(asked.quota.code, known)
    if any(definition.code == asked.quota.code for definition in known):
        raise GroupsRefused(S_("代码 {code} 已由插件使用，自定条件请换一个代码", code=asked.quota.code), field="groups")
    if not asked.name:
        raise GroupsRefused(S_("自定类别 {code} 须有名称", code=asked.quota.code), field="groups")
    return written(asked.quota.code, asked.name, asked.expression)


def check_terms(groups: Sequence[GroupAsked], *, score: str, precedence: str, known: Sequence[GroupDefinition]) -> list[GroupDefinition]:
    """The definitions of the groups, in order. Raises GroupsRefused, UnknownGroup or CriterionRefused."""
    codes = [asked.quota.code for asked in groups]
    if not 1 <= len(codes) <= MOST_GROUPS or len(set(codes)) < len(codes):
        raise GroupsRefused(S_("对象类别为 1 至 {most} 个，代码不能重复", most=MOST_GROUPS), field="groups")
    if any(character in code for code in codes for character in "\t\n,"):
        raise GroupsRefused(S_("类别代码不能含逗号、制表符或换行"), field="groups")
    for asked in groups:
        quota = asked.quota
        if quota.quota < 1 or quota.reserve < 0 or quota.quota + quota.reserve > MOST_PLACES:
            raise GroupsRefused(
                S_("{code} 的名额应大于 0，后备人数不能为负，合计不超过 {most}", code=quota.code, most=MOST_PLACES),
                field="groups",
            )
        if not 0 <= asked.tolerance <= quota.quota:
            raise GroupsRefused(S_("{code} 的可调整幅度为 0 至名额 {quota}", code=quota.code, quota=quota.quota), field="groups")
    for text, field in ((score, "score"), (precedence, "precedence")):
        if text:
            read_number(text, field=field)
    return [check_group(asked, known) for asked in groups]


def check_published(groups: Sequence[GroupAsked], *, name: str, purpose: str, seed: str, score: str, precedence: str) -> None:
    """What goes over the bus and is published says who nobody is. Raises NamesSomebody."""
    called = {"name": S_("名称"), "purpose": S_("服务目的"), "seed": S_("种子"), "score": S_("需求分"), "precedence": S_("同分先后")}
    said = {"name": name, "purpose": purpose, "seed": seed, "score": score, "precedence": precedence}
    of_groups = {"code": S_("类别代码"), "name": S_("类别名称"), "expression": S_("条件"), "score": S_("类别的需求分")}
    texts = {field: (called[field], text) for field, text in said.items()}
    for at, each in enumerate(groups):
        told = {"code": each.quota.code, "name": each.name, "expression": each.expression, "score": each.score}
        texts |= {f"groups.{at}.{field}": (of_groups[field], text) for field, text in told.items()}
    check_texts(texts)


def check_group(asked: GroupAsked, known: Sequence[GroupDefinition]) -> GroupDefinition:
    """What the group asks of a person. Raises UnknownGroup, GroupsRefused or CriterionRefused."""
    if asked.score:
        read_number(asked.score, field="score")
    return definition_of(asked, known)
