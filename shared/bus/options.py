"""The times and sizes of the bus; right for production, shortened in tests."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """Seconds unless the name says otherwise."""

    tries: int = 8
    """Deliveries before a fault that might pass is given up and dead-lettered."""
    first_delay: float = 1.0
    delay_growth: float = 3.0
    longest_delay: float = 300.0
    fetch: float = 2.0
    """How long one pull waits on the server; a message ends the wait at once."""
    watch: float = 2.0
    """Between two looks at a consumer."""
    look: float = 2.0
    """A consumer or stream that does not tell its state in this time is unreachable."""
    reconnect: int = 1
    graceful: float = 10.0
    """How long `stop` waits for what runs."""
    ask: float = 2.0
    publish: float = 5.0
    sweep: float = 1.0
    """The relay looks at the outbox at least this often, whatever woke it or did not."""
    window: int = 256
    """Outbox rows claimed at once; at most so many are unacknowledged."""
    together: int = 50
    """So many waiting rows go as one atomic batch; below it the batch's own four fsyncs cost more than they save."""
    relay_delay: float = 0.2
    """First wait of the relay after a fault that may pass; it doubles up to `relay_longest`."""
    relay_longest: float = 10.0
    held: float = 60.0
    """An aggregate whose event can never pass is held; after this time it is tried again."""
    old: float = 900.0
    """An event older than this gets a trace of its own, linked to the one that made it."""

    def delay(self, tries: int) -> float:
        """How long to wait before the next try: 1, 3, 9, 27, 81, 243, 300 seconds."""
        return min(self.first_delay * self.delay_growth ** (tries - 1), self.longest_delay)
