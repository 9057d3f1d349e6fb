"""Lists: `?after=<opaque>&limit=50` → `{items, next}`, keyset on (sort, id), so that page 1,000 costs what page 1 costs."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

from fastapi import Query
from sqlalchemy import Select, literal, tuple_
from sqlalchemy.sql.elements import ColumnElement

from shared.errors import Malformed
from shared.sentences import S_

if TYPE_CHECKING:
    from shared.work import Reader

MAX_LIMIT: Final = 200
DEFAULT_LIMIT: Final = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list: after what (opaque, None = from the start), and how much of it."""

    after: str | None = None
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list. `next` is the `after` of the following page; None on the last."""

    items: Sequence[Any]
    next: str | None


def page(
    after: Annotated[str | None, Query(max_length=500, description="上一页返回的 next")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="每页条数")] = DEFAULT_LIMIT,
) -> Page:
    """The dependency of every list."""
    return Page(after, limit)


def listing(
    reader: "Reader",
    statement: Select[Any],
    page: Page,
    *,
    sort: tuple[Any, Any],
    item: Callable[[Any], Any],
    newest_first: bool = False,
) -> Listing:
    """A page of `statement`, sorted by (sort column, id column), neither of them nullable, each row turned into an item.

    `select(Model)` gives models to `item`; `select(columns…)` gives rows, and must then select both sort columns.
    """
    keys = [_column(key) for key in sort]
    if page.after is not None:
        reached = [literal(value, key.type) for value, key in zip(_open(page.after), keys, strict=True)]
        statement = statement.where(tuple_(*keys) < tuple_(*reached) if newest_first else tuple_(*keys) > tuple_(*reached))
    statement = statement.order_by(*(key.desc() if newest_first else key.asc() for key in keys)).limit(page.limit + 1)
    is_model = statement.column_descriptions[0].get("entity") is not None and len(statement.column_descriptions) == 1
    found: Sequence[Any] = reader.select(statement) if is_model else reader.rows(statement)
    kept = found[: page.limit]
    has_more = len(found) > page.limit
    return Listing([item(row) for row in kept], _seal([getattr(kept[-1], str(key.key)) for key in keys]) if has_more else None)


def _column(key: Any) -> ColumnElement[Any]:
    column: ColumnElement[Any] = key.__clause_element__() if hasattr(key, "__clause_element__") else key
    return column


_WRITE: Final[dict[type, Callable[[Any], list[Any]]]] = {
    str: lambda value: ["s", value],
    int: lambda value: ["i", value],
    UUID: lambda value: ["u", value.hex],
    datetime: lambda value: ["t", value.isoformat()],
    date: lambda value: ["d", value.isoformat()],
    Decimal: lambda value: ["n", str(value)],
}
_READ: Final[dict[str, Callable[[Any], Any]]] = {
    "s": str,
    "i": int,
    "u": UUID,
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
    "n": Decimal,
}


def _seal(values: Sequence[Any]) -> str:
    return urlsafe_b64encode(json.dumps([_WRITE[type(value)](value) for value in values], ensure_ascii=False).encode()).decode().rstrip("=")


def _open(after: str) -> list[Any]:
    try:
        pairs = json.loads(urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        values = [_READ[kind](value) for kind, value in pairs]
        if len(values) != 2:
            raise ValueError(after)
    except (ValueError, TypeError, KeyError, ArithmeticError) as fault:
        raise Malformed(S_("翻页参数 after 无效，请从第一页重新开始"), field="after") from fault
    return values
