"""The unit of work: rows, events and the record of the act in one transaction; nobody else commits.

A unit is a plain function that takes a `Work`. What it adds and emits is buffered; what it loads is tracked,
and the columns it assigned are written at its end. A unit may be run again, so it loads by id what it changes
and returns plain values. A unit that raises leaves nothing behind.

There is no ORM session: with one, 64 callers reach a fifth of the durable units per second (docs/decisions/0003).
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID
from zlib import crc32

from sqlalchemy import Connection, Executable, Select, Table, func, select, text
from sqlalchemy.orm.attributes import instance_state
from sqlmodel import SQLModel

from shared.access import Actor
from shared.errors import NotFound, WrongState
from shared.events.event import Event
from shared.events.majors import forms
from shared.ids import new_id
from shared.sentences import S_
from shared.store.bulk import insert_rows
from shared.store.changes import Changes, key_of
from shared.store.tables import KernelTables
from shared.telemetry import current_trace_id, current_traceparent

if TYPE_CHECKING:
    from shared.rules import Rule

M = TypeVar("M", bound=SQLModel)
T = TypeVar("T")

MAX_EVENT_BYTES = 256_000

LANES = 64
"""Records are spread over so many locks; PostgreSQL reckons with as many per transaction."""
HOLD_LANES = "SELECT pg_advisory_xact_lock(hashtext('qiao outbox'), lane) FROM unnest(CAST(:lanes AS int[])) AS lane"


class ActedBeforeRecord(WrongState):
    """No act precedes the latest act of its own record, in rehearsal or not (decision 16)."""

    code = "acted-before-record"


class EventTooLarge(ValueError):
    """An event over 256 kB would not pass the bus; large content belongs in files."""


def _table_of(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]  # SQLModel adds it to classes with table=True
    return table


def _materialise(model: type[M], values: dict[str, Any]) -> M:
    """An instance as the ORM itself builds one when loading; a tenth of the time of `model(**values)`."""
    instance: M = model.__mapper__.class_manager.new_instance()  # type: ignore[attr-defined]  # SQLAlchemy adds it
    instance.__dict__.update(values)
    return instance


def _values(instance: SQLModel, table: Table) -> dict[str, Any]:
    held = instance.__dict__
    return {
        column.name: held[column.name]
        for column in table.columns
        if column.name in held and not (held[column.name] is None and column.primary_key)
    }


class Reader:
    """Questions to the store at one moment. What it returns may be changed by nobody but a `Work`."""

    def __init__(self, connection: Connection, kernel: KernelTables, *, today: date) -> None:
        self._connection = connection
        self.kernel = kernel
        self.today = today
        self.now = datetime.now(UTC)

    def find(self, model: type[M], id: object) -> M | None:
        """The row with this key, or None."""
        return self.first(select(model).where(key_of(_table_of(model)) == id))

    def get(self, model: type[M], id: object) -> M:
        """The row with this key. Raises NotFound."""
        found = self.find(model, id)
        if found is None:
            raise NotFound(S_("没有找到该记录"))
        return found

    def select(self, statement: Select[M]) -> list[M]:
        """Rows of one model: `select(Case).where(...)`."""
        self._before_read()
        return self._load(statement)

    def first(self, statement: Select[M]) -> M | None:
        """The first row of one model, or None."""
        found = self.select(statement.limit(1))
        return found[0] if found else None

    def rows(self, statement: Executable) -> Sequence[Any]:
        """Plain columns or aggregates."""
        self._before_read()
        return self._connection.execute(statement).all()

    def scalar(self, statement: Executable) -> Any:
        """First column of the first row, or None."""
        self._before_read()
        return self._connection.execute(statement).scalar()

    def _before_read(self) -> None:
        """A reader has nothing waiting to be written."""

    def _load(self, statement: Select[M]) -> list[M]:
        model: type[M] = statement.column_descriptions[0]["entity"]
        found = self._connection.execute(statement)
        names = tuple(found.keys())
        return [self._loaded(model, dict(zip(names, row, strict=True))) for row in found]

    def _loaded(self, model: type[M], values: dict[str, Any]) -> M:
        return _materialise(model, values)


class Work(Reader):
    """One transaction of one actor on one business date."""

    def __init__(self, connection: Connection, kernel: KernelTables, *, actor: Actor, today: date, earlier: Changes | None = None) -> None:
        """`earlier` holds what units before this one in the same transaction left unwritten; None where it has a transaction of its own."""
        super().__init__(connection, kernel, today=today)
        self.actor = actor
        self.emitted: list[Event] = []
        self.cited: list[Rule] = []
        self.decided_by: list[str] = []
        self._earlier = earlier if earlier is not None else Changes()
        self._shares_transaction = earlier is not None
        self._own = Changes()
        self._added: list[tuple[Table, SQLModel]] = []
        self._held: dict[tuple[type[SQLModel], Any], tuple[SQLModel, dict[str, Any]]] = {}
        self._record: tuple[str, str] | None = None
        self.has_savepoint = False

    # what a unit may do

    @property
    def is_concurrent(self) -> bool:
        """Other units run beside this one (PostgreSQL); on SQLite they wait."""
        return self._connection.dialect.name == "postgresql"

    def find(self, model: type[M], id: object) -> M | None:
        held = self._held.get((model, id))
        if held is not None and isinstance(held[0], model):
            return held[0]
        wanted = _table_of(model)
        key = key_of(wanted)
        for table, instance in self._added:
            if isinstance(instance, model) and table is wanted and getattr(instance, key.name) == id:
                return instance
        statement = select(model).where(key == id).limit(1)
        if self.is_concurrent:
            statement = statement.with_for_update()
        if (wanted, id) in self._earlier.keys or (wanted, id) in self._own.keys:
            self._before_read()
        return next(iter(self._load(statement)), None)

    def alone(self, what: str) -> None:
        """Units that say this run one after another: from here on nothing they read is about to change. On SQLite all units do."""
        if self.is_concurrent:
            self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(what, 0))))

    def add(self, *rows: SQLModel) -> None:
        """Keep new rows."""
        self._added.extend((_table_of(type(row)), row) for row in rows)

    def emit(self, event: Event) -> None:
        """Say what happened, to readers of older majors too; the relay publishes it after the commit. Raises EventTooLarge over 256 kB."""
        for event_id, form in forms(event, new_id()):
            data = form.model_dump_json()
            if len(data.encode()) > MAX_EVENT_BYTES:
                raise EventTooLarge(f"{form.subject}: {len(data)} characters")
            entity, entity_id = form.aggregate
            self._own.insert(
                self.kernel.outbox,
                {
                    "event_id": event_id,
                    "aggregate_type": entity,
                    "aggregate_id": entity_id,
                    "type": form.subject,
                    "data": data,
                    "time": self.now,
                    "businesstime": self.today,
                    "division": getattr(form, "division", None),
                    "traceparent": current_traceparent(),
                },
            )
        self.emitted.append(event)

    def execute(self, statement: Executable, parameters: Sequence[dict[str, Any]] | None = None) -> None:
        """Change many rows at once with SQLAlchemy Core."""
        self._before_read(writes=True)
        self._connection.execute(statement, list(parameters) if parameters is not None else None)

    def insert(self, model: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
        """Write many new rows at once: by COPY on PostgreSQL. What a model would give a row by default must be in it."""
        self._before_read(writes=True)
        insert_rows(self._connection, _table_of(model), rows)

    def about(self, entity: str, id: object) -> None:
        """File this act under a record. Raises ActedBeforeRecord for an act dated before the latest of that record."""
        self._record = (entity, str(id))
        act = self.kernel.act
        if act in self._earlier.inserts:
            self._earlier.flush(self._connection)
        if act in self._own.inserts:
            self._before_read()
        same = (act.c.entity == entity, act.c.entity_id == str(id))
        latest = self._connection.execute(select(act.c.acted_on).where(*same).order_by(act.c.acted_on.desc()).limit(1)).scalar()
        if latest is not None and latest > self.today:
            raise ActedBeforeRecord(S_("该记录最近一次办理日期为 {latest}，本次日期 {today} 早于它", latest=latest, today=self.today))

    def cite(self, rule: "Rule") -> None:
        """Put a rule into the record of this act."""
        self.cited.append(rule)

    def start_job(self, kind: str, subject_id: UUID, total: int) -> UUID:
        """Begin a long piece of work that goes on after this commit, in chunks; returns its id (see shared.jobs)."""
        job_id = new_id()
        self._own.insert(
            self.kernel.job,
            {
                "id": job_id,
                "kind": kind,
                "subject_id": subject_id,
                "status": "waiting",
                "position": 0,
                "total": total,
                "problem": "",
                "businesstime": self.today,
                "account": self.actor.account,
                "traceparent": current_traceparent(),
                "started_at": self.now,
                "changed_at": self.now,
            },
        )
        return job_id

    def record_act(self, name: str) -> None:
        """Leave the record of an official act; called once by the route behind which the act stands."""
        if self._record is None and self.emitted:
            self.about(*self.emitted[0].aggregate)
        entity, entity_id = self._record or ("", "")
        self.keep(
            self.kernel.act,
            {
                "id": new_id(),
                "at": self.now,
                "acted_on": self.today,
                "account": self.actor.account,
                "roles": sorted(self.actor.roles),
                "name": name,
                "entity": entity,
                "entity_id": entity_id,
                "rules": [f"{rule.id}@{rule.version}" for rule in dict.fromkeys(self.cited)],
                "plugins": list(dict.fromkeys(self.decided_by)),
                "trace_id": current_trace_id(),
            },
        )

    def keep(self, table: Table, row: dict[str, Any]) -> None:
        """Insert one row of a kernel table."""
        self._own.insert(table, row)

    # what the store does with it

    @property
    def fresh(self) -> frozenset[Table]:
        """Tables that got new rows."""
        return frozenset(self._own.fresh)

    def finish(self) -> None:
        """The unit is done: hand its changes to the group, or write them where part of them is written already."""
        self._collect()
        if self.has_savepoint or not self._shares_transaction:
            self._write()
        else:
            self._earlier.absorb(self._own)
        if self.has_savepoint:
            self._connection.exec_driver_sql("RELEASE SAVEPOINT unit")

    def discard(self) -> None:
        """The unit refused: what it wrote itself is taken back, what earlier units wrote stays."""
        if self.has_savepoint:
            self._connection.exec_driver_sql("ROLLBACK TO SAVEPOINT unit")
            self._connection.exec_driver_sql("RELEASE SAVEPOINT unit")

    def _before_read(self, *, writes: bool = False) -> None:
        """Reading needs what was written before: first what earlier units left, then, behind a savepoint, one's own."""
        self._earlier.flush(self._connection)
        self._collect()
        if (self._own or writes) and self._shares_transaction and not self.has_savepoint:
            self._connection.exec_driver_sql("SAVEPOINT unit")
            self.has_savepoint = True
        if self._own or writes:
            self._write()

    def _write(self) -> None:
        self._hold_lanes()
        self._own.flush(self._connection)

    def _hold_lanes(self) -> None:
        """Number the events of a record in the order of the commits, whether or not the unit has locked the record's row.

        Beside other units, one could otherwise take a smaller `seq` and commit later: the relay, which goes by `seq`, would send it
        behind its successor (decision 3). Lanes are taken in order, before the database numbers the rows.
        """
        said = self._own.inserts.get(self.kernel.outbox, ())
        if said and self.is_concurrent:
            lanes = {crc32(f"{row['aggregate_type']}/{row['aggregate_id']}".encode()) % LANES for row in said}
            self._connection.execute(text(HOLD_LANES), {"lanes": sorted(lanes)})

    def _collect(self) -> None:
        """Turn added and changed instances into rows to write."""
        for (model, key), (instance, before) in self._held.items():
            state = instance_state(instance)
            if not state.modified:
                continue
            now = instance.__dict__
            changed = {name: now[name] for name, value in before.items() if now[name] != value}
            if changed:
                self._own.update(_table_of(model), key, changed)
                before.update(changed)
            state.modified = False
        for table, instance in self._added:
            values = _values(instance, table)
            self._own.insert(table, values)
            self._held[type(instance), values.get(key_of(table).name)] = (instance, dict(values))
        self._added = []

    def _loaded(self, model: type[M], values: dict[str, Any]) -> M:
        key = (model, values[key_of(_table_of(model)).name])
        held = self._held.get(key)
        if held is not None and isinstance(held[0], model):
            return held[0]
        instance = _materialise(model, values)
        self._held[key] = (instance, dict(values))
        return instance


Unit = Callable[[Work], T]
Query = Callable[[Reader], T]
