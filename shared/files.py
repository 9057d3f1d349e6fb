"""Documents: encrypted blobs named by the hash of their content, beside the store, written before the unit that mentions them.

Rows refer to files and never hold them (decision 21). A blob whose unit never came is an orphan and is swept.
"""

import hashlib
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select

from shared.errors import NotFound, RuleRefusal
from shared.ids import new_id
from shared.personal import Keyring
from shared.work import Reader, Work

MAX_BYTES: Final = 50 * 1024 * 1024
NONCE_BYTES: Final = 12
ORPHAN_AFTER_SECONDS: Final = 24 * 3600

SIGNATURES: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"PK\x03\x04", "application/zip"),
)
OFFICE: Final = {
    b"xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


class FileRefused(RuleRefusal):
    """A file that is too large, empty, or of a kind that is not taken."""

    code = "file-refused"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file by its content: hash, length in bytes, and the type its first bytes show, whatever its name says."""

    sha256: str
    size: int
    type: str


def type_of(content: bytes) -> str:
    """The media type by content. Raises FileRefused for one that is not taken (pdf, png, jpeg, xlsx, docx, text, json, csv)."""
    for signature, media_type in SIGNATURES:
        if content.startswith(signature):
            if media_type != "application/zip":
                return media_type
            for folder, office_type in OFFICE.items():
                if folder in content:
                    return office_type
            raise FileRefused("不接受压缩包，请上传 PDF、图片、Word 或 Excel 文件", field="file")
    if b"\x00" in content[:4096]:
        raise FileRefused("不接受该类型的文件，请上传 PDF、PNG、JPG、XLSX、DOCX 或文本文件", field="file")
    return "text/plain"


class Files:
    """The blobs of one service. Its methods block: call them in a thread."""

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self._folder = folder
        self._cipher = AESGCM(keyring.derive("files"))

    def put(self, content: bytes) -> Stored:
        """Keep a file; the same content is kept once. Raises FileRefused."""
        if not content:
            raise FileRefused("文件是空的", field="file")
        if len(content) > MAX_BYTES:
            raise FileRefused(f"文件超过 {MAX_BYTES // 1024 // 1024} MB", field="file")
        stored = Stored(hashlib.sha256(content).hexdigest(), len(content), type_of(content))
        path = self._path(stored.sha256)
        if path.exists():
            path.touch()
            return stored
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        nonce = os.urandom(NONCE_BYTES)
        with NamedTemporaryFile(dir=path.parent, delete=False) as half:
            half.write(nonce + self._cipher.encrypt(nonce, content, stored.sha256.encode()))
            half.flush()
            os.fsync(half.fileno())
        Path(half.name).replace(path)
        return stored

    def open(self, sha256: str) -> bytes:
        """The content. Raises NotFound; a changed blob raises InvalidTag."""
        try:
            blob = self._path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("没有找到该文件") from error
        return self._cipher.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], sha256.encode())

    def sweep(self, known: Iterable[str]) -> int:
        """Delete blobs of yesterday and before that no row mentions; returns how many."""
        kept = set(known)
        swept = 0
        for path in self._folder.glob("*/*"):
            if path.name not in kept and time.time() - path.stat().st_mtime > ORPHAN_AFTER_SECONDS:
                path.unlink()
                swept += 1
        return swept

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256


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
        raise NotFound("没有找到所附文件，请先上传", field="document")
    return Stored(rows[0].sha256, rows[0].size, rows[0].type)
