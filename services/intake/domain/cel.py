"""Reads a criterion written in CEL (Common Expression Language) and judges one person by it.

The grammar and the evaluation are the library's; which of it a criterion may use is decided here. What is not in the list of
facts, or could fail while it is computed, is refused in one sentence that names the place. Nothing of it is ever run as code.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final, cast

from celpy import Environment, Runner
from celpy.adapter import json_to_cel
from celpy.celparser import CELParseError
from lark import Token, Tree

from services.intake import labels
from services.intake.domain.criterion import (
    FACTS,
    All,
    Arithmetic,
    Begins,
    Choice,
    Compare,
    Comparison,
    Either,
    Fact,
    Kind,
    Node,
    Not,
    OneOf,
    Operation,
    Value,
    bounds,
    kind_of,
)
from services.intake.domain.person import NEEDS, PersonFacts, age_on
from shared.divisions import DIGITS
from shared.errors import RuleRefusal
from shared.sentences import S_

LONGEST: Final = 2000
"""Characters."""
MOST_PARTS: Final = 120
"""Facts, values and operations."""
DEEPEST: Final = 12
"""Brackets, negations and choices within one another: the library evaluates by recursion."""
LARGEST: Final = 1_000_000
"""What a number may come to, so that it fits every database's integer."""

KINDS: Final[Mapping[Kind, str]] = {"truth": S_("是或否"), "number": S_("整数"), "code": S_("代码")}
NOT_HERE: Final = S_("条件中不能使用这种写法")


class CriterionRefused(RuleRefusal):
    """A criterion that cannot be read or is not allowed; the sentence names the place."""

    code = "criterion-refused"


def read_truth(text: str, *, field: str = "expression") -> Node:
    """A criterion: something that is true of a person or not. Raises CriterionRefused."""
    return _read(text, "truth", field)


def read_number(text: str, *, field: str = "score") -> Node:
    """A score: a whole number, not below 0. Raises CriterionRefused."""
    node = _read(text, "number", field)
    if bounds(node)[0] < 0:
        raise CriterionRefused(S_("分值可能为负（最低 {least}），请改写", least=bounds(node)[0]), field=field)
    return node


def clauses(text: str) -> list[tuple[str, Node]]:
    """The parts of a criterion that must all be true, each as it was written and as it was read."""
    tree = _tree(text, "expression")
    reader = _Reading(text, "expression")
    return [(_source(text, part), reader.of_kind("truth", part)) for part in _conjuncts(tree)]


def evaluate(text: str, person: PersonFacts, on: date) -> Any:
    """What the library says of one person. The text must have been read before."""
    return _program(text).evaluate(_activation(person, on))


def value_of(name: str, person: PersonFacts, on: date) -> bool | int | str:
    """A fact of a person by its name in a criterion."""
    if name == "age":
        return max(age_on(person.birth, on), 0)
    if name == "is_visited":
        return bool(person.needs)
    if name in ("is_card_expired", "is_assistance_over"):
        return bool(getattr(person, name)(on))
    if name.startswith("causes."):
        return f",{name.removeprefix('causes.')}," in person.causes
    if name.startswith("needs."):
        return person.needs[NEEDS.index(name.removeprefix("needs."))] if person.needs else 0
    return cast("bool | int | str", getattr(person, name))


def _activation(person: PersonFacts, on: date) -> Any:
    facts: dict[str, Any] = {name: value_of(name, person, on) for name in FACTS if "." not in name}
    facts["causes"] = {cause: value_of(f"causes.{cause}", person, on) for cause in labels.CAUSE}
    facts["needs"] = {need: value_of(f"needs.{need}", person, on) for need in NEEDS}
    return json_to_cel(facts)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment()


@lru_cache(maxsize=256)
def _program(text: str) -> Runner:
    return _environment().program(_environment().compile(text))


def _read(text: str, kind: Kind, field: str) -> Node:
    return _Reading(text, field).of_kind(kind, _tree(text, field))


def _tree(text: str, field: str) -> Tree[Token]:
    if not text.strip():
        raise CriterionRefused(S_("条件不能为空"), field=field)
    if len(text) > LONGEST:
        raise CriterionRefused(S_("条件不超过 {most} 个字符，现为 {count} 个", most=LONGEST, count=len(text)), field=field)
    try:
        return cast("Tree[Token]", _environment().compile(text))
    except CELParseError as error:
        lines = text.splitlines(keepends=True)
        at = sum(map(len, lines[: (error.line or 1) - 1])) + (error.column or 1)
        raise CriterionRefused(
            S_("第 {at} 个字符附近不合语法：{piece}", at=min(at, len(text)), piece=_near(text, at - 1)), field=field
        ) from None


def _near(text: str, at: int) -> str:
    return " ".join(text[max(at - 8, 0) : at + 8].split())


def _source(text: str, tree: Tree[Token]) -> str:
    return text[tree.meta.start_pos : tree.meta.end_pos]


def _only(tree: Tree[Token]) -> Tree[Token]:
    """Down through the levels of the grammar that say nothing: `expr > conditionalor > … > member`."""
    while len(tree.children) == 1 and isinstance(child := tree.children[0], Tree) and str(tree.data) in _LEVELS:
        tree = child
    return tree


