"""Restarts one process after another, as an upgrade does: the next one only when the last works again."""

import signal
import threading
from collections.abc import Sequence
from time import monotonic

from tests.chaos.reaper import Kill
from tests.chaos.victims import NotBack, Victim


class Rolling:
    """Within the block every process is asked to end once, in turn, and starts again; the block's end waits for the rest of the round."""

    def __init__(self, processes: Sequence[Victim]) -> None:
        self._processes = processes
        self._began = monotonic()
        self._fault: Exception | None = None
        self._done: list[Kill] = []
        self._thread = threading.Thread(target=self._roll, name="rolling", daemon=True)

    def __enter__(self) -> "Rolling":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._thread.join()

    def kills(self) -> list[Kill]:
        """After the block. Raises NotBack."""
        if self._fault is not None:
            raise self._fault
        return self._done

    def _roll(self) -> None:
        try:
            for process in self._processes:
                at = monotonic() - self._began
                ended = process.end(signal.SIGTERM)
                self._done.append(Kill(process.name, round(at, 2), round(process.until_back(ended), 2)))
        except (NotBack, ProcessLookupError) as fault:
            self._fault = fault
