"""Column types that mean the same on SQLite and PostgreSQL.

SQLite keeps an aware instant as naive local text and a Decimal as a float (engineering facts 16); these do not.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, String, TypeDecorator
from sqlmodel import Field


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC with microseconds. Raises ValueError for a naive one."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A Decimal with all its digits, kept as text. Not for sums in SQL: count money in fen."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


def Instant(**options: Any) -> Any:
    """A column of an aware UTC instant."""
    return Field(sa_type=UtcDateTime, **options)


def Json(**options: Any) -> Any:
    """A column of a JSON value; assign a new value to change it, never edit it in place."""
    return Field(sa_type=JSON, **options)


def Exact(**options: Any) -> Any:
    """A column of an exact Decimal."""
    return Field(sa_type=ExactDecimal, **options)


def Amount(**options: Any) -> Any:
    """A column of an amount in fen (分)."""
    return Field(sa_type=BigInteger, **options)
