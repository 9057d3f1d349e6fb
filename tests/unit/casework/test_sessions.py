"""Where a session fits in, and what is odd about it."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.casework.domain.lifecycle import CLOSING, PLANNED, SERVING, CaseFacts, CaseState
from services.casework.domain.session import Held, SessionRefused, SessionsOverlap, check_held, check_no_overlap
from services.casework.domain.workload import AssignmentFacts, places_left
from services.casework.plugins.capacity import objections
from services.casework.plugins.record_flags import flags

MONDAY, SATURDAY, MAKE_UP_SATURDAY = date(2017, 2, 20), date(2017, 2, 25), date(2017, 2, 4)
CASE = CaseFacts(SERVING, "G1", date(2017, 2, 6), date(2017, 2, 10), goals=2, sessions=3, last_session_on=None)


def held(starts: str = "09:00", ends: str = "10:00", day: date = MONDAY) -> Held:
    return Held(day, time.fromisoformat(starts), time.fromisoformat(ends))


def check(given: Held, case: CaseFacts = CASE, *, today: date = date(2017, 3, 1)) -> None:
    check_held(given, case, today=today, field="sessions.0.held_on")


def test_a_session_after_the_plan_was_signed_is_kept() -> None:
    check(held())
    check(held(day=date(2017, 2, 10)))
    assert held().minutes == 60


@pytest.mark.parametrize("state", [PLANNED, CLOSING])
def test_nobody_is_served_before_the_plan_is_signed_or_while_the_case_is_being_closed(state: str) -> None:
    with pytest.raises(CaseState, match="登记服务"):
        check(held(), replace(CASE, state=state))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (held(day=date(2017, 3, 2)), "尚未到来"),
        (held(day=date(2017, 2, 9)), "早于计划签署日"),
        (held("09:00", "09:04"), "5 分钟"),
        (held("10:00", "09:00"), "5 分钟"),
    ],
)
def test_a_session_that_cannot_have_been_is_refused(given: Held, words: str) -> None:
    with pytest.raises(SessionRefused, match=words):
        check(given)


@pytest.mark.parametrize(("starts", "ends"), [("09:30", "10:30"), ("08:00", "09:01"), ("08:00", "12:00"), ("09:10", "09:20")])
def test_a_worker_is_in_one_place_at_a_time(starts: str, ends: str) -> None:
    with pytest.raises(SessionsOverlap, match="09:00—10:00"):
        check_no_overlap(held(starts, ends), [held()], field="")


@pytest.mark.parametrize(("starts", "ends"), [("08:00", "09:00"), ("10:00", "11:00")])
def test_one_session_may_follow_another_at_once(starts: str, ends: str) -> None:
    check_no_overlap(held(starts, ends), [held()], field="")
    check_no_overlap(held(day=SATURDAY), [held()], field="")


moments = st.builds(
    lambda start, minutes: Held(
        MONDAY, time(start // 60, start % 60), (datetime.combine(MONDAY, time(start // 60, start % 60)) + timedelta(minutes=minutes)).time()
    ),
    st.integers(8 * 60, 19 * 60),
    st.integers(5, 240),
)


@given(moments, moments)
def test_overlapping_is_mutual(one: Held, other: Held) -> None:
    assert one.overlaps(other) == other.overlaps(one)
    assert one.overlaps(one)


@given(st.lists(moments, max_size=12))
def test_a_diary_that_refuses_overlaps_never_holds_more_minutes_than_the_day_has(given: list[Held]) -> None:
    diary: list[Held] = []
    for one in given:
        if not any(one.overlaps(other) for other in diary):
            check_no_overlap(one, diary, field="")
            diary.append(one)

    assert sum(one.minutes for one in diary) <= 15 * 60
    assert len({minute for one in diary for minute in range(_minute(one.starts_at), _minute(one.ends_at))}) == sum(
        one.minutes for one in diary
    )


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def test_over_eight_hours_a_day_are_flagged() -> None:
    day = [held("08:00", "12:00"), held("13:00", "17:00")]

    assert flags(held("17:00", "17:05"), day, 8) == ["long_day"]
    assert flags(held("13:00", "17:00"), day[:1], 8) == []


def test_a_session_over_four_hours_and_one_on_a_day_off_are_flagged() -> None:
    assert flags(held("08:00", "12:01"), [], 8) == ["long_session"]
    assert flags(held(day=SATURDAY), [], 8) == ["weekend"]
    assert flags(held(day=MAKE_UP_SATURDAY), [], 8) == []


def test_in_a_year_without_a_holiday_notice_the_week_decides() -> None:
    assert flags(held(day=date(2033, 3, 5)), [], 8) == ["weekend"]
    assert flags(held(day=date(2033, 3, 4)), [], 8) == []


@pytest.mark.parametrize(("open_cases", "objected"), [(0, False), (29, False), (30, True), (31, True)])
def test_a_worker_with_thirty_open_cases_takes_no_more(open_cases: int, objected: bool) -> None:
    facts = AssignmentFacts(level="social_worker", capacity=30, open_cases=open_cases, group="G1")

    assert bool(objections(facts)) is objected
    assert (places_left(30, open_cases) == 0) is objected
