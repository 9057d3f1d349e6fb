"""The store's own small site: takes spans at /v1/traces, shows traces to people. Only this machine reaches it."""

import re
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from shared.http.guard import HEADERS
from shared.traces.spans import TRACE_ID, NotSpans, read
from shared.traces.store import Summary, TraceReader, TraceStore
from shared.traces.tree import Tree
from shared.traces.view import Waterfall, duration, group, moment, waterfall
from shared.web.i18n import LANGUAGES, Language
from shared.web.render import pages_of
from shared.web.static import as_asset, asset

HERE: Final = Path(__file__).parent
BODY_LIMIT: Final = 16 * 1024 * 1024
"""Bytes of one export, packed or not. Exporters send 512 spans at once, some 200 kB."""
PROTOBUF: Final = "application/x-protobuf"
HOSTS: Final = ["127.0.0.1", "localhost", "testserver"]
"""Names under which it is asked for: a page elsewhere must not read it under a name of its own that leads here."""
LISTED: Final = 50
SPAN_ID: Final = re.compile(r"[0-9a-f]{1,16}")


class TooLarge(ValueError):
    """More than one export should have."""


def build(path: Path, *, megabytes: int) -> Starlette:
    """The site over the store at this path."""
    store = TraceStore(path, megabytes=megabytes)
    site = Site(store)
    prefixed = [
        Route(f"{language.prefix}{route}", page)
        for language in LANGUAGES
        for route, page in (("/", site.list_traces), ("/traces/{trace_id}", site.trace))
    ]
    return Starlette(
        routes=[
            Route("/v1/traces", site.receive, methods=["POST"]),
            Route("/-/health/ready", site.ready),
            Route("/static/{name}", static),
            *prefixed,
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)],
    )


class Site:
    def __init__(self, store: TraceStore) -> None:
        self._store = store
        self._reader = TraceReader(store.path)
        self._tree = lru_cache(maxsize=2)(self._read_tree)
        self._view = lru_cache(maxsize=64)(self._work_out)
        self._pages = pages_of(HERE)

    async def ready(self, request: Request) -> Response:
        return PlainTextResponse("ok")

    async def receive(self, request: Request) -> Response:
        """Answers when the spans are kept. An exporter does not send again what cannot be read, and does what came too fast."""
        if request.headers.get("content-type", "").partition(";")[0] != PROTOBUF:
            return PlainTextResponse("OTLP over HTTP with protobuf only", 415)
        try:
            body = await _body(request)
            await run_in_threadpool(lambda: self._store.keep(read(body)))
        except TooLarge:
            return PlainTextResponse("too large", 413)
        except (NotSpans, zlib.error) as error:
            return PlainTextResponse(f"not spans: {type(error).__name__}", 400)
        return Response(ExportTraceServiceResponse().SerializeToString(), media_type=PROTOBUF)

    async def list_traces(self, request: Request) -> Response:
        """The latest traces, and a field for the id of one."""
        if wanted := request.query_params.get("id", "").strip().lower():
            return RedirectResponse(f"{_language(request).prefix}/traces/{quote(wanted, safe='')}", 303)
        before = request.query_params.get("before", "")
        found = await run_in_threadpool(self._reader.latest, limit=LISTED + 1, before=int(before) if before.isdecimal() else None)
        more = urlencode({"before": found[LISTED - 1].ended}) if len(found) > LISTED else ""
        return self._draw(request, "list", traces=found[:LISTED], more=more, is_first=not before)

    async def trace(self, request: Request) -> Response:
        trace_id = request.path_params["trace_id"]
        shown = await run_in_threadpool(self._show, trace_id, request.query_params) if TRACE_ID.fullmatch(trace_id) else None
        if shown is None:
            return self._draw(request, "missing", 404, trace_id=trace_id[:64])
        return self._draw(request, "trace", **shown)

    def _show(self, trace_id: str, query: Any) -> dict[str, Any] | None:
        summary = self._reader.summary(trace_id)
        if summary is None or not summary.spans:
            return None
        page = query.get("page", "")
        number, is_longest = int(page) if page.isdecimal() else 0, query.get("order") == "longest"
        shown = self._view(summary, query.get("at", ""), query.get("service", ""), query.get("name", ""), number, is_longest)
        return {"view": shown, "longest": is_longest} if shown else None

    def _work_out(self, summary: Summary, at: str, service: str, name: str, page: int, longest_first: bool) -> Waterfall | None:
        tree = self._tree(summary.id, summary.spans)
        focus = tree.find(at) if SPAN_ID.fullmatch(at) else tree.root
        if focus is None:
            return None
        if name:
            return group(summary, focus, service, name, page=page, longest_first=longest_first)
        return waterfall(summary, focus, self._reader.details(summary.id, focus.id.hex()))

    def _read_tree(self, trace_id: str, spans: int) -> Tree:
        """Kept for the next look, until there are more spans."""
        return Tree(self._reader.spans(trace_id))

    def _draw(self, request: Request, template: str, status: int = 200, **view: Any) -> Response:
        language = _language(request)
        query = f"?{request.url.query}" if request.url.query else ""
        path = request.url.path.removeprefix(language.prefix) or "/"
        text = self._pages.draw(
            f"traces/{template}.html", language, prefix=language.prefix, path=path, query=query, duration=duration, moment=moment,
            urlencode=urlencode, **view,
        )  # fmt: skip
        return Response(text, status, HEADERS | {"Cache-Control": "no-store"}, "text/html")


async def static(request: Request) -> Response:
    name = request.path_params["name"]
    found = as_asset((HERE / "static" / name).read_bytes(), "text/css; charset=utf-8") if name == "traces.css" else asset(name)
    if found is None:
        return PlainTextResponse("not found", 404)
    return Response(found.body, headers={**HEADERS, "Content-Type": found.type, "Cache-Control": "no-cache", "ETag": found.etag})


def _language(request: Request) -> Language:
    return next((each for each in LANGUAGES if each.prefix and request.url.path.startswith(f"{each.prefix}/")), LANGUAGES[0])


async def _body(request: Request) -> bytes:
    """The body, unpacked. Raises TooLarge, also for a small one that becomes large."""
    packed = bytearray()
    async for part in request.stream():
        packed += part
        if len(packed) > BODY_LIMIT:
            raise TooLarge
    if request.headers.get("content-encoding") != "gzip":
        return bytes(packed)
    unpacking = zlib.decompressobj(wbits=31)
    body = unpacking.decompress(bytes(packed), BODY_LIMIT)
    if unpacking.unconsumed_tail:
        raise TooLarge
    return body
