"""What a service needs is in its own extra: it assembles itself where nothing else is installed."""

import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from tests.project.sources import ROOT
from tests.project.test_requirements import SERVICES, lock

ASSEMBLE = """
import sys
from importlib.abc import MetaPathFinder

class NotInstalledHere(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in sys.argv[3].split():
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NotInstalledHere())
from pathlib import Path
from shared.cli.installed import load_service
from shared.cli.main import app
from shared.cli.secret_files import key_file
from shared.service import build_app

service = load_service(sys.argv[1])
data = Path(sys.argv[2])
build_app(service, service.settings(data=data, key_file=key_file(data, service.name)))
"""


@pytest.mark.parametrize("name", SERVICES)
def test_service_assembles_itself_with_its_own_lock_alone(name: str, tmp_path: Path) -> None:
    allowed = {*lock(name), "qiao"}
    absent = [
        module
        for module, distributions in packages_distributions().items()
        if not any(canonicalize_name(distribution) in allowed for distribution in distributions)
    ]

    done = subprocess.run(
        [sys.executable, "-c", ASSEMBLE, name, tmp_path, " ".join(absent)], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr[-2000:]
