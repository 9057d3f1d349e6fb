"""The files of the repository, as git knows them, for the tests about the repository itself."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def tracked(pattern: str) -> tuple[Path, ...]:
    """Files that are, or are about to be, in the repository, relative to its root; `pattern` as git understands it."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", pattern],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(path for path in map(Path, sorted(set(listed.stdout.splitlines()))) if (ROOT / path).is_file())


def text_of(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(text_of(path), filename=str(path))


def modules(*folders: str) -> list[Path]:
    """Python files under these folders, without migrations, which are a record of what was."""
    return [path for folder in folders for path in tracked(f"{folder}/**.py") if "migrations" not in path.parts]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
