"""Operators see which act made what public; the public's bytes know nothing of it."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from services.disclosure.app import SERVICE
from services.disclosure.store import Published
from tests.conftest import Office
from tests.service.disclosure.events_of_the_case import Case
from tests.service.disclosure.telling import release, tell

PROJECT = "/projects/hszfcg-2016-0105/"
CONSOLE = f"/console{PROJECT}"


def traced(office: Office) -> str:
    """The id of the trace in which the statistics became public."""
    release(office, "statistics")
    acts = office.as_("auditor").get("/api/v1/acts")["items"]
    return str(next(act["trace_id"] for act in acts if act["name"] == "release_publication"))


@pytest.fixture
def office(service_client: Callable[..., Office]) -> Office:
    office = service_client(SERVICE, traces_url="http://127.0.0.1:4318/traces/")
    tell(office, Case(scale=10).told())
    return office


def test_operator_sees_the_trace_of_each_publication_and_the_public_does_not(office: Office) -> None:
    trace = traced(office)
    auditor = office.as_("auditor")._headers

    page = office.http.get(CONSOLE, headers=auditor)
    assert page.headers["cache-control"] == "no-store"
    assert f'href="http://127.0.0.1:4318/traces/{trace}"' in page.text

    stored = office.store.read_now(lambda reader: reader.get(Published, PROJECT).body)
    for headers in ({}, auditor):
        public = office.http.get(PROJECT, headers=headers)
        assert public.content == stored
        assert trace not in public.text


def test_english_page_is_no_less_private(office: Office) -> None:
    reader = office.as_("admin")._headers | {"cookie": "qiao_language=en"}

    answer = office.http.get(CONSOLE, headers=reader)

    assert answer.headers["cache-control"] == "no-store"
    assert "Traces of what was published" in answer.text
    assert "HSZFCG-2016-0105" in office.http.get("/console/", headers=reader).text


def test_nobody_else_reads_it(office: Office) -> None:
    stranger: TestClient = office.http

    asked = stranger.get(CONSOLE, follow_redirects=False)
    assert (asked.status_code, asked.headers["location"]) == (303, "/console/sign-in/?back=%2Fconsole%2Fprojects%2Fhszfcg-2016-0105%2F")
    assert stranger.get(CONSOLE, headers=office.as_("editor")._headers).status_code == 403
    assert stranger.get("/console/projects/none/", headers=office.as_("auditor")._headers).status_code == 404
