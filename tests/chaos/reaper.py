"""Kills one process after another, as the seed says, and measures how long each is away."""

import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from time import monotonic, sleep

from tests.chaos.victims import LOOK_EVERY_SECONDS, Victim

PAUSE = (0.3, 2.0)
"""Seconds between two kills."""
AWAY_AT_ONCE = 3
"""More than so many are not killed before one is back: a play in which nobody ever works shows nothing."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One death: who, when after the first rise of the curtain, and the seconds until the work was done again."""

    name: str
    at: float
    away: float


class Reaper:
    """Within the block it kills at most `kills` times; at its end it waits until everybody is back."""

    def __init__(self, victims: Sequence[Victim], *, kills: int, chance: Random) -> None:
        self._victims = victims
        self._kills = kills
        self._chance = chance
        self._over = threading.Event()
        self._away: dict[str, Future[Kill]] = {}
        self._waiting = ThreadPoolExecutor(len(victims), thread_name_prefix="watch")
        self._thread = threading.Thread(target=self._reap, name="reaper", daemon=True)
        self._began = monotonic()
        self._done: list[Future[Kill]] = []

    def __enter__(self) -> "Reaper":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """No more kills; everybody may come back."""
        self._over.set()
        self._thread.join()
        self._waiting.shutdown()

    def kills(self) -> list[Kill]:
        """After `stop`. Raises NotBack."""
        return [done.result() for done in self._done]

    def _reap(self) -> None:
        for _ in range(self._kills):
            if self._over.wait(self._chance.uniform(*PAUSE)) or not self._kill_one():
                return

    def _kill_one(self) -> bool:
        """The first in an order drawn by lot who is there at all. False when it is over before anybody is."""
        order = self._chance.sample(range(len(self._victims)), len(self._victims))
        while not self._over.is_set():
            away = sum(not done.done() for done in self._away.values())
            for number in order if away < AWAY_AT_ONCE else ():
                victim = self._victims[number]
                before = self._away.get(victim.name)
                if (before is None or before.done()) and self._strike(victim):
                    return True
            sleep(LOOK_EVERY_SECONDS)
        return False

    def _strike(self, victim: Victim) -> bool:
        at = monotonic() - self._began
        try:
            killed = victim.end(signal.SIGKILL)
        except ProcessLookupError:
            return False
        self._away[victim.name] = self._waiting.submit(self._follow, victim, killed, at)
        self._done.append(self._away[victim.name])
        return True

    def _follow(self, victim: Victim, killed: int, at: float) -> Kill:
        return Kill(victim.name, round(at, 2), round(victim.until_back(killed), 2))
