"""Plugins: where a department's own rules join a service (decisions 13 and 14).

Contracts are hookspecs in `services/<s>/hooks.py`; plugins are found by the entry point group `qiao.<s>.plugins`, enabled
by name and in order, and refused at start when one is missing or answers a hook that does not exist.
"""

from shared.plugins.hooks import Answer, Hooks, PluginState
from shared.plugins.loading import PluginRefused, hooks_of, load
from shared.plugins.marks import Kind, Spec, hookimpl, hookspec, specs_of
from shared.sentences import S_, together

__all__ = [
    "S_",
    "Answer",
    "Hooks",
    "Kind",
    "PluginRefused",
    "PluginState",
    "Spec",
    "hookimpl",
    "hooks_of",
    "hookspec",
    "load",
    "specs_of",
    "together",
]
