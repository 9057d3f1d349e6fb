"""Finding, checking and starting plugins. Whatever is wrong with a required one stops the service before its first request."""

from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from inspect import iscoroutinefunction
from types import ModuleType
from typing import Any

import pluggy
from packaging.specifiers import SpecifierSet
from pydantic import BaseModel

from shared.plugins.hooks import Answerer, Hooks, PluginState, Question
from shared.plugins.marks import PROJECT, Spec, specs_of

DEFAULT_API = "1.0"
"""Version of a hooks module that names none; a plugin says `api = ">=1,<2"`."""


class PluginRefused(RuntimeError):
    """The service does not start: a plugin is missing, too old, wrongly configured, or answers a hook that does not exist."""


def load(
    service: str, specs: ModuleType, *, enabled: Sequence[str] | None, builtin: Sequence[str], config: Mapping[str, Mapping[str, Any]]
) -> Hooks:
    """Load the enabled plugins (None: the built-in ones) in order; a name ending in `?` is optional. Raises PluginRefused."""
    manager = _manager(specs)
    installed = _installed(service)
    if unknown := sorted(set(config) - set(installed)):
        raise PluginRefused(f"{service}: settings for plugins that are not installed: {', '.join(unknown)}")
    states: list[PluginState] = []
    for name, is_required in _wanted(builtin if enabled is None else enabled):
        point = installed.get(name)
        state = PluginState(name, point.dist.version if point is not None and point.dist is not None else "", is_required)
        try:
            if point is None:
                raise PluginRefused(f"{service}: plugin {name!r} is not installed; installed are: {', '.join(sorted(installed)) or 'none'}")
            plugin = _instance(name, point.load(), config.get(name, {}), getattr(specs, "API", DEFAULT_API))
            _register(manager, name, plugin, specs_of(specs))
        except Exception as error:  # an optional plugin may be broken in any way; a required one stops the start with its own error
            if is_required:
                raise
            state.problem = f"{type(error).__name__}: {error}"
        states.append(state)
    return _hooks(manager, specs, states)


def hooks_of(specs: ModuleType, **plugins: object) -> Hooks:
    """Hooks answered by these objects: for tests."""
    manager = _manager(specs)
    for name, plugin in plugins.items():
        _register(manager, name, plugin, specs_of(specs))
    return _hooks(manager, specs, [PluginState(name, "test", is_required=True) for name in plugins])


def _manager(specs: ModuleType) -> pluggy.PluginManager:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(specs)
    return manager


def _installed(service: str) -> dict[str, EntryPoint]:
    """The plugins of a service by name. Raises PluginRefused where two packages offer one name: either could be meant."""
    points: dict[str, EntryPoint] = {}
    for point in entry_points(group=f"qiao.{service}.plugins"):
        if point.name in points and points[point.name].value != point.value:
            raise PluginRefused(f"{service}: two installed packages offer a plugin {point.name!r}")
        points[point.name] = point
    return points


def _wanted(names: Sequence[str]) -> list[tuple[str, bool]]:
    wanted = {name.removesuffix("?"): not name.endswith("?") for name in names}
    if len(wanted) < len(names):
        raise PluginRefused("a plugin is enabled twice; the order would be ambiguous")
    return list(wanted.items())


def _instance(name: str, plugin: Any, config: Mapping[str, Any], api: str) -> Any:
    """A plugin is a module, or a class that takes its checked `Config`."""
    wanted = SpecifierSet(getattr(plugin, "api", ""))
    if api not in wanted:
        raise PluginRefused(f"plugin {name!r} wants the hooks in version {wanted}, here they are {api}")
    model: type[BaseModel] | None = getattr(plugin, "Config", None) if isinstance(plugin, type) else None
    if model is not None:
        return plugin(model.model_validate(config))
    if config:
        raise PluginRefused(f"plugin {name!r} takes no settings")
    return plugin() if isinstance(plugin, type) else plugin


def _register(manager: pluggy.PluginManager, name: str, plugin: object, specs: Mapping[str, Spec]) -> None:
    """Raises PluginRefused, and leaves nothing of the plugin behind, unless each of its functions answers a hook as it is asked."""
    try:
        manager.register(plugin, name)
        manager.check_pending()
        _check_answers(name, _implementations(manager, name), specs)
    except pluggy.PluginValidationError as error:
        manager.unregister(plugin, name)
        raise PluginRefused(f"plugin {name!r} does not fit the hooks: {error}") from error
    except PluginRefused:
        manager.unregister(plugin, name)
        raise


def _check_answers(name: str, answers: Mapping[str, pluggy.HookImpl], specs: Mapping[str, Spec]) -> None:
    if not answers:
        raise PluginRefused(f"plugin {name!r} answers no hook; is @hookimpl missing?")
    for hook, implementation in answers.items():
        if implementation.wrapper or implementation.hookwrapper:
            raise PluginRefused(f"plugin {name!r} wraps {hook}; a plugin answers for itself only")
        if iscoroutinefunction(implementation.function) is not specs[hook].is_async:
            raise PluginRefused(f"plugin {name!r}: {hook} {'must' if specs[hook].is_async else 'must not'} be an async function")


def _implementations(manager: pluggy.PluginManager, name: str) -> dict[str, pluggy.HookImpl]:
    """What a registered plugin answers, by hook."""
    plugin = manager.get_plugin(name)
    callers = manager.get_hookcallers(plugin) or [] if plugin is not None else []
    return {caller.name: found for caller in callers for found in caller.get_hookimpls() if found.plugin_name == name}


def _hooks(manager: pluggy.PluginManager, module: ModuleType, states: Sequence[PluginState]) -> Hooks:
    specs = specs_of(module)
    answerers: dict[str, list[Answerer]] = {name: [] for name in specs}
    for state in states:
        found = _implementations(manager, state.name)
        state.hooks = sorted(found)
        for hook, implementation in found.items():
            answerers[hook].append(Answerer(state, implementation.function, tuple(implementation.argnames)))
    return Hooks({name: Question(spec, tuple(answerers[name])) for name, spec in specs.items()}, states)
