"""A list as its reader has arranged it: sorted, filtered and turned to a page by links, so that the address holds it all.

    COLUMNS = (Column("name", L_("名称"), sorts=True), Column("rows", L_("行数"), is_number=True))
    table = Table.of(request, "rosters", L_("名册"), COLUMNS, sort="name", keep=("status",))
    found = await call.find(store.rosters, page=table.page(), sort=table.sort, status=table.chosen("status"))
    CONSOLE.draw(…, table=table.holding(found))

The macro `table` of console/parts.html draws it, with `filter_choice` for each filter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlencode

from fastapi import Request

from shared.http.paging import Listing, Page

PER_PAGE: Final = 20
MOST_ROWS: Final = 50_000
"""Rows of a table that leave in one file."""
LONGEST_CHOICE: Final = 200
"""Characters of one choice in an address; a longer one is nobody's filter."""


@dataclass(frozen=True, slots=True)
class Address:
    """A page of a console and what is chosen on it. A person's name or number is never a choice: they are searched by post."""

    path: str
    chosen: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        query = urlencode({name: value for name, value in self.chosen.items() if value})
        return f"{self.path}?{query}" if query else self.path

    def but(self, **changes: str) -> "Address":
        """The same with other choices; an empty one is left out. Another choice begins at the first page."""
        return Address(self.path, {name: value for name, value in {**self.chosen, "after": "", **changes}.items() if value})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. `key` is what the store sorts by and the address says."""

    key: str
    name: str
    is_number: bool = False
    sorts: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A list on a page. `id` is the part of the page that a new arrangement replaces; `sort` is a key, with - before it downwards."""

    id: str
    name: str
    columns: tuple[Column, ...]
    address: Address
    sort: str = ""
    per_page: int = PER_PAGE
    next: str | None = None
    has_file: bool = False
    """Whether the whole of it can be had as a file (shared.web.table_file)."""
    is_file: bool = False
    """Whether the file is asked for rather than the page."""
    most_rows: int = MOST_ROWS

    @classmethod
    def of(
        cls,
        request: Request,
        id: str,
        name: str,
        columns: Sequence[Column],
        *,
        sort: str = "",
        keep: Sequence[str] = (),
        has_file: bool = False,
    ) -> "Table":
        """As the address says it: `keep` names the filters; what the address invents is left out. Of a page that answers a form
        there is no file: its address is that of the form."""
        asked = {key: request.query_params.get(key, "")[:LONGEST_CHOICE] for key in (*keep, "after")}
        wanted = request.query_params.get("sort", "")
        sorts = {column.key for column in columns if column.sorts}
        chosen = wanted if wanted.removeprefix("-") in sorts else ""
        has_file = has_file and request.method == "GET"
        is_file = has_file and request.query_params.get("as") == "csv"
        address = Address(request.url.path, {**asked, "sort": chosen})
        return cls(id, name, tuple(columns), address, chosen or sort, has_file=has_file, is_file=is_file)

    def chosen(self, name: str) -> str:
        return self.address.chosen.get(name, "")

    @property
    def filters(self) -> Mapping[str, str]:
        """What is filtered by."""
        return {name: value for name, value in self.address.chosen.items() if value and name not in ("after", "sort")}

    def page(self) -> Page:
        return Page(self.chosen("after") or None, self.per_page)

    def holding(self, found: Listing) -> "Table":
        """The same table, knowing what follows."""
        return replace(self, next=found.next)

    def is_sorted_by(self, column: Column) -> str:
        """As `aria-sort` says it, or nothing."""
        if self.sort.removeprefix("-") != column.key:
            return ""
        return "descending" if self.sort.startswith("-") else "ascending"

    def sorted_by(self, column: Column) -> Address:
        """The way to the other order of a column, upwards first."""
        return self.address.but(sort=f"-{column.key}" if self.is_sorted_by(column) == "ascending" else column.key)

    @property
    def file(self) -> Address:
        """The way to the whole table, filtered and sorted as here."""
        return self.address.but(**{"as": "csv"})

    @property
    def first_page(self) -> Address | None:
        return self.address.but() if self.chosen("after") else None

    @property
    def next_page(self) -> Address | None:
        return self.address.but(after=self.next) if self.next else None
