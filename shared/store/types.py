"""Column types that mean the same on SQLite and PostgreSQL.

SQLite keeps an aware instant as naive local text and a Decimal as a float (engineering facts 16); these do not.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, LargeBinary, String, TypeDecorator, Uuid
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


class CompactUuid(TypeDecorator[UUID]):
    """A UUID in 16 bytes, for tables of many millions of rows; SQLite would otherwise keep it as 32 characters."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(Uuid() if dialect.name == "postgresql" else LargeBinary(16))

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else value.bytes

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        return value if value is None or dialect.name == "postgresql" else UUID(bytes=value)


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
