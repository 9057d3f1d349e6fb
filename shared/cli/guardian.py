"""Starts the embedded NATS server again when it has ended by itself, as `Child` does with a service."""

import logging
import threading

from shared.cli.embedded_nats import EmbeddedNats, NatsNotStarted

LOOK_EVERY_SECONDS = 0.2

log = logging.getLogger("qiao.up")


class Guardian:
    """Looks after one server between `start` and `stop`. Its store is on disk, so nothing that it acknowledged is lost."""

    def __init__(self, nats: EmbeddedNats) -> None:
        self._nats = nats
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch-nats", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Before the server itself is stopped."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(LOOK_EVERY_SECONDS):
            if self._nats.is_running:
                continue
            log.warning("nats-server ended; starting it again")
            try:
                self._nats.start()
            except NatsNotStarted as error:
                log.error("nats-server did not start", extra={"error": str(error)})
