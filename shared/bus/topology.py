"""Streams and consumers as data: who says something, who hears whom. It knows no service's code.

Services bind to what `qiao bus provision` has made of this and compare; they never declare anything (decision 7).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

DEAD_STREAM = "DLQ"
"""Dead letters (`dlq.>`) and those sent once more (`retry.>`)."""

FLOOR = (2, 14)
"""Older servers ignore options in silence and have open advisories (decision 10)."""

BATCH = 100
MAX_ACK_PENDING = 1_000


@dataclass(frozen=True, slots=True)
class Stream:
    """What one publisher has said, kept for readers that come later."""

    name: str
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Consumer:
    """One reader's place in one stream."""

    name: str
    stream: str
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """What an operator may choose; tests use a short window."""

    duplicate_window: float = 600.0
    """Seconds in which the server drops a repeated `Nats-Msg-Id`; after it the inbox does."""
    max_bytes: int = 1024**3
    replicas: int = 1
    ack_wait: float = 30.0
    """Seconds after which a message without an answer is delivered again; a batch must be done in less."""


@dataclass(frozen=True, slots=True)
class Topology:
    """All streams and consumers of one bus."""

    heard: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Reader → publisher → entities; the publishers and readers together are the services of this bus."""
    asked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Who asks → the questions it puts; who answers one is the second word of its subject."""
    limits: Limits = field(default_factory=Limits)

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(sorted({*self.heard, *(publisher for hears in self.heard.values() for publisher in hears)}))

    def streams(self) -> Iterator[Stream]:
        for service in self.services:
            yield Stream(stream_of(service), (f"ev.{service}.>",))
        yield Stream(DEAD_STREAM, ("dlq.>", "retry.>"))

    def consumers(self, reader: str | None = None) -> Iterator[Consumer]:
        """The places of one reader, or of all: one for each publisher it hears, and one for what is sent once more."""
        for name, hears in self.heard.items():
            if reader not in (None, name) or not hears:
                continue
            for publisher, entities in hears.items():
                subjects = tuple(f"ev.{publisher}.{entity}.>" for entity in entities)
                yield Consumer(consumer_of(name, publisher), stream_of(publisher), subjects)
            yield Consumer(f"{name}-retry", DEAD_STREAM, tuple(f"retry.{consumer_of(name, publisher)}.>" for publisher in hears))


def stream_of(service: str) -> str:
    return service.upper()


def consumer_of(reader: str, publisher: str) -> str:
    return f"{reader}-{publisher}"


def inbox_of(service: str) -> str:
    """Prefix of the subjects on which a service is answered; its NATS user may subscribe to nothing else."""
    return f"_INBOX_{service}"


QIAO = Topology(
    heard={
        "intake": {
            "procurement": ("contract", "project"),
            "casework": ("case", "agency", "need", "contract"),
        },
        "procurement": {
            "intake": ("roster", "survey"),
            "casework": ("worker", "case", "contract"),
            "evaluation": ("round", "finding"),
            "disclosure": ("publication",),
        },
        "casework": {
            "procurement": ("contract", "project"),
            "intake": ("recipient", "need"),
        },
        "evaluation": {
            "procurement": ("contract", "project"),
            "casework": ("case",),
        },
        "disclosure": {
            "intake": ("roster", "survey", "programme"),
            "procurement": ("project", "notice", "contract", "milestone", "payment"),
            "casework": ("case", "worker", "activity", "contract"),
            "evaluation": ("commission", "round", "finding", "context"),
        },
    },
    asked={"casework": ("req.intake.dossier.v1",), "intake": ("req.casework.need_report.v1",)},
)
"""The five services. A test compares it with what their reactions hear, and with what they ask and answer."""
