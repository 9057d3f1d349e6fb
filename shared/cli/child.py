"""A service as a child process: started again when it crashes, its lines kept in a file and handed on."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
HAS_STAYED_UP_SECONDS = 10.0
STOP_WITHIN_SECONDS = 25.0

Echo = Callable[[str, str], None]
"""Takes the name of a service and one line that it wrote."""


class Child:
    """One `qiao all NAME`, or another mode of it. A crash starts it again after a pause that grows, and shrinks once it has stayed up."""

    def __init__(
        self,
        name: str,
        environment: Mapping[str, str],
        log: Path,
        echo: Echo | None = None,
        *,
        mode: str = "all",
        command: Sequence[str] = (),
    ) -> None:
        """`command`, a module and its arguments, runs something else than a service."""
        self.name = name
        self.mode = mode
        self.crashes = 0
        self.last_lines: deque[str] = deque(maxlen=20)
        self._environment = {**os.environ, **environment}
        self._command = command or ("shared.cli", mode, name)
        self._log = log
        self._echo = echo
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._watcher = threading.Thread(target=self._watch, name=f"watch-{name}", daemon=True)

    @property
    def process_id(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        self._process = self._spawn()
        self._watcher.start()

    def ask_to_stop(self) -> None:
        with self._lock:
            self._stopping.set()
            if self._process is not None:
                self._process.send_signal(signal.SIGTERM)

    def wait_until_stopped(self) -> None:
        """After `ask_to_stop`. One that does not end in time is killed: its store and outbox stand that."""
        if self._process is None:
            return
        try:
            self._process.wait(STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._watcher.join()

    def _spawn(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", *self._command],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # Ctrl-C in the terminal reaches the supervisor alone, which stops things in order
        )

    def _watch(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while self._process is not None:
            started = time.monotonic()
            status = self._follow(self._process)
            if self._stopping.is_set():
                return
            self.crashes += 1
            pause = FIRST_PAUSE_SECONDS if time.monotonic() - started > HAS_STAYED_UP_SECONDS else pause
            self._say(f"ended with status {status}; starting it again in {pause:g} s")
            self._stopping.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            with self._lock:
                if self._stopping.is_set():
                    return
                self._process = self._spawn()

    def _follow(self, process: "subprocess.Popen[str]") -> int:
        """Read what it writes until it ends; returns its status."""
        with process, self._log.open("a", encoding="utf-8") as log:
            for line in process.stdout or ():
                log.write(line)
                log.flush()
                self._say(line.rstrip("\n"))
        return process.wait()

    def _say(self, line: str) -> None:
        self.last_lines.append(line)
        if self._echo is not None:
            self._echo(self.name, line)
