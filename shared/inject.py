"""Actions and reactions say by parameter name what they need; nothing else is handed to them."""

from collections.abc import Callable, Mapping
from functools import cache
from inspect import Parameter, signature
from typing import Any


@cache
def _wanted(function: Callable[..., Any]) -> frozenset[str]:
    return frozenset(
        parameter.name
        for parameter in signature(function).parameters.values()
        if parameter.kind in (Parameter.KEYWORD_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    )


def wanted(function: Callable[..., Any], offered: Mapping[str, Any]) -> dict[str, Any]:
    """Of what is offered, what the function has a parameter for."""
    names = _wanted(function)
    return {name: value for name, value in offered.items() if name in names}
