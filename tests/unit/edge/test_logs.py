"""Logs say what happened to what, never to whom."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.telemetry import Telemetry, configure_logging, scrub
from shared.telemetry.logs import AccessLine, JsonLines, LineHandler

PERSON = "王翠花"
IDENTITY = "420202195003071224"


@pytest.fixture
def lines() -> Iterator[StringIO]:
    """What one logger says, as the service would print it."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines("intake"))
    logger = logging.getLogger("qiao.test")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield stream
    logger.removeHandler(handler)


def said(lines: StringIO) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(lines.getvalue())
    return line


def test_line_is_an_event_with_its_fields(lines: StringIO) -> None:
    logging.getLogger("qiao.test").info("file kept", extra={"file": "0192", "bytes": 12})

    line = said(lines)
    assert (line["event"], line["service"], line["level"], line["file"], line["bytes"]) == ("file kept", "intake", "info", "0192", 12)
    assert "trace_id" not in line


def test_line_names_the_trace_it_belongs_to(lines: StringIO) -> None:
    with Telemetry("intake").span("unit") as span:
        logging.getLogger("qiao.test").info("x")

    assert said(lines)["trace_id"] == f"{span.get_span_context().trace_id:032x}"


def test_unexpected_error_tells_its_place_and_not_its_person(lines: StringIO) -> None:
    try:
        try:
            raise KeyError(f"{PERSON} {IDENTITY}")
        except KeyError as cause:
            raise ValueError(f"no household of {PERSON}, file 20170301") from cause
    except ValueError:
        logging.getLogger("qiao.test").exception("unexpected")

    text = lines.getvalue()
    assert [error["type"] for error in said(lines)["error"]] == ["ValueError", "KeyError"]
    assert "test_unexpected_error_tells_its_place" in text
    assert PERSON not in text
    assert IDENTITY not in text
    assert "20170301" not in text


@pytest.mark.parametrize(
    "personal",
    [
        IDENTITY,
        "42020219500307122X",
        "42020219500307122462",
        "42020219500307122462B1",
        "13812345678",
        "+86 13812345678",
        "6222021234567890123",
    ],
)
def test_number_of_a_person_is_caught_whatever_put_it_there(lines: StringIO, personal: str) -> None:
    logging.getLogger("qiao.test").info("sent", extra={"to": f"电话{personal}，", "also": [personal]})

    assert personal not in lines.getvalue()
    assert personal[-11:] not in lines.getvalue()


@given(st.uuids(), st.integers(0, 10**9), st.datetimes())
def test_ids_amounts_and_times_are_left_alone(identifier: Any, amount: int, moment: Any) -> None:
    text = f"{identifier} {amount} {moment.isoformat()} {identifier.hex}"

    assert scrub(text) == text


def test_every_logger_of_the_process_speaks_through_one_handler() -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = StringIO()
    try:
        configure_logging("intake", stream=stream)
        configure_logging("intake", stream=stream)
        logging.getLogger("uvicorn.error").info("started")
        logging.getLogger("uvicorn.access").info('GET /api/v1/people?name="%s"', PERSON)

        assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["started"]
    finally:
        root.handlers[:], root.level = before
        logging.getLogger("uvicorn.access").disabled = False


def test_a_line_of_a_finished_page_is_written_like_every_other() -> None:
    """The short way and the record's way say the same, but for the moment."""
    short, long = StringIO(), StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        for stream, more in ((short, []), (long, [logging.NullHandler()])):
            root.handlers[:] = [LineHandler("disclosure", stream), *more]
            root.setLevel(logging.INFO)
            AccessLine("disclosure", "GET", "/{path:path}").write(200, 0.00123)
    finally:
        root.handlers[:] = before
        root.setLevel(level)

    assert json.loads(short.getvalue()) | {"at": ""} == json.loads(long.getvalue()) | {"at": ""}
    assert json.loads(short.getvalue())["ms"] == 1.2
