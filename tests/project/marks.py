"""Which Chinese in the code is marked for translation (L_, C_, T_ of shared.web.i18n, S_ of shared.sentences), and which is not."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

from shared.web.words import HAN
from tests.project.sources import modules, tree_of

MARKS = {"L_", "C_", "T_", "S_"}
REFERENCES = {"article", "source"}
"""Values of these names are citations, which stay as they are."""
FORMS = {"pattern"}
"""What these are given says what Chinese looks like."""


def unsaid(path: Path) -> list[tuple[int, str]]:
    """Line and text of each Chinese text in a module that no mark is on, or a mark that nobody can collect: an f-string."""
    return [(node.lineno, ast.unparse(node)) for node in _bare(ast.parse(path.read_text()))]


def refused_unsaid(path: Path) -> list[tuple[int, str]]:
    """The same of what is given to a refusal or a fault alone, in a module whose other Chinese is data."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call) and _called(node) in refusals()]
    messages = [
        argument
        for call in calls
        for argument in (*call.args[:2], *(each.value for each in call.keywords if each.arg in (None, "message")))
    ]
    return [(node.lineno, ast.unparse(node)) for message in messages for node in _bare(message)]


@cache
def refusals() -> frozenset[str]:
    """Names of the classes that tell somebody what is wrong: `Fault`, and all that is a `Refusal`."""
    classes = [node for path in modules("shared", "services") for node in ast.walk(tree_of(path)) if isinstance(node, ast.ClassDef)]
    found = {"Fault", "Refusal"}
    while more := {each.name for each in classes if each.name not in found and found & {ast.unparse(parent) for parent in each.bases}}:
        found |= more
    return frozenset(found)


def unfilled(path: Path) -> list[tuple[int, str]]:
    """Line and text of each sentence whose template asks for other values than it is given."""
    calls = [
        node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call) and _called(node) == "S_" and node.keywords
    ]
    return [(each.lineno, ast.unparse(each)) for each in calls if fields(_text(each.args[0])) != {value.arg for value in each.keywords}]


def _bare(node: ast.AST) -> Iterator[ast.expr]:
    """Chinese in a tree, outside docstrings and marks; in a mark, what is no plain text."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if (isinstance(node, ast.keyword) and node.arg in REFERENCES) or (isinstance(node, ast.Call) and _called(node) in FORMS):
        return
    inner = ast.iter_child_nodes(node)
    if isinstance(node, ast.Call) and _called(node) in MARKS:
        at = 1 if _called(node) == "C_" else 0
        if not isinstance(node.args[at], ast.Constant):
            yield node.args[at]
        inner = iter([each.value for each in node.keywords])
    elif isinstance(node, ast.JoinedStr):
        if any(isinstance(each, ast.Constant) and HAN.search(str(each.value)) for each in node.values):
            yield node
            return
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str) and HAN.search(node.value):
            yield node
        return
    for each in inner:
        yield from _bare(each)


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _text(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""


def fields(template: str) -> set[str]:
    """Names of the values in a template, with the format that they must not have."""
    return {f"{name}{form and ':'}{form}" for _, name, form, _ in Formatter().parse(template) if name is not None}
