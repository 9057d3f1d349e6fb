"""What stands before every answer."""

import logging
from typing import Any

import pytest
from fastapi import FastAPI, Request, UploadFile
from fastapi.testclient import TestClient
from starlette.datastructures import Headers

from shared.access import Actor
from shared.http import guard, problems

OWN = frozenset({"http://service.hs.gov.example"})
COOKIE = {"cookie": "qiao_intake=x"}


async def nobody_records(*args: Any, **more: Any) -> None:
    """No refusal is kept here."""


def guarded(public_url: str | None = None) -> TestClient:
    app = FastAPI(max_body_size=guard.BODY_LIMIT)
    problems.install(app, record=nobody_records)
    guard.install(app, service="intake", public_url=public_url)

    @app.post("/api/v1/cases/{case_id}")
    async def case(case_id: str, request: Request) -> int:
        request.state.actor = Actor("zhang", "张")
        return len(await request.body())

    @app.get("/api/v1/public/notices")
    async def notices() -> str:
        return "公告"

    @app.post("/api/v1/files")
    async def file(file: UploadFile) -> int:
        return len(await file.read())

    @app.get("/api/v1/broken")
    async def broken() -> None:
        raise ValueError

    return TestClient(app)


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("GET", {**COOKIE, "sec-fetch-site": "cross-site"}, False),
        ("POST", {}, False),
        ("POST", {**COOKIE, "authorization": "Bearer x"}, False),
        ("POST", {**COOKIE, "sec-fetch-site": "same-origin"}, False),
        ("POST", {**COOKIE, "sec-fetch-site": "none"}, False),
        ("POST", {**COOKIE, "sec-fetch-site": "same-site"}, True),
        ("POST", {**COOKIE, "sec-fetch-site": "cross-site"}, True),
        ("POST", {**COOKIE, "origin": "http://service.hs.gov.example"}, False),
        ("POST", {**COOKIE, "origin": "http://evil.example"}, True),
        ("POST", {**COOKIE, "origin": "null"}, True),
        ("POST", COOKIE, True),
        ("DELETE", {**COOKIE, "authorization": "Basic eA=="}, True),
    ],
)
def test_cookie_acts_for_its_own_site_only(method: str, headers: dict[str, str], expected: bool) -> None:
    assert guard.is_cross_site(method, Headers(headers), OWN) is expected


def test_cross_site_post_never_reaches_its_route() -> None:
    answer = guarded().post("/api/v1/cases/7", headers={**COOKIE, "sec-fetch-site": "cross-site"})

    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:qiao:problem:cross-site"


def test_post_through_the_proxy_has_the_public_origin() -> None:
    http = guarded("https://jiuzhu.hs.gov.example/console")
    ours = {**COOKIE, "origin": "https://jiuzhu.hs.gov.example"}

    assert http.post("/api/v1/cases/7", headers=ours).status_code == 200
    assert http.post("/api/v1/cases/7", headers={**ours, "origin": "https://jiuzhu.hs.gov.example.evil.example"}).status_code == 403


@pytest.mark.parametrize("path", ["/api/v1/public/notices", "/api/v1/broken", "/nowhere"])
def test_every_answer_has_the_headers_also_an_error(path: str) -> None:
    headers = guarded().get(path).headers

    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "strict-transport-security" not in headers


def test_https_stays_https() -> None:
    assert guarded("https://jiuzhu.hs.gov.example").get("/nowhere").headers["strict-transport-security"] == "max-age=31536000"


def test_only_public_answers_may_be_kept_by_a_cache() -> None:
    http = guarded()

    assert "cache-control" not in http.get("/api/v1/public/notices").headers
    assert http.post("/api/v1/cases/7").headers["cache-control"] == "no-store"
    assert guard.is_private("/console/cases")
    assert not guard.is_private("/projects/7")


def test_command_is_a_form_and_not_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "JSON_LIMIT", 100)
    http = guarded()

    def in_parts() -> Any:
        yield b"x" * 60
        yield b"x" * 60

    for answer in (http.post("/api/v1/cases/7", content=b"x" * 101), http.post("/api/v1/cases/7", content=in_parts())):
        assert answer.status_code == 413
        assert answer.json()["type"] == "urn:qiao:problem:too-large"
    assert http.post("/api/v1/cases/7", content=b"x" * 100).json() == 100
    assert http.post("/api/v1/files", files={"file": ("a.pdf", b"x" * 500)}).json() == 500


def test_upload_has_a_limit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "UPLOAD_LIMIT", 1_000)

    assert guarded().post("/api/v1/files", files={"file": ("a.pdf", b"x" * 1_000)}).status_code == 413


def test_log_has_the_route_and_the_account_but_not_what_was_asked(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "qiao.access")

    guarded().post("/api/v1/cases/420202195003071224?name=王翠花")

    (line,) = [vars(record) for record in caplog.records if record.name == "qiao.access"]
    assert (line["method"], line["route"], line["status"], line["account"]) == ("POST", "/api/v1/cases/{case_id}", 200, "zhang")
    assert "王翠花" not in str(line)
    assert "420202195003071224" not in str(line)
