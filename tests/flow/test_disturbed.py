"""The case comes out to the last figure while its processes are killed, and on PostgreSQL with several processes per service."""

from random import Random

import pytest

from tests.chaos.case import UNLIKE, Played, Setting, killing, play_once
from tests.flow.conftest import SCALE
from tests.flow.conftest import Played as Undisturbed

pytestmark = [pytest.mark.flow, pytest.mark.integration, pytest.mark.timeout(600)]

KILLS = 6


def check_equal(disturbed: Played, undisturbed: Undisturbed) -> None:
    """Every figure, every event once, none dead."""
    assert disturbed.faults == []
    assert disturbed.figures == undisturbed.report.model_dump(exclude=set(UNLIKE))
    assert disturbed.on_the_bus == disturbed.said > 0
    assert disturbed.dead == 0
    assert len(disturbed.kills) == KILLS


def test_the_case_on_sqlite_stands_kills_of_services_and_bus(played: Undisturbed) -> None:
    check_equal(play_once(Setting(SCALE), killing(KILLS, Random(20))), played)


def test_the_case_on_postgresql_with_two_serving_and_two_working_processes_each_stands_kills_of_any(played: Undisturbed) -> None:
    check_equal(play_once(Setting(SCALE, copies=2), killing(KILLS, Random(21))), played)
