"""The seed's case, played through the public interfaces of five services, comes out to the last figure."""

import re
from collections import Counter

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import format_trace_id

from shared.bus.topology import QIAO
from tests.flow.conftest import Played

pytestmark = [pytest.mark.flow, pytest.mark.integration, pytest.mark.timeout(240)]

IDENTITY = re.compile(r"\d{17}[\dX]")
CE_ID = re.compile(r"'ce-id': '([^']+)'")
MOBILE = re.compile(r"1[3-9]\d{9}")
NAMES_TRIED = 150


def test_every_figure_is_the_one_of_the_case(played: Played) -> None:
    assert played.report.faults == []


def test_no_service_wants_more_of_the_bus_than_its_user_may(played: Played) -> None:
    assert played.refused == []


def test_nothing_is_lost_or_put_aside(played: Played) -> None:
    """A message may stand twice on the bus when its acknowledgement was late; its id stands once in every inbox."""
    events = played.report.events

    ids = {CE_ID.search(message.decode()) for name, messages in played.bus.items() if name != "DLQ" for message in messages}

    assert events["kept"] == events["dead_lettered"] == 0
    assert events["published"] == len({found.group(1) for found in ids if found})
    assert played.bus["DLQ"] == []


def service_of(span: ReadableSpan) -> str:
    return str(span.resource.attributes["service.name"])


def test_one_trace_runs_through_all_five_services(played: Played) -> None:
    """Parent to child between services: the player to each of them, and each publisher to each of its readers."""
    spans = [span for span in played.spans if span.context and format_trace_id(span.context.trace_id) == played.report.trace_id]
    by_id = {span.context.span_id: span for span in spans if span.context}

    edges = Counter(
        (service_of(by_id[span.parent.span_id]), service_of(span))
        for span in spans
        if span.parent is not None and span.parent.span_id in by_id and service_of(by_id[span.parent.span_id]) != service_of(span)
    )

    services = set(QIAO.services)
    expected = {("player", service) for service in services}
    expected |= {(publisher, reader) for reader, hears in QIAO.heard.items() for publisher in hears}
    assert expected - set(edges) == set()
    assert edges["casework", "intake"] > 0, "the dossier is asked for over the bus"


def test_no_trace_breaks_at_the_outbox(played: Played) -> None:
    heard = [span for span in played.spans if span.name.startswith("process ")]

    strangers = [span.name for span in heard if span.context and format_trace_id(span.context.trace_id) != played.report.trace_id]

    assert heard
    assert strangers == []


def canaries(played: Played) -> set[str]:
    """Everything that says who somebody is."""
    rows = [*played.people.allowance, *played.people.destitute]
    return {value for row in rows for value in (row.身份证号, row.残疾证号, row.联系电话) if value}


def names(played: Played) -> list[str]:
    rows = [*played.people.allowance, *played.people.destitute]
    step = max(1, len(rows) // NAMES_TRIED)
    long = [row for row in rows if len(row.姓名) > 2]
    return [value for row in long[::step] for value in (row.姓名, row.住址)]


def places(played: Played) -> dict[str, str]:
    """Each place to which nothing about a person may get, as one text."""
    spans = "\n".join(
        f"{span.name} {dict(span.attributes or {})!r} {[dict(event.attributes or {}) for event in span.events]!r}" for span in played.spans
    )
    bus = "\n".join(message.decode() for messages in played.bus.values() for message in messages)
    return {"bus": bus, "log": played.log, "spans": spans, "public": "\n".join(played.pages.values())}


@pytest.mark.parametrize("place", ["bus", "log", "spans", "public"])
def test_no_number_of_a_person_gets_out(played: Played, place: str) -> None:
    text = places(played)[place]
    secret = canaries(played)

    found = {number for pattern in (IDENTITY, MOBILE) for number in pattern.findall(text)} & secret

    assert len(text) > 10_000
    assert found == set()


@pytest.mark.parametrize("place", ["bus", "log", "spans", "public"])
def test_no_name_or_address_gets_out(played: Played, place: str) -> None:
    text = places(played)[place]

    assert [value for value in names(played) if value in text] == []


def test_the_smallest_cell_is_kept_back_in_every_format(played: Played) -> None:
    """Reasons of closing with 1 to 4 cases, as 失联 has 3 in the case itself."""
    smallest = min(played.report.casework["closings"].values())
    page = next(text for path, text in played.pages.items() if path.startswith("/projects/") and path.count("/") == 3)

    assert 0 < smallest < 5
    assert "少于 5" in page


def test_the_public_reads_in_both_languages(played: Played) -> None:
    chinese = {path for path in played.pages if path.endswith("/") and not path.startswith("/en/")}
    english = {path for path in played.pages if path.endswith("/") and path.startswith("/en/")}

    assert {f"/en{path}" for path in chinese} == english
    assert all('lang="zh-CN"' in played.pages[path] for path in chinese)
