"""Personal fields: a key per person, wrapped by a key outside the database (decision 17).

Erasing a person is destroying the wrapped key: every copy of the fields, backups included, is then noise, and the
history of acts stays. Dossiers travel in sealed boxes that only the receiving service can open (decision 18).
"""

import hmac
import json
import os
import stat
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from shared.errors import NotFound

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
KEY_ID_BYTES: Final = 4
MARK: Final = b"\x01"
"""First byte of everything encrypted here: which way of encryption it is."""


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


class Keyring:
    """Everything a service encrypts, under keys derived from one secret, each for one purpose."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise UnsafeKeyFile(f"a key has {KEY_BYTES} bytes")
        self._secret = secret
        self._derived: dict[str, bytes] = {}
        self._wrap = AESGCM(self.derive("wrap person keys"))
        self._search_key = self.derive("search identity numbers")
        self.id = self.derive("name of the key")[:KEY_ID_BYTES].hex()
        """Says which key it is, and nothing of the key."""

    @classmethod
    def from_file(cls, path: Path) -> "Keyring":
        """The keyring of a key file. Raises UnsafeKeyFile unless its owner alone can read it."""
        return cls(_read_key(path))

    @classmethod
    def create(cls, path: Path) -> "Keyring":
        """The keyring of a key file that is made now if it does not exist. Lose the file and the people in the store are erased."""
        if not path.exists():
            write_secret(path, os.urandom(KEY_BYTES))
        return cls.from_file(path)

    def derive(self, purpose: str) -> bytes:
        """A key of its own for another purpose, the same in every process."""
        if purpose not in self._derived:
            self._derived[purpose] = HKDFExpand(SHA256(), KEY_BYTES, f"qiao {purpose}".encode()).derive(self._secret)
        return self._derived[purpose]

    def seal(self, person_id: UUID, fields: Mapping[str, Any]) -> Sealed:
        """Encrypt a person's fields under a new key of that person. The fields are what JSON can say."""
        person_key = AESGCM.generate_key(bit_length=256)
        wrapped = _encrypt(self._wrap, person_key, person_id.bytes)
        return Sealed(wrapped, _encrypt(AESGCM(person_key), _json(fields), person_id.bytes))

    def reseal(self, person_id: UUID, wrapped_key: bytes | None, fields: Mapping[str, Any]) -> bytes:
        """Encrypt changed fields under the person's key. Raises Erased."""
        return _encrypt(self._person_key(person_id, wrapped_key), _json(fields), person_id.bytes)

    def open(self, person_id: UUID, wrapped_key: bytes | None, sealed: bytes) -> dict[str, Any]:
        """A person's fields. `wrapped_key` is None once the person is erased. Raises Erased, or WrongKey."""
        fields: dict[str, Any] = json.loads(_decrypt(self._person_key(person_id, wrapped_key), sealed, person_id.bytes))
        return fields

    def search_hash(self, value: str) -> str:
        """By which an identity number is found again; keyed, since there are few enough numbers to try them all."""
        return hmac.new(self._search_key, value.strip().upper().encode(), sha256).hexdigest()

    def _person_key(self, person_id: UUID, wrapped_key: bytes | None) -> AESGCM:
        if wrapped_key is None:
            raise Erased("该人员的个人信息已依法删除")
        return AESGCM(_decrypt(self._wrap, wrapped_key, person_id.bytes))


def create_key_pair(path: Path) -> str:
    """The public key, in base64, that belongs to the private key in this file, which is made now if it does not exist."""
    if not path.exists():
        write_secret(path, bytes(PrivateKey.generate()))
    return b64encode(bytes(_private_key(path).public_key)).decode()


def seal_to(public_key: str, payload: bytes) -> bytes:
    """Encrypt for the holder of the private key; not even the sender can open it again."""
    return SealedBox(PublicKey(b64decode(public_key, validate=True))).encrypt(payload)


def open_sealed(private_key_file: Path, blob: bytes) -> bytes:
    """What was sealed to this key pair. Raises WrongKey."""
    try:
        return SealedBox(_private_key(private_key_file)).decrypt(blob)
    except CryptoError as fault:
        raise WrongKey("sealed to another key, or altered") from fault


def write_secret(path: Path, secret: bytes) -> None:
    """A new file, in base64, that its owner alone can read from its first moment on."""
    write_private(path, b64encode(secret))


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
    return PrivateKey(_read_key(path))


def _read_key(path: Path) -> bytes:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise UnsafeKeyFile(f"{path} can be read by others; chmod 600")
    try:
        key = b64decode(path.read_text(encoding="ascii").strip(), validate=True)
    except ValueError as fault:
        raise UnsafeKeyFile(f"{path} holds no key in base64") from fault
    if len(key) != KEY_BYTES:
        raise UnsafeKeyFile(f"{path} holds a key of {len(key)} bytes instead of {KEY_BYTES}")
    return key


def _json(fields: Mapping[str, Any]) -> bytes:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


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
