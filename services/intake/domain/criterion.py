"""A criterion (条件) as data: what it asks of a person, checked for sense before anybody is judged by it.

The tree knows three kinds of values (a truth, a whole number, a code) and nothing that could fail while it is computed:
every number has bounds, every code a vocabulary. So the database, asked for everybody, and the evaluator, asked about one
person, cannot differ by an overflow, a division or a missing value.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Final, Literal

from services.intake import labels
from services.intake.domain.person import HIGHEST_NEED, MOST_YUAN, NEEDS
from shared.divisions import DIGITS, name_of
from shared.sentences import S_

Kind = Literal["truth", "number", "code"]
Comparison = Literal["==", "!=", "<", "<=", ">", ">="]
Operation = Literal["+", "-", "*"]

SAID: Final[Mapping[Comparison, Callable[[str, str], str]]] = {
    "==": lambda left, right: S_("{left}为{right}", left=left, right=right),
    "!=": lambda left, right: S_("{left}不为{right}", left=left, right=right),
    "<": lambda left, right: S_("{left}小于{right}", left=left, right=right),
    "<=": lambda left, right: S_("{left}不超过{right}", left=left, right=right),
    ">": lambda left, right: S_("{left}超过{right}", left=left, right=right),
    ">=": lambda left, right: S_("{left}不低于{right}", left=left, right=right),
}


@dataclass(frozen=True, slots=True)
class FactKind:
    """A fact that a criterion may name: its kind, its Chinese words, and what values it can have."""

    name: str
    kind: Kind
    words: str
    low: int = 0
    high: int = 0
    vocabulary: Mapping[str, str] = field(default_factory=dict)
    """Codes and their Chinese; a code of another kind (division) has none."""


def _number(name: str, words: str, high: int) -> FactKind:
    return FactKind(name, "number", words, 0, high)


def _truth(name: str, words: str) -> FactKind:
    return FactKind(name, "truth", words)


def _code(name: str, words: str, vocabulary: Mapping[str, str]) -> FactKind:
    return FactKind(name, "code", words, vocabulary=vocabulary)


FACTS: Final[Mapping[str, FactKind]] = {
    kind.name: kind
    for kind in (
        _number("age", S_("周岁年龄"), 150),
        _code("sex", S_("性别"), labels.SEX),
        _code("category", S_("救助类别"), labels.CATEGORY),
        FactKind("division", "code", S_("所在地区")),
        _code("relation", S_("与户主关系"), labels.RELATION),
        _number("living_members", S_("实际居住人数"), 30),
        _code("housing", S_("住房"), labels.HOUSING | {"": S_("未登记")}),
        _code("schooling", S_("就读学段"), labels.SCHOOLING | {"": S_("未就读")}),
        _truth("is_pupil", S_("在校就读（小学至高中、中职）")),
        _truth("has_single_parent", S_("由父母一方抚养")),
        _number("disability_kind", S_("残疾类别"), 7),
        _number("disability_level", S_("残疾等级"), 4),
        _truth("is_disabled", S_("持有效残疾人证")),
        _truth("is_severely_disabled", S_("重度残疾（含三级智力、精神）")),
        _truth("is_seriously_ill", S_("所患疾病列入当地重病目录")),
        _code("father", S_("父亲情况"), labels.PARENT | {"": S_("未登记")}),
        _code("mother", S_("母亲情况"), labels.PARENT | {"": S_("未登记")}),
        _number("adl_unmet", S_("不能自理的日常活动项数"), len(labels.DAILY)),
        _truth("has_lost_only_child", S_("独生子女死亡，未再生育、未收养")),
        _code("labour", S_("劳动能力"), labels.LABOUR | {"": S_("未登记")}),
        _code("employment", S_("就业状况"), labels.EMPLOYMENT | {"": S_("未登记")}),
        _code("health", S_("健康状况"), labels.HEALTH | {"": S_("未登记")}),
        _code("education", S_("文化程度"), labels.EDUCATION | {"": S_("未登记")}),
        _code("medical_insurance", S_("医疗保险"), labels.MEDICAL | {"": S_("未登记")}),
        _code("pension_insurance", S_("养老保险"), labels.PENSION | {"": S_("未登记")}),
        _truth("is_card_expired", S_("残疾人证已过有效期")),
        _truth("is_assistance_over", S_("救助已届满")),
        _number("monthly_yuan", S_("月保障金额（元）"), MOST_YUAN),
        *(_truth(f"causes.{cause}", S_("致困原因有{cause}", cause=words)) for cause, words in labels.CAUSE.items()),
        _truth("is_visited", S_("已入户核实")),
        *(_number(f"needs.{need}", S_("{need}需求", need=labels.NEED[need]), HIGHEST_NEED) for need in NEEDS),
    )
}
"""Ages are judged on the programme's reference date. Needs are 0 before the visit; `is_visited` says which 0 it is."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of the person."""

    of: FactKind


