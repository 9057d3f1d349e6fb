"""Asking plugins. The caller is ours: pluggy's own aborts the whole call at one fault and asks the last registered first.

Each plugin is asked by itself, timed, and seen in the trace. A fault is an exception, or an answer that took over 50 ms:
what holds the store's writer holds everybody. A faulty decision refuses the act; a faulty filter is left out.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from time import perf_counter
from typing import Any, Final

from opentelemetry import trace

from shared.errors import Refusal, RuleUnavailable
from shared.plugins.marks import Kind, Spec
from shared.sentences import S_
from shared.telemetry.scrub import scrub_message

SLOW_SECONDS: Final = 0.050
AWAITED_SECONDS: Final = 2.0
"""How long an asynchronous hook may take; it waits outside of any unit."""

log = logging.getLogger("qiao.plugins")


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
    """That a plugin took part in a decision; kept in the record of the act."""

    hook: str
    plugin: str
    version: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Answerer:
    """A plugin's function that answers a hook, and which of the hook's parameters it takes."""

    state: PluginState
    function: Callable[..., Any]
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A hook with the plugins that answer it, in the order of the settings."""

    spec: Spec
    answerers: tuple[Answerer, ...]


class TooSlow(Exception):
    """A plugin took longer than it may, twice in a row where it could be asked again."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """The enabled plugins of one service. `hooks.objections(person=facts)` asks each in turn and returns their answers.

    None is no answer. A hook of which the first answer counts returns a list of one, or of none.
    """

    questions: Mapping[str, Question]
    plugins: Sequence[PluginState]
    record: Callable[[Answer], None] = field(default=lambda answer: None)

    def observed(self, record: Callable[[Answer], None]) -> "Hooks":
        """The same plugins, telling who took part in a decision."""
        return replace(self, record=record)

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """Every hook there is, and what a fault does to it."""
        return {name: question.spec.kind for name, question in self.questions.items()}

    def __getattr__(self, hook: str) -> Callable[..., Any]:
        """A function that returns a list of answers; of an asynchronous hook, one that is awaited for it."""
        question = self.questions.get(hook)
        if question is None:
            raise AttributeError(f"there is no hook {hook!r}")
        return partial(self._await_all if question.spec.is_async else self._ask_all, question)

    def _ask_all(self, question: Question, /, *args: Any, **values: Any) -> list[Any]:
        spec, given, answers = question.spec, _bind(question.spec, args, values), []
        for answerer in question.answerers:
            try:
                answer = _ask(spec, answerer, given)
            except Exception as error:  # another's code: whatever it raises must not stop the other plugins
                _note_fault(spec, answerer.state, error)
                continue
            if answer is not None:
                answers.append(answer)
                self._note_part(spec, answerer.state)
                if spec.is_first:
                    break
        return answers

    async def _await_all(self, question: Question, /, *args: Any, **values: Any) -> list[Any]:
        spec, given, answers = question.spec, _bind(question.spec, args, values), []
        for answerer in question.answerers:
            try:
                answer = await _await(spec, answerer, given)
            except Exception as error:  # as above
                _note_fault(spec, answerer.state, error)
                continue
            if answer is not None:
                answers.append(answer)
                self._note_part(spec, answerer.state)
                if spec.is_first:
                    break
        return answers

    def _note_part(self, spec: Spec, state: PluginState) -> None:
        if spec.kind == "decision":
            self.record(Answer(spec.name, state.name, state.version, spec.kind))


def _bind(spec: Spec, args: Sequence[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked, by name. A wrong call is the service's mistake and must not count as a plugin's fault."""
    given = dict(zip(spec.parameters, args, strict=False)) | dict(values)
    if len(args) + len(values) != len(spec.parameters) or given.keys() != set(spec.parameters):
        raise TypeError(f"hook {spec.name} takes {', '.join(spec.parameters) or 'nothing'}")
    return given


def _ask(spec: Spec, answerer: Answerer, given: Mapping[str, Any]) -> Any:
    """One plugin's answer. A slow one is asked once more: a busy machine may have paused it, and asking changes nothing."""
    took = SLOW_SECONDS
    for _ in range(2):
        answerer.state.calls += 1
        began = perf_counter()
        answer = answerer.function(*(given[name] for name in answerer.parameters))
        took = perf_counter() - began
        _note_time(spec, answerer.state, took)
        if took <= SLOW_SECONDS:
            return answer
    raise TooSlow(f"took {took * 1000:.0f} ms, allowed are {SLOW_SECONDS * 1000:.0f}")


async def _await(spec: Spec, answerer: Answerer, given: Mapping[str, Any]) -> Any:
    answerer.state.calls += 1
    began = perf_counter()
    async with asyncio.timeout(AWAITED_SECONDS):
        answer = await answerer.function(*(given[name] for name in answerer.parameters))
    _note_time(spec, answerer.state, perf_counter() - began)
    return answer


def _note_time(spec: Spec, state: PluginState, took: float) -> None:
    state.slowest_ms = max(state.slowest_ms, round(took * 1000, 1))
    # an event, not a span: a roster asks thousands of times, and a span keeps its last 128 events
    trace.get_current_span().add_event("plugin", {"plugin": state.name, "hook": spec.name, "ms": round(took * 1000, 3)})


def _note_fault(spec: Spec, state: PluginState, error: Exception) -> None:
    """Count and log a fault; raises what makes the decision impossible. A refusal of a deciding plugin is its answer, in its own words."""
    if isinstance(error, Refusal) and spec.kind == "decision":
        raise error
    state.faults += 1
    state.problem = f"{spec.name}: {type(error).__name__} {scrub_message(str(error))}".strip()
    fault = {"plugin": state.name, "hook": spec.name, "problem": state.problem}
    trace.get_current_span().add_event("plugin fault", fault)
    log.error("plugin fault", extra=fault, exc_info=error)
    if spec.kind == "decision":
        raise RuleUnavailable(S_("规则插件“{name}”出错，本次不予办理，请联系管理员", name=state.name)) from error
