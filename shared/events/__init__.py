"""The published language: what the services say to each other, one module per publisher."""

from shared.events import casework, disclosure, evaluation, intake, procurement
from shared.events.event import Event, Part, Request, event_types, request_types, schema_of

__all__ = [
    "Event",
    "Part",
    "Request",
    "casework",
    "disclosure",
    "evaluation",
    "event_types",
    "intake",
    "procurement",
    "request_types",
    "schema_of",
]