def _conjuncts(tree: Tree[Token]) -> list[Tree[Token]]:
    tree = _only(tree)
    return _chain(tree, "conditionaland") if tree.data == "conditionaland" else [tree]


def _chain(tree: Tree[Token], level: str) -> list[Tree[Token]]:
    """`a && b && c`, which the grammar nests to the left, as a list."""
    parts: list[Tree[Token]] = []
    while tree.data == level and len(tree.children) == 2:
        tree, last = cast("list[Tree[Token]]", tree.children)
        parts.insert(0, last)
    return [tree, *parts]


_LEVELS: Final = frozenset(
    ["expr", "conditionalor", "conditionaland", "relation", "addition", "multiplication", "unary", "member", "primary"]
)
_COMPARISONS: Final[Mapping[str, Comparison]] = {
    "relation_eq": "==",
    "relation_ne": "!=",
    "relation_lt": "<",
    "relation_le": "<=",
    "relation_gt": ">",
    "relation_ge": ">=",
}
_OPERATIONS: Final[Mapping[str, Operation]] = {"addition_add": "+", "addition_sub": "-", "multiplication_mul": "*"}


class _Reading:
    """From the library's tree to a checked one."""

    def __init__(self, text: str, field: str) -> None:
        self._text = text
        self._field = field
        self._parts = 0
        self._depth = 0

    def of_kind(self, kind: Kind, tree: Tree[Token]) -> Node:
        node = self._node(tree)
        if kind_of(node) != kind:
            raise self._refuse(tree, S_("这里应为{expected}，现为{found}", expected=KINDS[kind], found=KINDS[kind_of(node)]))
        return node

    def _refuse(self, tree: Tree[Token], why: str) -> CriterionRefused:
        at = tree.meta.start_pos + 1 if not tree.meta.empty else 1
        piece = _source(self._text, tree) if not tree.meta.empty else self._text
        return CriterionRefused(S_("第 {at} 个字符“{piece}”：{why}", at=at, piece=piece[:40], why=why), field=self._field)

    def _node(self, tree: Tree[Token]) -> Node:
        tree = _only(tree)
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise self._refuse(tree, S_("条件过长，不超过 {most} 项，请拆分", most=MOST_PARTS))
        read = self._READ.get(str(tree.data))
        if read is None:
            raise self._refuse(tree, NOT_HERE)
        return read(self, tree)

    def _deeper(self, tree: Tree[Token]) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._refuse(tree, S_("嵌套不超过 {most} 层", most=DEEPEST))
        node = self._node(tree)
        self._depth -= 1
        return node

    def _truth_deeper(self, tree: Tree[Token]) -> Node:
        node = self._deeper(tree)
        if kind_of(node) != "truth":
            raise self._refuse(tree, S_("这里应为{expected}，现为{found}", expected=KINDS["truth"], found=KINDS[kind_of(node)]))
        return node

    def _choice(self, tree: Tree[Token]) -> Node:
        test, then, otherwise = cast("list[Tree[Token]]", tree.children)
        found = Choice(self._truth_deeper(test), self._deeper(then), self._deeper(otherwise))
        if kind_of(found.then) != kind_of(found.otherwise):
            raise self._refuse(tree, S_("两个结果应为同一种类"))
        if kind_of(found.then) == "code":
            raise self._refuse(tree, S_("结果只能是是否或整数"))
        return found

    def _any(self, tree: Tree[Token]) -> Node:
        return Either(tuple(self.of_kind("truth", part) for part in _chain(tree, "conditionalor")))

    def _all(self, tree: Tree[Token]) -> Node:
        return All(tuple(self.of_kind("truth", part) for part in _chain(tree, "conditionaland")))

    def _relation(self, tree: Tree[Token]) -> Node:
        opened, right_tree = cast("list[Tree[Token]]", tree.children)
        left_tree = cast("Tree[Token]", opened.children[0])
        if _only(left_tree).data == "relation":
            raise self._refuse(tree, S_("比较不能连写，请用 && 分开"))
        left = self._node(left_tree)
        if opened.data == "relation_in":
            return self._one_of(tree, left, right_tree)
        return self._compare(tree, _COMPARISONS[str(opened.data)], left, self._node(right_tree))

    def _compare(self, tree: Tree[Token], sign: Comparison, left: Node, right: Node) -> Node:
        if kind_of(left) != kind_of(right):
            raise self._refuse(tree, S_("不能把{left}与{right}相比", left=KINDS[kind_of(left)], right=KINDS[kind_of(right)]))
        if kind_of(left) != "number" and sign not in ("==", "!="):
            raise self._refuse(tree, S_("{kind}只能用 == 或 != 比较", kind=KINDS[kind_of(left)]))
        self._check_vocabulary(tree, left, right)
        self._check_vocabulary(tree, right, left)
        return Compare(sign, left, right)

    def _one_of(self, tree: Tree[Token], left: Node, right: Tree[Token]) -> Node:
        listed = _only(right)
        if listed.data != "list_lit" or not listed.children:
            raise self._refuse(tree, S_("in 的右边应为不空的列表，如 [1, 2]"))
        values = [self._node(cast("Tree[Token]", each)) for each in cast("Tree[Token]", listed.children[0]).children]
        kind = kind_of(left)
        if kind == "truth" or not all(isinstance(value, Value) and kind_of(value) == kind for value in values):
            raise self._refuse(tree, S_("列表中只能是与左边同类的{kind}值", kind=KINDS[kind]))
        for value in values:
            self._check_vocabulary(tree, left, value)
        return OneOf(left, tuple(value for value in values if isinstance(value, Value)))

    def _check_vocabulary(self, tree: Tree[Token], fact: Node, value: Node) -> None:
        if not (isinstance(fact, Fact) and isinstance(value, Value) and isinstance(value.value, str)):
            return
        kind = fact.of
        if kind.vocabulary and value.value not in kind.vocabulary:
            known = [S_('"{code}"（{words}）', code=code, words=words) for code, words in kind.vocabulary.items()]
            raise self._refuse(tree, S_("{fact}没有“{code}”，可用：{known}", fact=kind.words, code=value.value, known=known))
        if kind.name == "division" and not (value.value.isascii() and value.value.isdigit() and len(value.value) == DIGITS):
            raise self._refuse(tree, S_("区划代码应为 {digits} 位数字；要说某一地区之内，用 division.startsWith", digits=DIGITS))

    def _arithmetic(self, tree: Tree[Token]) -> Node:
        opened, right = cast("list[Tree[Token]]", tree.children)
        sign = _OPERATIONS.get(str(opened.data))
        if sign is None:
            raise self._refuse(tree, S_("整数只能加、减、乘"))
        found = Arithmetic(sign, self.of_kind("number", cast("Tree[Token]", opened.children[0])), self.of_kind("number", right))
        if max(map(abs, bounds(found))) > LARGEST:
            raise self._refuse(tree, S_("数值可能超过 {most}", most=LARGEST))
        return found

    def _unary(self, tree: Tree[Token]) -> Node:
        opened, part = cast("list[Tree[Token]]", tree.children)
        if opened.data == "unary_not":
            return Not(self._truth_deeper(part))
        node = self._deeper(part)
        if kind_of(node) != "number":
            raise self._refuse(tree, S_("负号只用于整数"))
        return Arithmetic("-", Value(0), node)

    def _literal(self, tree: Tree[Token]) -> Node:
        token = cast("Token", tree.children[0])
        if token.type == "BOOL_LIT":
            return Value(token.value == "true")
        if token.type == "INT_LIT" and token.lstrip("-").isdecimal():
            if abs(int(token)) > LARGEST:
                raise self._refuse(tree, S_("整数不超过 {most}", most=LARGEST))
            return Value(int(token))
        if token.type == "STRING_LIT" and token[0] in "'\"" and "\\" not in token:
            return Value(str(token[1:-1]))
        raise self._refuse(tree, S_("这里只能写整数、true、false 或引号中的代码"))

    def _fact(self, tree: Tree[Token], name: str) -> Node:
        if name not in FACTS:
            raise self._refuse(tree, S_("没有“{name}”这一项，可用：{facts}", name=name, facts=FACTS))
        return Fact(FACTS[name])

    def _ident(self, tree: Tree[Token]) -> Node:
        return self._fact(tree, str(tree.children[0]))

    def _dotted(self, tree: Tree[Token]) -> Node:
        owner, name = tree.children
        of = _only(cast("Tree[Token]", owner))
        if of.data != "ident":
            raise self._refuse(tree, NOT_HERE)
        return self._fact(tree, f"{of.children[0]}.{name}")

    def _begins(self, tree: Tree[Token]) -> Node:
        owner, name, *given = cast("list[Any]", tree.children)
        left = self._node(owner)
        if name != "startsWith" or not (isinstance(left, Fact) and left.of.name == "division") or len(given) != 1:
            raise self._refuse(tree, S_('只能写 division.startsWith("…")'))
        values = [self._node(each) for each in given[0].children]
        if len(values) != 1 or not isinstance(values[0], Value) or not isinstance(values[0].value, str):
            raise self._refuse(tree, S_("startsWith 的括号里应为一个区划代码的前若干位"))
        beginning = values[0].value
        if not (beginning.isascii() and beginning.isdigit() and len(beginning) <= DIGITS):
            raise self._refuse(tree, S_("区划代码为至多 {digits} 位数字", digits=DIGITS))
        return Begins(left, beginning)

    def _bracketed(self, tree: Tree[Token]) -> Node:
        return self._deeper(cast("Tree[Token]", tree.children[0]))

    _READ: Final[Mapping[str, Callable[["_Reading", Tree[Token]], Node]]] = {
        "expr": _choice,
        "conditionalor": _any,
        "conditionaland": _all,
        "relation": _relation,
        "addition": _arithmetic,
        "multiplication": _arithmetic,
        "unary": _unary,
        "literal": _literal,
        "ident": _ident,
        "member_dot": _dotted,
        "member_dot_arg": _begins,
        "paren_expr": _bracketed,
    }
