"""Personal fields: a key per person, wrapped by a key outside the database (decision 17).

Erasing a person is destroying the wrapped key: the fields are then noise, and the history of acts stays. Each field is encrypted
by itself, so that who needs one opens one. While the outer key is being changed the earlier one stands behind it in the key
file, and both open (docs/decisions/0016). Dossiers travel in sealed boxes that only the receiving service can open (decision 18).
"""

import hmac
import json
import os
import stat
from base64 import b64decode, b64encode
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from shared.errors import NotFound
from shared.sentences import S_

T = TypeVar("T")

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
KEY_ID_BYTES: Final = 4
MARK: Final = b"\x01"
"""First byte of everything encrypted here: which way of encryption it is."""
MARK_OF_FIELDS: Final = b"\x02"
"""The same of fields that are encrypted one by one; what the first version kept was encrypted in one piece and still opens."""


class Erased(NotFound):
    """The person's key was destroyed, on request or because the purpose has ended (个人信息保护法 art 47)."""

    code = "erased"


class WrongKey(RuntimeError):
    """What was read was encrypted under another key, or altered."""


class UnsafeKeyFile(RuntimeError):
    """A key file that others can read, or that holds no key: the service does not start."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the table `person_secret` keeps of one person."""

    wrapped_key: bytes
    sealed: bytes
    wrapped_by: str
    """Under which key (`Keyring.id`)."""


class Key:
    """One secret, and the keys derived from it, each for one purpose."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise UnsafeKeyFile(f"a key has {KEY_BYTES} bytes")
        self._secret = secret
        self._derived: dict[str, bytes] = {}
        self.wrap = AESGCM(self.derive("wrap person keys"))
        self.search = self.derive("search identity numbers")
        self.id = self.derive("name of the key")[:KEY_ID_BYTES].hex()

    def derive(self, purpose: str) -> bytes:
        if purpose not in self._derived:
            self._derived[purpose] = HKDFExpand(SHA256(), KEY_BYTES, f"qiao {purpose}".encode()).derive(self._secret)
        return self._derived[purpose]


class Keyring:
    """Everything a service encrypts, under keys derived from one secret. While that is being changed, the earlier one still opens."""

    def __init__(self, secret: bytes, *earlier: bytes, path: Path | None = None) -> None:
        self._known = tuple(Key(each) for each in (secret, *earlier))
        self._path = path
        self._seen = _looks(path)

    @classmethod
    def from_file(cls, path: Path) -> "Keyring":
        """The keyring of a key file, which follows the file when it changes. Raises UnsafeKeyFile unless its owner alone can read it."""
        return cls(*read_keys(path), path=path)

    @classmethod
    def create(cls, path: Path) -> "Keyring":
        """The keyring of a key file that is made now if it does not exist. Lose the file and the people in the store are erased."""
        if not path.exists():
            write_secret(path, os.urandom(KEY_BYTES))
        return cls.from_file(path)

    @property
    def id(self) -> str:
        """Says which key is in force, and nothing of the key."""
        return self._keys[0].id

    @property
    def is_changing(self) -> bool:
        """An earlier key is still needed."""
        return len(self._keys) > 1

    def derive(self, purpose: str) -> bytes:
        """A key of its own for another purpose, the same in every process."""
        return self._keys[0].derive(purpose)

    def derived(self, purpose: str) -> list[bytes]:
        """The same of every key that may have been used, the one in force first."""
        return [key.derive(purpose) for key in self._keys]

    def seal(self, person_id: UUID, fields: Mapping[str, Any]) -> Sealed:
        """Encrypt a person's fields under a new key of that person. The fields are what JSON can say."""
        person_key = AESGCM.generate_key(bit_length=256)
        outer = self._keys[0]
        wrapped = _encrypt(outer.wrap, person_key, person_id.bytes)
        return Sealed(wrapped, _encrypt_fields(AESGCM(person_key), fields, person_id), outer.id)

    def reseal(self, person_id: UUID, wrapped_key: bytes | None, fields: Mapping[str, Any]) -> bytes:
        """Encrypt changed fields under the person's key. Raises Erased."""
        return _encrypt_fields(AESGCM(self._unwrap(person_id, wrapped_key)), fields, person_id)

    def open(self, person_id: UUID, wrapped_key: bytes | None, sealed: bytes, only: Collection[str] | None = None) -> dict[str, Any]:
        """A person's fields, or `only` those needed. `wrapped_key` is None once the person is erased. Raises Erased, or WrongKey."""
        return _decrypt_fields(AESGCM(self._unwrap(person_id, wrapped_key)), sealed, person_id, only)

    def rewrap(self, person_id: UUID, wrapped_key: bytes) -> bytes:
        """The person's key, which stays the same, under the key in force. Raises WrongKey."""
        return _encrypt(self._keys[0].wrap, self._unwrap(person_id, wrapped_key), person_id.bytes)

    def search_hash(self, value: str) -> str:
        """By which an identity number is found again; keyed, since there are few enough numbers to try them all."""
        return self.search_hashes(value)[0]

    def search_hashes(self, value: str) -> list[str]:
        """The same under every key by which it may have been kept, the one in force first."""
        return self.search_hashes_of((value,))[value]

    def search_hashes_of(self, values: Iterable[str]) -> dict[str, list[str]]:
        """The same of many values."""
        keys = [key.search for key in self._keys]
        return {value: [hmac.digest(key, value.strip().upper().encode(), sha256).hex() for key in keys] for value in values}

    @property
    def _keys(self) -> tuple[Key, ...]:
        if self._path is not None and (looks := _looks(self._path)) != self._seen and looks is not None:
            self._known, self._seen = tuple(Key(each) for each in read_keys(self._path)), looks
        return self._known

    def _unwrap(self, person_id: UUID, wrapped_key: bytes | None) -> bytes:
        if wrapped_key is None:
            raise Erased(S_("该人员的个人信息已依法删除"))
        return with_any([key.wrap for key in self._keys], lambda outer: _decrypt(outer, wrapped_key, person_id.bytes))


