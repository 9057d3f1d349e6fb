"""When a task may be taken, answered and refused, and by when it is due."""

from datetime import date

import pytest

from services.intake.domain.discovered_need import FROM, NeedState, check_may_become, due_on, urgency_of

STATES = ("open", "taken", "answered", "refused")


@pytest.mark.parametrize("now", STATES)
@pytest.mark.parametrize("state", FROM)
def test_a_task_goes_from_open_over_taken_to_its_end_and_never_back(state: str, now: str) -> None:
    allowed = {("taken", "open"), ("answered", "taken"), ("refused", "open"), ("refused", "taken")}
    if (state, now) in allowed:
        check_may_become(state, now)
    else:
        with pytest.raises(NeedState):
            check_may_become(state, now)


def test_what_ought_to_be_done_first_is_said() -> None:
    with pytest.raises(NeedState, match="请先受理"):
        check_may_become("answered", "open")
    with pytest.raises(NeedState, match="已经受理"):
        check_may_become("taken", "taken")
    with pytest.raises(NeedState, match="已经办结"):
        check_may_become("refused", "answered")


@pytest.mark.parametrize(("told", "urgency"), [("normal", "urgent"), ("urgent", "urgent")])
def test_harm_is_urgent_whatever_casework_told(told: str, urgency: str) -> None:
    assert urgency_of("harm_to_minor", told, ["harm_to_minor"]) == urgency


def test_what_is_urgent_is_due_on_its_day() -> None:
    days = {"normal": 15, "soon": 5, "urgent": 0}
    assert [due_on(date(2017, 2, 26), urgency, days) for urgency in days] == [date(2017, 3, 13), date(2017, 3, 3), date(2017, 2, 26)]
