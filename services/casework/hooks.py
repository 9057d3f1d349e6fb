"""Where a department's or an agency's own rules join casework. Plugins get values and return values."""

from collections.abc import Sequence

from services.casework.domain.session import Held
from services.casework.domain.workload import AssignmentFacts
from shared.plugins import hookspec as hookspec_of

__all__ = ["AssignmentFacts", "Held", "flags", "objections"]

hookspec = hookspec_of("casework")


@hookspec
def objections(assignment: AssignmentFacts) -> list[str] | None:
    """Why this worker may not take this case: sentences for people.

    All answers count; an empty list or None means no objection.
    """


@hookspec.filter
def flags(held: Held, others: Sequence[Held], daily_hours: int) -> list[str] | None:
    """What a supervisor should look at in a session record: codes of `labels.FLAGS`. `others` are the worker's sessions of that day.

    All answers count; an empty list or None means nothing is odd. A flag never refuses a record.
    """
