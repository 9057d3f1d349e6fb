"""Objections, consent, enrolment and visits, by the rules of the day."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from services.intake.domain.enrolment import (
    Answer,
    ContractOver,
    TopUpOver,
    check_contract_term,
    check_top_up,
    consent_faults,
    needs_guardian,
    ways_off,
)
from services.intake.domain.person import NEEDS
from services.intake.domain.programme import (
    ObjectionsOpen,
    ObjectionTooLate,
    ObjectionWindowOpen,
    PlacesOpen,
    SameOfficer,
    WrongStage,
    check_different_officer,
    check_may_complete,
    check_may_confirm,
    check_objection_in_time,
    check_stage,
    objections_until,
)
from services.intake.domain.survey import MemberReport, VisitReport, VisitsRefused, check_visits, needs_in_order
from services.intake.domain.survey_form import FIXED
from shared.rules import Rule, RuleBook

BOOK = RuleBook.load(Path("services/intake/rules"))
HUANGSHI = "420200000000"
NOW = date(2017, 1, 16)
CONFIRMED = date(2017, 1, 9)
CONSENT = Answer(is_given=True, version="2016-12", signed_on=NOW, signer="self", guardian_relation="", told_no_loss=True)
GROWN = date(1980, 1, 1)
VISIT = VisitReport(date(2016, 11, 1), "home", ("D01", "D02"), 2, "rented", dict.fromkeys(NEEDS, 1))


def rule(id: str, on: date = NOW) -> Rule:
    return BOOK.rule(id, on=on, division=HUANGSHI)


def faults_of(answer: Answer, birth: date = GROWN) -> set[str]:
    notice, guardian_age = rule("consent_notice"), rule("guardian_signature")
    return {
        fault.field
        for fault in consent_faults(answer, birth=birth, confirmed_on=CONFIRMED, today=NOW, notice=notice, guardian_age=guardian_age)
    }


def test_the_seven_days_for_objections_end_after_the_holiday() -> None:
    assert objections_until(date(2016, 12, 26), rule("objection_window")) == date(2017, 1, 3)


def test_an_objection_on_the_last_day_is_in_time() -> None:
    until = date(2017, 1, 3)

    check_objection_in_time(until, until, rule("objection_window"))
    with pytest.raises(ObjectionTooLate):
        check_objection_in_time(date(2017, 1, 4), until, rule("objection_window"))


def test_a_list_is_confirmed_after_the_window_and_when_every_objection_is_answered() -> None:
    until = date(2017, 1, 3)

    check_may_confirm(date(2017, 1, 4), until, 0)
    with pytest.raises(ObjectionWindowOpen):
        check_may_confirm(until, until, 0)
    with pytest.raises(ObjectionsOpen):
        check_may_confirm(date(2017, 1, 9), until, 1)


def test_who_prepared_an_act_does_not_decide_it() -> None:
    check_different_officer("zhao", "qian", "sun", act="名单确认")
    with pytest.raises(SameOfficer, match="名单确认"):
        check_different_officer("zhao", "qian", "zhao", act="名单确认")


def test_an_act_out_of_turn_says_when_its_turn_is() -> None:
    with pytest.raises(WrongStage, match="异议期"):
        check_stage("proposed", "confirmed")


def test_enrolment_does_not_end_while_somebody_could_still_be_taken_in() -> None:
    until = date(2017, 3, 31)

    with pytest.raises(PlacesOpen):
        check_may_complete(places_open=1, reserves_left=1, today=until, top_up_until=until)
    check_may_complete(places_open=0, reserves_left=9, today=NOW, top_up_until=until)
    check_may_complete(places_open=1, reserves_left=0, today=NOW, top_up_until=until)
    check_may_complete(places_open=1, reserves_left=1, today=date(2017, 4, 1), top_up_until=until)


@pytest.mark.parametrize(
    ("state", "stage", "own_word"),
    [
        ("listed", "proposed", ["refused"]),
        ("listed", "confirmed", []),
        ("waiting", "confirmed", ["refused"]),
        ("consented", "confirmed", ["consent_withdrawn"]),
    ],
)
def test_who_was_not_asked_yet_declines_and_who_agreed_takes_it_back(state: str, stage: str, own_word: list[str]) -> None:
    assert [reason for reason in ways_off(state, stage) if reason in ("refused", "consent_withdrawn")] == own_word


def test_a_consent_counts() -> None:
    assert faults_of(CONSENT) == set()


def test_a_refusal_is_asked_for_with_the_same_care() -> None:
    assert faults_of(replace(CONSENT, is_given=False, told_no_loss=False)) == {"told_no_loss"}


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (replace(CONSENT, version="2015-01"), "version"),
        (replace(CONSENT, told_no_loss=False), "told_no_loss"),
        (replace(CONSENT, signed_on=date(2017, 1, 8)), "signed_on"),
        (replace(CONSENT, signed_on=date(2017, 1, 17)), "signed_on"),
    ],
)
def test_a_consent_asked_in_the_wrong_way_does_not_count(answer: Answer, field: str) -> None:
    assert faults_of(answer) == {field}


def test_a_guardian_signs_until_the_fourteenth_birthday() -> None:
    """个人信息保护法第三十一条; case 26 of the domain rules."""
    still_thirteen, fourteen = date(2003, 1, 17), date(2003, 1, 16)

    assert faults_of(CONSENT, still_thirteen) == {"signer"}
    assert faults_of(replace(CONSENT, signer="guardian", guardian_relation="mother"), still_thirteen) == set()
    assert faults_of(CONSENT, fourteen) == set()


def test_a_guardian_says_who_they_are_to_the_child() -> None:
    for relation in ("", "parent", "母亲单某"):
        assert faults_of(replace(CONSENT, signer="guardian", guardian_relation=relation), date(2010, 1, 1)) == {"guardian_relation"}
        assert faults_of(replace(CONSENT, signer="guardian", guardian_relation=relation), date(1950, 1, 1)) == {"guardian_relation"}


def test_the_law_of_2021_replaces_the_house_rule_on_guardians_with_the_same_age() -> None:
    then, now = rule("guardian_signature"), rule("guardian_signature", date(2021, 11, 1))

    assert (then.instrument, now.instrument) == ("黄石市社会救助服务试点工作规程", "个人信息保护法")
    assert needs_guardian(date(2010, 6, 1), date(2024, 5, 31), now)
    assert not needs_guardian(date(2010, 6, 1), date(2024, 6, 1), now)


@pytest.mark.parametrize("rules_of", [date(2015, 10, 12), date(2017, 1, 16), date(2026, 11, 1)])
@pytest.mark.parametrize("id", ["objection_window", "guardian_signature", "consent_notice", "survey_investigators"])
def test_every_rule_is_in_force_on_every_day_from_2015_on(id: str, rules_of: date) -> None:
    assert rule(id, rules_of).kind == "hard"


def test_nobody_is_enrolled_outside_the_contract_or_after_the_top_up() -> None:
    term = {"signed_on": date(2016, 9, 1), "ends_on": date(2017, 9, 30)}

    check_contract_term(date(2017, 9, 30), **term)
    check_top_up(date(2017, 3, 31), date(2017, 3, 31))
    with pytest.raises(ContractOver):
        check_contract_term(date(2017, 10, 1), **term)
    with pytest.raises(TopUpOver):
        check_top_up(date(2017, 4, 1), date(2017, 3, 31))


def visits_faults(*reports: VisitReport) -> set[str]:
    least = rule("survey_investigators", date(2016, 11, 2))
    with pytest.raises(VisitsRefused) as refused:
        check_visits(reports, opened_on=date(2016, 10, 10), today=date(2016, 11, 2), investigators_at_least=least, form=FIXED)
    return {fault.field for fault in refused.value.faults}


def test_two_investigators_visit_together() -> None:
    least = rule("survey_investigators")
    check_visits([VISIT], opened_on=date(2016, 10, 10), today=date(2016, 11, 2), investigators_at_least=least, form=FIXED)

    assert visits_faults(VISIT, replace(VISIT, investigators=("D01",))) == {"visits.1.investigators"}
    assert visits_faults(replace(VISIT, investigators=("D01", " D01 "))) == {"visits.0.investigators"}


@pytest.mark.parametrize(
    ("report", "field"),
    [
        (replace(VISIT, visited_on=date(2016, 10, 9)), "visited_on"),
        (replace(VISIT, visited_on=date(2016, 11, 3)), "visited_on"),
        (replace(VISIT, needs={need: 1 for need in NEEDS if need != "health"}), "needs.health"),
        (replace(VISIT, needs=dict.fromkeys(NEEDS, 0) | {"health": 4}), "needs.health"),
        (replace(VISIT, needs=dict.fromkeys(NEEDS, 0) | {"hope": 1}), "needs"),
        (replace(VISIT, housing="castle"), "housing"),
        (replace(VISIT, kind="dream"), "kind"),
        (replace(VISIT, living_members=31), "living_members"),
        (replace(VISIT, investigators=tuple("ABCDEFG")), "investigators"),
        (replace(VISIT, members=(MemberReport(uuid4(), {"张三": 1}),)), "members.0.person_id"),
        (replace(VISIT, members=(MemberReport(uuid4(), {}),)), "members.0.person_id"),
        (replace(VISIT, living_members=0), "living_members"),
    ],
)
def test_a_visit_that_cannot_have_been_is_refused(report: VisitReport, field: str) -> None:
    assert visits_faults(report) == {f"visits.0.{field}"}


def test_at_most_two_hundred_visits_in_one_command() -> None:
    assert visits_faults(*[VISIT] * 201) == {"visits"}


def test_needs_are_kept_in_one_order() -> None:
    assert needs_in_order({need: position for position, need in reversed(list(enumerate(NEEDS)))}) == tuple(range(7))
