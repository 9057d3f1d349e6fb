"""Plugins: where a department's own rules join a service (decisions 13 and 14).

Contracts are pluggy hookspecs in `services/<s>/hooks.py`; plugins are found by the entry point group
`qiao.<s>.plugins`, enabled by name and in order, and refused at start when one is missing or implements a hook that does
not exist. The caller is ours: pluggy's own aborts the whole call at one fault and asks the last registered first.

A hook is a *decision* (objections, guards, amounts) unless its spec says otherwise: a faulty plugin then refuses the act.
The answers of a faulty *filter* are left out. An answer that took over 50 ms counts as a fault in the plugin's state.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint, entry_points
from time import perf_counter
from types import ModuleType
from typing import Any, Literal, TypeVar

import pluggy
from opentelemetry import trace
from packaging.specifiers import SpecifierSet
from pydantic import BaseModel

from shared.errors import Refusal, RuleUnavailable

F = TypeVar("F", bound=Callable[..., Any])
Kind = Literal["decision", "filter"]

PROJECT = "qiao"
SLOW_SECONDS = 0.050

hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function of a plugin as an answer to the hook of its name."""

log = logging.getLogger("qiao.plugins")


class PluginRefused(RuntimeError):
    """The service does not start: a plugin is missing, too old, wrongly configured, or answers a hook that does not exist."""


class Hookspec:
    """Marks a function of `hooks.py` as a question to plugins: `@hookspec` for a decision, `@hookspec.filter` for the rest."""

    def __init__(self, service: str) -> None:
        self.service = service
        self._mark = pluggy.HookspecMarker(PROJECT)

    def __call__(self, function: F) -> F:
        return self._spec(function, "decision")

    def filter(self, function: F) -> F:
        """A hook that only adds or decorates: without a faulty plugin's answer the act is still right."""
        return self._spec(function, "filter")

    def _spec(self, function: F, kind: Kind) -> F:
        function.__dict__["qiao_kind"] = kind
        return self._mark(function)


def hookspec(service: str) -> Hookspec:
    return Hookspec(service)


@dataclass(slots=True)
class PluginState:
    """What an operator sees of a plugin at `/-/plugins`."""

    name: str
    version: str
    is_required: bool
    hooks: Sequence[str] = ()
    calls: int = 0
    faults: int = 0
    slowest_ms: float = 0.0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """That a plugin answered a hook; kept in the record of the act."""

    hook: str
    plugin: str
    version: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Hooks:
    """The enabled plugins of one service. `hooks.objections(person=facts)` asks each in turn and returns their answers."""

    manager: pluggy.PluginManager
    kinds: Mapping[str, Kind]
    plugins: Sequence[PluginState]
    record: Callable[[Answer], None] = field(default=lambda answer: None)

    def observed(self, record: Callable[[Answer], None]) -> "Hooks":
        """The same plugins, telling who answered."""
        return replace(self, record=record)

    def __getattr__(self, hook: str) -> Callable[..., list[Any]]:
        if hook not in self.kinds:
            raise AttributeError(hook)

        def ask(**values: Any) -> list[Any]:
            answers = (self._ask(hook, state, implementation, values) for state, implementation in self._implementations(hook))
            return [answer for answer in answers if answer is not None]

        return ask

    def _implementations(self, hook: str) -> Iterable[tuple[PluginState, pluggy.HookImpl]]:
        found = {implementation.plugin_name: implementation for implementation in self.manager.hook.__dict__[hook].get_hookimpls()}
        return ((state, found[state.name]) for state in self.plugins if state.name in found)

    def _ask(self, hook: str, state: PluginState, implementation: pluggy.HookImpl, values: Mapping[str, Any]) -> Any:
        kind = self.kinds[hook]
        began = perf_counter()
        state.calls += 1
        try:
            answer = implementation.function(*(values[name] for name in implementation.argnames))
        except Refusal:
            raise
        except Exception as error:  # another's code: whatever it raises must not stop the other plugins
            self._note_fault(hook, state, repr(error))
            if kind == "decision":
                raise RuleUnavailable(f"规则插件“{state.name}”出错，本次不予办理，请联系管理员") from error
            return None
        took = perf_counter() - began
        state.slowest_ms = max(state.slowest_ms, round(took * 1000, 1))
        if took > SLOW_SECONDS:
            self._note_fault(hook, state, f"took {took * 1000:.0f} ms")
        if answer is not None:
            self.record(Answer(hook, state.name, state.version, kind))
        return answer

    def _note_fault(self, hook: str, state: PluginState, problem: str) -> None:
        state.faults += 1
        state.problem = f"{hook}: {problem}"
        trace.get_current_span().add_event("plugin fault", {"plugin": state.name, "hook": hook})
        log.warning("a plugin is at fault", extra={"plugin": state.name, "hook": hook, "problem": problem})


