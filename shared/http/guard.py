"""What stands before every answer: security headers, no cross-site posts, a limit to bodies, a log line without what people typed."""

import logging
from collections.abc import Mapping
from time import perf_counter
from typing import Final
from urllib.parse import urlsplit

from fastapi import FastAPI
from prometheus_client import Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import Forbidden
from shared.files import MAX_BYTES
from shared.http.problems import CODES, TITLES, problem, template_of
from shared.sentences import S_

JSON_LIMIT: Final = 1024 * 1024
"""Bytes of a request that is no upload; a command is a form, not a file."""
UPLOAD_LIMIT: Final = MAX_BYTES + 64 * 1024
BODY_LIMIT: Final = 64 * 1024 * 1024
"""The framework's own limit, behind the two above."""

CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HSTS: Final = "max-age=31536000"
"""Sent where the public address is https: a year, without subdomains, which are not ours to decide on."""
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Others count as one: a stranger must not be able to invent labels."""
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
PRIVATE: Final = ("/api/", "/console", "/-/")
PUBLIC: Final = ("/api/v1/public",)

log = logging.getLogger("qiao.access")


class CrossSite(Forbidden):
    """A form of another site posted with this site's cookie."""

    code = "cross-site"


def install(app: FastAPI, *, service: str, public_url: str | None, requests: Histogram | None = None) -> None:
    """Guard every route. `public_url` is the address people use, where a proxy stands before the service."""
    app.add_middleware(Guard, service=service, public_url=public_url, requests=requests)


def is_cross_site(method: str, headers: Headers, own_origins: frozenset[str]) -> bool:
    """Whether a cookie would let another site act: by Sec-Fetch-Site, else, as on plain http, by Origin; refused without both."""
    if method in SAFE or headers.get("authorization", "").lower().startswith("bearer ") or "cookie" not in headers:
        return False
    if (site := headers.get("sec-fetch-site")) is not None:
        return site not in ("same-origin", "none")
    return headers.get("origin") not in own_origins


def limit_of(headers: Headers) -> int:
    """How many bytes the body may have."""
    return UPLOAD_LIMIT if headers.get("content-type", "").startswith("multipart/form-data") else JSON_LIMIT


def security_headers(public_url: str | None) -> Mapping[str, str]:
    """What every answer carries at the address that people use."""
    is_https = (public_url or "").startswith("https:")
    return {**HEADERS, "Strict-Transport-Security": HSTS} if is_https else HEADERS


def is_private(path: str) -> bool:
    """Whether no cache may keep the answer."""
    return path.startswith(PRIVATE) and not path.startswith(PUBLIC)


class Guard:
    """Pure ASGI, as a wrapped answer costs more than the answer."""

    def __init__(self, app: ASGIApp, *, service: str, public_url: str | None, requests: Histogram | None = None) -> None:
        self._app = app
        self._requests = requests
        self._service = service
        self._public_origin = _origin(public_url) if public_url else None
        self._headers = security_headers(public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # a GET whose body stays here (RFC 9110 §9.3.2)
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        began = perf_counter()
        status = 500

        async def guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._dress(MutableHeaders(scope=message), scope["path"])
            await send(message)

        try:
            await self._admit(scope, receive, guarded)
        finally:
            took = perf_counter() - began
            _log(self._service, scope, status, took)
            if self._requests is not None:
                method = scope["method"] if scope["method"] in METHODS else "_OTHER"
                self._requests.labels(method, template_of(scope), status).observe(took)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if is_cross_site(scope["method"], headers, self._own_origins(scope, headers)):
            await problem(403, CrossSite.code, S_("请求来自其他网站，已拒绝"))(scope, receive, send)
        elif _length(headers) > limit_of(headers):
            await problem(413, CODES[413], TITLES[413])(scope, receive, send)
        elif "transfer-encoding" in headers:
            await self._app(scope, _counted(receive, limit_of(headers)), send)
        else:
            await self._app(scope, receive, send)

    def _dress(self, headers: MutableHeaders, path: str) -> None:
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        if is_private(path):
            headers.setdefault("Cache-Control", "no-store")

    def _own_origins(self, scope: Scope, headers: Headers) -> frozenset[str]:
        own = {f"{scope.get('scheme', 'http')}://{headers.get('host', '')}"}
        return frozenset(own | {self._public_origin} if self._public_origin else own)


def _without_body(send: Send) -> Send:
    async def bare(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return bare


def _length(headers: Headers) -> int:
    declared = headers.get("content-length", "0")
    return int(declared) if declared.isascii() and declared.isdigit() else 0


def _counted(receive: Receive, limit: int) -> Receive:
    """The body of a request that does not say how long it is. Raises 413 beyond the limit."""
    read = 0

    async def count() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > limit:
            raise HTTPException(413)
        return message

    return count


def _log(service: str, scope: Scope, status: int, seconds: float) -> None:
    """One line per request (网络安全法 art 23: kept six months), with the route's template instead of the path."""
    actor = scope.get("state", {}).get("actor")
    log.info(
        "request",
        extra={
            "service": service,
            "method": scope["method"],
            "route": template_of(scope),
            "status": status,
            "ms": round(seconds * 1000, 1),
            "account": actor.account if actor is not None else "",
        },
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
