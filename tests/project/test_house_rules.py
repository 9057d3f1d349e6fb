"""House rules that no ready-made linter knows (CONTRIBUTING.md). Each says in its message what to do instead."""

import ast
import re
from pathlib import Path

from tests.project.sources import functions, modules, text_of, tracked, tree_of

LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 60
VAGUE_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "base", "misc"}

EVERYWHERE = modules("services", "shared", "tests")
PRODUCT = modules("services", "shared")


def test_a_file_fits_a_few_screens() -> None:
    long = {str(path): lines for path in EVERYWHERE if (lines := text_of(path).count("\n")) > LINES_OF_A_FILE}

    assert long == {}, "look for the second idea in them"


def test_a_function_fits_a_screen() -> None:
    long = {
        f"{path}:{function.lineno} {function.name}": lines
        for path in EVERYWHERE
        for function in functions(path)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > LINES_OF_A_FUNCTION
    }

    assert long == {}, "look for the second idea in them"


def test_no_module_or_class_has_a_name_that_says_nothing() -> None:
    vague = [str(path) for path in EVERYWHERE if {path.stem, *path.parent.parts} & VAGUE_NAMES]
    vague += [
        f"{path}:{node.lineno} {node.name}"
        for path in EVERYWHERE
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef) and re.search(r"(Utils?|Helpers?|Managers?|Base)$", node.name)
    ]

    assert vague == [], "name the thing by what it is for"


def test_every_module_says_what_it_is_for() -> None:
    silent = [str(path) for path in PRODUCT if text_of(path).strip() and ast.get_docstring(tree_of(path)) is None]

    assert silent == [], "begin the module with one sentence"


def test_only_the_factory_makes_a_broker() -> None:
    """Elsewhere FastStream's defaults would discard a message at its first error and stop the loop after an outage."""
    makers = [str(path) for path in PRODUCT if path != Path("shared/bus/broker.py") and "NatsBroker(" in text_of(path)]

    assert makers == [], "ask shared/bus/broker.py for a broker"


def test_a_silenced_check_says_why() -> None:
    silenced = re.compile(r"#\s*(?:type:\s*ignore|noqa)(?::\s*[A-Z0-9, ]+|\[[\w, -]+\])?[ \t]*(.*)$", re.MULTILINE)
    unsaid = [
        f"{path}: {match.group().strip()}" for path in EVERYWHERE for match in silenced.finditer(text_of(path)) if len(match.group(1)) < 10
    ]

    assert unsaid == [], "say after it why the check is wrong here"


def test_nothing_is_left_to_do_without_an_issue() -> None:
    left = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b(?!\(#\d+\))")
    found = [f"{path}: {match.group()}" for path in EVERYWHERE for match in left.finditer(text_of(path))]

    assert found == [], "do it now, or name the issue: TODO(#12)"


def test_services_do_not_swallow_what_they_did_not_expect() -> None:
    broad = [
        f"{path}:{handler.lineno}"
        for path in modules("services")
        for handler in ast.walk(tree_of(path))
        if isinstance(handler, ast.ExceptHandler) and (handler.type is None or ast.unparse(handler.type) in {"Exception", "BaseException"})
    ]

    assert broad == [], "catch what you expect; the rest ends the request, loudly"


def test_nothing_is_imported_inside_a_function() -> None:
    hidden = [
        f"{path}:{node.lineno}"
        for path in PRODUCT
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert hidden == [], "import at the top, so that a missing package is met at the start"


def test_print_is_for_the_command_line() -> None:
    printing = [
        f"{path}:{node.lineno}"
        for path in PRODUCT
        if path.parts[:2] not in {("shared", "cli"), ("shared", "demo")}
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]

    assert printing == [], "log an event with fields"


def test_the_migrations_of_a_service_follow_one_another() -> None:
    wrong: list[str] = []
    last: dict[Path, str] = {}
    for path in tracked("services/*/migrations/[0-9]*.py"):
        named = dict(re.findall(r'^(revision|down_revision)\b.*? = (?:"(.*)"|None)$', text_of(path), re.MULTILINE))
        if (named["revision"], named["down_revision"]) != (path.name[:4], last.get(path.parent, "")):
            wrong.append(str(path))
        last[path.parent] = named["revision"]

    assert wrong == [], "take the next number, in the name of the file, in revision and in down_revision"
