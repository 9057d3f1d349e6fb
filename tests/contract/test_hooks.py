"""The contract with departments that bring rules of their own: every hook is documented, tried, and answered as it says."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from inspect import signature
from pathlib import Path
from types import ModuleType

import pytest

from shared.plugins import Spec, specs_of
from shared.plugins.contract import DOCUMENT, MARK, document, hooks_modules
from shared.plugins.loading import load
from shared.service import Service
from tests.project.sources import ROOT, tracked, tree_of

SERVICES: dict[str, Service] = {point.name: point.load() for point in entry_points(group="qiao.services")}
HOOKS = [spec for service in SERVICES.values() for spec in specs_of(service.hooks).values()]
PLUGINS = [path for path in tracked("services/*/plugins/*.py") if path.name != "__init__.py"]
EXAMPLE = Path("tests/plugin_example/daye_rules.py")

PURE = {"shared.errors", "shared.identity", "shared.money", "shared.plugins", "shared.workdays"}
"""What a built-in plugin may use of the kernel: values and data; no store, no request, no clock."""


def named(spec: Spec) -> str:
    return f"{spec.service}.{spec.name}"


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def tries_of(service: str) -> Iterator[ast.FunctionDef]:
    """The test functions that try a service."""
    for layer in ("unit", "service"):
        for path in tracked(f"tests/{layer}/{service}/test_*.py"):
            yield from (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef))


def mentions(function: ast.FunctionDef, hook: str) -> bool:
    """Whether the code asks the hook, answers it, or calls an answer by its name."""
    for node in ast.walk(function):
        if (isinstance(node, ast.Attribute) and node.attr == hook) or (isinstance(node, ast.Call) and ast.unparse(node.func) == hook):
            return True
        if isinstance(node, ast.keyword) and node.arg == hook:
            return True
        if isinstance(node, ast.FunctionDef) and node is not function and node.name == hook:
            return True
    return False


@pytest.mark.parametrize("spec", HOOKS, ids=named)
def test_hook_says_what_it_asks_which_answers_count_and_what_none_means(spec: Spec) -> None:
    text = spec.function.__doc__ or ""

    assert re.search(r"answers? counts?", text), "which answers count?"
    assert re.search(r"\b([Ee]mpty|None|nobody answers)\b", text), "what does no answer mean?"
    assert ("first answer counts" in text) == spec.is_first
    assert "->" in str(signature(spec.function))
    assert None not in {parameter.annotation for parameter in signature(spec.function).parameters.values()}


@pytest.mark.parametrize("spec", HOOKS, ids=named)
def test_hook_is_tried(spec: Spec) -> None:
    assert any(mentions(function, spec.name) for function in tries_of(spec.service)), (
        f"no test in tests/*/{spec.service} asks or answers it"
    )


@pytest.mark.parametrize("spec", HOOKS, ids=named)
def test_hook_is_proven_by_a_built_in_plugin(spec: Spec) -> None:
    service = SERVICES[spec.service]
    hooks = load(service.name, service.hooks, enabled=None, builtin=service.plugins, config={})

    assert spec.name in {hook for plugin in hooks.plugins for hook in plugin.hooks}


def test_document_has_every_hook_as_it_is() -> None:
    assert DOCUMENT.read_text("utf-8").partition(MARK)[2] == document(hooks_modules())[len(MARK) :], (
        "run: python -m shared.plugins.contract"
    )


@pytest.mark.parametrize("service", SERVICES.values(), ids=lambda service: service.name)
def test_built_in_plugins_are_registered_in_the_same_way_as_a_departments(service: Service) -> None:
    ours = {point.name for point in entry_points(group=f"qiao.{service.name}.plugins") if point.value.startswith("services.")}

    assert set(service.plugins) == ours
    assert {path.stem for path in PLUGINS if path.parts[1] == service.name} == ours


@pytest.mark.parametrize("path", PLUGINS, ids=str)
def test_built_in_plugin_reaches_for_values_only(path: Path) -> None:
    own = tuple(f"services.{path.parts[1]}.{room}" for room in ("hooks", "domain", "labels"))
    ours = {name for name in imported(path) if name.split(".")[0] not in sys.stdlib_module_names}

    foreign = {name for name in ours if name not in PURE and not name.startswith(own)}
    assert foreign == set()
    assert ast.get_docstring(tree_of(path)), "what rule is it?"


def test_departments_plugin_knows_nothing_but_the_hooks() -> None:
    assert {name for name in imported(EXAMPLE) if name.startswith(("services", "shared"))} == {"services.intake.hooks", "shared.plugins"}


def test_hooks_module_shows_every_value_that_its_hooks_take_and_give() -> None:
    for name, service in SERVICES.items():
        exported = set(_all_of(service.hooks))
        missing = {
            word
            for spec in specs_of(service.hooks).values()
            for word in re.findall(r"\bservices\.[\w.]+\.(\w+)", str(signature(spec.function)))
            if word not in exported
        }
        assert missing == set(), name


def _all_of(module: ModuleType) -> list[str]:
    return list(module.__all__)


def test_example_is_a_package_that_anybody_may_copy() -> None:
    assert {path.name for path in (ROOT / EXAMPLE).parent.iterdir() if path.is_file()} == {"pyproject.toml", "daye_rules.py"}