def with_any(keys: list[AESGCM], decrypt: Callable[[AESGCM], T]) -> T:
    """What the first of the keys that fits decrypts. Raises WrongKey."""
    for key in keys[:-1]:
        try:
            return decrypt(key)
        except (WrongKey, InvalidTag):
            continue
    return decrypt(keys[-1])


def create_key_pair(path: Path) -> str:
    """The public key, in base64, that belongs to the private key in this file, which is made now if it does not exist."""
    if not path.exists():
        write_secret(path, bytes(PrivateKey.generate()))
    return b64encode(bytes(_private_key(path).public_key)).decode()


class ReplyKey:
    """A key pair for one answer: it stands in no file, and what was sealed to it opens for nobody once it is forgotten."""

    def __init__(self) -> None:
        self._private = PrivateKey.generate()

    @property
    def public(self) -> str:
        """In base64."""
        return b64encode(bytes(self._private.public_key)).decode()

    def open(self, blob: bytes) -> bytes:
        """Raises WrongKey."""
        return _open_box(self._private, blob)


def seal_to(public_key: str, payload: bytes) -> bytes:
    """Encrypt for the holder of the private key; not even the sender can open it again."""
    return SealedBox(PublicKey(b64decode(public_key, validate=True))).encrypt(payload)


def open_sealed(private_key_file: Path, blob: bytes) -> bytes:
    """What was sealed to this key pair. Raises WrongKey."""
    return _open_box(_private_key(private_key_file), blob)


def _open_box(private_key: PrivateKey, blob: bytes) -> bytes:
    try:
        return SealedBox(private_key).decrypt(blob)
    except CryptoError as fault:
        raise WrongKey("sealed to another key, or altered") from fault


def write_secret(path: Path, secret: bytes) -> None:
    """A new file, in base64, that its owner alone can read from its first moment on."""
    write_private(path, encoded(secret))


def write_private(path: Path, line: bytes) -> None:
    """The same with what is text already. A file that is there stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(line + b"\n")
        file.flush()
        os.fsync(descriptor)
    try:
        os.link(partial, path)  # five services start at once: the first one's key is everybody's
    except FileExistsError:
        pass
    finally:
        partial.unlink()


def _private_key(path: Path) -> PrivateKey:
    return PrivateKey(read_keys(path)[0])


def encoded(key: bytes) -> bytes:
    """A key as its file has it."""
    return b64encode(key)


def read_keys(path: Path) -> list[bytes]:
    """The keys of a file, one a line, the one in force first. Raises UnsafeKeyFile unless its owner alone can read it."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise UnsafeKeyFile(f"{path} can be read by others; chmod 600")
    try:
        keys = [b64decode(line, validate=True) for line in path.read_text(encoding="ascii").split()]
    except ValueError as fault:
        raise UnsafeKeyFile(f"{path} holds no key in base64") from fault
    if not keys:
        raise UnsafeKeyFile(f"{path} holds no key")
    for key in keys:
        if len(key) != KEY_BYTES:
            raise UnsafeKeyFile(f"{path} holds a key of {len(key)} bytes instead of {KEY_BYTES}")
    return keys


def _looks(path: Path | None) -> tuple[int, int, int] | None:
    """By which a changed file is told from the one that was read; None: it is away at the moment."""
    try:
        found = os.stat(path) if path is not None else None
    except FileNotFoundError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size) if found is not None else None


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _encrypt_fields(key: AESGCM, fields: Mapping[str, Any], person_id: UUID) -> bytes:
    nonces = os.urandom(NONCE_BYTES * len(fields))
    sealed = {}
    for position, (name, value) in enumerate(fields.items()):
        nonce = nonces[position * NONCE_BYTES : (position + 1) * NONCE_BYTES]
        content = nonce + key.encrypt(nonce, _json(value), person_id.bytes + name.encode())
        sealed[name] = b2a_base64(content, newline=False).decode()
    return MARK_OF_FIELDS + _json(sealed)


def _decrypt_fields(key: AESGCM, sealed: bytes, person_id: UUID, only: Collection[str] | None) -> dict[str, Any]:
    """A field that was moved to another name, or to another person's row, does not open."""
    if sealed[:1] == MARK:
        whole: dict[str, Any] = json.loads(_decrypt(key, sealed, person_id.bytes))
        return whole if only is None else {name: value for name, value in whole.items() if name in only}
    if sealed[:1] != MARK_OF_FIELDS:
        raise WrongKey("not encrypted in a known way")
    try:
        wanted = {name: a2b_base64(text) for name, text in json.loads(sealed[1:]).items() if only is None or name in only}
        return {
            name: json.loads(key.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], person_id.bytes + name.encode()))
            for name, blob in wanted.items()
        }
    except (InvalidTag, ValueError, AttributeError, TypeError) as fault:
        raise WrongKey("encrypted under another key, for another record, or altered") from fault


def _encrypt(key: AESGCM, content: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return MARK + nonce + key.encrypt(nonce, content, bound_to)


def _decrypt(key: AESGCM, blob: bytes, bound_to: bytes) -> bytes:
    """`bound_to` is whose it is: a blob copied to another person's row does not open."""
    try:
        if blob[:1] != MARK:
            raise WrongKey("not encrypted in a known way")
        return key.decrypt(blob[1 : 1 + NONCE_BYTES], blob[1 + NONCE_BYTES :], bound_to)
    except (InvalidTag, ValueError) as fault:
        raise WrongKey("encrypted under another key, for another record, or altered") from fault
