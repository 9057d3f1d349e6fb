"""Files that pages refer to: styles and marks, read once, served with an ETag."""

import gzip
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final

from shared.web.i18n import HERE

TYPES: Final = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
FOLDER: Final = HERE / "static"

LARGE_TEXT_COOKIE: Final = "qiao_text"
"""`large` chooses the second stylesheet; nothing else is remembered about a reader of the public site."""


@dataclass(frozen=True, slots=True)
class Asset:
    body: bytes
    packed: bytes
    type: str
    etag: str


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
