"""What every event has: a subject with its major version, an aggregate, and a place in the registry."""

from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Division = Annotated[str, Field(pattern=r"^\d{12}$", description="GB/T 2260 division, 12 digits, right-padded with 0")]
Cents = Annotated[int, Field(description="amount in fen (分)")]
GroupCode = Annotated[str, Field(pattern=r"^[A-Z0-9_]{1,24}$", description="code of a target group (对象类别)")]

_registry: dict[str, type["Event"]] = {}
_requests: dict[str, type["Request"]] = {}


class Part(BaseModel):
    """A frozen piece of an event. Readers tolerate fields they do not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Part):
    """A fact in the past tense. Only ids, codes, dates and counts; never a person's data (decision 17)."""

    subject: ClassVar[str]
    """`ev.<service>.<entity>.<fact>.v<major>`, without ids."""
    aggregate_id: ClassVar[str]
    """Name of the field that identifies the thing the fact is about."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if cls.subject in _registry and _registry[cls.subject].__qualname__ != cls.__qualname__:
            raise TypeError(f"two events say {cls.subject}")
        _registry[cls.subject] = cls

    @property
    def aggregate(self) -> tuple[str, str]:
        """(entity, id), as in ce-subject `<entity>/<id>`."""
        return self.subject.split(".")[2], str(getattr(self, self.aggregate_id))


class Request(Part):
    """A question one service asks another over NATS, answered at once or not at all."""

    subject: ClassVar[str]
    """`req.<who answers>.<question>.v<major>`"""
    answer: ClassVar[str]
    """What the bytes of an answer are, for who reads the contract."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        _requests[cls.subject] = cls

    @property
    def asker(self) -> str:
        """The account that asks, where the question says it."""
        return str(getattr(self, "actor", ""))


def event_types() -> dict[str, type[Event]]:
    """Every declared event by its subject."""
    return dict(sorted(_registry.items()))


def request_types() -> dict[str, type[Request]]:
    """Every declared question by its subject."""
    return dict(sorted(_requests.items()))


def schema_of(event: type[Event]) -> dict[str, Any]:
    """The JSON Schema that is checked in under shared/events/schemas/."""
    return TypeAdapter(event).json_schema()


__all__ = ["UUID", "Cents", "Division", "Event", "GroupCode", "Part", "Request", "date", "event_types", "request_types", "schema_of"]