@dataclass(frozen=True, slots=True)
class Value:
    """A value that the criterion itself names."""

    value: bool | int | str


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """Two values of one kind."""

    sign: Comparison
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class OneOf:
    left: "Node"
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Begins:
    """A code that begins with another: a community of a district."""

    left: "Node"
    beginning: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of two values, of one kind, as a truth says."""

    test: "Node"
    then: "Node"
    otherwise: "Node"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    sign: Operation
    left: "Node"
    right: "Node"


Node = Fact | Value | Not | All | Either | Compare | OneOf | Begins | Choice | Arithmetic


def kind_of(node: Node) -> Kind:
    """What the node computes."""
    if isinstance(node, Fact):
        return node.of.kind
    if isinstance(node, Value):
        return "truth" if isinstance(node.value, bool) else "number" if isinstance(node.value, int) else "code"
    if isinstance(node, Choice):
        return kind_of(node.then)
    return "number" if isinstance(node, Arithmetic) else "truth"


def bounds(node: Node) -> tuple[int, int]:
    """The smallest and the largest number that the node can be; only of a node of numbers."""
    if isinstance(node, Fact):
        return node.of.low, node.of.high
    if isinstance(node, Value):
        return int(node.value), int(node.value)
    if isinstance(node, Choice):
        ends = (*bounds(node.then), *bounds(node.otherwise))
        return min(ends), max(ends)
    if not isinstance(node, Arithmetic):
        raise TypeError(f"{type(node).__name__} is no number")
    (low, high), (least, most) = bounds(node.left), bounds(node.right)
    if node.sign == "+":
        return low + least, high + most
    if node.sign == "-":
        return low - most, high - least
    products = [one * other for one in (low, high) for other in (least, most)]
    return min(products), max(products)


def said(node: Node) -> str:
    """The node in Chinese, as it is published and as a person is told it."""
    return _SAID[type(node)](node)


def _said_value(node: Value, of: Node | None = None) -> str:
    if isinstance(node.value, bool):
        return S_("是") if node.value else S_("否")
    if isinstance(of, Fact) and isinstance(node.value, str):
        if of.of.name == "division":
            return name_of(node.value.ljust(DIGITS, "0"))
        return of.of.vocabulary.get(node.value, node.value)
    return str(node.value)


def _said_compare(node: Compare) -> str:
    if isinstance(node.right, Value) and isinstance(node.right.value, bool) and node.sign in ("==", "!="):
        return said(node.left) if node.right.value is (node.sign == "==") else said(Not(node.left))
    right = _said_value(node.right, node.left) if isinstance(node.right, Value) else said(node.right)
    left = _said_value(node.left, node.right) if isinstance(node.left, Value) else said(node.left)
    return SAID[node.sign](left, right)


def _said_not(node: Not) -> str:
    if isinstance(node.part, Not):
        return said(node.part.part)
    return S_("不是：{part}", part=_grouped(node.part))


def _said_one_of(node: OneOf) -> str:
    return SAID["=="](said(node.left), _any_of([_said_value(value, node.left) for value in node.values]))


def _said_begins(node: Begins) -> str:
    place = name_of(node.beginning.ljust(DIGITS, "0"))
    return S_("{left}在{place}", left=said(node.left), place=place)


def _grouped(node: Node) -> str:
    return S_("（{part}）", part=said(node)) if isinstance(node, All | Either | Choice | Arithmetic) else said(node)


def _all_of(parts: Sequence[str]) -> str:
    return reduce(lambda told, each: S_("{parts}且{part}", parts=told, part=each), parts)


def _any_of(parts: Sequence[str]) -> str:
    return reduce(lambda told, each: S_("{parts}或{part}", parts=told, part=each), parts)


def _said_choice(node: Choice) -> str:
    test, then, otherwise = _grouped(node.test), _grouped(node.then), _grouped(node.otherwise)
    return S_("若{test}则{then}，否则{otherwise}", test=test, then=then, otherwise=otherwise)


def _said_arithmetic(node: Arithmetic) -> str:
    return S_("{left}{sign}{right}", left=_grouped(node.left), sign=_SIGNS[node.sign], right=_grouped(node.right))


_SIGNS: Final[Mapping[Operation, str]] = {"+": "＋", "-": "－", "*": "×"}

_SAID: Final[Mapping[type, Callable[[Any], str]]] = {
    Fact: lambda node: node.of.words,
    Value: _said_value,
    Not: _said_not,
    All: lambda node: _all_of([*map(_grouped, node.parts)]),
    Either: lambda node: _any_of([*map(_grouped, node.parts)]),
    Compare: _said_compare,
    OneOf: _said_one_of,
    Begins: _said_begins,
    Choice: _said_choice,
    Arithmetic: _said_arithmetic,
}
