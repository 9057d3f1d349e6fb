"""Whether an actor reaches a record that the kernel knows by its kind and id only: the service says it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from shared.access.actor import Actor
from shared.errors import NotFound

if TYPE_CHECKING:
    from shared.work import Reader


class Reach(Protocol):
    """Raises NotFound for a record that does not exist or that the actor does not reach."""

    def __call__(self, reader: "Reader", id: UUID, actor: Actor, /) -> Any: ...


def is_reached(kind: str, id: str | UUID, reach: Mapping[str, Reach], *, reader: "Reader", actor: Actor) -> bool:
    """Whether the actor may know of the record."""
    if kind not in reach:
        return True
    try:
        reach[kind](reader, id if isinstance(id, UUID) else UUID(id), actor)
    except (NotFound, ValueError):
        return False
    return True
