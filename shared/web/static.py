"""Files that pages refer to: styles, scripts and marks, read once, served with an ETag."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final

from fastapi import Request, Response

from shared.web.i18n import HERE

TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
FOLDER: Final = HERE / "static"

LARGE_TEXT_COOKIE: Final = "qiao_text"
"""`large` chooses the second stylesheet; nothing else is remembered about a reader of the public site."""


@dataclass(frozen=True, slots=True)
class Asset:
    body: bytes
    packed: bytes
    type: str
    etag: str

    def answer(self, request: Request, status: int = 200, *, headers: Mapping[str, str]) -> Response:
        """The bytes as the reader can take them, or 304 where the reader has them already."""
        told = {**headers, "ETag": self.etag, "Vary": "Accept-Encoding"}
        if status == 200 and request.headers.get("if-none-match") == self.etag:
            return Response(status_code=304, headers=told)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(self.packed, status, told | {"Content-Encoding": "gzip"}, media_type=self.type)
        return Response(self.body, status, told, media_type=self.type)


@lru_cache(maxsize=64)
def asset(name: str) -> Asset | None:
    """A file of shared/web/static, or None."""
    file = FOLDER / name
    if file.parent != FOLDER or file.suffix not in TYPES or not file.is_file():
        return None
    return as_asset(file.read_bytes(), TYPES[file.suffix])


def as_asset(body: bytes, type: str) -> Asset:
    return Asset(body, gzip.compress(body, mtime=0), type, f'"{sha256(body).hexdigest()[:20]}"')


def text_size(choice: str | None) -> Asset:
    """The stylesheet behind /static/text-size.css: the large one for who asked for it, else nothing."""
    found = asset("large.css") if choice == "large" else as_asset(b"/* standard text */\n", TYPES[".css"])
    if found is None:
        raise FileNotFoundError("large.css")
    return found
