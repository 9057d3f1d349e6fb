"""How a service marks its questions to plugins, and a plugin its answers."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import iscoroutinefunction, signature
from types import ModuleType
from typing import Any, Final, Literal, TypeVar

import pluggy

F = TypeVar("F", bound=Callable[..., Any])
Kind = Literal["decision", "filter"]

PROJECT: Final = "qiao"

hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function of a plugin as an answer to the hook of its name."""


@dataclass(frozen=True, slots=True)
class Spec:
    """A hook. A faulty plugin makes a decision impossible; the answers of a faulty filter are left out."""

    service: str
    name: str
    kind: Kind
    is_first: bool
    """Whether the first answer ends the question; otherwise every plugin is asked."""
    is_async: bool
    parameters: tuple[str, ...]
    function: Callable[..., Any]


class Hookspec:
    """Marks a function of `hooks.py` as a question: `@hookspec` to which all answers count, `@hookspec.first`, `@hookspec.filter`.

    The first two decide: a fault refuses the act. An `async def` is a hook with input or output, awaited outside of units.
    """

    def __init__(self, service: str) -> None:
        self.service = service
        self._mark = pluggy.HookspecMarker(PROJECT)

    def __call__(self, function: F) -> F:
        return self._spec(function, "decision", is_first=False)

    def first(self, function: F) -> F:
        """A decision by the first plugin that has an answer; the following ones are not asked."""
        return self._spec(function, "decision", is_first=True)

    def filter(self, function: F) -> F:
        """A hook that only adds or decorates: without a faulty plugin's answer the act is still right."""
        return self._spec(function, "filter", is_first=False)

    def _spec(self, function: F, kind: Kind, *, is_first: bool) -> F:
        parameters = tuple(signature(function).parameters)
        spec = Spec(self.service, function.__name__, kind, is_first, iscoroutinefunction(function), parameters, function)
        function.__dict__["qiao_hook"] = spec
        return self._mark(function)


def hookspec(service: str) -> Hookspec:
    return Hookspec(service)


def specs_of(module: ModuleType) -> dict[str, Spec]:
    """The hooks that a module declares, by name, in the order of the module."""
    return {spec.name: spec for value in vars(module).values() if isinstance(spec := getattr(value, "qiao_hook", None), Spec)}
