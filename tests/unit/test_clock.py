"""Business time: the header moves it in rehearsal and nowhere else."""

from datetime import UTC, date, datetime

import pytest

from shared.clock import Clock
from shared.errors import Malformed

EVENING_IN_LONDON = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
REAL = Clock(instant=lambda: EVENING_IN_LONDON)
REHEARSAL = Clock(rehearsal=True, instant=lambda: EVENING_IN_LONDON)


def test_today_is_the_day_in_shanghai() -> None:
    assert REAL.today() == date(2026, 11, 24)


def test_rehearsal_takes_the_day_of_the_act_from_the_header() -> None:
    assert REHEARSAL.acted_on("2016-07-05") == date(2016, 7, 5)


def test_act_without_header_is_of_today() -> None:
    assert REHEARSAL.acted_on(None) == REAL.acted_on(None) == date(2026, 11, 24)


def test_real_mode_refuses_the_header_by_name() -> None:
    with pytest.raises(Malformed, match="Qiao-Acted-On"):
        REAL.acted_on("2016-07-05")


@pytest.mark.parametrize("header", ["2016-02-30", "20160705", "2016-7-5", "yesterday", ""])
def test_header_must_be_a_real_day(header: str) -> None:
    with pytest.raises(Malformed, match="YYYY-MM-DD"):
        REHEARSAL.acted_on(header)


def test_header_cannot_name_a_day_to_come() -> None:
    with pytest.raises(Malformed, match="尚未到来"):
        REHEARSAL.acted_on("2026-11-25")


def test_timers_fire_by_the_latest_act_in_rehearsal_and_by_today_otherwise() -> None:
    latest = date(2017, 1, 9)
    assert REHEARSAL.business_now(latest) == latest
    assert REHEARSAL.business_now(None) == REAL.business_now(latest) == date(2026, 11, 24)
