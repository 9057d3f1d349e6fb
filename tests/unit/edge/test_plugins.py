"""Plugins answer questions; one that fails stops neither the others nor, where it only decorates, the act."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import BaseModel, ValidationError

from shared.errors import RuleRefusal, RuleUnavailable
from shared.plugins import Answer, Hooks, PluginRefused, hookimpl, hooks_of, hookspec, load, specs_of
from shared.telemetry import Telemetry

PERSON = "王翠花"


def specs() -> ModuleType:
    """A service's hooks.py."""
    ask = hookspec("library")

    @ask
    def objections(person: str, age: int) -> list[str] | None:
        """Why may this person not borrow?"""

    @ask.first
    def fee(person: str) -> int | None:
        """What does it cost?"""

    @ask.filter
    def ornaments(person: str) -> str | None:
        """What to print below?"""

    @ask
    async def known_elsewhere(person: str) -> bool | None:
        """Does another office know the person?"""

    module = ModuleType("hooks")
    vars(module).update(objections=objections, fee=fee, ornaments=ornaments, known_elsewhere=known_elsewhere, API="1.2")
    return module


SPECS = specs()


def plugin(**answers: Callable[..., Any]) -> Any:
    """An object that answers the hooks by these functions."""
    return SimpleNamespace(**{hook: hookimpl(answer) for hook, answer in answers.items()})


def objects(person: str) -> list[str]:
    return [f"{len(person)}"]


def says(answer: Any) -> Callable[[str], Any]:
    def function(person: str) -> Any:
        return answer

    return function


def fails(person: str) -> Any:
    raise KeyError(PERSON)


def pauses(*seconds: float) -> Callable[[str], Any]:
    """Takes so long at each call, then no time."""
    left = list(seconds)

    def function(person: str) -> str:
        time.sleep(left.pop(0) if left else 0)
        return "late"

    return function


class TestAsking:
    def test_every_plugin_answers_in_the_order_of_the_settings(self) -> None:
        hooks = hooks_of(SPECS, b=plugin(ornaments=says("b")), a=plugin(ornaments=says("a")), c=plugin(ornaments=says("c")))

        assert hooks.ornaments(person=PERSON) == ["b", "a", "c"]
        assert hooks.ornaments(PERSON) == ["b", "a", "c"]

    def test_none_is_no_answer_but_an_empty_one_is(self) -> None:
        hooks = hooks_of(SPECS, silent=plugin(objections=says(None)), content=plugin(objections=says([])))

        assert hooks.objections(person=PERSON, age=70) == [[]]

    def test_nobody_enabled_means_no_answers(self) -> None:
        assert hooks_of(SPECS).objections(person=PERSON, age=70) == []

    def test_plugin_takes_only_the_values_it_wants(self) -> None:
        assert hooks_of(SPECS, a=plugin(objections=objects)).objections(person=PERSON, age=70) == [["3"]]

    def test_first_answer_ends_the_question_where_it_counts(self) -> None:
        hooks = hooks_of(SPECS, silent=plugin(fee=says(None)), zero=plugin(fee=says(0)), broken=plugin(fee=fails))

        assert hooks.fee(person=PERSON) == [0]

    def test_unknown_hook_is_the_services_mistake(self) -> None:
        with pytest.raises(AttributeError, match="objection"):
            hooks_of(SPECS).objection(person=PERSON)

    @pytest.mark.parametrize("values", [{}, {"person": PERSON}, {"person": PERSON, "age": 1, "name": ""}, {"person": PERSON, "old": 1}])
    def test_wrong_call_is_the_services_mistake_and_no_fault_of_a_plugin(self, values: dict[str, Any]) -> None:
        hooks = hooks_of(SPECS, a=plugin(objections=objects))

        with pytest.raises(TypeError, match="person, age"):
            hooks.objections(**values)
        assert hooks.plugins[0].faults == 0


