"""Two majors of one fact side by side, for as long as somebody hears only the older one (decision 9).

The publisher emits the newest form only. While a way down to the older form is declared, the unit says the fact in both:
two rows of the outbox, two messages, each naming the other in `ce-beside`, so that a reader takes the newest it knows and
passes the other over. A reader of the newest form brings what was said before it up with `shared.bus.cloudevents.upcasts`.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from uuid import UUID, uuid5

from shared.events.event import Event

Older = TypeVar("Older", bound=Event)

_older: dict[str, tuple[str, Callable[[Any], Event]]] = {}


def says_also(new: type[Event], *, old: type[Older]) -> Callable[[Callable[[Any], Older]], Callable[[Any], Older]]:
    """Declare how the newer form is said to readers of the older. Take it away when nobody hears the older one any more."""
    if fact_of(new.subject) != fact_of(old.subject):
        raise ValueError(f"{new.subject} and {old.subject} are different facts")

    def register(function: Callable[[Any], Older]) -> Callable[[Any], Older]:
        _older[new.subject] = (old.subject, function)
        return function

    return register


def fact_of(subject: str) -> str:
    """The subject without its major version."""
    return subject.rpartition(".v")[0]


def major_of(subject: str) -> int:
    return int(subject.rpartition(".v")[2])


def forms(event: Event, event_id: UUID) -> Iterator[tuple[UUID, Event]]:
    """A fact with its id, then the same fact as readers of older majors know it, newest first.

    The id of an older form is made of that of the fact: a UUID of version 5, as no other event has.
    """
    yield event_id, event
    while event.subject in _older:
        event = _older[event.subject][1](event)
        yield uuid5(event_id, event.subject), event


def is_older_form(event_id: UUID) -> bool:
    """Was the same fact said in a newer form? Its id tells for good, also in a replay when the older form is no longer declared."""
    return event_id.version == 5


def said_beside(subject: str, event_id: UUID) -> tuple[str, ...]:
    """In which other majors this very fact is said. What was said in an older form alone has none."""
    newest = subject
    if is_older_form(event_id):
        above = {old: new for new, (old, _) in _older.items()}
        while newest in above:
            newest = above[newest]
    family = [newest]
    while family[-1] in _older:
        family.append(_older[family[-1]][0])
    return tuple(other for other in family if other != subject)
