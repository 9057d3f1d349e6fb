"""A wire between a service and its server that can be cut in the middle of a message, and can lose the answers."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

CHUNK = 65_536
SEQUENCE, COMMIT = b"Nats-Batch-Sequence", b"Nats-Batch-Commit"


class Wire:
    """What it is told to do it does once, at the next batch that passes; before and after it is a good wire."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._ends: set[StreamWriter] = set()
        self.connections: set[asyncio.Task[None]] = set()
        self._cut_at = 0
        self._loses_answer = False
        self._is_deaf = False
        self.url = ""
        self.has_happened = asyncio.Event()
        self.is_down = False

    def cut_after(self, parts: int) -> None:
        """Cut within the part of the next batch that has this number."""
        self._cut_at = parts

    def lose_the_answer(self) -> None:
        """Let the next batch pass and nothing that the server says from then on, until `cut`."""
        self._loses_answer = True

    def cut(self) -> None:
        """Drop every connection; the next ones are good."""
        self._is_deaf = False
        for end in self._ends:
            end.transport.abort()

    def take_down(self) -> None:
        """Drop every connection and take no others, until `is_down` is taken back."""
        self.is_down = True
        self.cut()

    async def _to_server(self, client: StreamReader, server: StreamWriter) -> None:
        parts = 0
        while data := await client.read(CHUNK):
            if self._cut_at and parts + data.count(SEQUENCE) >= self._cut_at:
                await _hand_over(server, data[: _place(data, self._cut_at - parts)])
                self._cut_at = 0
                self.has_happened.set()
                self.cut()
                return
            parts += data.count(SEQUENCE)
            if self._loses_answer and COMMIT in data:
                self._loses_answer, self._is_deaf = False, True
                self.has_happened.set()
            await _hand_over(server, data)

    async def _to_client(self, server: StreamReader, client: StreamWriter) -> None:
        while data := await server.read(CHUNK):
            if not self._is_deaf:
                await _hand_over(client, data)

    def connect(self, client_reads: StreamReader, client_writes: StreamWriter) -> None:
        """One connection more."""
        connection = asyncio.create_task(self._connect(client_reads, client_writes))
        self.connections.add(connection)
        connection.add_done_callback(self.connections.discard)

    async def _connect(self, client_reads: StreamReader, client_writes: StreamWriter) -> None:
        if self.is_down:
            client_writes.transport.abort()
            return
        try:
            server_reads, server_writes = await asyncio.open_connection("127.0.0.1", self._server_port)
        except OSError:
            client_writes.transport.abort()
            return
        self._ends |= {client_writes, server_writes}
        with suppress(OSError):
            ways = {
                asyncio.create_task(self._to_server(client_reads, server_writes)),
                asyncio.create_task(self._to_client(server_reads, client_writes)),
            }
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        for end in (client_writes, server_writes):
            self._ends.discard(end)
            end.transport.abort()


def _place(data: bytes, occurrence: int) -> int:
    """Where the given occurrence of a batch's part begins."""
    place = -1
    for _ in range(occurrence):
        place = data.index(SEQUENCE, place + 1)
    return place


async def _hand_over(end: StreamWriter, data: bytes) -> None:
    end.write(data)
    await end.drain()


@asynccontextmanager
async def wire_to(server_port: int) -> AsyncIterator[Wire]:
    """A good wire on a port of its own."""
    wire = Wire(server_port)
    listening = await asyncio.start_server(wire.connect, "127.0.0.1", 0)
    wire.url = f"nats://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield wire
    finally:
        listening.close()
        wire.take_down()
        if wire.connections:
            await asyncio.wait(wire.connections)
        await listening.wait_closed()
