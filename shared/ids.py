"""Identifiers: opaque outside, ordered by creation inside, except where order would give a person away."""

from uuid import UUID, uuid4

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUIDv7: unique, and sorted by the time it was made."""
    return uuid7()


def new_recipient_id() -> UUID:
    """A random UUIDv4: the order of enrolment must not re-identify a recipient (architecture, decision 17)."""
    return uuid4()
