"""Which faults pass by waiting and which never do."""

from sqlalchemy.exc import InterfaceError, OperationalError

from shared.errors import Busy, NotFound, NotYet, Refusal, RuleUnavailable, WrongState


class Permanent(Exception):
    """A message that no waiting will make better: it goes to the dead letters at once."""


class Unreadable(Permanent):
    """Not a CloudEvent of ours, or not of the schema it names."""


class UnknownMajor(Permanent):
    """A fact we hear, in a version that this reader does not know yet."""


class CannotPass(Exception):
    """The bus will not take this event, today or tomorrow: it is too large, or this service may not say it."""


class Misdirected(Permanent):
    """A message whose type is not the subject it came by: nobody speaks for another service."""


def is_permanent(error: Exception) -> bool:
    """Will it be the same tomorrow? A refusal that depends on other records may not be."""
    if isinstance(error, (Busy, NotFound, WrongState, RuleUnavailable)):
        return False
    return isinstance(error, (Permanent, Refusal))


def is_away(error: Exception) -> bool:
    """The store itself cannot be reached or is full: no fault of the message, however often it was tried."""
    return isinstance(error, (Busy, OperationalError, InterfaceError))


def reason(error: Exception) -> str:
    """The fault in words that may stand in a header, a span or a log line; a text that might name a person is left out."""
    name = type(error).__name__
    if isinstance(error, (Permanent, NotYet)):
        return f"{name}: {error}"
    return f"{name}: {error.code}" if isinstance(error, Refusal) else name
