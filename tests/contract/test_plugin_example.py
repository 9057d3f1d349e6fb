"""A department's plugin, really built and installed, joins the service beside the built-in ones."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.intake import hooks as intake_hooks
from services.intake.app import SERVICE
from services.intake.hooks import PersonFacts
from shared.plugins import Answer, Hooks, PluginRefused, load
from tests.conftest import Office
from tests.project.sources import ROOT

ENABLED = [*SERVICE.plugins, "daye"]
SETTINGS: dict[str, dict[str, object]] = {"daye": {"points_for_living_alone": 3}}

ALONE = PersonFacts(birth=date(1950, 3, 7), sex="female", category="urban_allowance", living_members=1, needs=(1, 0, 2, 0, 0, 0, 0))
WITH_FAMILY = PersonFacts(birth=date(1950, 3, 7), sex="female", category="urban_allowance", living_members=4, needs=(1, 0, 2, 0, 0, 0, 0))
DESTITUTE = PersonFacts(birth=date(1950, 3, 7), sex="male", category="rural_destitute", living_members=1)


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the example was built and installed, without a network and away from our own environment."""
    source, target = tmp_path_factory.mktemp("source") / "daye", tmp_path_factory.mktemp("packages")
    shutil.copytree(ROOT / "tests/plugin_example", source, ignore=shutil.ignore_patterns("__pycache__"))
    install = [sys.executable, "-m", "uv", "pip", "install", "--offline", "--no-deps", "--no-build-isolation", "--python", sys.executable]
    done = subprocess.run([*install, "--target", str(target), str(source)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture
def installed(packages: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(packages))
    return packages


def start(*enabled: str, **config: dict[str, object]) -> Hooks:
    return load("intake", intake_hooks, enabled=enabled, builtin=SERVICE.plugins, config=config)


def test_nobody_has_it_before_it_is_installed() -> None:
    with pytest.raises(PluginRefused, match="'daye' is not installed"):
        start("daye")


@pytest.mark.usefixtures("installed")
class TestInstalled:
    def test_its_answers_stand_beside_the_built_in_ones(self) -> None:
        hooks = start(*ENABLED, **SETTINGS)

        assert hooks.need(people=(ALONE, WITH_FAMILY)) == [(3, 3), (3, 0)]
        assert hooks.objections(person=ALONE) == [[], []]
        assert hooks.objections(person=DESTITUTE) == [[], ["特困人员由供养机构服务，不重复纳入"]]

    def test_a_visit_asks_its_questions_behind_the_built_in_ones(self, service_client: Callable[..., Office]) -> None:
        intake = service_client(SERVICE, plugins=ENABLED, plugin_settings=SETTINGS)

        told = intake.as_("surveyor").get("/api/v1/survey-form")["sections"]
        assert [section["code"] for section in told] == ["living", "needs", "daily", "child_care", "daye_causes", "daye_doctor"]

    def test_installed_is_not_enabled(self) -> None:
        hooks = load("intake", intake_hooks, enabled=None, builtin=SERVICE.plugins, config={})

        assert "daye" not in {plugin.name for plugin in hooks.plugins}

    def test_act_records_it_with_the_version_of_its_package(self) -> None:
        took_part: list[Answer] = []
        start("daye", **SETTINGS).observed(took_part.append).objections(person=DESTITUTE)

        assert took_part == [Answer("objections", "daye", "2017.3", "decision")]

    @pytest.mark.parametrize("settings", [{}, {"points_for_living_alone": 99}, {"points": 3}])
    def test_wrong_settings_stop_the_start(self, settings: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            start("daye", daye=settings)

    def test_operator_sees_it_in_the_running_service(self, service_client: Callable[..., Office]) -> None:
        intake = service_client(SERVICE, plugins=ENABLED, plugin_settings=SETTINGS)

        shown = intake.as_("auditor").get("/-/plugins")["plugins"]
        assert [plugin["name"] for plugin in shown] == ENABLED
        assert (shown[-1]["version"], shown[-1]["hooks"]) == ("2017.3", ["need", "objections", "survey_questions"])


def test_command_line_of_a_new_process_finds_it(packages: Path, tmp_path: Path) -> None:
    settings = {
        "PYTHONPATH": str(packages),
        "QIAO_DATA": str(tmp_path),
        "QIAO_INTAKE_PLUGINS": '["still_here", "daye"]',
        "QIAO_INTAKE_PLUGIN_SETTINGS": '{"daye": {"points_for_living_alone": 3}}',
    }

    shown = subprocess.run(
        [Path(sys.executable).with_name("qiao"), "plugins", "intake"],
        cwd=ROOT,
        env={**os.environ, **settings, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 0, shown.stderr
    assert "daye" in shown.stdout
    assert "need, objections, survey_questions" in shown.stdout
