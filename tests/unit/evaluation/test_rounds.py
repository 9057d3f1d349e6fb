"""When a round may be opened, and from when its result counts."""

from datetime import date

import pytest

from services.evaluation.domain.findings import FindingState, FindingStatus, NotYourFinding, check_may_answer, check_may_close
from services.evaluation.domain.rounds import (
    AppealTooLate,
    AppealWindowOpen,
    RoundKind,
    RoundNotReady,
    RoundRefused,
    Status,
    Term,
    check_may_appeal,
    check_may_conclude,
    check_may_correct,
    check_may_open,
    check_open,
    check_scored,
    check_step,
)

TERM = Term(date(2016, 10, 1), date(2017, 9, 30))
WINDOW = date(2017, 11, 16)


@pytest.mark.parametrize(
    ("kind", "opened_on", "words"),
    [("mid", date(2016, 9, 30), "服务期内"), ("mid", date(2017, 10, 1), "服务期内"), ("final", date(2017, 9, 30), "服务期满")],
)
def test_a_round_has_its_time(kind: RoundKind, opened_on: date, words: str) -> None:
    with pytest.raises(RoundRefused, match=words):
        check_may_open(kind, term=TERM, opened_on=opened_on, evidence_until=date(2017, 11, 3))


def test_mid_runs_during_and_final_after_the_service() -> None:
    check_may_open("mid", term=TERM, opened_on=date(2017, 5, 15), evidence_until=date(2017, 6, 15))
    check_may_open("final", term=TERM, opened_on=date(2017, 10, 10), evidence_until=date(2017, 11, 3))


def test_evidence_does_not_end_before_the_round_begins() -> None:
    with pytest.raises(RoundRefused, match="证据截止日"):
        check_may_open("mid", term=TERM, opened_on=date(2017, 5, 15), evidence_until=date(2017, 5, 14))


def test_a_final_result_waits_until_the_last_day_of_appeal_is_over() -> None:
    with pytest.raises(AppealWindowOpen, match="2017-11-16"):
        check_may_conclude(waits_for_appeal=True, appeal_until=WINDOW, undecided=0, today=WINDOW)
    check_may_conclude(waits_for_appeal=True, appeal_until=WINDOW, undecided=0, today=date(2017, 11, 17))


def test_an_undecided_appeal_holds_every_result() -> None:
    with pytest.raises(AppealWindowOpen, match="1 件申诉"):
        check_may_conclude(waits_for_appeal=False, appeal_until=WINDOW, undecided=1, today=date(2017, 12, 1))


def test_the_last_day_of_the_window_still_belongs_to_the_provider() -> None:
    check_may_appeal(Status.NOTIFIED, appeal_until=WINDOW, today=WINDOW)
    with pytest.raises(AppealTooLate):
        check_may_appeal(Status.NOTIFIED, appeal_until=WINDOW, today=date(2017, 11, 17))


def test_nobody_appeals_against_what_was_not_told() -> None:
    with pytest.raises(RoundNotReady, match="尚未告知"):
        check_may_appeal(Status.SCORED, appeal_until=None, today=WINDOW)


@pytest.mark.parametrize(
    ("now", "to"),
    [
        (Status.OPEN, Status.NOTIFIED),
        (Status.SCORED, Status.CONCLUDED),
        (Status.OPEN, Status.CONCLUDED),
        (Status.CONCLUDED, Status.NOTIFIED),
    ],
)
def test_no_step_is_left_out(now: Status, to: Status) -> None:
    with pytest.raises(RoundNotReady):
        check_step(now, to)


def test_sheets_come_in_while_the_round_is_open_and_are_corrected_until_it_is_told() -> None:
    check_open(Status.OPEN)
    check_may_correct(Status.SCORED)
    with pytest.raises(RoundNotReady, match="不再接收"):
        check_open(Status.SCORED)
    with pytest.raises(RoundNotReady, match="申诉"):
        check_may_correct(Status.NOTIFIED)


def test_findings_need_a_scored_round() -> None:
    with pytest.raises(RoundNotReady, match="尚未计分"):
        check_scored(Status.OPEN)


def test_a_finding_is_answered_by_whom_it_concerns() -> None:
    check_may_answer(FindingStatus.ISSUED, "payer", frozenset({"finance"}))
    with pytest.raises(NotYourFinding):
        check_may_answer(FindingStatus.ISSUED, "payer", frozenset({"provider"}))
    with pytest.raises(FindingState):
        check_may_answer(FindingStatus.CLOSED, "payer", frozenset({"finance"}))


def test_a_finding_is_closed_after_its_answer_by_somebody_else() -> None:
    check_may_close(FindingStatus.ANSWERED, answered_by="provider", account="evaluator")
    with pytest.raises(NotYourFinding):
        check_may_close(FindingStatus.ANSWERED, answered_by="both", account="both")
    with pytest.raises(FindingState):
        check_may_close(FindingStatus.ISSUED, answered_by="", account="evaluator")
