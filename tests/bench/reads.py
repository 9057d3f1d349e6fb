"""Answers per second over HTTP: one record, a list of 50, and a published page, one server process each.

The record has 2,000 bytes of JSON. A service's interface signs the caller in by a bearer token, reads a snapshot of its SQLite store and
renders the answer; the public page of disclosure is stored bytes. Beside them: a bare ASGI application on uvicorn that reads the same
bytes by their key with sqlite3, which is the limit of the server, and Datasette on the same file, if it is named: it is no dependency,
so make it an environment of its own.

    python3 -m venv /tmp/datasette && /tmp/datasette/bin/pip install datasette
    python -m tests.bench.reads --datasette /tmp/datasette/bin/datasette [--rounds 5] [--seconds 2] [--quick]

Asked by wrk with 32 connections (Debian: apt-get install wrk), in turns, for records in random order.
"""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import APIRouter, Depends, Response
from sqlalchemy import insert
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col, select

from services.disclosure.app import SERVICE as DISCLOSURE
from services.disclosure.store import Published
from shared.http.call import Call, allows
from shared.http.paging import Listing, Page, listing, page
from shared.personal import Keyring
from shared.service import Service, build_app
from shared.store.migrate import upgrade
from shared.store.tables import kernel_tables
from shared.work import Reader, Work
from tests.bench._rounds import Ratio, arguments, console, show
from tests.servers import free_port
from tests.service.kernel import hooks

RECORDS = 2_000
CONNECTIONS = 32
TOKEN = "a token of this measurement"
STARTS_WITHIN_SECONDS = 60

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Table(SQLModel, registry=registry()):
    pass


class Record(Table, table=True):
    id: str = Field(primary_key=True)
    body: str


def record(record_id: str, *, reader: Reader) -> Any:
    return json.loads(reader.get(Record, record_id).body)


def records(*, reader: Reader, page: Page) -> Listing:
    return listing(reader, select(Record), page, sort=(col(Record.id), col(Record.id)), item=lambda row: json.loads(row.body))


router = APIRouter(prefix="/api/v1")


@router.get("/records/{record_id}")
async def get_record(record_id: str, call: Annotated[Call, allows("reader")]) -> Response:
    return await call.read(record, record_id)


@router.get("/records")
async def get_records(call: Annotated[Call, allows("reader")], page: Annotated[Page, Depends(page)]) -> Response:
    return await call.read(records, page=page)


SHELF = Service(
    name="intake",  # whose streams it would use: the topology knows five services
    title="书架",
    port=8199,
    package="tests.service.kernel",
    table=Table,
    kernel=kernel_tables(Table.metadata),
    roles={"reader": "读者"},
    hooks=hooks,
    routers=[router],
)


# what is read


def written(number: int) -> str:
    """A record of 2,000 bytes."""
    known = {"id": f"r{number:05d}", "title": f"Record {number}", "amount": number * 100, "tags": ["a", "b", "c"], "text": ""}
    return json.dumps({**known, "text": "x" * (2_000 - len(json.dumps(known)))})


def fill_shelf(work: Work) -> None:
    work.execute(insert(Record), [{"id": f"r{number:05d}", "body": written(number)} for number in range(RECORDS)])
    now, kernel = datetime.now(UTC), work.kernel
    account = {"account": "reader", "name": "reader", "password_hash": "", "roles": ["reader"], "divisions": [], "contracts": []}
    work.execute(insert(kernel.account), [{**account, "is_active": True, "failures": 0, "created_at": now, "created_by": "bench"}])
    token = {"hash": sha256(TOKEN.encode()).hexdigest(), "account": "reader", "created_at": now, "expires_at": now + timedelta(hours=1)}
    work.execute(insert(kernel.token), [token])


def fill_site(work: Work) -> None:
    kept = {"status": 200, "type": "application/json", "packed": b"", "design": ""}
    work.execute(
        insert(Published),
        [{"path": f"/kept/{n:05d}.json", "etag": f'"{n}"', "body": written(n).encode(), **kept} for n in range(RECORDS)],
    )


def store_file(folder: Path, service: Service) -> Path:
    return folder / service.name / f"{service.name}.db"


def prepare(folder: Path) -> None:
    Keyring.create(folder / "key")
    for service, fill in ((SHELF, fill_shelf), (DISCLOSURE, fill_site)):
        store = service.open_store(service.settings(data=folder))
        upgrade(service, store)
        if service is SHELF:
            Table.metadata.create_all(store.engine)
        store.run_now(fill)
        store.engine.dispose()


# who answers


def serve(what: str, folder: Path, port: int) -> None:
    """Run in a process of its own."""
    if what == "bare":
        application: Any = bare(store_file(folder, SHELF))
    else:
        service = {"shelf": SHELF, "site": DISCLOSURE}[what]
        application = build_app(service, service.settings(data=folder, key_file=folder / "key", nats_url=""))
    uvicorn.run(application, port=port, log_level="error", access_log=False)


def bare(path: Path) -> Callable[..., Awaitable[None]]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    connection.execute("PRAGMA mmap_size=268435456")

    async def application(scope: dict[str, Any], receive: object, send: Send) -> None:
        if scope["type"] != "http":
            return
        name = scope["path"].rpartition("/")[2]
        if name == "records":
            found = connection.execute("SELECT body FROM record ORDER BY id LIMIT 50").fetchall()
            body = b'{"items":[' + b",".join(each[0].encode() for each in found) + b"]}"
        else:
            body = connection.execute("SELECT body FROM record WHERE id = ?", (name,)).fetchone()[0].encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return application


