"""Which act fits which state of a case."""

from dataclasses import replace
from datetime import date

import pytest

from services.casework.domain.lifecycle import (
    ASSESSED,
    CLOSED,
    CLOSING,
    OPENED,
    PLANNED,
    SERVING,
    CaseFacts,
    CaseState,
    GuardianMissing,
    check_plan,
    check_state,
    state_before_closing,
)
from shared.rules import Rule
from tests.unit.casework.rules import rule

GUARDIANS: Rule = rule("guardian_signature")
SIGNED_ON, TODAY = date(2017, 2, 10), date(2017, 2, 13)
ASSESSED_CASE = CaseFacts(ASSESSED, "G3", date(2017, 2, 6), None, goals=0, sessions=0, last_session_on=None)


def sign(case: CaseFacts, *, guardian: bool = False, signed_on: date = SIGNED_ON) -> None:
    check_plan(case, GUARDIANS, is_guardian_signed=guardian, recipient_signed_on=signed_on, today=TODAY)


@pytest.mark.parametrize("state", [ASSESSED, PLANNED])
def test_a_plan_follows_an_assessment_and_may_be_made_anew_until_it_is_signed(state: str) -> None:
    sign(replace(ASSESSED_CASE, state=state))


@pytest.mark.parametrize("state", [OPENED, SERVING, CLOSING, CLOSED])
def test_no_plan_without_an_assessment_or_after_its_time(state: str) -> None:
    with pytest.raises(CaseState, match="制定服务计划"):
        sign(replace(ASSESSED_CASE, state=state))


def test_the_guardian_signs_for_a_pupil() -> None:
    pupil = replace(ASSESSED_CASE, group="G2")

    sign(pupil, guardian=True)
    with pytest.raises(GuardianMissing) as refusal:
        sign(pupil)
    assert refusal.value.faults[0].rule == "guardian_signature"


@pytest.mark.parametrize("signed_on", [date(2017, 2, 5), date(2017, 2, 14)])
def test_a_recipient_signs_neither_before_the_case_nor_ahead_of_time(signed_on: date) -> None:
    with pytest.raises(CaseState, match="签字日期"):
        sign(ASSESSED_CASE, signed_on=signed_on)


def test_a_refusal_names_the_state_in_words() -> None:
    with pytest.raises(CaseState, match="个案处于“已结案”，不能登记服务"):
        check_state(replace(ASSESSED_CASE, state=CLOSED), {SERVING}, "登记服务")


@pytest.mark.parametrize(
    ("case", "is_assessed", "state"),
    [(replace(ASSESSED_CASE, plan_signed_on=SIGNED_ON), True, SERVING), (ASSESSED_CASE, True, ASSESSED), (ASSESSED_CASE, False, OPENED)],
)
def test_a_closing_that_is_sent_back_leaves_the_case_where_it_was(case: CaseFacts, is_assessed: bool, state: str) -> None:
    assert state_before_closing(replace(case, state=CLOSING), is_assessed=is_assessed) == state
