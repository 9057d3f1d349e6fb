"""The image of one service, really built and run as an operator would: not as root, with a read-only root file system."""

import json
import secrets
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import httpx
import pytest
from packaging.utils import canonicalize_name

from tests.project.sources import ROOT
from tests.project.test_requirements import lock
from tests.servers import docker_works, lacking

pytestmark = [pytest.mark.integration, pytest.mark.containers, pytest.mark.timeout(900)]

SERVICE = "intake"
USER = 10001
HEALTHY_WITHIN_SECONDS = 120
HARDENED = ("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")  # noqa: S108  # inside the container
PUT_SECRETS = """
import json, os, sys
for name, content in json.load(sys.stdin).items():
    path = f"/run/secrets/{name}"
    open(path, "w").write(content)
    os.chmod(path, 0o400)
    os.chown(path, int(sys.argv[1]), int(sys.argv[1]))
"""
LIST_SERVICES = "import os, services; print(*os.listdir(os.path.dirname(services.__file__)))"
LIST_PACKAGES = "from importlib.metadata import distributions; print(*(each.name for each in distributions()))"


def docker(*arguments: str, stdin: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(["docker", *arguments], input=stdin, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0 or not check, f"docker {' '.join(arguments)}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    if not docker_works():
        lacking("engine", "no Docker engine answers `docker info`")
    name = f"qiao-{SERVICE}-tried:{uuid4().hex[:8]}"
    docker("build", "--network", "host", "-f", "deploy/Dockerfile", "--build-arg", f"SERVICE={SERVICE}", "-t", name, ".")
    yield name
    docker("rmi", name)


class Container:
    """The service in a container, with a volume for its data and one for its secrets."""

    def __init__(self, image: str, admin_token: str) -> None:
        self.admin_token = admin_token
        self.name = f"qiao-{uuid4().hex[:8]}"
        self._image = image
        self._volumes = ("-v", f"{self.name}-data:/var/lib/qiao", "-v", f"{self.name}-secrets:/run/secrets")
        settings = {"KEY_FILE": "/run/secrets/key", "INTAKE_ADMIN_TOKEN_FILE": "/run/secrets/admin-token", "NATS_URL": ""}
        self._settings = [part for name, value in settings.items() for part in ("-e", f"QIAO_{name}={value}")]

    def prepare(self) -> None:
        """Put the secrets where only the service's user can read them, and make the store."""
        known = json.dumps({"key": b64encode(secrets.token_bytes(32)).decode(), "admin-token": self.admin_token})
        docker(
            "run",
            "--rm",
            "-i",
            "--user",
            "0",
            *self._volumes,
            "--entrypoint",
            "python",
            self._image,
            "-c",
            PUT_SECRETS,
            str(USER),
            stdin=known,
        )
        docker("run", "--rm", *HARDENED, *self._volumes, *self._settings, self._image, "db", "upgrade")

    def start(self) -> None:
        watched = ("--health-interval", "1s", "-p", "127.0.0.1::8000")
        docker("run", "-d", "--name", self.name, *HARDENED, *watched, *self._volumes, *self._settings, self._image)
        self.wait_until("healthy")

    def wait_until(self, health: str) -> None:
        deadline = time.monotonic() + HEALTHY_WITHIN_SECONDS
        while (state := self.inspect("{{.State.Status}} {{.State.Health.Status}}")) != f"running {health}":
            if not state.startswith("running") or time.monotonic() > deadline:
                pytest.fail(f"{state}\n{docker('logs', self.name, check=False).stderr[-2000:]}")
            time.sleep(0.2)

    def inspect(self, wanted: str) -> str:
        return docker("inspect", "-f", wanted, self.name).stdout.strip()

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A command inside."""
        return docker("exec", self.name, *command, check=check)

    @contextmanager
    def http(self) -> Iterator[httpx.Client]:
        port = docker("port", self.name, "8000").stdout.strip().rpartition(":")[2]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            yield client

    def remove(self) -> None:
        docker("rm", "-f", self.name, check=False)
        docker("volume", "rm", f"{self.name}-data", f"{self.name}-secrets", check=False)


@pytest.fixture(scope="module")
def container(image: str) -> Iterator[Container]:
    container = Container(image, admin_token=secrets.token_urlsafe(32))
    try:
        container.prepare()
        container.start()
        yield container
    finally:
        container.remove()


def test_it_runs_as_nobody_in_particular_on_a_root_that_it_cannot_write(container: Container) -> None:
    assert container.run("id", "-u").stdout.strip() == str(USER)
    assert container.inspect("{{.HostConfig.ReadonlyRootfs}} {{.Config.User}}") == f"true {USER}:{USER}"
    assert "Read-only" in container.run("touch", "/opt/qiao/here", check=False).stderr
    assert "denied" in container.run("cat", "/etc/shadow", check=False).stderr


def test_its_interface_works_and_what_it_keeps_is_there_after_a_restart(container: Container) -> None:
    clerk = {"account": "li.wen", "password": "ein langes Kennwort 9"}
    with container.http() as client:
        made = client.post(
            "/api/v1/accounts",
            json={**clerk, "name": "李文", "roles": ["clerk"], "divisions": ["420200000000"]},
            headers={"Authorization": f"Bearer {container.admin_token}", "Idempotency-Key": str(uuid4())},
        )
        assert made.status_code == 201, made.text

    assert docker("restart", "-t", "20", container.name).returncode == 0
    container.wait_until("healthy")

    with container.http() as client:
        signed_in = client.post("/api/v1/sign-in", json=clerk)
        assert signed_in.status_code == 200, signed_in.text
        headers = {"Authorization": f"Bearer {signed_in.json()['token']}"}
        uploaded = client.post(
            "/api/v1/files", files={"file": ("a.pdf", b"x" * 3_000_000)}, headers={**headers, "Idempotency-Key": str(uuid4())}
        )
        assert uploaded.status_code == 201, uploaded.text
        assert client.get("/api/v1/groups", headers=headers).json()
        assert client.get("/-/health/ready").status_code == 200


def test_it_has_the_packages_of_its_own_lock_and_no_other_service(container: Container) -> None:
    inside = {canonicalize_name(name) for name in container.run("python", "-c", LIST_PACKAGES).stdout.split()}
    named = container.run("qiao", "services").stdout

    assert inside - {"qiao"} <= set(lock(SERVICE))
    assert {"fastapi", "python-calamine", "qiao"} <= inside
    assert f"{SERVICE} ready" in named
    assert all(f"{other} is not installed" in named for other in ("procurement", "casework", "evaluation", "disclosure"))
    assert set(container.run("python", "-c", LIST_SERVICES).stdout.split()) == {"__init__.py", "__pycache__", SERVICE}


def test_it_ends_by_itself_when_it_is_asked_to(container: Container) -> None:
    docker("stop", "-t", "25", container.name)

    assert container.inspect("{{.State.ExitCode}}") in ("0", "143"), docker("logs", container.name).stderr[-2000:]
    docker("start", container.name)
    container.wait_until("healthy")
