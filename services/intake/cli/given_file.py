"""A file that a command was given to read."""

from pathlib import Path

from services.intake.cli.telling import of_file
from shared.errors import Malformed


class FileUnreadable(Malformed):
    code = "file-unreadable"


def content_of(path: Path, *, most: int, is_read_again: bool = False) -> bytes:
    """Raises FileUnreadable. What is read again must be there as it was: no pipe, no terminal."""
    try:
        if is_read_again and path.exists() and not path.is_file() and not path.is_dir():
            raise FileUnreadable("不是普通文件，请先存成文件 not a regular file", rule="file-kind")
        if path.stat().st_size > most:
            raise FileUnreadable(f"文件超过 {most >> 20} MB", rule="file-too-large")
        return path.read_bytes()
    except OSError as error:
        message, rule = of_file(error)
        raise FileUnreadable(message, rule=rule) from error
