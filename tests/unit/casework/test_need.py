"""When a need that was found may be reported, and that harm is urgent whatever was ticked."""

from datetime import date

import pytest

from services.casework.domain.need import DUTIES, NeedRefused, check_found, urgency_of
from services.casework.domain.term import OutsideTerm, Term

TERM = Term(date(2016, 10, 1), date(2017, 9, 30), date(2017, 3, 31))
TODAY, LEFT = date(2017, 5, 10), date(2017, 4, 1)


def check(found_on: date, *, kind: str = "health", withdrawn_on: date | None = None, today: date = TODAY) -> None:
    check_found(found_on, TERM, kind=kind, withdrawn_on=withdrawn_on, today=today)


def test_what_was_found_on_the_last_day_is_reported_after_it() -> None:
    check(date(2017, 9, 30), today=date(2017, 10, 9))


@pytest.mark.parametrize(("found_on", "refusal"), [(date(2017, 5, 11), NeedRefused), (date(2016, 9, 30), OutsideTerm)])
def test_nothing_is_found_tomorrow_or_before_the_contract(found_on: date, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        check(found_on)


def test_of_who_has_left_only_harm_is_reported() -> None:
    check(LEFT, withdrawn_on=LEFT)
    with pytest.raises(NeedRefused, match="退出"):
        check(TODAY, withdrawn_on=LEFT)
    for kind in DUTIES:
        check(TODAY, kind=kind, withdrawn_on=LEFT)


@pytest.mark.parametrize(
    ("kind", "given", "urgency"), [("harm_to_minor", "normal", "urgent"), ("health", "soon", "soon"), ("health", "urgent", "urgent")]
)
def test_harm_is_urgent_whatever_was_ticked(kind: str, given: str, urgency: str) -> None:
    assert urgency_of(kind, given, ["harm_to_minor"]) == urgency
