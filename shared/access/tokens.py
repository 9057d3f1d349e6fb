"""Bearer tokens: 256 random bits; the store keeps only their hash, and system time ends them."""

import stat
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from typing import Final

TOKEN_BYTES: Final = 32
MIN_CHARACTERS: Final = 32
"""Of a token that an operator wrote into a file."""


class UnsafeSecret(RuntimeError):
    """A secret file that others can read, or that holds no secret: the service does not start."""


def new_token() -> str:
    """Fit for a header, a cookie and a file."""
    return token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> str:
    """A plain SHA-256 is enough for 256 random bits; it must cost microseconds, once per request."""
    return sha256(token.encode()).hexdigest()


def read_secret(path: Path) -> str:
    """The content of a secret file. Raises UnsafeSecret unless its owner alone can read it."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise UnsafeSecret(f"{path} can be read by others; chmod 600")
    secret = path.read_text(encoding="utf-8").strip()
    if len(secret) < MIN_CHARACTERS:
        raise UnsafeSecret(f"{path} holds fewer than {MIN_CHARACTERS} characters")
    return secret
