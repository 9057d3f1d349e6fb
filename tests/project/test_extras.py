"""What a service needs is in its own extra and its own files: it assembles itself where nothing else is, as in its image."""

import shutil
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
from shared.cli.installed import NotInstalled, load_service, service_names
from shared.cli.main import app
from shared.cli.secret_files import key_file
from shared.service import build_app

service = load_service(sys.argv[1])
data = Path(sys.argv[2])
build_app(service, service.settings(data=data, key_file=key_file(data, service.name)))
for other in set(service_names()) - {service.name}:
    try:
        load_service(other)
    except NotInstalled as told:
        print(told)
"""


@pytest.fixture
def files(tmp_path: Path, name: str) -> Path:
    """What deploy/Dockerfile copies into the image of a service; and what is compiled already, to save the time."""
    folder = tmp_path / "files"
    shutil.copytree(ROOT / "shared", folder / "shared")
    shutil.copytree(ROOT / "services" / name, folder / "services" / name)
    shutil.copy(ROOT / "services" / "__init__.py", folder / "services")
    return folder


@pytest.mark.parametrize("name", SERVICES)
def test_service_assembles_itself_with_its_own_lock_and_its_own_files_alone(name: str, files: Path, tmp_path: Path) -> None:
    allowed = {*lock(name), "qiao"}
    absent = [
        module
        for module, distributions in packages_distributions().items()
        if not any(canonicalize_name(distribution) in allowed for distribution in distributions)
    ]

    done = subprocess.run(
        [sys.executable, "-c", ASSEMBLE, name, tmp_path / "data", " ".join(absent)], cwd=files, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("is not installed") == len(SERVICES) - 1
