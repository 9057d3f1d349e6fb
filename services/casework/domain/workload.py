"""How many cases a worker carries (S-SEED: 15 workers for 400 people)."""

from dataclasses import dataclass

from shared.errors import RuleRefusal


class WorkerNotReady(RuleRefusal):
    """The certificate was not verified, or has run out."""

    code = "worker-not-ready"


class AssignmentRefused(RuleRefusal):
    code = "assignment-refused"


@dataclass(frozen=True, slots=True)
class AssignmentFacts:
    """A worker who is to take one more case."""

    level: str
    capacity: int
    open_cases: int
    group: str


def places_left(capacity: int, open_cases: int) -> int:
    return max(0, capacity - open_cases)
