"""How many messages a minute a partner may send to one process."""

from collections import deque
from typing import Final

MINUTE: Final = 60.0


class Rate:
    """A sliding minute for each account. Accounts are few: an administrator opens them."""

    def __init__(self) -> None:
        self._sent: dict[str, deque[float]] = {}

    def admits(self, account: str, most: int, now: float) -> bool:
        """Count a message, unless there were as many as may be in the last minute."""
        sent = self._sent.setdefault(account, deque())
        while sent and sent[0] <= now - MINUTE:
            sent.popleft()
        if len(sent) >= most:
            return False
        sent.append(now)
        return True
