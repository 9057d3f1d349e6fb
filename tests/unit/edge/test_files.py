"""Documents are kept encrypted, by what is in them."""

import os
import time
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from cryptography.exceptions import InvalidTag

from shared.errors import NotFound
from shared.files import MAX_BYTES, ORPHAN_AFTER_SECONDS, FileRefused, Files, type_of
from shared.personal import Keyring

PDF = b"%PDF-1.7\n" + b"consent of somebody"
YESTERDAY = ORPHAN_AFTER_SECONDS + 60


def archive(*names: str, content: bytes = b"<x/>") -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, content)
    return file.getvalue()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files", Keyring(os.urandom(32)))


def blobs(files: Files) -> list[Path]:
    return [path for path in files._folder.glob("*/*") if path.is_file()]


def age(files: Files) -> None:
    for path in blobs(files):
        os.utime(path, (time.time() - YESTERDAY,) * 2)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (PDF, "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (archive("word/document.xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("姓名,社区\n".encode(), "text/plain"),
        ("姓名,社区\n".encode("gb18030"), "text/plain"),
        (b'{"a": 1}', "application/json"),
        (b"[not json", "text/plain"),
        (b"[" * 100_000, "text/plain"),
    ],
)
def test_type_is_what_the_bytes_show(content: bytes, expected: str) -> None:
    assert type_of(content) == expected


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (archive("notes.txt"), "压缩包"),
        (archive("xl/workbook.xml", "xl/vbaProject.bin"), "宏"),
        (b"PK\x03\x04 torn", "损坏"),
        (b"MZ\x90\x00", "类型"),
        (b"\xff\xfe\xfd" * 20, "类型"),
    ],
)
def test_what_cannot_be_a_document_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(FileRefused, match=why):
        type_of(content)


def test_archive_made_to_choke_its_reader_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.files.MAX_UNPACKED_BYTES", 1_000_000)

    with pytest.raises(FileRefused, match="过大"):
        type_of(archive("xl/workbook.xml", content=bytes(2_000_000)))


def test_file_comes_back_as_it_was_and_lies_there_encrypted(files: Files) -> None:
    stored = files.put(PDF)

    assert files.open(stored.sha256) == PDF
    assert stored.size == len(PDF)
    assert b"consent" not in blobs(files)[0].read_bytes()


def test_same_content_is_kept_once(files: Files) -> None:
    assert files.put(PDF) == files.put(PDF)
    assert len(blobs(files)) == 1


@pytest.mark.parametrize("content", [b"", b"x" * (MAX_BYTES + 1)])
def test_empty_or_too_large_a_file_is_refused(files: Files, content: bytes) -> None:
    with pytest.raises(FileRefused):
        files.put(content)


def test_altered_blob_does_not_open(files: Files) -> None:
    stored = files.put(PDF)
    path = blobs(files)[0]
    kept = path.read_bytes()
    path.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))

    with pytest.raises(InvalidTag):
        files.open(stored.sha256)


def test_unknown_file_is_not_found(files: Files) -> None:
    with pytest.raises(NotFound):
        files.open("0" * 64)


def test_sweep_takes_yesterdays_orphans_and_nothing_else(files: Files) -> None:
    kept, orphan = files.put(PDF), files.put(b"orphan")
    age(files)
    young = files.put(b"its unit is still under way")

    assert files.sweep([kept.sha256]) == 1

    assert {path.name for path in blobs(files)} == {kept.sha256, young.sha256}
    assert orphan.sha256 not in {path.name for path in blobs(files)}


def test_orphan_handed_in_again_is_young_again(files: Files) -> None:
    files.put(PDF)
    age(files)
    again = files.put(PDF)

    assert files.sweep([]) == 0
    assert files.open(again.sha256) == PDF


def test_sweeping_before_the_first_file_finds_nothing(files: Files) -> None:
    assert files.sweep([]) == 0
