"""The import contracts of pyproject.toml hold, as import-linter sees the code."""

from importlinter.cli import lint_imports


def test_import_contracts_hold() -> None:
    assert lint_imports(no_cache=True) == 0, "see the broken contracts above"
