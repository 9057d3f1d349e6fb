"""The bus of the town on a fresh server."""

from collections.abc import AsyncIterator

import nats
import pytest
from nats.js.client import JetStreamContext

from shared.bus.provision import provision
from tests.faults.town import TOWN
from tests.servers import NatsServer


@pytest.fixture
async def js(nats_server: NatsServer) -> AsyncIterator[JetStreamContext]:
    """A provisioned bus."""
    await provision(nats_server.url, TOWN)
    client = await nats.connect(nats_server.url)
    yield client.jetstream()
    await client.close()
