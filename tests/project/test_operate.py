"""docs/operate.md is in step with the settings and commands that there are."""

import re
from pathlib import Path

import pytest
import typer

from shared.cli.installed import load_services
from shared.cli.main import app
from shared.service import Service
from tests.project.sources import text_of

OPERATE = text_of(Path("docs/operate.md"))
TUTORIAL = text_of(Path("docs/tutorial.md"))
README = text_of(Path("README.md"))


def variables(service: Service) -> set[str]:
    """The environment variables of a service, with `<S>` for what every service has under its own name."""
    prefix = f"QIAO_{service.name.upper()}_"
    shared = {name for parent in service.settings.__mro__[1:] for name in getattr(parent, "model_fields", {})}
    return {
        str(field.validation_alias or ("QIAO_<S>_" if name in shared else prefix) + name.upper())
        for name, field in service.settings.model_fields.items()
    }


def documented() -> set[str]:
    """Variables named in the table; `A_B`, `_C` stands for a second one with the same beginning."""
    rows = re.findall(r"^\| (`QIAO_[^|]*)\|", OPERATE, re.MULTILINE)
    found = set()
    for row in rows:
        first, *others = re.findall(r"`([\w<>]+)`", row)
        beginning = "_".join(first.split("_")[:2])
        found |= {first, *(beginning + other for other in others)}
    return found


@pytest.mark.parametrize("service", load_services(), ids=lambda service: service.name)
def test_every_setting_is_documented(service: Service) -> None:
    assert variables(service) - documented() == set()


def test_no_setting_is_documented_that_does_not_exist() -> None:
    known = {"QIAO_HOST"}.union(*(variables(service) for service in load_services()))

    assert documented() - known == set()


def test_every_command_is_documented() -> None:
    commands = {f"qiao {name}" for name in vars(typer.main.get_command(app))["commands"]}
    text = OPERATE + TUTORIAL + README + text_of(Path("CONTRIBUTING.md"))

    assert {command for command in commands if command not in text and command.replace("qiao ", "./run ") not in text} == set()