class TestFaults:
    def test_failing_decision_refuses_the_act(self) -> None:
        hooks = hooks_of(SPECS, a=plugin(objections=fails), b=plugin(objections=says([])))

        with pytest.raises(RuleUnavailable, match="“a”出错"):
            hooks.objections(person=PERSON, age=70)

    def test_failing_filter_is_left_out(self) -> None:
        hooks = hooks_of(SPECS, a=plugin(ornaments=fails), b=plugin(ornaments=says("b")))

        assert hooks.ornaments(person=PERSON) == ["b"]

    def test_slow_decision_refuses_the_act(self) -> None:
        hooks = hooks_of(SPECS, a=plugin(fee=pauses(0.06, 0.06)))

        with pytest.raises(RuleUnavailable):
            hooks.fee(person=PERSON)
        assert hooks.plugins[0].faults == 1
        assert hooks.plugins[0].slowest_ms >= 60

    def test_plugin_that_the_machine_paused_once_is_asked_again(self) -> None:
        hooks = hooks_of(SPECS, a=plugin(fee=pauses(0.06)))

        assert hooks.fee(person=PERSON) == ["late"]
        assert hooks.plugins[0].faults == 0

    def test_slow_filter_is_left_out(self) -> None:
        assert hooks_of(SPECS, a=plugin(ornaments=pauses(0.06, 0.06))).ornaments(person=PERSON) == []

    def test_deciding_plugin_may_refuse_in_its_own_words(self) -> None:
        def refuses(person: str) -> list[str]:
            raise RuleRefusal("本市户籍不足一年")

        with pytest.raises(RuleRefusal, match="户籍"):
            hooks_of(SPECS, a=plugin(objections=refuses)).objections(person=PERSON, age=70)
        assert hooks_of(SPECS, a=plugin(ornaments=refuses)).ornaments(person=PERSON) == []

    def test_operator_sees_the_fault_and_nobody_sees_the_person(self, caplog: pytest.LogCaptureFixture) -> None:
        hooks = hooks_of(SPECS, a=plugin(ornaments=fails))
        hooks.ornaments(person=PERSON)

        (state,) = hooks.plugins
        assert (state.calls, state.faults, state.hooks) == (1, 1, ["ornaments"])
        assert state.problem.startswith("ornaments: KeyError")
        assert PERSON not in state.problem
        (line,) = [record for record in caplog.records if record.name == "qiao.plugins"]
        assert (line.levelno, vars(line)["plugin"]) == (logging.ERROR, "a")

    def test_trace_says_who_was_asked_how_long_and_what_failed(self) -> None:
        spans = InMemorySpanExporter()
        hooks = hooks_of(SPECS, a=plugin(ornaments=fails), b=plugin(ornaments=says("b")))
        with Telemetry("library", exporter=spans).span("unit"):
            hooks.ornaments(person=PERSON)

        fault, asked = spans.get_finished_spans()[0].events
        assert (fault.name, (fault.attributes or {})["plugin"]) == ("plugin fault", "a")
        assert (asked.name, (asked.attributes or {})["plugin"], (asked.attributes or {})["hook"]) == ("plugin", "b", "ornaments")
        assert PERSON not in spans.get_finished_spans()[0].to_json()


class TestRecord:
    @staticmethod
    def took_part(hooks: Hooks, ask: Callable[[Hooks], Any]) -> list[Answer]:
        seen: list[Answer] = []
        ask(hooks.observed(seen.append))
        return seen

    def test_act_records_who_decided(self) -> None:
        hooks = hooks_of(SPECS, a=plugin(objections=says([])), b=plugin(objections=says(None)))

        assert self.took_part(hooks, lambda asked: asked.objections(person=PERSON, age=70)) == [
            Answer("objections", "a", "test", "decision")
        ]

    def test_decoration_decides_nothing(self) -> None:
        assert self.took_part(hooks_of(SPECS, a=plugin(ornaments=says("a"))), lambda asked: asked.ornaments(person=PERSON)) == []

    def test_who_only_agreed_after_the_first_answer_did_not_decide(self) -> None:
        hooks = hooks_of(SPECS, a=plugin(fee=says(1)), b=plugin(fee=says(2)))

        assert [answer.plugin for answer in self.took_part(hooks, lambda asked: asked.fee(person=PERSON))] == ["a"]


