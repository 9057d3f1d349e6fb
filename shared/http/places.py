"""Where a fault of a request is, said in names that a route declares: any other was typed, and may be a person's number."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute
from starlette.types import Scope

from shared.sentences import S_

UNKNOWN: Final = S_("未知项")
"""In the place of a name that no route declares."""
_WHOLE: Final = ("body", "query", "path")


class Places:
    """What each route of one application declares, looked up when a request of it is first at fault."""

    def __init__(self) -> None:
        self._declared: dict[tuple[str, str], frozenset[str]] = {}

    def of(self, scope: Scope, found: Sequence[str | int]) -> str:
        """The place that pydantic found, without `body` and without a word that the client invented."""
        declared = self._names(scope)
        parts = [part if isinstance(part, int) or part in declared else UNKNOWN for part in found if part not in _WHOLE]
        return ".".join(_each_once(map(str, parts))) or str(found[0])

    def _names(self, scope: Scope) -> frozenset[str]:
        route = scope.get("route")
        if not isinstance(route, BaseRoute):
            return frozenset()
        key = (scope["method"], str(getattr(route, "path", "")))
        if key not in self._declared:
            described = get_openapi(title="", version="", routes=[route])
            self._declared[key] = frozenset(_names_in(described))
        return self._declared[key]


def _each_once(parts: Iterable[str]) -> Iterator[str]:
    """A key that nobody declares and which of its kinds of value was tried are one unknown."""
    last = ""
    for part in parts:
        if not part == last == UNKNOWN:
            yield part
        last = part


def _names_in(schema: Any) -> Iterator[str]:
    """Names of properties and parameters, and the values to choose from, which are keys and tags in places."""
    if isinstance(schema, list):
        for part in schema:
            yield from _names_in(part)
    elif isinstance(schema, dict):
        yield from schema.get("properties", {})
        yield from (each for each in (*schema.get("enum", ()), schema.get("const"), schema.get("name")) if isinstance(each, str))
        for part in schema.values():
            yield from _names_in(part)
