"""Documents: encrypted blobs named by the hash of their content, beside the store, written before the unit that mentions them.

Rows refer to files and never hold them (decision 21). A blob whose unit never came is an orphan and is swept.
"""

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final
from uuid import UUID
from zipfile import BadZipFile, ZipFile

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import exists, select

from shared.access import Actor
from shared.errors import NotFound, RuleRefusal
from shared.ids import new_id
from shared.personal import Keyring, with_any
from shared.sentences import S_
from shared.work import Reader, Work

MAX_BYTES: Final = 50 * 1024 * 1024
MAX_UNPACKED_BYTES: Final = 500 * 1024 * 1024
"""Of a Word or Excel file, which is a zip archive; beyond it, it is made to choke its reader."""
NONCE_BYTES: Final = 12
ORPHAN_AFTER_SECONDS: Final = 24 * 3600

SIGNATURES: Final = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The container of Office before 2007, and of later files with a password."""
XLS: Final = "application/vnd.ms-excel"
OFFICE: Final = {
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
TEXT: Final = "text/plain"
JSON: Final = "application/json"
ENCODINGS: Final = ("utf-8", "gb18030")


class FileRefused(RuleRefusal):
    """A file that is too large, empty, or of a kind that is not taken."""

    code = "file-refused"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file by its content: hash, length in bytes, and the type its bytes show, whatever its name says."""

    sha256: str
    size: int
    type: str


def type_of(content: bytes, *, most_unpacked: int | None = None) -> str:
    """The media type by content. Raises FileRefused for one that is not taken (pdf, png, jpeg, xlsx, xls, docx, text, csv, json)."""
    for signature, media_type in SIGNATURES.items():
        if content.startswith(signature):
            return media_type
    if content.startswith(OLE):
        return _old_office_type(content)
    return _office_type(content, most_unpacked or MAX_UNPACKED_BYTES) if content.startswith(ZIP) else _text_type(content)


def _old_office_type(content: bytes) -> str:
    """By the names in the container's directory, which are UTF-16."""

    def holds(*names: str) -> bool:
        return any(name.encode("utf-16-le") in content for name in names)

    if holds("EncryptedPackage"):
        raise FileRefused(S_("文件设有打开密码，请取消密码后再上传"), field="file", rule="file-encrypted")
    if holds("_VBA_PROJECT"):
        raise FileRefused(S_("不接受带宏的文件，请另存为不带宏的格式"), field="file")
    if not holds("Workbook", "Book"):
        raise FileRefused(S_("不接受旧版 Office 文件（Excel 除外），请另存为新格式"), field="file")
    return XLS


