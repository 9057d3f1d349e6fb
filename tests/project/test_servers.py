"""The servers that tests rely on do what they promise."""

import asyncio

import nats
import psycopg
import pytest
from nats.js.api import StreamConfig

from shared.cli.embedded_nats import EmbeddedNats, NatsNotStarted
from tests.servers import NatsServer


async def _say(url: str, text: bytes) -> int:
    client = await nats.connect(url)
    stream = client.jetstream()
    await stream.add_stream(StreamConfig(name="TEST", subjects=["test.>"]))
    said = await stream.publish("test.word", text)
    await client.close()
    return said.seq


@pytest.mark.integration
def test_nats_server_keeps_its_stream_over_a_kill_and_loses_it_by_a_wipe(nats_server: NatsServer) -> None:
    assert asyncio.run(_say(nats_server.url, b"one")) == 1

    nats_server.kill()
    nats_server.start()
    assert asyncio.run(_say(nats_server.url, b"two")) == 2

    nats_server.stop()
    nats_server.wipe()
    nats_server.start()
    assert asyncio.run(_say(nats_server.url, b"one again")) == 1


@pytest.mark.integration
def test_second_nats_server_on_a_taken_port_says_so(nats_server: NatsServer) -> None:
    if not isinstance(nats_server, EmbeddedNats):
        pytest.skip("needs a server of its own")
    second = EmbeddedNats(nats_server.folder / "second", port=nats_server.port)

    with pytest.raises(NatsNotStarted, match="is taken"):
        second.start()


@pytest.mark.integration
def test_each_test_has_a_database_of_its_own(postgres_url: str) -> None:
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
