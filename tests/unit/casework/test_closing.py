"""How a case may end."""

from dataclasses import replace
from datetime import date

import pytest

from services.casework.domain.closing import ClosingFacts, ClosingRefused, OutcomeRefused, check_closing, check_outcome
from services.casework.domain.lifecycle import ASSESSED, CLOSED, CLOSING, OPENED, SERVING, CaseFacts, CaseState
from services.casework.domain.term import Term
from tests.unit.casework.rules import rule

TERM = Term(date(2016, 10, 1), date(2017, 9, 30), date(2017, 3, 31))
CASE = CaseFacts(SERVING, "G3", date(2017, 2, 6), date(2017, 2, 10), goals=2, sessions=13, last_session_on=date(2017, 8, 20))
UNPLANNED = CaseFacts(ASSESSED, "G1", date(2017, 2, 6), None, goals=0, sessions=0, last_session_on=None)
SEPTEMBER, AUGUST = date(2017, 9, 25), date(2017, 8, 25)


def close(reason: str, case: CaseFacts = CASE, *, today: date = SEPTEMBER, goals_met: int = 0, withdrawn: bool = False) -> None:
    facts = ClosingFacts(reason, goals_met, last_days=31, has_withdrawn=withdrawn)
    check_closing(facts, case, TERM, today=today, field="closings.0.reason")


def test_goals_are_met_when_one_is_and_each_had_a_session() -> None:
    close("goals_met", goals_met=1)
    close("goals_met", goals_met=2)


@pytest.mark.parametrize(
    ("case", "goals_met", "words"),
    [(CASE, 0, "至少达成一项目标"), (CASE, 3, "计划目标共 2 项"), (replace(CASE, sessions=1), 2, "至少有一次服务")],
)
def test_goals_are_not_met_on_paper_alone(case: CaseFacts, goals_met: int, words: str) -> None:
    with pytest.raises(ClosingRefused, match=words):
        close("goals_met", case, goals_met=goals_met)


def test_a_case_runs_out_only_in_the_last_month_of_the_term() -> None:
    close("term_ended", today=date(2017, 8, 31))
    with pytest.raises(ClosingRefused, match="尚早"):
        close("term_ended", today=date(2017, 8, 30))


@pytest.mark.parametrize("reason", ["moved", "died", "lost_contact"])
def test_who_leaves_before_the_top_up_ends_is_withdrawn_by_intake_first(reason: str) -> None:
    march = replace(CASE, last_session_on=date(2017, 3, 1))

    with pytest.raises(ClosingRefused, match="递补"):
        close(reason, march, today=date(2017, 3, 31))
    close(reason, march, today=date(2017, 3, 31), withdrawn=True)
    close(reason, march, today=date(2017, 4, 1))


@pytest.mark.parametrize("reason", ["declined", "referred", "died"])
def test_a_case_may_end_before_it_has_a_plan(reason: str) -> None:
    close(reason, UNPLANNED, today=AUGUST)


@pytest.mark.parametrize("reason", ["goals_met", "term_ended"])
def test_without_a_signed_plan_nothing_is_achieved_and_nothing_runs_out(reason: str) -> None:
    with pytest.raises(ClosingRefused, match="没有签署的服务计划"):
        close(reason, UNPLANNED)


def test_a_proposal_may_be_replaced_until_it_is_signed() -> None:
    close("goals_met", replace(CASE, state=CLOSING), goals_met=1)
    with pytest.raises(CaseState, match="已结案"):
        close("goals_met", replace(CASE, state=CLOSED), goals_met=1)


def test_no_case_ends_before_its_last_session() -> None:
    with pytest.raises(ClosingRefused, match="早于最近一次服务"):
        close("referred", today=date(2017, 8, 19))


def outcome(case: CaseFacts, achieved_on: date = date(2017, 5, 2)) -> None:
    check_outcome(case, rule("work_for_adults"), achieved_on=achieved_on, today=date(2017, 5, 31))


def test_work_is_found_for_adults_after_a_plan() -> None:
    outcome(CASE)


def test_no_work_is_found_for_pupils() -> None:
    with pytest.raises(OutcomeRefused, match="未成年人"):
        outcome(replace(CASE, group="G2"))


@pytest.mark.parametrize("achieved_on", [date(2017, 2, 9), date(2017, 6, 1)])
def test_an_outcome_lies_between_plan_and_record(achieved_on: date) -> None:
    with pytest.raises(OutcomeRefused, match="成果日期"):
        outcome(CASE, achieved_on)


@pytest.mark.parametrize("case", [replace(CASE, state=CLOSED), replace(UNPLANNED, state=OPENED)])
def test_a_case_without_plan_or_after_its_end_has_no_outcome(case: CaseFacts) -> None:
    with pytest.raises((CaseState, OutcomeRefused)):
        outcome(case)


def test_the_method_of_2017_is_the_house_s_own_and_the_ministry_s_from_2018() -> None:
    assert rule("case_method", date(2017, 12, 31)).level == "house"
    assert rule("case_method", date(2018, 1, 1)).number == "MZ/T 094-2017"
