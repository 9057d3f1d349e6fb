"""What stands before every answer: security headers, no cross-site posts, and a log line without what people typed."""

import logging
from time import perf_counter
from typing import Final
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import Forbidden
from shared.http.problems import problem

BODY_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of a request; a roster of a city in xlsx is a few megabytes."""

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
SAFE: Final = {"GET", "HEAD", "OPTIONS"}

log = logging.getLogger("qiao.http")


class CrossSite(Forbidden):
    """A form of another site posted with this site's cookie."""

    code = "cross-site"


def install(app: FastAPI, *, service: str, public_url: str | None) -> None:
    """Guard every route. `public_url` is the address people use, where a proxy stands before the service."""
    app.add_middleware(Guard, service=service, public_url=public_url)


def is_cross_site(method: str, headers: Headers, own_origins: frozenset[str]) -> bool:
    """Whether a cookie would let another site act: by Sec-Fetch-Site, else, as on plain http, by Origin; refused without both."""
    if method in SAFE or headers.get("authorization", "").lower().startswith("bearer ") or "cookie" not in headers:
        return False
    if (site := headers.get("sec-fetch-site")) is not None:
        return site not in ("same-origin", "none")
    return headers.get("origin") not in own_origins


class Guard:
    """Pure ASGI, as a wrapped answer costs more than the answer."""

    def __init__(self, app: ASGIApp, *, service: str, public_url: str | None) -> None:
        self._app = app
        self._service = service
        self._public_origin = _origin(public_url) if public_url else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        status = 500
        is_private = not scope["path"].startswith("/api/v1/public") and scope["path"].startswith(("/api/", "/console", "/-/"))

        async def guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if is_private:
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            request = Request(scope)
            if is_cross_site(request.method, request.headers, self._own_origins(request)):
                await problem(403, CrossSite.code, "请求来自其他网站，已拒绝")(scope, receive, guarded)
            else:
                await self._app(scope, receive, guarded)
        finally:
            route = getattr(scope.get("route"), "path", "")
            log.info(
                "request",
                extra={"method": scope["method"], "route": route, "status": status, "ms": round((perf_counter() - began) * 1000, 1)},
            )

    def _own_origins(self, request: Request) -> frozenset[str]:
        own = {f"{request.url.scheme}://{request.url.netloc}"}
        return frozenset(own | {self._public_origin} if self._public_origin else own)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
