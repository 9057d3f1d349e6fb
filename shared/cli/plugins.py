"""`qiao plugins`: which plugins a service asks, in which order, and which questions there are."""

from importlib.metadata import entry_points

from rich.console import Console
from rich.table import Table

from shared.plugins import load
from shared.service import Service

console = Console(highlight=False)


def show_plugins(service: Service) -> None:
    """The enabled plugins as the running service would have them, what else is installed, and the hooks. Raises PluginRefused."""
    settings = service.settings()
    hooks = load(service.name, service.hooks, enabled=settings.plugins, builtin=service.plugins, config=settings.plugin_settings)
    plugins = Table("plugin", "version", "answers", "state", box=None)
    for state in hooks.plugins:
        plugins.add_row(state.name, state.version, ", ".join(state.hooks), state.problem or "enabled")
    enabled = {state.name for state in hooks.plugins}
    for point in entry_points(group=f"qiao.{service.name}.plugins"):
        if point.name not in enabled:
            plugins.add_row(point.name, point.dist.version if point.dist else "", "", "installed, not enabled")
    questions = Table("hook", "kind", "asks", box=None)
    for name, kind in hooks.kinds.items():
        questions.add_row(name, kind, (getattr(service.hooks, name).__doc__ or "").strip().partition("\n")[0])
    console.print(plugins, "", questions)