def load(
    service: str, specs: ModuleType, *, enabled: Sequence[str] | None, builtin: Sequence[str], config: Mapping[str, Mapping[str, Any]]
) -> Hooks:
    """Load the enabled plugins (None: the built-in ones) in order; a name ending in `?` is optional. Raises PluginRefused."""
    manager, kinds = _manager(specs)
    found = {point.name: point for point in entry_points(group=f"qiao.{service}.plugins")}
    states = []
    for name, is_required in _wanted(builtin if enabled is None else enabled):
        state = PluginState(name, _version(found.get(name)), is_required)
        try:
            if name not in found:
                raise PluginRefused(f"{service}: plugin {name!r} is not installed; installed are: {', '.join(sorted(found)) or 'none'}")
            _register(manager, name, _instance(name, found[name].load(), config.get(name, {}), getattr(specs, "API", "1.0")))
        except Exception as error:  # an optional plugin may be broken in any way; a required one stops the start with its own error
            if is_required:
                raise
            state.problem = repr(error)
        states.append(state)
    return _hooks(manager, kinds, states)


def hooks_of(specs: ModuleType, **plugins: object) -> Hooks:
    """Hooks answered by these objects: for tests."""
    manager, kinds = _manager(specs)
    for name, plugin in plugins.items():
        _register(manager, name, plugin)
    return _hooks(manager, kinds, [PluginState(name, "test", is_required=True) for name in plugins])


def _manager(specs: ModuleType) -> tuple[pluggy.PluginManager, dict[str, Kind]]:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(specs)
    kinds: dict[str, Kind] = {name: spec.qiao_kind for name, spec in vars(specs).items() if hasattr(spec, "qiao_kind")}
    return manager, kinds


def _wanted(names: Sequence[str]) -> list[tuple[str, bool]]:
    return [(name.removesuffix("?"), not name.endswith("?")) for name in names]


def _instance(name: str, plugin: Any, config: Mapping[str, Any], api: str) -> Any:
    """A plugin is a module, or a class that takes its checked `Config`."""
    wanted = SpecifierSet(getattr(plugin, "api", ""))
    if api not in wanted:
        raise PluginRefused(f"plugin {name!r} wants the hooks in version {wanted}, here they are {api}")
    if not isinstance(plugin, type):
        if config:
            raise PluginRefused(f"plugin {name!r} takes no settings")
        return plugin
    model: type[BaseModel] | None = getattr(plugin, "Config", None)
    return plugin(model.model_validate(config)) if model else plugin()


def _register(manager: pluggy.PluginManager, name: str, plugin: object) -> None:
    try:
        manager.register(plugin, name)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginRefused(f"plugin {name!r} does not fit the hooks: {error}") from error


def _version(point: EntryPoint | None) -> str:
    return point.dist.version if point is not None and point.dist is not None else ""


def _hooks(manager: pluggy.PluginManager, kinds: Mapping[str, Kind], states: Sequence[PluginState]) -> Hooks:
    for state in states:
        callers = manager.get_hookcallers(manager.get_plugin(state.name)) or [] if manager.has_plugin(state.name) else []
        state.hooks = sorted(caller.name for caller in callers)
    return Hooks(manager, kinds, states)
