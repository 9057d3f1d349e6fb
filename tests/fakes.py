"""Stand-ins for the edges, so that an action can be tried with values alone."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from sqlmodel import SQLModel

from shared.access import SYSTEM, Actor
from shared.errors import NotFound
from shared.events.event import Event
from shared.rules import Rule

M = TypeVar("M", bound=SQLModel)


class FakeWork:
    """A unit of work over a handful of rows in memory: what was added, said and cited can be read from it."""

    def __init__(self, *rows: SQLModel, today: date = date(2017, 3, 1), actor: Actor = SYSTEM) -> None:
        self.today = today
        self.now = datetime.now(UTC)
        self.actor = actor
        self.added: list[SQLModel] = []
        self.emitted: list[Event] = []
        self.cited: list[Rule] = []
        self.record: tuple[str, str] | None = None
        self._rows = list(rows)

    def find(self, model: type[M], id: object) -> M | None:
        key = model.__table__.primary_key.columns.keys()[0]  # type: ignore[attr-defined]  # SQLModel adds it
        for row in (*self._rows, *self.added):
            if isinstance(row, model) and getattr(row, key) == id:
                return row
        return None

    def get(self, model: type[M], id: object) -> M:
        found = self.find(model, id)
        if found is None:
            raise NotFound("没有找到该记录")
        return found

    def add(self, *rows: SQLModel) -> None:
        self.added.extend(rows)

    def alone(self, what: str) -> None:
        """Nobody else is there."""

    def emit(self, event: Event) -> None:
        self.emitted.append(event)

    def cite(self, rule: Rule) -> None:
        self.cited.append(rule)

    def about(self, entity: str, id: object) -> None:
        self.record = (entity, str(id))

    def select(self, statement: Any) -> Sequence[Any]:
        raise AssertionError("an action that selects is tried on a real store: use the fixture service_client")
