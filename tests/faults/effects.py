"""What must hold after any fault: every event has had its effect, and none has had it twice."""

from functools import partial

from nats.js.client import JetStreamContext

from shared.bus.provision import connected
from shared.store.store import Store
from tests.faults.town import eventually, numbers


def heard_exactly(store: Store, expected: list[int]) -> bool:
    """Everything once. Raises AssertionError as soon as something is there twice."""
    found = sorted(store.read_now(numbers))
    assert len(found) == len(set(found)), f"{len(found) - len(set(found))} effects twice"
    return found == expected


async def all_heard_once(store: Store, expected: list[int], nats_url: str, reader: str = "procurement") -> None:
    """Everything has arrived, nothing is left to be delivered again, and still each effect is there once."""
    await eventually(lambda: heard_exactly(store, expected), within=60)
    async with connected(nats_url) as client:
        await eventually(partial(_is_settled, client.jetstream(), f"{reader}-intake"), within=30)
    assert heard_exactly(store, expected)


async def _is_settled(js: JetStreamContext, consumer: str) -> bool:
    info = await js.consumer_info("INTAKE", consumer)
    return bool(info.num_pending == info.num_ack_pending == 0)
