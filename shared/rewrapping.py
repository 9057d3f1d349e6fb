"""The key that wraps people's keys is changed while the service runs: what it wraps is wrapped anew, chunk by chunk (decision 0016).

A service says which of its tables hold wrapped keys. Each has a column `wrapped_by`, the id of the key, so that a killed rotation
goes on where it stopped and ends only when no row is left.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, exists, func, or_, select, update
from sqlmodel import SQLModel, col

from shared.errors import WrongState
from shared.files import Files
from shared.jobs import UNFINISHED
from shared.personal import KEY_BYTES, Keyring, encoded, read_keys
from shared.sentences import S_
from shared.store.store import Store
from shared.work import Reader, Work

CHUNK: Final = 500


class RotationWaits(WrongState):
    """Long work that read under the earlier key has not ended: that key is still needed."""

    code = "rotation-waits"


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A table that holds wrapped keys of people."""

    model: type[SQLModel]
    person: str = "person_id"
    """The column that says whose key it is."""
    also: Callable[..., None] | None = None
    """Makes anew what else was derived from the key for these rows: `also(rows, *, work, keyring)`."""


@dataclass(frozen=True, slots=True)
class Progress:
    done: int
    total: int


def begin(key_file: Path) -> bool:
    """Put a new key before the one in force. False: a rotation has begun already and goes on."""
    keys = read_keys(key_file)
    if len(keys) > 1:
        return False
    _write(key_file, [os.urandom(KEY_BYTES), *keys])
    return True


def rewrap_all(tables: Sequence[Wrapped], store: Store, files: Files, keyring: Keyring) -> Iterator[Progress]:
    """Wrap everything under the key in force, each chunk a unit of its own, saying how far it is."""
    left = store.read_now(lambda reader: sum(_left(table, reader, keyring) for table in tables))
    done = 0
    yield Progress(done, left)
    for table in tables:
        while changed := store.run_now(partial(rewrap_chunk, table, keyring)):
            done += changed
            yield Progress(done, max(done, left))
    files.encrypt_again()


def rewrap_chunk(table: Wrapped, keyring: Keyring, work: Work) -> int:
    """Wrap the next keys anew; gives how many rows were looked at, 0 when none is left."""
    columns = table.model.__table__.columns  # type: ignore[attr-defined]  # SQLModel adds it to classes with table=True
    due = select(*columns).where(is_due(table.model, keyring)).limit(CHUNK)
    rows = work.rows(due.with_for_update() if work.is_concurrent else due)
    changed: list[dict[str, Any]] = []
    for row in rows:
        wrapped = None if row.wrapped_key is None else keyring.rewrap(getattr(row, table.person), row.wrapped_key)
        changed.append({"of": row.id if "id" in columns else getattr(row, table.person), "wrapped": wrapped})
    if changed:
        key = columns["id"] if "id" in columns else columns[table.person]
        values = {"wrapped_key": bindparam("wrapped"), "wrapped_by": keyring.id}
        work.execute(update(columns["wrapped_by"].table).where(key == bindparam("of")).values(values), changed)
        if table.also is not None:
            table.also(rows, work=work, keyring=keyring)
    return len(rows)


def end(tables: Sequence[Wrapped], store: Store, keyring: Keyring, key_file: Path) -> None:
    """Forget the earlier key. Raises RotationWaits while anything may still be kept under it."""

    def check(work: Work) -> None:
        job = work.kernel.job.c
        if work.scalar(select(exists().where(job.status.in_(UNFINISHED)))):
            raise RotationWaits(S_("仍有未完成的后台任务，旧密钥暂不能销毁；任务结束后再次运行本命令"))
        if any(_left(table, work, keyring) for table in tables):
            raise RotationWaits(S_("仍有以旧密钥加密的记录；请再次运行本命令"))
        _write(key_file, read_keys(key_file)[:1])  # inside the unit: nobody seals anything meanwhile

    store.run_now(check)


def is_due(model: type[SQLModel], keyring: Keyring) -> ColumnElement[bool]:
    """Rows under another key than the one in force; an index answers it so, it does not answer "is not"."""
    by: Any = col(model.wrapped_by)  # type: ignore[attr-defined]  # each of these tables has it
    return or_(by < keyring.id, by > keyring.id)


def _left(table: Wrapped, reader: Reader, keyring: Keyring) -> int:
    return int(reader.scalar(select(func.count()).select_from(table.model).where(is_due(table.model, keyring))))


def _write(key_file: Path, keys: Sequence[bytes]) -> None:
    """The whole file or the one before, and durable: a key that wraps something must not be lost."""
    mode = key_file.stat().st_mode
    with NamedTemporaryFile(dir=key_file.parent, prefix=f".{key_file.name}.", delete=False) as half:
        os.fchmod(half.fileno(), mode & 0o777)
        half.write(b"".join(encoded(key) + b"\n" for key in keys))
        half.flush()
        os.fsync(half.fileno())
    Path(half.name).replace(key_file)
    folder = os.open(key_file.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
