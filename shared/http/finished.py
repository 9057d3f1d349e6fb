"""Finished bytes by their path, answered before the framework: its layers cost many times what a stored page needs.

Only GET and HEAD of what everybody may read. What is not found here, and what this way does not know, the framework answers:
so does it where a request brings a sampled traceparent, which asks for a span. Every answer has the guard's headers, its log
line and its metric.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final

from fastapi import FastAPI
from prometheus_client import Histogram
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Receive, Scope, Send

from shared.http.guard import PRIVATE, security_headers
from shared.telemetry.logs import AccessLine

ROUTE: Final = "/{path:path}"
"""What the log and the metrics call it, as the framework's own route for the rest does."""
READING: Final = frozenset({"GET", "HEAD"})
SAMPLED: Final = b"13579bdf"
"""Last digit of a traceparent that is recorded (W3C Trace Context)."""
FOR_EVERYBODY: Final = ((b"cache-control", b"public, max-age=60"), (b"access-control-allow-origin", b"*"), (b"vary", b"Accept-Encoding"))


@dataclass(frozen=True, slots=True)
class Finished:
    status: int
    type: str
    etag: str
    body: bytes
    """Packed with gzip, if it was asked for so."""


Find = Callable[[str, bool], Awaitable[Finished | None]]
"""What is kept under a path, packed or not, or None."""


class Front:
    """Stands before the framework."""

    def __init__(self, find: Find, *, service: str, public_url: str | None, requests: Histogram) -> None:
        self._find = find
        self._line = AccessLine(service, "GET", ROUTE)
        self._requests = requests
        self._seconds: dict[int, Any] = {}
        guarded = ((name.lower().encode(), value.encode()) for name, value in security_headers(public_url).items())
        self._headers = (*guarded, *FOR_EVERYBODY)

    async def answers(self, scope: Scope, send: Send) -> bool:
        """Answer, or leave the request untouched and say so."""
        if scope["type"] != "http" or scope["method"] not in READING or scope["path"].startswith(PRIVATE):
            return False
        began = perf_counter()
        told: dict[bytes, bytes] = dict(scope["headers"])
        if told.get(b"traceparent", b"0")[-1:] in SAMPLED or b"content-length" in told or b"transfer-encoding" in told:
            return False
        is_packed = b"gzip" in told.get(b"accept-encoding", b"")
        try:
            found = await self._find(scope["path"], is_packed)
        except SQLAlchemyError:  # the framework asks again and knows how to say that the store is away
            return False
        if found is None:
            return False
        status = found.status
        etag = found.etag.encode()
        headers = [*self._headers, (b"etag", etag)]
        body = found.body
        if status == 200 and told.get(b"if-none-match") == etag:
            status, body = 304, b""
        else:
            headers += [(b"content-type", found.type.encode()), (b"content-length", b"%d" % len(body))]
            if is_packed:
                headers.append((b"content-encoding", b"gzip"))
        try:
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
        finally:
            self._tell(status, perf_counter() - began)
        return True

    def _tell(self, status: int, seconds: float) -> None:
        self._line.write(status, seconds)
        if status not in self._seconds:
            self._seconds[status] = self._requests.labels("GET", ROUTE, status)
        self._seconds[status].observe(seconds)


class Application(FastAPI):
    """The framework, with what stands before it."""

    front: Front | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.front is None or not await self.front.answers(scope, send):
            await super().__call__(scope, receive, send)
