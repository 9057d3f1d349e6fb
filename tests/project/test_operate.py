"""docs/operate.md is in step with the settings and commands that there are."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import typer
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from shared.cli.installed import load_service, load_services
from shared.cli.main import app
from shared.cli.secret_files import key_file
from shared.service import Service, build_app
from shared.store.migrate import upgrade
from tests.project.sources import text_of
from tests.servers import free_port

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
    known = {"QIAO_HOST", "QIAO_SERVICE"}.union(*(variables(service) for service in load_services()))

    assert documented() - known == set()


def metrics() -> set[str]:
    """Names of what a service with consumers, plugins and a relay exposes, without the bus that it looks for."""
    casework = load_service("casework")
    with TemporaryDirectory() as folder:
        data = Path(folder)
        settings = casework.settings(data=data, key_file=key_file(data, "casework"), nats_url=f"nats://127.0.0.1:{free_port()}")
        store = casework.open_store(settings)
        upgrade(casework, store)
        store.engine.dispose()
        application = build_app(casework, settings)
        with TestClient(application):
            text, _ = application.state.runtime.telemetry.metrics.exposition("")
    families = text_string_to_metric_families(text.decode())
    return {family.name + ("_total" if family.type == "counter" else "") for family in families}


def test_every_metric_is_documented_and_no_other() -> None:
    _, _, listed = OPERATE.partition("| metric | kind | what |")
    rows = re.findall(r"^\| (`[^|]*) \| (?:gauge|counter|histogram) \|", listed, re.MULTILINE)

    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == metrics()


def test_every_command_is_documented() -> None:
    commands = {f"qiao {name}" for name in vars(typer.main.get_command(app))["commands"]}
    text = OPERATE + TUTORIAL + README + text_of(Path("CONTRIBUTING.md"))

    assert {command for command in commands if command not in text and command.replace("qiao ", "./run ") not in text} == set()
