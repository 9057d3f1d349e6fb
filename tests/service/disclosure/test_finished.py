"""Finished pages are answered before the framework, and nobody can tell but by the time it takes."""

import asyncio
import sqlite3
from typing import Any, Final

import pytest

from services.disclosure.store import FINISHED
from shared.http.finished import ROUTE
from tests.conftest import Office

SAMPLED: Final = {"traceparent": f"00-{'1' * 32}-{'2' * 16}-01"}
"""Asks for a span, which only the framework's way makes."""
PATHS: Final = ("/", "/en/", "/projects/hszfcg-2016-0105/", "/projects/hszfcg-2016-0105.json", "/projects.csv", "/feed.xml", "/404/")


def seen(answer: Any) -> tuple[int, bytes, dict[str, str]]:
    return answer.status_code, answer.content, {name.lower(): value for name, value in answer.headers.items() if name.lower() != "date"}


def counted(office: Office) -> float:
    """How many answers of this route the metrics have counted."""
    samples = [sample for family in office.runtime.telemetry.metrics.requests.collect() for sample in family.samples]
    return sum(sample.value for sample in samples if sample.name.endswith("_count") and ROUTE in sample.labels.values())


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_answer_is_the_framework_s(told: Office, path: str, encoding: str, method: str) -> None:
    asked = {"accept-encoding": encoding}

    ours = told.http.request(method, path, headers=asked)
    framework = told.http.request(method, path, headers=asked | SAMPLED)

    assert seen(ours) == seen(framework)


@pytest.mark.parametrize("path", PATHS[:4])
def test_what_the_reader_has_is_not_sent_again(told: Office, path: str) -> None:
    tag = {"if-none-match": told.http.get(path).headers["etag"]}

    ours, framework = told.http.get(path, headers=tag), told.http.get(path, headers=tag | SAMPLED)

    assert ours.status_code == 304
    assert seen(ours) == seen(framework)


def test_it_stands_before_the_framework(told: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    app: Any = told.http.app
    asked: list[str] = []
    answers = app.front.answers

    async def watched(scope: Any, send: Any) -> bool:
        is_answered: bool = await answers(scope, send)
        asked.append(f"{scope['path']} {is_answered}")
        return is_answered

    monkeypatch.setattr(app.front, "answers", watched)
    for path in ("/", "/nowhere/", "/console/"):
        told.http.get(path, follow_redirects=False)

    assert asked == ["/ True", "/nowhere/ False", "/console/ False"]


def test_every_answer_has_its_line_and_is_counted(told: Office, caplog: pytest.LogCaptureFixture) -> None:
    before = counted(told)

    with caplog.at_level("INFO", logger="qiao.access"):
        told.http.get("/projects.csv?name=王翠花")

    assert counted(told) - before == 1
    line = vars(caplog.records[-1])
    assert (line["method"], line["route"], line["status"], line["service"]) == ("GET", ROUTE, 200, "disclosure")
    assert "王翠花" not in str(line)


def test_a_lookup_sees_what_another_process_has_committed(told: Office) -> None:
    """Nothing is kept between two questions: a connection of its own stands for the other process."""
    store = told.runtime.store
    path = {"path": "/projects.csv", "packed": False}
    first = asyncio.run(store.lookup.find(FINISHED, **path))
    assert first is not None
    assert first[0] == 200

    with sqlite3.connect(str(store.path)) as other:
        other.execute("UPDATE published SET status = 410 WHERE path = '/projects.csv'")
    other.close()

    again = asyncio.run(store.lookup.find(FINISHED, **path))
    assert again is not None
    assert again[0] == 410