class TestAwaiting:
    """Hooks with input or output, awaited outside of a unit."""

    async def test_answers_are_awaited_in_order(self) -> None:
        async def knows(person: str) -> bool:
            await asyncio.sleep(0)
            return True

        async def has_no_answer(person: str) -> None:
            """Nothing to say."""

        hooks = hooks_of(SPECS, a=plugin(known_elsewhere=knows), b=plugin(known_elsewhere=has_no_answer))

        assert await hooks.known_elsewhere(person=PERSON) == [True]

    async def test_other_office_that_does_not_answer_makes_the_decision_impossible(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shared.plugins.hooks.AWAITED_SECONDS", 0.01)

        async def hangs(person: str) -> bool:
            await asyncio.sleep(5)
            return True

        with pytest.raises(RuleUnavailable):
            await hooks_of(SPECS, a=plugin(known_elsewhere=hangs)).known_elsewhere(person=PERSON)


class Fee:
    """A plugin with settings."""

    class Config(BaseModel):
        fee: int

    api = ">=1,<2"

    def __init__(self, config: Config) -> None:
        self._fee = config.fee

    @hookimpl
    def fee(self, person: str) -> int:
        return self._fee


class Flat:
    """A plugin without settings."""

    @hookimpl
    def fee(self, person: str) -> int:
        return 1


class FromTheFuture(Flat):
    api = ">=2"


class Misspelt:
    @hookimpl
    def objection(self, person: str) -> list[str]:
        return []


class WantsMore:
    @hookimpl
    def fee(self, person: str, income: int) -> int:
        return income


class Unmarked:
    def fee(self, person: str) -> int:
        return 1


class Wraps:
    @hookimpl(wrapper=True)
    def fee(self, person: str) -> Iterator[None]:
        return (yield)


class Awaits:
    @hookimpl
    async def fee(self, person: str) -> int:
        return 1


class Forgets:
    @hookimpl
    def known_elsewhere(self, person: str) -> bool:
        return True


class BreaksAtStart:
    def __init__(self) -> None:
        raise OSError("no such table")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry points above, as if packages had brought them."""
    points = [
        EntryPoint(name, f"{__name__}:{kind.__name__}", "qiao.library.plugins")
        for name, kind in {
            "fee": Fee,
            "flat": Flat,
            "future": FromTheFuture,
            "misspelt": Misspelt,
            "wants_more": WantsMore,
            "unmarked": Unmarked,
            "wraps": Wraps,
            "awaits": Awaits,
            "forgets": Forgets,
            "breaks": BreaksAtStart,
        }.items()
    ]
    kinds = {point.name: globals()[point.value.partition(":")[2]] for point in points}
    monkeypatch.setattr("shared.plugins.loading.entry_points", lambda group: points if group == "qiao.library.plugins" else [])
    monkeypatch.setattr(EntryPoint, "load", lambda self: kinds[self.name])


def start(*enabled: str, config: dict[str, dict[str, Any]] | None = None) -> Hooks:
    return load("library", SPECS, enabled=enabled, builtin=(), config=config or {})


@pytest.mark.usefixtures("installed")
class TestLoading:
    def test_builtin_plugins_are_enabled_unless_the_department_says_otherwise(self) -> None:
        builtin = load("library", SPECS, enabled=None, builtin=["flat"], config={})
        chosen = load("library", SPECS, enabled=[], builtin=["flat"], config={})

        assert builtin.fee(person=PERSON) == [1]
        assert chosen.fee(person=PERSON) == []

    def test_plugin_gets_its_settings_checked(self) -> None:
        assert start("fee", config={"fee": {"fee": 7}}).fee(person=PERSON) == [7]
        with pytest.raises(ValidationError):
            start("fee", config={"fee": {"fee": "免费"}})
        with pytest.raises(ValidationError):
            start("fee")

    @pytest.mark.parametrize(
        ("name", "why"),
        [
            ("absent", "not installed; installed are: awaits, breaks"),
            ("future", "wants the hooks in version >=2, here they are 1.2"),
            ("misspelt", "unknown hook 'objection'"),
            ("wants_more", "income"),
            ("unmarked", "answers no hook"),
            ("wraps", "wraps fee"),
            ("awaits", "fee must not be an async function"),
            ("forgets", "known_elsewhere must be an async function"),
        ],
    )
    def test_required_plugin_that_does_not_fit_stops_the_start(self, name: str, why: str) -> None:
        with pytest.raises(PluginRefused, match=why):
            start(name)

    @pytest.mark.parametrize("name", ["absent", "future", "misspelt", "wants_more", "unmarked", "wraps", "awaits", "breaks"])
    def test_optional_plugin_that_does_not_fit_is_shown_and_left_out(self, name: str) -> None:
        hooks = start(f"{name}?", "flat")

        assert hooks.fee(person=PERSON) == [1]
        assert [(state.name, state.is_required, bool(state.problem)) for state in hooks.plugins] == [
            (name, False, True),
            ("flat", True, False),
        ]

    def test_required_plugin_that_breaks_stops_the_start_with_its_own_error(self) -> None:
        with pytest.raises(OSError, match="no such table"):
            start("breaks")

    def test_plugin_named_twice_is_refused(self) -> None:
        with pytest.raises(PluginRefused, match="twice"):
            start("flat", "flat?")

    def test_settings_that_nobody_takes_are_refused(self) -> None:
        with pytest.raises(PluginRefused, match="not installed: fees"):
            start("flat", config={"fees": {"fee": 7}})
        with pytest.raises(PluginRefused, match="takes no settings"):
            start("flat", config={"flat": {"fee": 7}})

    def test_two_packages_with_one_name_are_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        points = [EntryPoint("flat", f"{place}:Flat", "qiao.library.plugins") for place in ("ours", "theirs")]
        monkeypatch.setattr("shared.plugins.loading.entry_points", lambda group: points)

        with pytest.raises(PluginRefused, match="two installed packages"):
            start("flat")


def test_hooks_module_tells_what_it_asks() -> None:
    declared = specs_of(SPECS)

    assert {name: (spec.kind, spec.is_first, spec.is_async) for name, spec in declared.items()} == {
        "objections": ("decision", False, False),
        "fee": ("decision", True, False),
        "ornaments": ("filter", False, False),
        "known_elsewhere": ("decision", False, True),
    }
    assert declared["objections"].service == "library"
