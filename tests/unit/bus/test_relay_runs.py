"""What the relay may have on its way at once, and which faults it and the readers wait for."""

from dataclasses import replace
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from shared.bus.faults import Misdirected, UnknownMajor, Unreadable, is_away, is_permanent, reason
from shared.bus.options import Options
from shared.errors import Busy, Forbidden, NotFound, NotYet, RuleRefusal, RuleUnavailable, WrongState
from shared.relay import runs
from tests.unit.bus.test_cloudevents import SAID


@given(st.lists(st.integers(0, 5)))
def test_no_record_is_twice_on_its_way_and_the_order_stays(aggregates: list[int]) -> None:
    waiting = [replace(SAID, seq=seq, event_id=uuid4(), aggregate_id=str(aggregate)) for seq, aggregate in enumerate(aggregates)]
    cut = list(runs(waiting))

    assert [said for run in cut for said in run] == waiting
    for run in cut:
        assert len({said.aggregate for said in run}) == len(run)
    for run, following in pairwise(cut):
        assert following[0].aggregate in {said.aggregate for said in run}, "a run ends only where it must"


@pytest.mark.parametrize("error", [Unreadable("x"), UnknownMajor("x"), Misdirected("x"), RuleRefusal("x"), Forbidden("x")])
def test_what_will_be_the_same_tomorrow_is_permanent(error: Exception) -> None:
    assert is_permanent(error)


@pytest.mark.parametrize(
    "error",
    [NotYet("x"), NotFound("x"), WrongState("x"), RuleUnavailable("x"), Busy(), RuntimeError("x"), OperationalError("x", None, OSError())],
)
def test_what_may_pass_is_tried_again(error: Exception) -> None:
    assert not is_permanent(error)


def test_a_store_that_is_away_is_no_fault_of_the_event() -> None:
    assert is_away(Busy())
    assert is_away(OperationalError("x", None, OSError()))
    assert not is_away(RuntimeError("x"))


def test_a_reason_never_repeats_a_text_that_may_name_a_person() -> None:
    assert reason(RuleRefusal("张三年龄不足")) == "RuleRefusal: rule"
    assert reason(RuntimeError("张三")) == "RuntimeError"
    assert reason(NotYet("the contract is not known yet")) == "NotYet: the contract is not known yet"


def test_the_waits_grow_to_five_minutes() -> None:
    assert [Options().delay(tries) for tries in range(1, 9)] == [1, 3, 9, 27, 81, 243, 300, 300]
