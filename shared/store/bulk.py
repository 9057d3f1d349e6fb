"""Many new rows of one table by the way that each driver is fastest at: COPY on PostgreSQL, `executemany` of sqlite3 itself.

SQLAlchemy builds a dictionary and a tuple per row, which costs more than SQLite's own insert; its column types still say how
a value is written, so a row reads back as if it had been inserted one by one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Dialect, Table, insert
from sqlalchemy.exc import DBAPIError, StatementError

FEW: Final = 8
"""Up to so many rows SQLAlchemy's own way costs nobody anything."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Way:
    """How rows with these columns are written."""

    statement: str
    values_of: Callable[[Row], Any]
    conversions: tuple[tuple[int, Callable[[Any], Any]], ...]
    """Position → what the column's type does to a value before the driver gets it."""

    def written(self, rows: Sequence[Row]) -> list[tuple[Any, ...]]:
        """Column by column, since most columns need no conversion."""
        values: list[Iterable[Any]] = list(zip(*map(self.values_of, rows), strict=True))
        for position, convert in self.conversions:
            values[position] = map(convert, values[position])
        return list(zip(*values, strict=True))


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows in their order. Raises as SQLAlchemy does: DBAPIError of the database, StatementError for a value that does not fit."""
    names = tuple(rows[0]) if rows else ()
    way = way_of(table, names, connection.dialect) if len(rows) > FEW and _are_alike(rows) else None
    if way is None:
        if rows:
            connection.execute(insert(table), rows)
        return
    try:
        written = way.written(rows)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise StatementError(f"{type(error).__name__}: {error}", way.statement, None, error, hide_parameters=True) from error
    if connection.dialect.name == "postgresql":
        _copy(connection, way.statement, written)
    else:
        connection.exec_driver_sql(way.statement, written)


def _are_alike(rows: Sequence[Row]) -> bool:
    """Whether every row names the columns that the first one names."""
    names = rows[0].keys()
    return all(row.keys() == names for row in rows)


@lru_cache(maxsize=512)
def way_of(table: Table, names: tuple[str, ...], dialect: Dialect) -> Way | None:
    """None where a row leaves to SQLAlchemy what it is to hold, or names what the table does not have."""
    columns = table.columns
    if len(names) < 2 or not set(names) <= set(columns.keys()):
        return None
    if any(column.default is not None for column in columns if column.key not in names):
        return None
    if dialect.name == "postgresql":
        order = list(names)
        quoted = [dialect.identifier_preparer.format_column(columns[name]) for name in order]
        statement = f"COPY {dialect.identifier_preparer.format_table(table)} ({', '.join(quoted)}) FROM STDIN"
    else:
        compiled = insert(table).compile(dialect=dialect, column_keys=list(names))
        order, statement = list(compiled.positiontup or ()), str(compiled)
    conversions = ((position, columns[name].type.dialect_impl(dialect).bind_processor(dialect)) for position, name in enumerate(order))
    return Way(statement, itemgetter(*order), tuple((position, convert) for position, convert in conversions if convert is not None))


def _copy(connection: Connection, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except connection.dialect.loaded_dbapi.Error as error:
        if connection.dialect.is_disconnect(error, driver, None):
            connection.invalidate(error)
        raise DBAPIError.instance(
            statement, None, error, connection.dialect.loaded_dbapi.Error, hide_parameters=True, dialect=connection.dialect
        ) from error