def _office_type(content: bytes, most_unpacked: int) -> str:
    try:
        with ZipFile(BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            names = set(archive.namelist())
    except BadZipFile as error:
        raise FileRefused(S_("文件已损坏，无法打开"), field="file") from error
    if unpacked > most_unpacked:
        raise FileRefused(S_("文件解开后过大，不予接收"), field="file")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise FileRefused(S_("不接受带宏的文件，请另存为不带宏的格式"), field="file")
    for part, media_type in OFFICE.items():
        if part in names:
            return media_type
    raise FileRefused(S_("不接受压缩包，请上传 PDF、图片、Word 或 Excel 文件"), field="file")


def _text_type(content: bytes) -> str:
    """Text of this country is UTF-8 or GB18030; anything else is none."""
    if b"\x00" in content or not any(_can_be(content, encoding) for encoding in ENCODINGS):
        raise FileRefused(S_("不接受该类型的文件，请上传 PDF、PNG、JPG、XLSX、DOCX 或文本文件"), field="file")
    if content.lstrip()[:1] not in (b"{", b"["):
        return TEXT
    return JSON if _can_be(content, "utf-8", json.loads) else TEXT


def _can_be(content: bytes, encoding: str, read: Callable[[str], object] = str) -> bool:
    try:
        read(content.decode(encoding))
    except (ValueError, RecursionError):
        return False
    return True


class Files:
    """The blobs of one service. Its methods block: call them in a thread."""

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self._folder = folder
        self._keyring = keyring

    def put(self, content: bytes, *, most: int = MAX_BYTES) -> Stored:
        """Keep a file; the same content is kept once. Raises FileRefused. What is unpacked may be ten times as large as `most`."""
        if not content:
            raise FileRefused(S_("文件是空的"), field="file")
        if len(content) > most:
            raise FileRefused(S_("文件超过 {most} MB", most=most // 1024 // 1024), field="file")
        stored = Stored(hashlib.sha256(content).hexdigest(), len(content), type_of(content, most_unpacked=most * 10))
        path = self._path(stored.sha256)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._alone():
            if path.exists():
                path.touch()
            else:
                self._encrypt(path, content)
        return stored

    def open(self, sha256: str) -> bytes:
        """The content. Raises NotFound; a changed blob raises InvalidTag."""
        try:
            blob = self._path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise NotFound(S_("没有找到该文件")) from error
        return with_any(self._ciphers(), lambda cipher: cipher.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], sha256.encode()))

    def destroy(self, sha256: str) -> None:
        """Delete a blob that nobody may read any more; one that is gone is gone."""
        with self._alone():
            self._path(sha256).unlink(missing_ok=True)

    def encrypt_again(self) -> int:
        """Encrypt every blob under the key in force; gives how many were not. Stopped in the middle, the next call does the rest."""
        changed = 0
        for path in sorted(self._folder.glob("*/*")):
            with self._alone():  # whoever puts a file after this has read the key file anew
                blob = path.read_bytes() if path.exists() else b""
                if not blob or self._is_current(path.name, blob):
                    continue
                self._encrypt(path, self.open(path.name))
                changed += 1
        return changed

    def _is_current(self, sha256: str, blob: bytes) -> bool:
        try:
            self._ciphers()[0].decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], sha256.encode())
        except InvalidTag:
            return False
        return True

    def _encrypt(self, path: Path, content: bytes) -> None:
        nonce = os.urandom(NONCE_BYTES)
        _write(path, nonce + self._ciphers()[0].encrypt(nonce, content, path.name.encode()))

    def _ciphers(self) -> list[AESGCM]:
        return [AESGCM(key) for key in self._keyring.derived("files")]

    def sweep(self, known: Iterable[str]) -> int:
        """Delete blobs of yesterday and before that no row mentions; returns how many."""
        kept = set(known)
        orphans = [path for path in self._folder.glob("*/*") if path.name not in kept]
        return sum(self._drop_if_old(path) for path in orphans)

    def _drop_if_old(self, path: Path) -> bool:
        with self._alone():  # a file handed in again in this moment is young again
            is_old = time.time() - path.stat().st_mtime > ORPHAN_AFTER_SECONDS
            if is_old:
                path.unlink()
        return is_old

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._folder / ".lock").open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256


def _write(path: Path, blob: bytes) -> None:
    """The whole file or none of it, and durable: the unit that mentions it may commit right after."""
    with NamedTemporaryFile(dir=path.parent, delete=False) as half:
        half.write(blob)
        half.flush()
        os.fsync(half.fileno())
    Path(half.name).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def keep_file(stored: Stored, *, work: Work) -> UUID:
    """Put a file into the record; returns the id by which commands name it."""
    file_id = new_id()
    row = {"id": file_id, "sha256": stored.sha256, "size": stored.size, "type": stored.type, "at": work.now}
    contracts = [str(contract) for contract in work.actor.contracts]
    work.keep(work.kernel.file, {**row, "contracts": contracts, "account": work.actor.account})
    work.about("file", file_id)
    return file_id


def require_file(reader: Reader, file_id: UUID) -> Stored:
    """The file with this id. Raises NotFound."""
    file = reader.kernel.file.c
    rows = reader.rows(select(file.sha256, file.size, file.type).where(file.id == file_id))
    if not rows:
        raise NotFound(S_("没有找到所附文件，请先上传"), field="document")
    return Stored(rows[0].sha256, rows[0].size, rows[0].type)


def own_file(reader: Reader, file_id: UUID, actor: Actor) -> Stored:
    """The file with this id, if the actor handed it in: a file about people is named by nobody else. Raises NotFound."""
    file = reader.kernel.file.c
    if not actor.is_system and not reader.scalar(select(exists().where(file.id == file_id, file.account == actor.account))):
        raise NotFound(S_("没有找到所附文件，请先上传"), field="document")
    return require_file(reader, file_id)


def known_files(reader: Reader) -> list[str]:
    """The hashes that rows mention: what `Files.sweep` must keep."""
    return [row.sha256 for row in reader.rows(select(reader.kernel.file.c.sha256).distinct())]