@contextmanager
def process(command: Sequence[str | Path], url: str, log: Path) -> Iterator[None]:
    """A server, from its first answer to the end of the block; what it logs goes into a file, as under systemd."""
    with log.open("wb") as written_to:
        running = subprocess.Popen(command, stdout=written_to, stderr=written_to)
    try:
        deadline = time.monotonic() + STARTS_WITHIN_SECONDS
        while not _answers(url):
            if running.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{command[0]} did not answer at {url}\n{log.read_text()[-2000:]}")
            time.sleep(0.05)
        yield
    finally:
        running.terminate()
        running.wait(30)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": f"Bearer {TOKEN}"}), timeout=5) as answer:  # noqa: S310  # our own server
            return bool(answer.status == 200)
    except OSError:
        return False


# who asks


@dataclass(frozen=True, slots=True)
class Target:
    name: str
    port: int
    path: str
    """With `{}` for the number of a record."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


LUA = """
wrk.headers["Authorization"] = "Bearer %s"
math.randomseed(%d)
request = function() return wrk.format("GET", (string.gsub("%s", "{}", string.format("%%05d", math.random(0, %d))))) end
"""


def asked(target: Target, seconds: float, folder: Path) -> float:
    """Answers per second."""
    script = folder / "ask.lua"
    script.write_text(LUA % (TOKEN, target.port, target.path, RECORDS - 1))
    command: list[str | Path] = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "-s", script, target.url]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if refused := re.search(r"Non-2xx.*", told):
        raise SystemExit(f"{target.name}: {refused[0]}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])  # type: ignore[index]  # wrk always tells it


def tried(target: Target, seconds: float, folder: Path) -> float:
    """Answers per second of a few requests one after another, for machines without wrk: to see that it still answers."""
    began, count = time.perf_counter(), 10
    for number in range(count):
        if not _answers(target.url + target.path.replace("{}", f"{number:05d}")):
            raise SystemExit(f"{target.name} refused")
    return count / (time.perf_counter() - began)


BARE, SHELF_API, SITE, DATASETTE = "bare ASGI", "a service's interface", "published page", "Datasette"
KINDS = {
    "record": {BARE: "/records/r{}", SHELF_API: "/api/v1/records/r{}", SITE: "/kept/{}.json", DATASETTE: "/intake/record/r{}.json"},
    "list of 50": {
        BARE: "/records",
        SHELF_API: "/api/v1/records?limit=50",
        DATASETTE: "/intake/record.json?_size=50&_nocount=1&_nofacet=1",
    },
}
RATIOS = {
    "record": [
        Ratio("published page / bare ASGI", SITE, (BARE,)),
        Ratio("published page / Datasette", SITE, (DATASETTE,), "≥ 20"),
        Ratio("interface / bare ASGI", SHELF_API, (BARE,)),
        Ratio("interface / Datasette", SHELF_API, (DATASETTE,)),
    ],
    "list of 50": [
        Ratio("interface / bare ASGI", SHELF_API, (BARE,)),
        Ratio("interface / Datasette", SHELF_API, (DATASETTE,), "≥ 15"),
    ],
}


@dataclass
class Servers:
    """Those that are up, by name."""

    ports: dict[str, int] = field(default_factory=dict)

    def start(self, stack: ExitStack, folder: Path, datasette: Path | None) -> None:
        self.ports = {name: free_port() for name in (BARE, SHELF_API, SITE)}
        for name, what in ((BARE, "bare"), (SHELF_API, "shelf"), (SITE, "site")):
            command: list[str | Path] = [
                sys.executable,
                "-m",
                "tests.bench.reads",
                "--serve",
                what,
                "--folder",
                folder,
                "--port",
                str(self.ports[name]),
            ]
            stack.enter_context(
                process(
                    command, f"http://127.0.0.1:{self.ports[name]}{KINDS['record'][name].replace('{}', '00001')}", folder / f"{what}.log"
                )
            )
        if datasette:
            self.ports[DATASETTE] = free_port()
            command = [datasette, "serve", store_file(folder, SHELF), "--port", str(self.ports[DATASETTE])]
            stack.enter_context(process(command, f"http://127.0.0.1:{self.ports[DATASETTE]}/-/versions.json", folder / "datasette.log"))


def measure(kind: str, servers: Servers, rounds: int, ask: Callable[[Target], float]) -> dict[str, list[float]]:
    targets = [Target(name, servers.ports[name], path) for name, path in KINDS[kind].items() if name in servers.ports]
    found: dict[str, list[float]] = {target.name: [] for target in targets}
    for _ in range(rounds):
        for target in targets:
            found[target.name].append(ask(target))
    return found


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--datasette", type=Path, help="its program")
    parser.add_argument("--serve", choices=("bare", "shelf", "site"), help="be one of the servers")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--port", type=int)
    chosen = parser.parse_args()
    if chosen.serve:
        serve(chosen.serve, chosen.folder, chosen.port)
        return
    if not chosen.quick and not shutil.which("wrk"):
        raise SystemExit("wrk is not installed: apt-get install wrk")
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder, servers = Path(name), Servers()
        prepare(folder)
        servers.start(stack, folder, chosen.datasette)
        ask = partial(tried if chosen.quick else asked, seconds=chosen.seconds, folder=folder)
        for kind, ratios in RATIOS.items():
            found = measure(kind, servers, 1 if chosen.quick else chosen.rounds, ask)
            show(f"{kind}, answers per second", found, [each for each in ratios if {each.of, *each.to} <= set(found)], unit="answers/s")
        if DATASETTE not in servers.ports:
            console.print("Without Datasette: name its program with --datasette.")


if __name__ == "__main__":
    main()
