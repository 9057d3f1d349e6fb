"""Later events of a record wait for an earlier one, but not for ever and not for other records."""

from dataclasses import replace
from uuid import uuid4

import pytest

from shared.bus.cloudevents import Received, from_message, to_message
from shared.bus.hearing import Behind, Order
from tests.unit.bus.test_cloudevents import SAID


def received(sequence: int, record: str) -> Received:
    message = to_message(replace(SAID, seq=sequence, event_id=uuid4(), aggregate_id=record), traceparent={})
    return from_message(message.headers, message.body)


def test_later_events_wait_and_earlier_ones_and_other_records_do_not() -> None:
    order = Order()
    order.hold(received(5, "a"), 60)

    with pytest.raises(Behind):
        order.check(received(6, "a"))
    order.check(received(5, "a"))
    order.check(received(4, "a"))
    order.check(received(6, "b"))


def test_what_is_settled_lets_the_next_go_on() -> None:
    order = Order()
    order.hold(received(5, "a"), 60)
    order.hold(received(6, "a"), 60)
    order.go_on(received(6, "a"))
    with pytest.raises(Behind):
        order.check(received(7, "a"))

    order.go_on(received(5, "a"))
    order.check(received(7, "a"))


def test_what_went_to_another_process_is_not_waited_for_for_ever() -> None:
    order = Order()
    order.hold(received(5, "a"), -1)

    order.check(received(6, "a"))
