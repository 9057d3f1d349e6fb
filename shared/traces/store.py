"""Where spans are kept: one SQLite file of limited size, from which the oldest traces go first."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shared.traces.spans import Span

MEGABYTE: Final = 1024 * 1024
SPANS_OF_A_TRACE: Final = 250_000
"""More of one trace are counted and not kept: it must be possible to draw it."""

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS span (
  trace BLOB NOT NULL, id BLOB NOT NULL, parent BLOB, service TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
  start INTEGER NOT NULL, duration INTEGER NOT NULL, is_error INTEGER NOT NULL, details TEXT NOT NULL,
  PRIMARY KEY (trace, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS span_root ON span(trace) WHERE parent IS NULL;
CREATE TABLE IF NOT EXISTS trace (
  id BLOB PRIMARY KEY, began INTEGER NOT NULL, ended INTEGER NOT NULL, spans INTEGER NOT NULL, errors INTEGER NOT NULL,
  dropped INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS trace_ended ON trace(ended);
"""
PRAGMAS: Final = ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000", "journal_size_limit=16777216", "cache_size=-16000")


@dataclass(frozen=True, slots=True)
class Summary:
    """One trace among others. Times in nanoseconds since 1970."""

    id: str
    began: int
    ended: int
    spans: int
    errors: int
    dropped: int
    service: str
    """Of the span with which it began; "" while that has not ended."""
    name: str


class TraceStore:
    """Takes spans from one thread at a time and answers questions beside."""

    def __init__(self, path: Path, *, megabytes: int = 512) -> None:
        self.path = path
        self._limit = megabytes * MEGABYTE
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._connection = sqlite3.connect(path, check_same_thread=False)
        for pragma in PRAGMAS:
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        self._connection.close()

    def keep(self, spans: Sequence[Span]) -> None:
        """Keep them; one that is kept already is not counted twice. Makes room first, if there is none."""
        by_trace: dict[bytes, list[Span]] = {}
        for span in spans:
            by_trace.setdefault(span.trace, []).append(span)
        with self._lock, self._connection:
            is_full = self._make_room(set(by_trace))
            for trace, each in by_trace.items():
                self._keep(trace, each, is_full)

    def _keep(self, trace: bytes, spans: Sequence[Span], is_full: bool) -> None:
        found = self._connection.execute("SELECT spans FROM trace WHERE id = ?", [trace]).fetchone()
        room = 0 if is_full else max(0, SPANS_OF_A_TRACE - (found[0] if found else 0))
        before = self._connection.total_changes
        taken = spans[:room]
        rows = [(s.trace, s.id, s.parent, s.service, s.name, s.kind, s.start, s.duration, s.is_error, s.details) for s in taken]
        self._connection.executemany("INSERT OR IGNORE INTO span VALUES (?,?,?,?,?,?,?,?,?,?)", rows)
        new = self._connection.total_changes - before
        self._connection.execute(
            "INSERT INTO trace VALUES (?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET began = min(began, excluded.began), "
            "ended = max(ended, excluded.ended), spans = spans + excluded.spans, errors = errors + excluded.errors, "
            "dropped = dropped + excluded.dropped",
            (
                trace,
                min(span.start for span in spans),
                max(span.start + span.duration for span in spans),
                new,
                sum(span.is_error for span in taken),
                len(spans) - len(taken),
            ),
        )

    def _make_room(self, arriving: set[bytes]) -> bool:
        """Forget the oldest traces while the file is full. True if it still is, since what fills it is arriving now."""
        while self.used > self._limit:
            oldest = self._connection.execute("SELECT id FROM trace ORDER BY ended").fetchall()
            others = [found for (found,) in oldest if found not in arriving]
            if not others:
                return True
            self._connection.execute("DELETE FROM span WHERE trace = ?", others[:1])
            self._connection.execute("DELETE FROM trace WHERE id = ?", others[:1])
        return False

    @property
    def used(self) -> int:
        """Bytes of the file that hold something."""
        pages, free, size = (
            self._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)


class TraceReader:
    """Answers questions about the file, also while another process writes it."""

    def __init__(self, path: Path) -> None:
        """Raises FileNotFoundError where there is no store."""
        if not path.is_file():
            raise FileNotFoundError(path)
        self._path = path

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=5)) as connection:
            yield connection

    def latest(self, *, limit: int, before: int | None = None) -> list[Summary]:
        """Traces, the one that ended last first; `before` goes on from the `ended` of the last one shown."""
        with self._reading() as connection:
            found = connection.execute(
                "SELECT id, began, ended, spans, errors, dropped FROM trace WHERE ended < ? ORDER BY ended DESC LIMIT ?",
                [before if before is not None else 2**63 - 1, limit],
            ).fetchall()
            return [_summary(connection, row) for row in found]

    def summary(self, trace_id: str) -> Summary | None:
        """One trace, or None."""
        with self._reading() as connection:
            trace = bytes.fromhex(trace_id)
            found = connection.execute("SELECT id, began, ended, spans, errors, dropped FROM trace WHERE id = ?", [trace]).fetchone()
            return _summary(connection, found) if found else None

    def spans(self, trace_id: str) -> list[tuple[bytes, bytes | None, str, str, str, int, int, int]]:
        """Of one trace: id, parent, service, name, kind, start, duration, is_error; without details, of which there may be megabytes."""
        with self._reading() as connection:
            return connection.execute(
                "SELECT id, parent, service, name, kind, start, duration, is_error FROM span WHERE trace = ?", [bytes.fromhex(trace_id)]
            ).fetchall()

    def details(self, trace_id: str, span_id: str) -> dict[str, Any]:
        """What is known of one span beside its name and times."""
        with self._reading() as connection:
            key = [bytes.fromhex(trace_id), bytes.fromhex(span_id)]
            found = connection.execute("SELECT details FROM span WHERE trace = ? AND id = ?", key).fetchone()
        details: dict[str, Any] = json.loads(found[0]) if found and found[0] else {}
        return details


def _summary(connection: sqlite3.Connection, row: tuple[bytes, int, int, int, int, int]) -> Summary:
    """With the span with which the trace began."""
    trace, began, ended, spans, errors, dropped = row
    root = connection.execute("SELECT service, name FROM span WHERE trace = ? AND parent IS NULL LIMIT 1", [trace]).fetchone()
    service, name = root or ("", "")
    return Summary(trace.hex(), began, ended, spans, errors, dropped, service, name)
