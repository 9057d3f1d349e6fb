"""What docs/intake/social-registry.md tells another department to type: the text of the document is what is run here."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from fastapi.testclient import TestClient

from services.intake.app import SERVICE
from shared.personal import Keyring
from shared.service import Service, build_app
from tests.browser.serving import serving
from tests.conftest import HUANGSHI, Office
from tests.project.sources import ROOT
from tests.servers import lacking
from tests.service.intake.bureau import Bureau
from tests.service.intake.spdci import check_answer
from tests.service.intake.test_search import PERSON

pytestmark = pytest.mark.integration

DOCUMENT: Final = ROOT / "docs" / "intake" / "social-registry.md"
PASSWORD: Final = "Huangshi-2016!"
ADDRESS: Final = "http://127.0.0.1:8101"
NEEDED: Final = ("bash", "curl", "date", "python3")


def block(mark: str) -> str:
    """The block of shell in the document that has this in it."""
    [found] = [each for each in re.findall(r"```bash\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL) if mark in each]
    return str(found)


def settings() -> dict[str, Any]:
    """As the document exports them, and as it says before the example: a partner that need not sign."""
    [written] = re.findall(r"QIAO_INTAKE_PLUGIN_SETTINGS='(.*)'", block("QIAO_INTAKE_PLUGIN_SETTINGS"), re.DOTALL)
    found: dict[str, Any] = json.loads(written)
    [partner] = found["social_registry"]["partners"]
    partner |= {"must_sign": False, "keys": {}}
    return found


@pytest.fixture
def address(migrated: Callable[[Service], Path], tmp_path: Path) -> Iterator[str]:
    """Of a service that knows the person of the document, and the department's account."""
    (tmp_path / SERVICE.name).mkdir()
    shutil.copy(migrated(SERVICE), tmp_path / SERVICE.name / f"{SERVICE.name}.db")
    Keyring.create(tmp_path / "key")
    chosen = SERVICE.settings(data=tmp_path, key_file=tmp_path / "key", nats_url="", is_rehearsal=True, plugin_settings=settings())
    app = build_app(SERVICE, chosen)
    with TestClient(app) as http:
        bureau = Bureau(Office(http, app.state.runtime))
        bureau.accept(bureau.upload([PERSON])["roster_id"])
        account = settings()["social_registry"]["partners"][0]["account"]
        body = {"account": account, "name": "医保局", "password": PASSWORD, "roles": ["partner"], "divisions": [HUANGSHI]}
        bureau.office.as_("admin").post("/api/v1/accounts", body)
    with serving(build_app(SERVICE, chosen)) as found:
        yield found


def test_example_of_the_document_is_answered(address: str) -> None:
    for tool in NEEDED:
        if shutil.which(tool) is None:
            lacking(tool, "the example of the document uses it")
    script = block("/dci/registry/sync/search")
    assert (script.count(ADDRESS), script.count('"…"')) == (1, 1)
    script = script.replace(ADDRESS, address).replace('"…"', f'"{PASSWORD}"')
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "no_proxy": "127.0.0.1"}

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, env=environment, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    check_answer("sync/search", answer)
    [found] = answer["message"]["search_response"]
    [record] = found["data"]["reg_records"]
    assert (found["status"], record["registration_status"], record["demographic_info"]["sex"]) == ("succ", "registered", "male")
