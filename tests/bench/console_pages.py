"""How long each page of intake's console takes on the case's 17,000 people, and how much a browser loads for it.

    python -m tests.bench.console_pages [--rounds 9] [--quick]

The rosters, the survey and a screened programme are entered through the interface as the office would; then every page that a link of the
console leads to is asked for, two of each kind, by somebody with every role. Measured is the whole request in the process of the service,
signing in by cookie included, without the network. What a browser loads is the page with its stylesheets, scripts and pictures,
uncompressed. The ratio is to the page that only says that the service lives.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urljoin, urlsplit

from fastapi.testclient import TestClient

from services.intake.app import SERVICE
from shared.demo.figures import Figures
from shared.demo.population import populate
from shared.personal import Keyring
from shared.service import build_app
from shared.settings import ServiceSettings
from shared.store.migrate import upgrade
from tests.bench._rounds import Ratio, arguments, console, show
from tests.conftest import HUANGSHI, Office
from tests.service.intake.bureau import Bureau

ALIVE: Final = "/-/health/live"
PASSWORD: Final = "Huangshi-2016!"
SAME: Final = 2
"""Of pages that differ only in whose they are, so many are asked for."""
MOST_PAGES: Final = 120
MOST_KB: Final = 150
ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4,}")
LINK: Final = re.compile(r'<a\b(?![^>]*\bdownload\b)[^>]*\bhref="([^"#]+)')
LOADED: Final = re.compile(r'<(?:link|script|img)\b[^>]*\b(?:href|src)="([^"]+)"')


@contextmanager
def office(folder: Path) -> Iterator[Office]:
    store = SERVICE.open_store(ServiceSettings(data=folder))
    upgrade(SERVICE, store)
    store.engine.dispose()
    Keyring.create(folder / "key")
    app = build_app(SERVICE, SERVICE.settings(data=folder, key_file=folder / "key", nats_url="", is_rehearsal=True))
    with TestClient(app) as http:
        yield Office(http, app.state.runtime)


def enter(bureau: Bureau, size: float) -> None:
    """The rosters and the visits of the case, and a programme of as many places whose list is open to objection."""
    bureau.programme(bureau.survey(populate(Figures(size).census)), quota=100, reserve=20)


def sign_in(office: Office) -> None:
    roles = ["clerk", "officer", "reviewer", "approver", "surveyor", "auditor"]
    body = {"account": "wang", "name": "王某", "password": PASSWORD, "roles": roles, "divisions": [HUANGSHI]}
    office.as_("admin").post("/api/v1/accounts", body)
    form = {"account": "wang", "password": PASSWORD, "back": "/console/"}
    answer = office.http.post("/console/sign-in/", data=form, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False)
    assert answer.status_code == 303, answer.text


def kind_of(path: str) -> str:
    parts = urlsplit(path)
    return ID.sub("…", parts.path) + ("?" if parts.query else "")


def linked(http: TestClient) -> dict[str, list[str]]:
    """Kind of page → addresses of it, found by following links from the first page."""
    kinds: dict[str, list[str]] = {}
    waiting = ["/console/"]
    while waiting and sum(map(len, kinds.values())) < MOST_PAGES:
        path = waiting.pop(0)
        known = kinds.setdefault(kind_of(path), [])
        if path in known or len(known) == SAME:
            continue
        answer = http.get(path)
        if answer.status_code != 200 or "text/html" not in answer.headers["content-type"]:
            continue
        known.append(path)
        found = (urljoin(path, unescape(link)) for link in LINK.findall(answer.text))
        waiting += [link for link in found if link.startswith("/console/") and not link.startswith("/console/display/")]
    return {kind: paths for kind, paths in kinds.items() if paths}


def kilobytes(http: TestClient, path: str) -> float:
    page = http.get(path)
    parts = {urljoin(path, unescape(link)) for link in LOADED.findall(page.text)}
    return (len(page.content) + sum(len(http.get(part).content) for part in parts)) / 1000


def milliseconds(http: TestClient, path: str) -> float:
    answer = http.get(path)
    return answer.elapsed.total_seconds() * 1000


def main() -> None:
    given = arguments(__doc__).parse_args()
    size, rounds = (0.01, 1) if given.quick else (1.0, given.rounds)
    with TemporaryDirectory() as folder, office(Path(folder)) as made:
        enter(Bureau(made, patience=600), size)
        sign_in(made)
        kinds = linked(made.http)
        found: dict[str, list[float]] = {kind: [] for kind in (ALIVE, *kinds)}
        for _ in range(rounds):
            found[ALIVE].append(milliseconds(made.http, ALIVE))
            for kind, paths in kinds.items():
                found[kind] += [milliseconds(made.http, path) for path in paths]
        slowest = max(kinds, key=lambda kind: median(found[kind]))
        weights = {kind: max(kilobytes(made.http, path) for path in paths) for kind, paths in kinds.items()}
        heaviest = max(weights, key=lambda kind: weights[kind])
    show("pages of intake's console", found, [Ratio(f"{slowest} to {ALIVE}", slowest, (ALIVE,), "median under 100 ms")], unit="ms")
    console.print(f"heaviest: {heaviest} with {weights[heaviest]:.0f} kB (goal: at most {MOST_KB} kB)")


if __name__ == "__main__":
    main()
