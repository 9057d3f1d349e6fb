"""What somebody had typed when the sign-in ended: it goes with the sign-in page, sealed, and comes back to the same person.

Nothing of it is stored here. The page carries it encrypted, so that who sits down next at the machine cannot read it; it opens
for the account that had typed it, within a day, and is sent again only when its owner says so.
"""

import json
import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import dataclass
from time import time
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.personal import Keyring

MOST_BYTES: Final = 200_000
"""Of the fields together; a request that carries them back stays below the limit of a form."""
LIFETIME_SECONDS: Final = 24 * 3600
NONCE_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that was posted: where to, and its fields in order; not its files."""

    path: str
    fields: Sequence[tuple[str, str]]

    @property
    def shown(self) -> Sequence[str]:
        """What its owner will recognise: text, without keys and codes."""
        return [value for name, value in self.fields if value.strip() and name not in ("key", "back", "confirmed")]


def seal(kept: Kept, account: str, keyring: Keyring) -> str:
    """As it travels with the page; empty when it is too much to travel."""
    content = json.dumps({"path": kept.path, "fields": list(kept.fields), "at": time()}, ensure_ascii=False).encode()
    if len(content) > MOST_BYTES:
        return ""
    nonce = os.urandom(NONCE_BYTES)
    return b64encode(nonce + _cipher(keyring).encrypt(nonce, content, account.encode())).decode()


def unseal(sealed: str, account: str, keyring: Keyring) -> Kept | None:
    """The form, if this account had typed it and it is not too old; None otherwise, whatever was sent."""
    try:
        blob = b64decode(sealed, validate=True)
        content = json.loads(_cipher(keyring).decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], account.encode()))
    except (NotBase64, InvalidTag, ValueError):
        return None
    if time() - content["at"] > LIFETIME_SECONDS:
        return None
    return Kept(content["path"], [(name, value) for name, value in content["fields"]])


def _cipher(keyring: Keyring) -> AESGCM:
    return AESGCM(keyring.derive("forms kept over a sign-in"))
